"""The ledger keeps what it was told, once, and shows if somebody changed it; alike on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from unisono.errors import LedgerError, UsageError
from unisono.ledger import Database, audit, decisions, desk, events, open_database, write_keys
from unisono.ledger.export import export_events
from unisono.ledger.instants import instant, written
from unisono.ledger.people import take_out

NOW = datetime(2026, 3, 3, 9, 0)
SOON = NOW + timedelta(seconds=1)


def event(message: str, source: str = "portal", **more: Any) -> events.Event:
    facts = {"type": "track", "user_id": "u1", "received_at": written(NOW), "body": "{}"}
    return events.Event(**{"source": source, "message_id": message, **facts, **more})


def decision(decision_id: str = "D1") -> dict[str, Any]:
    ids = {"decision_id": decision_id, "run_id": "r1", "customer_id": "C1", "rep_id": "R1"}
    return {
        **ids,
        "channel": "f2f_visit",
        "purpose": "commercial",
        "expires_at": NOW + timedelta(days=7),
        "product_id": "P1",
        "decided_at": NOW,
        "reduced_value": 0.5,
        "value": 1.5,
    }


def test_an_event_is_kept_once_however_often_it_comes(ledger: Database) -> None:
    with ledger.transaction() as transaction:
        first = events.append(transaction, [event("a"), event("b"), event("a", source="chat")])
    with ledger.transaction() as transaction:
        again = events.append(transaction, [event("b", body='{"x": 1}'), event("c")])
    assert (first, again) == (3, 1)
    kept = events.after(ledger, "portal", 0)
    assert [row["body"] for row in kept] == ["{}", "{}", "{}"]
    assert events.after(ledger, "portal", kept[1]["event_id"]) == kept[2:]


def test_texts_of_any_script_come_back_as_they_were(ledger: Database) -> None:
    body = '{"name": "王丽 Yıldız %(x)s :name \\u0000"}'
    with ledger.transaction() as transaction:
        events.append(transaction, [event("ü:%s", body=body)])
    assert events.after(ledger, "portal", 0)[0]["body"] == body


def test_a_transaction_that_fails_leaves_nothing(ledger: Database) -> None:
    def half() -> None:
        with ledger.transaction() as transaction:
            events.append(transaction, [event("a")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert events.after(ledger, "portal", 0) == []


def test_what_was_refused_is_kept_with_its_reason(ledger: Database) -> None:
    refused = events.RefusedEvent("portal", written(NOW), "no_type", "an event has a type", "{}")
    with ledger.transaction() as transaction:
        events.append(transaction, [], [refused])
    assert events.refused(ledger)[0]["reason"] == "no_type"


def test_a_write_key_works_until_it_ends_and_is_not_kept(ledger: Database) -> None:
    made = write_keys.create(ledger, "portal", actor="ann", at=NOW, make=lambda: "secret")
    hashed = write_keys.hashed_key(made.key)
    assert write_keys.valid(ledger, NOW) == {hashed: "portal"}
    assert "secret" not in str(write_keys.listed(ledger))
    newer = write_keys.rotate(ledger, made.key_id, actor="ann", at=NOW, until=NOW + timedelta(days=1))
    both = {hashed: "portal", write_keys.hashed_key(newer.key): "portal"}
    assert write_keys.valid(ledger, NOW) == both
    assert write_keys.valid(ledger, NOW + timedelta(days=2)) == {write_keys.hashed_key(newer.key): "portal"}
    write_keys.revoke(ledger, newer.key_id, actor="ann", at=NOW)
    assert write_keys.valid(ledger, NOW + timedelta(days=2)) == {}
    with pytest.raises(UsageError, match="UN5203"):
        write_keys.revoke(ledger, "nobody's", actor="ann", at=NOW)
    assert [row["action"] for row in audit.rows(ledger)] == [
        "write_key.revoke",
        "write_key.rotate",
        "write_key.create",
        "write_key.create",
    ]


def test_an_answer_to_a_suggestion_counts_once(ledger: Database) -> None:
    assert decisions.publish(ledger, [decision()], NOW) == 1
    assert decisions.publish(ledger, [decision()], NOW) == 0
    answer = {
        "response_id": "x1",
        "decision_id": "D1",
        "actor": "ann",
        "response": "dismissed",
        "reason": "no time",
    }
    assert decisions.respond(ledger, **answer, at=NOW)
    assert not decisions.respond(ledger, **answer, at=NOW + timedelta(seconds=3))
    assert [row["reason"] for row in decisions.responses(ledger, ["D1", "D2"])["D1"]] == ["no time"]
    assert len(audit.rows(ledger, subject="D1")) == 1
    with pytest.raises(UsageError, match="UN5009"):
        decisions.respond(ledger, **{**answer, "decision_id": "D9"}, at=NOW)
    assert decisions.published(ledger, "D1")["value"] == 1.5
    assert [row["decision_id"] for row in decisions.of_customer(ledger, "C1")] == ["D1"]


def test_feedback_and_deliveries_count_once(ledger: Database) -> None:
    decisions.publish(ledger, [decision()], NOW)
    given = {
        "feedback_id": "f1",
        "decision_id": "D1",
        "actor": "ann",
        "answers": {"reaction": "liked", "next": "call"},
    }
    assert decisions.answer_questions(ledger, **given, at=NOW)
    assert not decisions.answer_questions(ledger, **given, at=NOW)
    step = {"delivery_id": "d1", "decision_id": "D1", "channel": "approved_email", "detail": ""}
    assert decisions.deliver(ledger, **step, status="tried", at=NOW)
    assert decisions.deliver(ledger, **step, status="delivered", at=NOW)
    assert not decisions.deliver(ledger, **step, status="delivered", at=NOW)


def test_a_question_is_open_then_overdue_then_answered(ledger: Database) -> None:
    asked = {
        "question_id": "q1",
        "asked_by": "ann",
        "owner": "bea",
        "question": "Why?",
        "due_at": NOW + timedelta(1),
    }
    for _ in range(2):
        desk.ask(ledger, **asked, at=NOW)
    assert [row["state"] for row in desk.questions(ledger, NOW)] == ["open"]
    assert [row["state"] for row in desk.questions(ledger, NOW + timedelta(2))] == ["overdue"]
    desk.answer(ledger, answer_id="a1", question_id="q1", answered_by="bea", text="So.", at=NOW)
    assert [(row["state"], row["answer"]) for row in desk.questions(ledger, NOW + timedelta(2))] == [
        ("answered", "So.")
    ]


@pytest.mark.parametrize(
    "tampering",
    [
        "update audit set actor = 'eve' where number = 2",
        "update audit set detail = '{\"x\": 1}' where number = 3",
        "delete from audit where number = 2",
        "delete from audit where number = 1",
    ],
)
def test_the_audit_shows_a_row_that_was_changed_or_taken_out(ledger: Database, tampering: str) -> None:
    for subject in ("C1", "C2", "C3"):
        audit.record(ledger, actor="ann", action="customer.read", subject=subject, at=NOW, detail={"page": 1})
    assert audit.verify(ledger) == 3
    with ledger.transaction() as transaction:
        transaction.execute(tampering)
    with pytest.raises(LedgerError, match="UN6004"):
        audit.verify(ledger)


def test_what_is_written_is_there_for_who_opens_it_anew(ledger_url: str) -> None:
    with closing(open_database(ledger_url)) as first:
        audit.record(first, actor="ann", action="a", subject="s", at=NOW)
    with closing(open_database(ledger_url)) as second:
        assert audit.verify(second) == 1


@pytest.mark.parametrize(
    "url", ["mysql://x", "sqlite:////dev/null/ledger.db", "postgresql://u:secret@127.0.0.1:1/x"]
)
def test_a_ledger_that_cannot_be_opened_says_so_and_no_password(url: str) -> None:
    with pytest.raises(LedgerError, match="UN6001") as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


def test_instants_are_written_in_utc_and_sort_as_texts() -> None:
    zoned = datetime.fromisoformat("2026-03-03T10:00:00.5+01:00")
    assert written(zoned) == "2026-03-03T09:00:00.500000Z"
    assert instant(written(zoned)) == datetime(2026, 3, 3, 9, 0, 0, 500000)
    assert written(NOW) < written(zoned)


def test_events_are_exported_once_in_files_that_stay(ledger: Database, tmp_path: Path) -> None:
    bodies = [json.dumps({"n": number}) for number in range(5)]
    for some in (bodies[:3], bodies[3:]):
        with ledger.transaction() as transaction:
            events.append(transaction, [event(body, body=body) for body in some])
            events.append(transaction, [event(body, source="chat") for body in some])
        assert export_events(ledger, "portal", tmp_path / "files", SOON) is not None
        assert export_events(ledger, "portal", tmp_path / "files", SOON) is None
    files = sorted((tmp_path / "files").iterdir())
    assert [file.read_text().splitlines() for file in files] == [bodies[:3], bodies[3:]]


def test_writers_that_commit_late_are_not_missed(ledger_url: str, tmp_path: Path) -> None:
    """PostgreSQL gives numbers before commits: a reader between two writers must not pass the slower one by."""

    def write(writer: int) -> None:
        with closing(open_database(ledger_url)) as database:
            for number in range(20):
                with database.transaction() as transaction:
                    events.append(transaction, [event(f"{writer}-{number}")])

    with ThreadPoolExecutor(4) as pool, closing(open_database(ledger_url)) as reader:
        writing = [pool.submit(write, writer) for writer in range(4)]
        while not all(one.done() for one in writing):
            export_events(reader, "portal", tmp_path / "files", SOON)
        for one in writing:
            one.result()
        export_events(reader, "portal", tmp_path / "files", SOON)
    assert sum(len(file.read_text().splitlines()) for file in (tmp_path / "files").iterdir()) == 80


def test_what_became_of_suggestions_is_found_by_representative_and_time(ledger: Database) -> None:
    later = NOW + timedelta(hours=1)
    decisions.publish(ledger, [decision(), decision("D2") | {"rep_id": "R2"}], NOW)
    decisions.publish(ledger, [decision("D3")], later)
    assert [row["decision_id"] for row in decisions.of_rep(ledger, "R1", NOW)] == ["D3", "D1"]
    assert decisions.of_rep(ledger, "R1", NOW + timedelta(days=7)) == []  # over
    told = {"decision_id": "D1", "actor": "rosa", "at": later}
    decisions.respond(ledger, response_id="r1", response="accepted", **told)
    decisions.answer_questions(ledger, feedback_id="f1", answers={"reaction": "positive"}, **told)
    steps = {"decision_id": "D1", "channel": "f2f_visit", "detail": "", "at": later}
    decisions.deliver(ledger, delivery_id="d1", status="tried", **steps)
    assert [row["answer"] for row in decisions.feedback_to(ledger, "D1")] == ["positive"]
    assert [row["status"] for row in decisions.deliveries_of(ledger, "D1")] == ["tried"]
    assert decisions.feedback_to(ledger, "D2") == decisions.deliveries_of(ledger, "D2") == []


def test_events_are_found_by_who_they_are_of_since_an_instant(ledger: Database) -> None:
    with ledger.transaction() as transaction:
        events.append(transaction, [event("a"), event("b", user_id="u2"), event("c", user_id="u3")])
    assert [row["user_id"] for row in events.of_users(ledger, ["u1", "u2"], NOW)] == ["u1", "u2"]
    assert events.of_users(ledger, ["u1"], NOW + timedelta(seconds=1)) == []
    assert events.of_users(ledger, [], NOW) == []


def test_what_comes_after_the_clock_waits_and_is_not_passed_by(ledger: Database, tmp_path: Path) -> None:
    received = (0, 5, 1, 2)  # a clock stepped back after the second
    with ledger.transaction() as transaction:
        for number, seconds in enumerate(received):
            at = written(NOW + timedelta(seconds=seconds))
            events.append(transaction, [event(f"m{number}", received_at=at, body=f"{number}")])
    for seconds in (3, 6):
        export_events(ledger, "portal", tmp_path / "files", NOW + timedelta(seconds=seconds))
    files = sorted((tmp_path / "files").iterdir())
    assert [file.read_text().splitlines() for file in files] == [["0"], ["1", "2", "3"]]


def test_what_was_refused_of_somebody_goes_with_them_however_their_id_is_spelled(ledger: Database) -> None:
    theirs = [
        '{"userId":"Y\\u0131ld\\u0131z"}',
        '{"userId":"Yıldız"}',
        '{"userId":17}',
        '{"uid": 17, "x": 1}',
    ]
    of_others = ['{"userId":170}', '{"userId":"yıldız"}', '{"userId":"Yıldız 2"}']
    refused = [
        events.RefusedEvent("portal", written(NOW), "no_type", "", raw) for raw in (*theirs, *of_others)
    ]
    with ledger.transaction() as transaction:
        events.append(transaction, [], refused)
        gone = take_out(transaction, "C1", {"portal": ["Yıldız", "17"]})
    assert gone["refused_event"] == len(theirs)
    assert {row["raw"] for row in events.refused(ledger)} == set(of_others)
