"""A steward's round on the command line: look, decide, run, take apart, run."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq

from tests.build import filled
from tests.e2e.conftest import CLOCK, Run
from unisono.project import open_project
from unisono.store import Snapshot
from unisono.tables.arrow import rows


def two_customers(snapshot: Snapshot) -> tuple[str, str]:
    """Return the keys of two records, each the only one of a customer that has an arm."""
    alone = "select min(e.record_key) as key from entity_record as e group by e.entity having count(*) = 1"
    sql = f"select r.record_key from match_record as r inner join ({alone}) as a on a.key = r.record_key"
    left, right = snapshot.read(f"{sql} where r.kind = 'hcp' order by 1 limit 2")["record_key"].to_pylist()
    return left, right


def who(snapshot: Snapshot) -> dict[str, str]:
    found = snapshot.read("select system || ':' || source_record_id as key, customer_id from customer_xref")
    return {row["key"]: row["customer_id"] for row in found.to_pylist()}


def arms(snapshot: Snapshot) -> dict[str, str]:
    return {row["customer_id"]: row["arm"] for row in snapshot.table("arm").to_pylist()}


def test_what_a_steward_decides_is_applied_and_can_be_undone(demo: Path, unisono: Run) -> None:
    project = open_project(demo)
    first = project.snapshot()
    left, right = two_customers(first)
    by = ("--by", "Ann", "--at", "2026-01-05")
    assert "the next run applies it" in unisono("resolve", "decide", demo, left, right, "same", *by).lower()

    merged = project.run(as_of=CLOCK + timedelta(days=1))
    assert merged.run_id != first.run_id
    together = who(merged)[left]
    assert together == who(merged)[right]

    said = json.loads(unisono("resolve", "split", demo, together, right, *by, "--json"))
    assert {(each["left"], each["right"], each["decision"]) for each in said} == {(right, left, "not_same")}
    split = project.run(as_of=CLOCK + timedelta(days=2))
    assert who(split) == who(first)
    assert arms(split) == arms(first)
    told = [row for row in split.table("identity_event").to_pylist() if row["event"] == "manual"]
    assert {row["other_id"] for row in told} == {"D000001", "D000002"}


def test_the_queue_shows_two_records_side_by_side(demo: Path, unisono: Run) -> None:
    snapshot = open_project(demo).snapshot()
    left, right = two_customers(snapshot)
    pair = {"left_key": left, "right_key": right, "weight": 1.0, "probability": 2 / 3, "question": "unsure"}
    waiting = rows("match_queue", [filled("match_queue", pair)])
    pq.write_table(waiting, snapshot.path("match_queue") / "part-0.parquet")
    shown = unisono("resolve", "queue", demo, "--top", 3)
    for part in ("66.7% likely", left, right, "full_name", "differs", f"decide {demo} {left} {right} same"):
        assert part in " ".join(shown.split())
    (listed,) = json.loads(unisono("resolve", "queue", demo, "--json"))
    assert (listed["left"]["record_key"], listed["right"]["record_key"]) == (left, right)


def test_a_steward_s_mistake_says_what_and_how_to_fix_it(finished_demo: Path, unisono: Run) -> None:
    snapshot = open_project(finished_demo).snapshot()
    left, right = two_customers(snapshot)
    customer = who(snapshot)[left]
    for words, said in (
        (("decide", left, f"{right}x", "same"), f"did you mean '{right}'"),
        (("decide", left, left, "same"), "UN5202"),
        (("split", "C0", left), "UN5010 no customer is called 'C0'"),
        (("split", customer, right), f"UN5202 '{right}' is no record of {customer}"),
        (("split", customer, left), "would stay"),
    ):
        verb, *rest = words
        assert said in unisono("resolve", verb, finished_demo, *rest, "--by", "Ann", code=2)
    assert not (finished_demo / "stewardship").exists()
