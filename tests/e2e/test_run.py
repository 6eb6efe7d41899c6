"""A whole run on the simulated brand: conserved, permitted, repeatable, resumed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CLOCK
from tests.same import assert_rows
from unisono import pipeline
from unisono.engine.graph import SqlStep
from unisono.errors import EngineError, UnisonoError
from unisono.previous import KEPT
from unisono.project import open_project
from unisono.store import Snapshot

NAMED_AFTER_RUNS = {"identity_event", *KEPT}
NAMED_AFTER_RUNS |= {"decision", "commercial_decision", "medical_decision", "agenda"}


def tables(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """Every table that does not name runs, or what was known before."""
    return {
        name: snapshot.table(name).to_pylist() for name in snapshot.tables if name not in NAMED_AFTER_RUNS
    }


def assert_same(one: dict[str, list[dict[str, Any]]], other: dict[str, list[dict[str, Any]]]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert_rows(one[name], other[name], name)


def test_every_row_of_every_file_is_accounted_for(finished_demo: Path) -> None:
    snapshot = open_project(finished_demo).snapshot()
    for source in snapshot.manifest["sources"]:
        assert source["rows_in"] == source["accepted"] + source["quarantined"] + source["duplicates"], source
        assert source["rows_in"] > 0
    quarantined = sum(source["quarantined"] for source in snapshot.manifest["sources"])
    assert snapshot.table("quarantine").num_rows == quarantined > 0


def test_the_manifest_says_what_the_run_was_made_from(finished_demo: Path) -> None:
    manifest = open_project(finished_demo).snapshot().manifest
    assert manifest["clock"] == CLOCK.isoformat()
    assert manifest["simulated"] is True
    assert all(len(source["sha256"]) == 64 for source in manifest["sources"])
    assert {stage["table"] for stage in manifest["stages"]} >= {
        "touchpoint",
        "preference",
        "belief",
        "decision",
    }
    assert all(stage["peak_mib"] > 0 for stage in manifest["stages"])
    assert any(name.startswith("wall: ") for name in manifest["checks"])


def test_both_sides_of_the_wall_are_decided(finished_demo: Path) -> None:
    snapshot = open_project(finished_demo).snapshot()
    for table in ("touchpoint", "medical_touchpoint", "commercial_decision", "medical_decision"):
        assert snapshot.table(table).num_rows > 0
    both = [
        *snapshot.table("commercial_decision").to_pylist(),
        *snapshot.table("medical_decision").to_pylist(),
    ]
    assert_rows(both, snapshot.table("decision").to_pylist(), "decision")


def test_a_run_whose_steps_leak_is_not_even_begun(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = open_project(demo)
    published = project.snapshot().run_id
    sql = demo / "content_use.sql"
    sql.write_text(
        "select customer_id, content_id, occurred_at as last_used_at, is_human as too_recent from medical_touchpoint"
    )
    leaking = [SqlStep(step.table, sql) if step.table == "content_use" else step for step in pipeline.STEPS]
    monkeypatch.setattr(pipeline, "STEPS", tuple(leaking))
    with pytest.raises(EngineError, match=r"UN3013 .*content_use\.too_recent"):
        project.run(as_of=CLOCK, force=True)
    assert project.snapshot().run_id == published


def test_the_simulated_label_reaches_every_decision(finished_demo: Path) -> None:
    decision = open_project(finished_demo).snapshot().table("decision")
    assert decision.num_rows > 0
    assert set(decision["simulated"].to_pylist()) == {True}


def test_the_same_inputs_are_not_run_twice_but_can_be_forced_to_equal_tables(demo: Path) -> None:
    project = open_project(demo)
    first = project.snapshot()
    assert project.run(as_of=CLOCK).run_id == first.run_id
    forced = project.run(as_of=CLOCK, force=True)
    assert forced.run_id == f"{first.run_id}-2"
    assert_same(tables(forced), tables(first))
    assert forced.table("decision").num_rows == first.table("decision").num_rows


def test_customer_ids_stay_when_the_clock_moves(demo: Path) -> None:
    project = open_project(demo)
    before = project.snapshot().table("customer_xref").to_pylist()
    later = project.run(as_of=CLOCK + timedelta(days=7))
    ids = {
        (row["system"], row["source_record_id"]): row["customer_id"]
        for row in later.table("customer_xref").to_pylist()
    }
    assert all(ids[row["system"], row["source_record_id"]] == row["customer_id"] for row in before)


def test_stale_data_stops_every_suggestion(demo: Path) -> None:
    late = open_project(demo).run(as_of=CLOCK + timedelta(days=400))
    assert late.table("decision").num_rows == 0
    stopped = late.read("select removed from funnel where customer_id = '*' and gate = 'stale_input'")
    assert stopped["removed"][0].as_py() > 0


def test_a_run_before_anything_happened_suggests_nothing(demo: Path) -> None:
    early = open_project(demo).run(as_of=datetime(2020, 1, 1))
    assert early.table("decision").num_rows == 0
    assert early.table("touchpoint").num_rows == 0


def test_a_failed_run_publishes_nothing_and_the_next_takes_over_what_was_finished(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = open_project(demo)
    published = project.snapshot().run_id
    made: list[str] = []

    def failing(step, engine, values):
        if step.table == "candidate":
            raise EngineError("UN3001", "the machine failed")
        made.append(step.table)
        return run_step(step, engine, values)

    run_step = pipeline.run_step
    monkeypatch.setattr(pipeline, "run_step", failing)
    with pytest.raises(UnisonoError, match="the machine failed"):
        project.run(as_of=CLOCK, force=True)
    assert project.snapshot().run_id == published
    first_try = set(made)
    made.clear()
    monkeypatch.setattr(pipeline, "run_step", lambda *step: made.append(step[0].table) or run_step(*step))
    project.run(as_of=CLOCK, force=True)
    assert first_try.isdisjoint(made)
    assert "candidate" in made


def test_a_failing_check_publishes_nothing(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = open_project(demo)
    published = project.snapshot().run_id
    sql = demo / "no_decisions.sql"
    sql.write_text("select decision_id from decision")
    monkeypatch.setattr("unisono.checks.CHECKS", (sql,))
    with pytest.raises(EngineError, match=r"UN3012 check failed.*\n.*nothing was published"):
        project.run(as_of=CLOCK, force=True)
    assert project.snapshot().run_id == published
