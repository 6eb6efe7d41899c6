"""Why two records are one customer, or are not, on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from tests.build import filled
from tests.e2e.conftest import CLOCK, Run
from tests.e2e.test_resolve import two_customers, who
from unisono.charts import SIMULATED_LABEL
from unisono.project import open_project
from unisono.store import Snapshot
from unisono.tables.arrow import rows

LIKELY = """
select p.*
from match_pair as p
inner join entity_record as l on l.record_key = p.left_key and l.method = 'match'
inner join entity_record as r on r.record_key = p.right_key and r.entity = l.entity and r.method = 'match'
where p.probability >= 0.95
order by p.left_key, p.right_key
limit 1
"""
SHARING = """
select a.record_key as left_key, b.record_key as right_key, a.value
from identifier as a
inner join identifier as b on b.field = a.field and b.value = a.value and b.record_key > a.record_key
inner join entity_record as l on l.record_key = a.record_key
inner join entity_record as r on r.record_key = b.record_key and r.entity = l.entity
where a.field = 'licence_id'
order by 1, 2
limit 1
"""


def replace(snapshot: Snapshot, table: str, *given: dict[str, object]) -> None:
    """Write other rows into a table of a published run."""
    made = rows(table, [filled(table, row) for row in given])
    pq.write_table(made, snapshot.path(table) / "part-0.parquet")


def explained(unisono: Run, folder: Path, left: str, right: str) -> str:
    """Return what the terminal shows, on one line."""
    return " ".join(unisono("resolve", "explain", folder, left, right).split())


def test_what_comparisons_add_is_the_weight_of_the_pair(
    finished_demo: Path, unisono: Run, tmp_path: Path
) -> None:
    (likely,) = open_project(finished_demo).snapshot().read(LIKELY).to_pylist()
    left, right = likely["left_key"], likely["right_key"]
    for keys in ((left, right), (right, left)):
        told = json.loads(unisono("resolve", "explain", finished_demo, *keys, "--json"))
        total = 0.0
        for row in told["evidence"]:
            total += row["weight"]
            assert row["total"] == pytest.approx(total)
        assert total == pytest.approx(likely["weight"], abs=1e-4)
        assert told["probability"] == pytest.approx(likely["probability"], abs=1e-6)
        assert told["one_customer"]

    page, chart = tmp_path / "made" / "pair.html", tmp_path / "made" / "pair.svg"
    shown = unisono("resolve", "explain", finished_demo, left, right, "--html", page, "--svg", chart)
    shown = " ".join(shown.split())
    assert f"{left} and {right} [simulated data] One customer, because they are" in shown
    assert "and 95% is enough." in shown
    assert f"{likely['weight']:.2f}" in shown
    text = page.read_text(encoding="utf-8")
    drawn = "".join(ElementTree.parse(chart).getroot().itertext())
    for part in (SIMULATED_LABEL, left, right, "prior: any two records", f"= {likely['weight']:.2f}"):
        assert part in text
        assert part in drawn
    assert "accept 95%" in drawn
    assert not re.search(r"<script|<link|src=|url\(", text)


def test_what_two_records_share_makes_them_one_customer(finished_demo: Path, unisono: Run) -> None:
    (sharing,) = open_project(finished_demo).snapshot().read(SHARING).to_pylist()
    shown = explained(unisono, finished_demo, sharing["left_key"], sharing["right_key"])
    assert f"One customer, because both have licence id {sharing['value']}" in shown


def test_two_records_that_nothing_ties_together_are_two_customers(finished_demo: Path, unisono: Run) -> None:
    left, right = two_customers(open_project(finished_demo).snapshot())
    shown = explained(unisono, finished_demo, left, right)
    assert "Two customers, because they are" in shown
    assert "They share no identifier. No steward decided anything about them." in shown


def test_two_kinds_are_two_customers(finished_demo: Path, unisono: Run) -> None:
    first = "select min(record_key) as key from match_record where kind in ('hco', 'hcp') group by kind order by kind"
    keys = open_project(finished_demo).snapshot().read(first)["key"].to_pylist()
    shown = explained(unisono, finished_demo, *keys)
    assert "Two customers, because one is of kind hco and the other of kind hcp." in shown
    assert "only people are compared by likeness" in shown


def test_other_records_can_tie_two_together(demo: Path, unisono: Run) -> None:
    snapshot = open_project(demo).snapshot()
    left, right = two_customers(snapshot)
    known = snapshot.table("customer_xref").to_pylist()
    of = {f"{row['system']}:{row['source_record_id']}": row["customer_id"] for row in known}
    (shared,) = snapshot.read(SHARING).to_pylist()
    one = of[shared["left_key"]]
    size = sum(customer == one for customer in of.values())
    replace(
        snapshot,
        "customer_xref",
        *(
            {**row, "customer_id": one} if row["customer_id"] in (of[left], of[right]) else row
            for row in known
        ),
    )
    shown = explained(unisono, demo, left, right)
    assert f"One customer, because other records of {one} ({size}) tie them together, though alone" in shown


def test_a_decision_comes_before_likeness(demo: Path, unisono: Run) -> None:
    snapshot = open_project(demo).snapshot()
    left, right = two_customers(snapshot)
    decision = {"decision_id": "D000001", "left_key": left, "right_key": right, "decision": "not_same"}
    said = {"decided_by": "Ann", "decided_at": CLOCK, "reason": "I know both"}
    replace(snapshot, "steward_decision", decision | said | {"standing": True})
    shown = explained(unisono, demo, right, left)
    assert "Two customers, because Ann decided on 2026-01-05 that they are not one." in shown
    assert "I know both" in shown


def test_a_likely_pair_that_was_kept_apart_waits_for_a_steward(demo: Path, unisono: Run) -> None:
    snapshot = open_project(demo).snapshot()
    left, right = two_customers(snapshot)
    unsure = {"left_key": left, "right_key": right, "weight": 1.0, "probability": 2 / 3}
    replace(snapshot, "match_pair", unsure)
    replace(snapshot, "match_queue", unsure | {"question": "unsure"})
    replace(snapshot, "playbook_identity", {**identity(snapshot), "review": 0.0, "accept": 0.0})
    system = left.split(":")[0]
    assert system == right.split(":")[0]
    replace(snapshot, "playbook_curated", {"system": system})
    shown = explained(unisono, demo, left, right)
    assert f"because each has a record of {system}, which has no duplicates, though they are likely" in shown
    assert "It waits for a steward's decision." in shown


def test_a_playbook_without_matching_still_shows_identifiers(
    demo: Path, unisono: Run, tmp_path: Path
) -> None:
    snapshot = open_project(demo).snapshot()
    (sharing,) = snapshot.read(SHARING).to_pylist()
    replace(snapshot, "playbook_identity", {**identity(snapshot), "matching": None})
    for table in ("match_model", "match_pair", "match_queue"):
        replace(snapshot, table)
    left, right = sharing["left_key"], sharing["right_key"]
    shown = explained(unisono, demo, left, right)
    assert f"because both have licence id {sharing['value']}" in shown
    assert "Likeness: the playbook has no matching" in shown
    page = tmp_path / "pair.html"
    unisono("resolve", "explain", demo, left, right, "--html", page)
    assert "the playbook has no matching" in page.read_text(encoding="utf-8")
    drawn = unisono("resolve", "explain", demo, left, right, "--svg", tmp_path / "pair.svg", code=2)
    assert "UN5302" in drawn
    apart = two_customers(snapshot)
    assert "Two customers, because they share no identifier, and the playbook" in explained(
        unisono, demo, *apart
    )


def test_two_records_of_the_run_are_needed(finished_demo: Path, unisono: Run) -> None:
    key, *_ = sorted(who(open_project(finished_demo).snapshot()))
    unknown = unisono("resolve", "explain", finished_demo, key, f"{key}x", code=2)
    assert f"UN5201 no record is called '{key}x'" in unknown
    assert "did you mean" in unknown
    assert "UN5202" in unisono("resolve", "explain", finished_demo, key, key, code=2)


def identity(snapshot: Snapshot) -> dict[str, object]:
    (said,) = snapshot.table("playbook_identity").to_pylist()
    return dict(said)
