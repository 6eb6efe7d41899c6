"""Nothing that only the medical side knows moves a commercial table; who, when and on which channel may cross."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    CLOCK,
    Data,
    Row,
    Tables,
    area,
    consent,
    content,
    playbook,
    record,
    rep,
    run,
    sides,
    touch,
)
from tests.properties.oracle import Oracle
from tests.properties.test_permitted import people_of, some_book, some_data
from tests.same import assert_rows
from unisono.playbook import Playbook
from unisono.tables import EVENTS, TWINS

PLANNED = (
    "room",
    "content_option",
    "action",
    "resource_price",
    "priced_action",
    "choice",
    "price",
    "certificate",
    "slot_option",
)
PLANNED += ("draw_option", "draw", "selection", "decision_fact", "commercial_decision")
"""Commercial tables that depend on for whom a medical suggestion is planned."""


def like(event: str) -> list[str]:
    """Return the events that reach out, or do not, as this one does; to unsubscribe is like nothing else."""
    contact = {each.name: each.is_contact for each in EVENTS if each.name != "unsubscribed"}
    return [name for name in contact if contact[name] == contact[event]] if event in contact else [event]


def other_news(random: Random, book: Playbook, data: Data) -> dict[str, list[Row]]:
    """Return the data with everything else about medical contacts changed than who, when and on which channel."""
    medical = {entry.id for entry in book.content if entry.purpose == "medical"}
    judge = Oracle(book, data, CLOCK)

    def changed(row: Row) -> Row:
        if not judge.is_medical(row):
            return row
        kept = row["content_id"] in medical
        return row | {
            "content_id": random.choice(sorted(medical)) if kept else random.choice(["c0", None]),
            "product": random.choice([None, "Ours", "Second"]),
            "key_message": random.choice([None, "new data"]),
            "event": random.choice(like(row["event"])),
            "duration_minutes": random.uniform(1, 60),
            "is_human": random.random() < 0.5,
            "amount": random.uniform(0, 9),
        }

    return {**data, "source_touchpoint": [changed(row) for row in data["source_touchpoint"]]}


def assert_alike(one: Tables, other: Tables, *tables: str) -> None:
    for name in tables:
        assert_rows(one[name], other[name], name)


@settings(max_examples=6)
@given(st.integers(0, 2**32))
def test_medical_news_moves_no_commercial_table(seed: int) -> None:
    random = Random(seed)
    book, data = some_book(random), some_data(random)
    before, after = run(data, book), run(other_news(random, book, data), book)
    assert_alike(before, after, *(TWINS.keys() - set(PLANNED)), "touch", "pressure", "medical_room")
    planned = [sorted(row["customer_id"] for row in made["medical_choice"]) for made in (before, after)]
    if planned[0] == planned[1]:
        assert_alike(before, after, *PLANNED)


DATA: Data = {
    "source_record": [record("a", city="Oslo"), record("b", city="Oslo")],
    "source_touchpoint": [touch("b", 40, "visited", "visit")],
    "source_consent": [consent("a"), consent("b")],
    "rep": [rep("r"), rep("m", role="msl", territory_id="r")],
    "territory_area": [area("r", "Oslo")],
}


def decided(*touches: Row, **policy: Any) -> Tables:
    """Run two customers whom both sides may reach, after these touchpoints."""
    data = {**DATA, "source_touchpoint": [*DATA["source_touchpoint"], *touches]}
    return run(data, playbook(policy={"per_customer": 3, **policy}))


def test_medical_news_moves_the_medical_side() -> None:
    meeting = {"channel": "msl", "event": "visited", "content_id": "paper", "touchpoint_id": "t"}
    silent = decided(touch("a", 5, **meeting, product="Ours", is_human=False))
    keen = decided(touch("a", 5, **meeting, product="Ours", is_human=True))
    assert_alike(silent, keen, *TWINS)
    for table in ("medical_belief", "medical_preference", "medical_action", "medical_decision"):
        with pytest.raises(AssertionError):
            assert_alike(silent, keen, table)
    assert not keen["belief"]


def purposes(made: Tables, key: str = "a") -> list[str]:
    return sorted(row["purpose"] for row in made["decision"] if row["customer_id"] == made.customer(key))


def test_every_decision_is_of_one_side() -> None:
    made = decided()
    assert set(purposes(made)) == {"commercial", "medical"}
    for table, purpose in zip(sides("commercial_decision"), ("commercial", "medical"), strict=True):
        assert {row["purpose"] for row in made[table]} == {purpose}
    assert {row["owner"] for row in made["price"]} == {"r"}
    assert {row["owner"] for row in made["medical_price"]} == {"m"}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"caps": [{"days": 30, "at_most": 1}]}, ["medical"]),
        ({"caps": [{"days": 30, "at_most": 2}]}, ["commercial", "medical"]),
        ({"per_customer": 1}, ["medical"]),
        ({"per_customer": 2}, ["commercial", "medical"]),
    ],
)
def test_limits_over_all_channels_hold_for_both_sides_together(
    policy: dict[str, Any], expected: list[str]
) -> None:
    made = decided(**policy)
    assert purposes(made) == expected
    assert purposes(made, "b") == expected


@pytest.mark.parametrize(("channel", "event"), [("msl", "visited"), ("visit", "visited"), ("email", "sent")])
def test_contacts_of_either_side_count_against_a_cap_over_all_channels(channel: str, event: str) -> None:
    made = decided(touch("a", 3, event, channel), caps=[{"days": 7, "at_most": 1}])
    assert purposes(made) == []
    stopped = {
        row["blocked_by"] for row in made.both("candidate") if row["customer_id"] == made.customer("a")
    }
    assert "cap" in stopped
    assert None not in stopped


def test_the_last_contact_told_may_be_of_the_other_side_but_not_what_it_was_about() -> None:
    made = decided(touch("a", 3, "visited", "msl", content_id="paper", key_message="new data"))
    facts = [row for row in made["decision_fact"] if row["customer_id"] == made.customer("a")]
    assert facts
    for fact in facts:
        assert (fact["last_contact_channel"], fact["touches"], fact["usual_channel"]) == ("msl", 1, None)
    told = [row for row in made["commercial_decision"] if row["customer_id"] == made.customer("a")]
    assert all("no commercial channel was used" in row["why_not_usual"] for row in told)


def test_unsubscribing_counts_whatever_the_message_was_about() -> None:
    mail = {"channel": "email", "contact_id": "m", "content_id": "paper"}
    made = decided(
        touch("a", 50, "sent", **mail), touch("a", 49, "unsubscribed", **mail | {"content_id": None})
    )
    assert {row["event"] for row in made["medical_touchpoint"]} == {"sent", "unsubscribed"}
    blocked = {
        row["customer_id"]: row["blocked_by"] for row in made["candidate"] if row["channel"] == "email"
    }
    assert blocked == {made.customer("a"): "suppression", made.customer("b"): None}


def test_content_has_been_used_on_its_own_side() -> None:
    book = [content("leaflet", channels=["visit"]), content("paper", channels=["msl"], purpose="medical")]
    seen = touch("a", 3, "visited", "msl", content_id="leaflet")
    made = run({**DATA, "source_touchpoint": [seen]}, playbook(content=book))
    assert not made["content_use"]
    assert [row["content_id"] for row in made["medical_content_use"]] == ["leaflet"]


def test_people_are_the_same_on_both_sides() -> None:
    made = decided()
    rooms = [{row["customer_id"] for row in made[name]} for name in sides("room")]
    assert rooms == [set(people_of(made).values())] * 2
