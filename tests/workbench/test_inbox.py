"""The inbox: what a representative sees and does, and what the door takes back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.html import escape

from tests.workbench.conftest import MORNING, Time, events, suggested, table
from unisono.ledger import decisions as ledger
from unisono.ledger.events import Event, append
from unisono.ledger.instants import written
from unisono.workbench.office import office


def answers(decision: dict[str, Any]) -> list[str]:
    found = ledger.responses(office().database, [decision["decision_id"]])[decision["decision_id"]]
    return [answer["response"] for answer in found]


def unsubscribe(customer_id: str, **properties: str) -> None:
    """Collect an unsubscription of a customer, as an SDK sends it."""
    (record, *_) = table(
        "select source_record_id from customer_xref where customer_id = $who", who=customer_id
    )
    body = {"type": "track", "event": "Unsubscribed", "properties": properties}
    event = Event(
        "site", str(uuid4()), "track", record["source_record_id"], written(MORNING), json.dumps(body)
    )
    with office().database.transaction() as transaction:
        append(transaction, [event])


def respond(client: Any, decision: dict[str, Any], **given: str) -> Any:
    form = {"response_id": str(uuid4())} | given
    return client.post(f"/inbox/{decision['decision_id']}/respond/", form)


def test_today_has_the_agenda_of_the_day_and_says_why(as_: Any) -> None:
    today = suggested(due_on=MORNING.date())
    others = [row for row in suggested() if row["due_on"] != MORNING.date()]
    page = as_("rosa").get("/inbox/").content.decode()
    assert 0 < len(today) <= 5
    for decision in today:
        assert f"card-{decision['decision_id']}" in page
        assert escape(decision["full_name"]) in page
        assert escape(decision["reasons"][0]) in page
        assert escape(decision["why_not_usual"]) in page
    assert not any(f"card-{decision['decision_id']}" in page for decision in others)
    everything = as_("rosa").get("/inbox/?all=1").content.decode()
    assert all(f"card-{decision['decision_id']}" in everything for decision in suggested())


def test_planning_asks_later_how_it_went(as_: Any) -> None:
    client, decision = as_("rosa"), suggested()[0]
    assert respond(client, decision, action="plan").status_code == 302
    page = client.get("/inbox/").content.decode()
    assert f"card-{decision['decision_id']}" not in page
    assert f"/inbox/{decision['decision_id']}/feedback/" in page
    given = {
        "response_id": str(uuid4()),
        "reaction": "positive",
        "barrier": "habit",
        "resolved": "yes",
        "note": "x",
    }
    client.post(f"/inbox/{decision['decision_id']}/feedback/", given)
    client.post(f"/inbox/{decision['decision_id']}/feedback/", given)
    told = ledger.feedback_to(office().database, decision["decision_id"])
    assert {row["question"]: row["answer"] for row in told} == {
        "reaction": "positive",
        "barrier": "habit",
        "resolved": "yes",
        "note": "x",
    }
    assert answers(decision).count("done") == 1
    assert f"/inbox/{decision['decision_id']}/feedback/" not in client.get("/inbox/").content.decode()


def test_a_retry_is_the_same_answer(as_: Any) -> None:
    client, decision = as_("rosa"), suggested()[0]
    same = {"action": "dismiss", "reason": "knows_already", "response_id": str(uuid4())}
    assert [respond(client, decision, **same).status_code for _ in range(3)] == [302] * 3
    assert answers(decision) == ["dismissed"]


def test_htmx_gets_the_card_alone(as_: Any) -> None:
    decision = suggested()[0]
    form = {"action": "plan", "response_id": str(uuid4())}
    page = as_("rosa").post(
        f"/inbox/{decision['decision_id']}/respond/", form, headers={"HX-Request": "true"}
    )
    assert page.status_code == 200
    assert b"<html" not in page.content
    assert escape(decision["full_name"]) in page.content.decode()


def test_later_means_another_day(as_: Any, time: Time) -> None:
    client, decision = as_("rosa"), suggested()[0]
    respond(client, decision, action="snooze", days="3")
    card = f"card-{decision['decision_id']}"
    assert card not in client.get("/inbox/").content.decode()
    time.now = MORNING + timedelta(days=2)
    assert card not in client.get("/inbox/?all=1").content.decode()
    time.now = MORNING + timedelta(days=3)
    assert card in client.get("/inbox/?all=1").content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"action": "eat"},
        {"action": "plan", "response_id": "1"},
        {"action": "dismiss", "reason": "because"},
        {"action": "dismiss"},
    ],
)
def test_nonsense_is_refused(as_: Any, form: dict[str, str]) -> None:
    decision = suggested()[0]
    assert respond(as_("rosa"), decision, **form).status_code == 400
    assert answers(decision) == []


def test_what_was_collected_since_withdraws_before_it_is_shown(as_: Any) -> None:
    client, decision = as_("rosa"), suggested()[0]
    unsubscribe(decision["customer_id"])
    page = client.get("/inbox/").content.decode()
    assert f"card-{decision['decision_id']}" not in page
    assert "Withdrawn 10:12" in page  # in Rome
    assert answers(decision) == ["withdrawn"]
    client.get("/inbox/")
    assert answers(decision) == ["withdrawn"]
    steps = ledger.deliveries_of(office().database, decision["decision_id"])
    assert [step["status"] for step in steps] == ["withheld"]


def test_what_was_collected_since_withdraws_before_it_is_acted_on(as_: Any) -> None:
    client, decision = as_("rosa"), suggested()[0]
    client.get("/inbox/")
    unsubscribe(decision["customer_id"], channel=decision["channel"])
    respond(client, decision, action="plan")
    assert "accepted" not in answers(decision)
    assert answers(decision)[-1] == "withdrawn"


def test_an_unsubscription_from_another_channel_stops_nothing(as_: Any) -> None:
    decision = next(row for row in suggested(due_on=MORNING.date()) if row["channel"] != "approved_email")
    unsubscribe(decision["customer_id"], channel="approved_email")
    assert f"card-{decision['decision_id']}" in as_("rosa").get("/inbox/").content.decode()


def test_what_is_over_is_withdrawn(as_: Any, time: Time) -> None:
    decision = suggested()[0]
    time.now = decision["expires_at"]
    respond(as_("rosa"), decision, action="plan")
    assert answers(decision) == ["withdrawn"]


def sending() -> tuple[str, dict[str, Any]]:
    """Return who has an e-mail suggested, and the suggestion."""
    for name, rep_id in (("rosa", "R0001"), ("remo", "R0002")):
        if found := suggested(rep_id, is_sending=True):
            return name, found[0]
    raise AssertionError("nobody has anything to send: choose another seed")


def test_content_is_sent_once(as_: Any) -> None:
    name, decision = sending()
    client = as_(name)
    page = client.get(f"/inbox/{decision['decision_id']}/preview/").content.decode()
    assert escape(decision["consent_proof"]) in page
    form = {"response_id": str(uuid4())}
    for _ in range(2):
        client.post(f"/inbox/{decision['decision_id']}/send/", form)
    steps = ledger.deliveries_of(office().database, decision["decision_id"])
    assert [step["status"] for step in steps] == ["tried"]
    assert decision["content_version"] in steps[0]["detail"]
    assert answers(decision) == ["accepted"]


def test_nothing_is_sent_after_a_refusal(as_: Any) -> None:
    name, decision = sending()
    unsubscribe(decision["customer_id"], channel=decision["channel"])
    as_(name).post(f"/inbox/{decision['decision_id']}/send/", {"response_id": str(uuid4())})
    steps = ledger.deliveries_of(office().database, decision["decision_id"])
    assert [step["status"] for step in steps] == ["withheld"]


def test_what_was_dismissed_stays_dismissed_after_a_refresh(as_: Any) -> None:
    decision = suggested()[0]
    earlier = decision | {"decision_id": "Dearlier"}
    ledger.publish(office().database, [earlier], MORNING)
    ledger.respond(
        office().database,
        response_id=str(uuid4()),
        decision_id="Dearlier",
        actor="rosa",
        response="dismissed",
        at=MORNING,
        reason="not_now",
    )
    assert f"card-{decision['decision_id']}" not in as_("rosa").get("/inbox/").content.decode()


def test_questions_go_to_an_owner_and_come_back_answered(as_: Any, time: Time) -> None:
    decision = suggested()[0]
    form = {
        "response_id": str(uuid4()),
        "question": "Why <b>now</b>?",
        "owner": "gino",
        "due_on": "2026-01-06",
        "about": decision["decision_id"],
    }
    for _ in range(2):
        assert as_("rosa").post("/desk/ask/", form).status_code == 302
    time.now = MORNING + timedelta(days=2)
    page = as_("gino").get("/desk/").content.decode()
    assert page.count("Why &lt;b&gt;now&lt;/b&gt;?") == 1
    assert "overdue" in page
    assert "Why" not in as_("remo").get("/desk/").content.decode().split("<main")[1].split("<section")[0]
    address = f"/desk/{form['response_id']}/answer/"
    given = {"response_id": str(uuid4()), "answer": "Because."}
    assert as_("remo").post(address, given).status_code == 404
    assert as_("gino").post(address, given).status_code == 302
    assert "Because." in as_("rosa").get("/desk/").content.decode()
    assert events("desk.answer")[0]["actor"] == "gino"


def test_the_wall_stands_at_the_desk_too(as_: Any) -> None:
    form = {"response_id": str(uuid4()), "question": "?", "owner": "gino", "due_on": "2026-01-06"}
    assert as_("mia").post("/desk/ask/", form).status_code == 400
    foreign = suggested("R0002")[0]["decision_id"]
    form |= {"owner": "cleo", "about": foreign}
    assert as_("rosa").post("/desk/ask/", form).status_code == 404
