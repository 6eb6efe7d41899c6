"""Was a contact lawful on a day: the standing of consent as it was then, by the gates' own rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import CLOCK, ago, channel, consent, playbook, record, rep, run, touch
from unisono.deliver import standing_on


class Run:
    """A run's tables, read as a snapshot is."""

    def __init__(self, **data: Any) -> None:
        book = playbook(
            channels=[channel("email", consent="required"), channel("visit", consent="not_required")]
        )
        self.tables = run({"source_record": [record("a")], "rep": [rep("r")], **data}, book)
        self.engine = self.tables.engine

    def read(self, sql: str, values: Any) -> Any:
        return self.engine.read(sql, values)

    def lawful(self, days_ago: float) -> dict[str, bool]:
        who = self.tables.customer("a")
        rows = standing_on(self, who, ago(days_ago))  # type: ignore[arg-type] # reads alike
        return {row["channel"]: row["lawful"] for row in rows}


def test_consent_counts_from_its_statement_to_its_withdrawal() -> None:
    told = Run(source_consent=[consent("a", days=100), consent("a", 50, "withdrawn")])
    assert told.lawful(120) == {"email": False, "visit": True}
    assert told.lawful(80) == {"email": True, "visit": True}
    assert told.lawful(10) == {"email": False, "visit": True}


def test_consent_that_had_lapsed_is_none() -> None:
    told = Run(source_consent=[consent("a", days=100, expires_at=ago(60))])
    assert told.lawful(61)["email"]
    assert not told.lawful(59)["email"]


def test_a_refusal_counts_where_no_consent_is_needed() -> None:
    told = Run(source_consent=[consent("a", 50, "denied", channel="visit")])
    assert told.lawful(60)["visit"]
    assert not told.lawful(40)["visit"]


def test_an_unsubscription_counts_until_consent_is_given_again() -> None:
    told = Run(
        source_consent=[consent("a", days=100), consent("a", days=30)],
        source_touchpoint=[touch("a", days=50, event="unsubscribed")],
    )
    assert told.lawful(60)["email"]
    assert not told.lawful(40)["email"]
    assert told.lawful(20)["email"]


def test_the_day_of_the_run_is_what_the_run_decided_by() -> None:
    told = Run(source_consent=[consent("a", days=100), consent("a", 50, "withdrawn")])
    rows = standing_on(told, told.tables.customer("a"), CLOCK)  # type: ignore[arg-type]
    stated = {row["channel"]: row["status"] for row in rows if row["status"] != "none"}
    assert stated == {row["channel"]: row["status"] for row in told.tables["consent_status"]}


@pytest.mark.parametrize("days", [0, 1000])
def test_who_said_nothing_may_be_visited_and_not_written_to(days: float) -> None:
    assert Run().lawful(days) == {"email": False, "visit": True}
