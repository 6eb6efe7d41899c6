"""The audit catches every kind of breach, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from unisono.playbook import Playbook, load_playbook
from unisono.templates import copy_template
from unisono.trial.audit import Audit, audit
from unisono.trial.facts import Contact, Employment, Facts, Record, Statement

CLOCK = datetime(2026, 1, 5)
WHO: Record = ("crm", "A1")
TWIN: Record = ("mail", "M1")
MAIL = {"channel": "approved_email", "content_id": "gly-mail-start"}
CHANNELS = {"visit": "f2f_visit", "mail": "approved_email"}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Playbook:
    folder = tmp_path_factory.mktemp("book") / "demo"
    copy_template("demo", folder)
    return load_playbook(folder / "playbook")


@pytest.fixture
def facts() -> Facts:
    """A customer with an address and a grant for it, a twin on the mail platform, and two representatives."""
    made = Facts()
    made.roster["R1"] = Employment("R1", 60.0)
    made.roster["R2"] = Employment("R2", 60.0, ends_on=date(2025, 12, 31))
    made.addresses[WHO] = {"a@one.it"}
    made.statements = [said("granted", 100, address="a@one.it")]
    made.people = {WHO: "1", TWIN: "1"}
    return made


def said(status: str, days: float, **given: Any) -> Statement:
    word = {"record": WHO, "channel": "approved_email", "purpose": "all", "product": "all"} | given
    return Statement(status=status, stated_at=CLOCK - timedelta(days=days), **word)


def met(days: int, channel: str = "f2f_visit", record: Record = WHO, **given: Any) -> Contact:
    return Contact(record, f"{channel}-{days}", channel, CLOCK.date() - timedelta(days=days), **given)


def suggestion(book: Playbook, **given: Any) -> dict[str, Any]:
    channel = given.get("channel", "f2f_visit")
    content = next(
        each
        for each in book.content
        if each.product == "auriglyna"
        and channel in each.channels
        and each.status == "approved"
        and each.valid_from <= CLOCK.date() <= each.valid_until
    )
    row = {"decision_id": "D1", "system": "crm", "source_record_id": "A1", "product_id": "auriglyna"}
    row |= {"channel": channel, "rep_id": "R1", "content_id": content.id}
    return row | given


def kinds(found: Audit) -> list[str]:
    return [finding.kind for finding in found.findings]


def test_a_sound_list_has_no_findings(book: Playbook, facts: Facts) -> None:
    rows = [suggestion(book), suggestion(book, channel="approved_email", source_record_id="A1")]
    for row in rows:
        assert audit([row], facts, book, CLOCK) == Audit()


STATEMENTS: dict[str, tuple[Callable[[Facts], None], bool]] = {
    "nothing stated": (lambda f: f.statements.clear(), True),
    "withdrawn later": (lambda f: f.statements.append(said("withdrawn", 3)), True),
    "withdrawn before": (lambda f: f.statements.append(said("withdrawn", 200)), False),
    "pending later": (lambda f: f.statements.append(said("pending", 3)), True),
    "withdrawn at the same instant": (lambda f: f.statements.append(said("withdrawn", 100)), True),
    "lapsed": (lambda f: f.statements.append(said("granted", 9, lapses_at=CLOCK)), True),
    "not lapsed yet": (
        lambda f: f.statements.append(said("granted", 9, lapses_at=CLOCK + timedelta(seconds=1))),
        False,
    ),
    "withdrawn after the clock": (lambda f: f.statements.append(said("withdrawn", -1)), False),
    "denied for another product": (
        lambda f: f.statements.append(said("denied", 3, product="auritens")),
        False,
    ),
    "denied on all channels": (lambda f: f.statements.append(said("denied", 3, channel="all")), True),
    "granted for an old address only": (lambda f: f.addresses.update({WHO: {"new@two.it"}}), True),
    "old address withdrawn, own one granted": (
        lambda f: f.statements.append(said("withdrawn", 3, address="old@two.it")),
        False,
    ),
    "old address withdrawn after a grant for none": (
        lambda f: f.statements.extend([said("granted", 90), said("withdrawn", 3, address="old@two.it")]),
        True,
    ),
    "no address known": (lambda f: f.addresses.clear(), False),
    "no address known, another withdrawn": (
        lambda f: (f.addresses.clear(), f.statements.append(said("withdrawn", 3, address="old@two.it"))),
        True,
    ),
    "a statement that cannot be read": (lambda f: f.unreadable.add(WHO), True),
    "unsubscribed": (
        lambda f: f.unsubscribed.append((WHO, "approved_email", CLOCK - timedelta(days=2))),
        True,
    ),
    "unsubscribed before the grant": (
        lambda f: f.unsubscribed.append((WHO, "approved_email", CLOCK - timedelta(days=300))),
        False,
    ),
}


@pytest.mark.parametrize("case", STATEMENTS)
def test_consent(book: Playbook, facts: Facts, case: str) -> None:
    change, is_breach = STATEMENTS[case]
    change(facts)
    found = audit([suggestion(book, channel="approved_email")], facts, book, CLOCK)
    assert kinds(found) == (["consent"] if is_breach else [])


def test_a_refused_visit_is_a_breach_though_visits_need_no_consent(book: Playbook, facts: Facts) -> None:
    facts.statements.append(said("denied", 3, channel="f2f_visit"))
    assert kinds(audit([suggestion(book)], facts, book, CLOCK)) == ["consent"]


@pytest.mark.parametrize(
    ("contacts", "channel", "expected"),
    [
        ([met(13)], "f2f_visit", ["rest"]),
        ([met(14)], "f2f_visit", []),
        ([met(89), met(60), met(40)], "f2f_visit", []),
        ([met(89), met(60), met(40), met(20)], "f2f_visit", ["cap"]),
        ([met(90), met(60), met(40), met(20)], "f2f_visit", []),
        ([met(6, "approved_email")], "approved_email", ["cap"]),
        ([met(7, "approved_email")], "approved_email", []),
        ([met(1, "phone_call"), met(2, "chat"), met(3, "webinar")], "f2f_visit", ["cap"]),
        ([met(1, "phone_call"), met(2, "chat"), met(14, "webinar")], "f2f_visit", []),
    ],
)
def test_caps_and_rest(
    book: Playbook, facts: Facts, contacts: list[Contact], channel: str, expected: list[str]
) -> None:
    facts.contacts = contacts
    assert kinds(audit([suggestion(book, channel=channel)], facts, book, CLOCK)) == expected


CALM = {"id": "calm", "name": "Calm", "never": {"channels": ["approved_email"]}, "within_days": 3}


@pytest.mark.parametrize(
    ("days", "channel", "of", "expected"),
    [
        (2, "f2f_visit", {"channels": ["f2f_visit"]}, ["separation"]),
        (3, "f2f_visit", {"channels": ["f2f_visit"]}, []),
        (2, "phone_call", {"channels": ["f2f_visit"]}, []),
        (2, "f2f_visit", {"channels": ["f2f_visit"], "events": ["declined"]}, []),
    ],
)
def test_separations(
    book: Playbook, facts: Facts, days: int, channel: str, of: dict[str, Any], expected: list[str]
) -> None:
    calm = Playbook.model_validate(book.model_dump() | {"separations": [CALM | {"of": of}]})
    facts.contacts = [met(days, channel)]
    assert kinds(audit([suggestion(book, channel="approved_email")], facts, calm, CLOCK)) == expected
    assert kinds(audit([suggestion(book, channel="remote_call")], facts, calm, CLOCK)) == []


def test_suggestions_of_one_week_are_kept_apart(book: Playbook, facts: Facts) -> None:
    rule = CALM | {"of": {"channels": ["f2f_visit"]}}
    calm = Playbook.model_validate(book.model_dump() | {"separations": [rule]})
    rows = [suggestion(book), suggestion(book, channel="approved_email", decision_id="D2")]
    assert sorted(kinds(audit(rows, facts, calm, CLOCK))) == ["per_customer", "separation"]


def test_windows_and_validity_count_the_markets_days(book: Playbook, facts: Facts) -> None:
    """At 23:30 UTC it is tomorrow in Rome."""
    facts.contacts = [met(13)]
    late = CLOCK + timedelta(hours=23, minutes=30)
    assert kinds(audit([suggestion(book)], facts, book, CLOCK)) == ["rest"]
    assert kinds(audit([suggestion(book)], facts, book, late)) == []


def test_suggestions_of_one_week_share_the_caps(book: Playbook, facts: Facts) -> None:
    facts.contacts = [met(1, "phone_call"), met(2, "chat")]
    rows = [suggestion(book), suggestion(book, channel="approved_email", decision_id="D2")]
    assert sorted(kinds(audit(rows, facts, book, CLOCK))) == ["cap", "per_customer"]


def test_what_cannot_be_read_counts_for_the_person_only(book: Playbook, facts: Facts) -> None:
    facts.contacts = [met(5, is_sound=False)]
    found = audit([suggestion(book)], facts, book, CLOCK)
    assert kinds(found) == []
    assert [finding.kind for finding in found.by_person] == ["rest"]
    assert found.summary()["by_person"] | {"examples": []} == {
        "violations": 1,
        "kinds": {"rest": 1},
        "examples": [],
        "persons": 1,
        "unmatched": 0,
    }


def test_two_unmatched_records_of_one_person_are_found_out_by_the_truth_alone(
    book: Playbook, facts: Facts
) -> None:
    facts.contacts = [met(3, "approved_email", TWIN)]
    found = audit([suggestion(book, channel="approved_email")], facts, book, CLOCK)
    assert (kinds(found), [each.kind for each in found.by_person]) == ([], ["cap"])
    assert (found.persons(), found.several) == (1, {"1"})
    facts.licences = {WHO: "IT-77 ", TWIN: "it-77"}
    assert kinds(audit([suggestion(book, channel="approved_email")], facts, book, CLOCK)) == ["cap"]
    facts.licences = {WHO: "00-0", TWIN: "00-0"}  # a placeholder is nobody's licence
    assert kinds(audit([suggestion(book, channel="approved_email")], facts, book, CLOCK)) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"rep_id": "R2"}, ["roster"]),
        ({"rep_id": "R9"}, ["roster"]),
        ({"rep_id": None}, ["owner"]),
        ({"channel": "webinar"}, ["owner"]),
        ({"content_id": "nothing"}, ["content"]),
        ({"product_id": "auritens"}, ["content"]),
    ],
)
def test_who_acts_and_with_what(
    book: Playbook, facts: Facts, given: dict[str, Any], expected: list[str]
) -> None:
    facts.statements.append(said("granted", 9, channel="webinar"))
    assert kinds(audit([suggestion(book, **given)], facts, book, CLOCK)) == expected


def test_content_that_is_not_approved_or_not_valid(book: Playbook, facts: Facts) -> None:
    bad = [each for each in book.content if each.status != "approved" or each.valid_until < CLOCK.date()]
    assert {each.status == "approved" for each in bad} == {True, False}
    channels = {channel.id: channel for channel in book.channels}
    for content in bad:
        channel = content.channels[0]
        facts.statements = [said("granted", 9, channel="all")]
        rep = "R1" if channels[channel].owner == "rep" else None
        row = {"content_id": content.id, "product_id": content.product, "channel": channel, "rep_id": rep}
        assert kinds(audit([suggestion(book, **row)], facts, book, CLOCK)) == ["content"]


def test_lists_longer_than_the_week_the_policy_or_the_seats(book: Playbook, facts: Facts) -> None:
    visits = [suggestion(book, source_record_id=f"A{n}", decision_id=f"D{n}") for n in range(3)]
    assert kinds(audit(visits, facts, book, CLOCK)) == ["minutes"]
    facts.roster["R1"] = Employment("R1", 10_000.0)
    visits = [suggestion(book, source_record_id=f"A{n}") for n in range(book.policy.per_rep + 1)]
    assert kinds(audit(visits, facts, book, CLOCK)) == ["per_rep"]
    seats = next(channel.capacity for channel in book.channels if channel.id == "webinar") or 0
    facts.statements = [
        said("granted", 9, channel="webinar", record=("crm", f"A{n}")) for n in range(seats + 1)
    ]
    invited = [
        suggestion(book, channel="webinar", rep_id=None, source_record_id=f"A{n}") for n in range(seats + 1)
    ]
    assert kinds(audit(invited, facts, book, CLOCK)) == ["sends"]
