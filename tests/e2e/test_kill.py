"""A run killed at any moment leaves the last snapshot readable and the next run correct."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.conftest import CLOCK
from tests.e2e.test_run import assert_same, tables
from unisono.project import open_project

KILLS = 4


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "unisono",
        "run",
        str(folder),
        "--as-of",
        CLOCK.isoformat(),
        "--force",
        "--json",
    ]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_sigkill_at_random_moments(demo: Path) -> None:
    project = open_project(demo)
    expected = tables(project.snapshot())
    decisions = project.snapshot().table("decision").num_rows
    began = time.monotonic()
    assert start(demo).wait() == 0
    whole = time.monotonic() - began
    moments = random.Random(11)
    killed = 0
    for _ in range(KILLS):
        run = start(demo)
        time.sleep(moments.uniform(0.1, 1.0) * whole)
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        snapshot = project.snapshot()
        assert snapshot.table("decision").num_rows == decisions
        assert snapshot.manifest["run_id"] == snapshot.run_id
    assert killed > 0, "no run was still going when it was killed"
    again = start(demo)
    assert again.wait() == 0
    assert_same(tables(project.snapshot()), expected)
