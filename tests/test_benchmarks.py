"""Benchmarks run and compare their results; how long they take is not tested."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_the_pipeline_and_the_hand_written_script_make_the_same_tables() -> None:
    command = [
        sys.executable,
        "benchmarks/pipeline.py",
        "--customers",
        "400",
        "--touchpoints",
        "20000",
        "--json",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = {row["stage"]: row for row in json.loads(done.stdout)}
    assert rows["touchpoint"]["rows"] + rows["medical_touchpoint"]["rows"] == 20_000
    assert rows["sql part"]["hand_written_seconds"] > 0


def test_a_country_is_made_and_counted() -> None:
    command = [
        sys.executable,
        "benchmarks/world.py",
        "--customers",
        "1000",
        "--weeks",
        "8",
        "--processes",
        "2",
        "--json",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    small, large = json.loads(done.stdout)
    assert (small["customers"], large["customers"]) == (100, 1000)
    assert 0 < large["touchpoint_rows"] < large["all_rows"]
    assert large["peak_mib"] > 0


def test_every_chooser_is_judged_on_the_same_instance() -> None:
    command = [
        sys.executable,
        "benchmarks/decide.py",
        "--customers",
        "400",
        "--methods",
        "highs-simplex,value-priority",
        "--variants",
        "goals",
        "--json",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    exact, baseline = json.loads(done.stdout)
    assert (exact["status"], baseline["status"]) == ("Optimal", "ok")
    assert abs(exact["gap"]) < 1e-6 < baseline["gap"]
    assert baseline["bound"] == exact["bound"]


@pytest.mark.skipif(shutil.which("wrk") is None, reason="the load comes from wrk, which is not installed")
def test_the_collector_is_loaded_beside_a_server_that_does_nothing() -> None:
    command = [
        sys.executable,
        "benchmarks/collect.py",
        "--json",
        "--stores",
        "sqlite",
        "--methods",
        "no-op,unisono",
    ]
    command += ["--batches", "2", "--seconds", "1", "--connections", "4", "--events", "100"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    idle, durable, many = json.loads(done.stdout)
    assert (idle["method"], durable["method"]) == ("no-op", "unisono")
    assert durable["events_per_second"] > 0
    assert many["events"] >= 100
