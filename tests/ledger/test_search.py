"""Decisions are found by what they are searched by, page by page, and counted once; alike on both databases."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from unisono.ledger import Database, decisions, open_database
from unisono.ledger.search import Search, count, find, tally

NOW = datetime(2026, 3, 3, 9, 0)
DAY = timedelta(days=1)
BOTH = Search(("commercial", "medical"))


def decision(number: int, **more: Any) -> dict[str, Any]:
    made = {
        "decision_id": f"D{number:02d}",
        "run_id": "r1",
        "customer_id": f"C{number % 5}",
        "rep_id": "R1",
        "product_id": "P1",
        "channel": "f2f_visit",
        "purpose": "commercial",
        "decided_at": NOW,
        "expires_at": NOW + 7 * DAY,
        "reduced_value": 1.0,
    }
    return {**made, **more}


def ids(ledger: Database, search: Search, most: int = 99, after: str | None = None) -> list[str]:
    return [row["decision_id"] for row in find(ledger, search, most, after)]


def respond(ledger: Database, number: int, response: Any, at: datetime = NOW, **more: Any) -> None:
    told = {"decision_id": f"D{number:02d}", "actor": "rosa", "response": response, "at": at, **more}
    decisions.respond(ledger, response_id=f"{number} {response} {at}", **told)


def test_the_newest_and_most_valuable_come_first_page_by_page(ledger: Database) -> None:
    some = [decision(n, decided_at=NOW + DAY * (n % 3), reduced_value=float(n % 2)) for n in range(12)]
    decisions.publish(ledger, some, NOW)
    order = sorted(
        some, key=lambda one: (one["decided_at"], one["reduced_value"], one["decision_id"]), reverse=True
    )
    expected = [one["decision_id"] for one in order]
    assert ids(ledger, BOTH) == expected
    assert ids(ledger, BOTH, 5) == expected[:5]
    assert ids(ledger, BOTH, 5, expected[4]) == expected[5:10]
    assert ids(ledger, BOTH, 5, expected[-1]) == ids(ledger, BOTH, 5, "unknown") == []
    assert (count(ledger, BOTH), count(ledger, BOTH, 7)) == (12, 7)


@pytest.mark.parametrize(
    "wanted",
    [
        {"purposes": ("medical",)},
        {"customers": ("C1", "C'2", "C3")},
        {"customers": ()},
        {"rep_id": "R2"},
        {"channel": "phone_call"},
        {"since": NOW + DAY},
        {"since": NOW, "until": NOW + DAY},
        {"rep_id": "R2", "channel": "phone_call", "customers": ("C1",)},
    ],
    ids=str,
)
def test_every_condition_counts(ledger: Database, wanted: dict[str, Any]) -> None:
    some = [
        decision(
            n,
            customer_id=f"C{n % 4}",
            rep_id=(None, "R1", "R2")[n % 3],
            channel=("f2f_visit", "phone_call")[n // 2 % 2],
            purpose=("commercial", "medical")[n // 4 % 2],
            decided_at=NOW + DAY * (n % 2),
        )
        for n in range(48)
    ]
    decisions.publish(ledger, some, NOW)
    search = replace(BOTH, **wanted)
    expected = {
        one["decision_id"]
        for one in some
        if one["purpose"] in search.purposes
        and (search.customers is None or one["customer_id"] in search.customers)
        and search.rep_id in (None, one["rep_id"])
        and search.channel in (None, one["channel"])
        and (search.since is None or one["decided_at"] >= search.since)
        and (search.until is None or one["decided_at"] < search.until)
    }
    assert set(ids(ledger, search)) == expected
    assert count(ledger, search) == len(expected) < 48


def test_a_suggestion_made_again_is_counted_once_with_its_last_answer(ledger: Database) -> None:
    week = [NOW - 7 * DAY, NOW]
    again = {"customer_id": "C1", "decided_at": NOW + DAY}
    decisions.publish(
        ledger,
        [
            decision(1), decision(11, **again),  # planned, then done when made again
            decision(2, expires_at=NOW + DAY),  # shown, over
            decision(3),  # open
            decision(4, decided_at=NOW - DAY, expires_at=NOW + DAY),  # the week before, never seen, over
            decision(5, rep_id=None),  # nobody's to answer
            decision(6, customer_id="C9", decided_at=NOW - 8 * DAY),  # before
            decision(7, product_id="P2"),  # dismissed, shown again later
        ],
        NOW,
    )  # fmt: skip
    respond(ledger, 1, "accepted")
    respond(ledger, 11, "done", NOW + DAY)
    respond(ledger, 2, "shown")
    respond(ledger, 7, "dismissed", reason="not_now")
    respond(ledger, 7, "shown", NOW + DAY)
    found = tally(ledger, BOTH, week, NOW + 2 * DAY)
    told = {
        (row["period"], row["response"], row["reason"], row["is_over"]): row["suggestions"] for row in found
    }
    assert told == {
        (1, "done", None, 0): 1,
        (1, "shown", None, 1): 1,
        (1, None, None, 0): 1,
        (0, None, None, 1): 1,
        (1, "dismissed", "not_now", 0): 1,
    }


def test_an_older_ledger_gets_the_columns_it_lacks(ledger: Database, ledger_url: str) -> None:
    decisions.publish(ledger, [decision(1), decision(2, reduced_value=3.0)], NOW)
    with ledger.transaction() as transaction:
        transaction.execute("drop index published_decision_by_time")
        for column in ("product_id", "decided_at", "reduced_value"):
            transaction.execute(f"alter table published_decision drop column {column}")
    with closing(open_database(ledger_url)) as renewed:
        assert ids(renewed, replace(BOTH, since=NOW, until=NOW + DAY)) == ["D02", "D01"]
        rows = renewed.read("select product_id, reduced_value, body from published_decision")
    assert {(row["product_id"], row["reduced_value"]) for row in rows} == {("P1", 1.0), ("P1", 3.0)}
    assert all(json.loads(row["body"])["run_id"] == "r1" for row in rows)
