"""The benchmark of deciding counts candidates by itself, and all methods score them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from benchmarks.nextbest.count import counts, open_tables
from benchmarks.nextbest.ours import unisono
from benchmarks.nextbest.tables import make

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
KEPT = 3  # contents the playbook keeps for each permitted action, by default


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tables of 200 customers, decided."""
    folder = tmp_path_factory.mktemp("deciding") / "instance"
    make(folder, 200, seed=3)
    stages = {row["stage"] for row in unisono(folder)}
    assert {"all", "gates", "value", "solve", "explain"} <= stages
    return folder


def test_candidates_are_those_that_deciding_values(instance: Path) -> None:
    with open_tables(instance) as connection:
        key = "customer_id, product_id, channel"
        mine = f"select {key}, least(count(*), {KEPT}) as contents from scored group by {key}"
        options = "select * from content_option union all select * from medical_content_option"
        theirs = f"select {key}, count(*) as contents from ({options}) group by {key}"
        assert connection.execute(f"({mine}) except ({theirs})").fetchall() == []
        assert connection.execute(f"({theirs}) except ({mine})").fetchall() == []


def test_the_instance_meets_every_kind_of_gate_and_limit(instance: Path) -> None:
    with open_tables(instance) as connection:
        met = "select gate from funnel where customer_id = '*' and removed > 0"
        gates = {gate for (gate,) in connection.execute(met).fetchall()}
        used = connection.execute("select distinct resource from price where used > 0").fetchall()
    assert gates >= {"kind", "reach", "wall", "control_arm", "consent", "suppression", "cap", "rest"}
    assert {kind for (kind,) in used} == {
        "rep_minutes", "rep_suggestions", "channel_sends", "budget", "quota", "goal"
    }  # fmt: skip
    found = counts(instance)
    assert found["asked"] > found["candidates"] > found["decisions"] > 0


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the benchmark's rows by method and stage."""
    command = [sys.executable, "benchmarks/deciding.py", "--customers", "200", "--sample", "100", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {(row["method"], row["stage"]): row for row in json.loads(done.stdout)}


@pytest.mark.parametrize("method", ["vowpalwabbit", "mabwiser"])
def test_a_library_scores_the_same_candidates(
    method: str, measured: dict[tuple[str, str], dict[str, Any]]
) -> None:
    if find_spec(method) is None:
        pytest.skip(f"{method} is not installed")
    ours, theirs = measured["unisono", "all"], measured[method, "all"]
    assert theirs["candidates"] == ours["candidates"] == ours["scored"]
    assert (ours["sampled"], theirs["sampled"]) == (200, 100)
    half = ours["candidates"] / 2
    assert theirs["scored"] > 0.8 * half
    assert method == "mabwiser" or theirs["scored"] < 1.2 * half  # MABWiser scores what is not permitted too
