"""A representative's suggestions become a list by working day: the best first, a few a day, the rest waits."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from tests.build import CLOCK, EMAIL, FAX, VISIT, Tables, area, content, playbook, record, rep, run, touch


def decided(as_of: datetime = CLOCK, people: int = 14, **policy: Any) -> Tables:
    """Decide for customers of two representatives, who have time for all of them, and for one centrally."""
    keys = [f"p{n}" for n in range(people)]
    rows = [record(key, city=("Oslo", "Rome", None)[n % 3]) for n, key in enumerate(keys)]
    touches = [
        touch(f"p{n}", 20 + 5 * k, "visited", "visit", contact_id=f"v{n}-{k}")
        for n in range(people)
        for k in range(n % 4)
    ]
    reps = [rep("r", 9000), rep("q", 9000)]
    return run(
        {
            "source_record": rows,
            "source_touchpoint": [*touches, touch("p0", 1 + (CLOCK - as_of).days, "sent", "email")],
            "rep": reps,
            "territory_area": [area("r", "Oslo"), area("q", "Rome")],
        },
        playbook(
            channels=[VISIT | {"response": {"mean": 0.5}}, FAX, EMAIL | {"owner": "none"}],
            content=[content("leaflet", channels=["visit", "fax"])],
            policy={"stale_after_days": 3000, **policy},
        ),
        as_of=as_of,
    )


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@pytest.mark.parametrize(("weekday", "per_day"), [(0, 5), (1, 1), (2, 2), (3, 3), (4, 1), (5, 1), (6, 2)])
def test_days_are_working_days_filled_best_first_and_the_rest_waits(weekday: int, per_day: int) -> None:
    as_of = datetime.combine(monday_of(CLOCK.date()), time.min) + timedelta(days=weekday, hours=8)
    made = decided(as_of, people=18, per_day=per_day)
    agenda = made.by("agenda", "decision_id")
    ahead = [as_of.date() + timedelta(days=n) for n in range(7)]
    days = [day for day in ahead if day.weekday() < 5]
    assert {row["rep_id"] for row in agenda.values()} == {"r", "q"}
    for who in ("r", "q"):
        mine = sorted((row for row in made["decision"] if row["rep_id"] == who), key=lambda row: row["rank"])
        assert len(mine) == 6
        slots = [(day, place) for day in days for place in range(1, per_day + 1)]
        waiting = [(None, place) for place in range(1, 1 + max(len(mine) - len(slots), 0))]
        expected = [*slots, *waiting][: len(mine)]
        assert [
            (agenda[row["decision_id"]]["due_on"], agenda[row["decision_id"]]["position"]) for row in mine
        ] == (expected)


def test_only_representatives_have_an_agenda_and_each_customer_is_on_it_once() -> None:
    made = decided()
    owned = {row["decision_id"] for row in made["decision"] if row["rep_id"]}
    assert {row["decision_id"] for row in made["agenda"]} == owned
    assert any(row["rep_id"] is None for row in made["decision"])
    pairs = Counter((row["rep_id"], row["customer_id"]) for row in made["agenda"])
    assert set(pairs.values()) == {1}


def test_a_suggestion_is_never_meant_for_a_day_on_which_it_has_lapsed() -> None:
    made = decided(per_day=1, decision_valid_days=2)
    ends = {row["decision_id"]: row["expires_at"] for row in made["decision"]}
    due = [row for row in made["agenda"] if row["due_on"]]
    assert due
    assert all(datetime.combine(row["due_on"], time.min) < ends[row["decision_id"]] for row in due)
    assert len(due) < len(made["agenda"])
