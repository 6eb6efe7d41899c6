"""The pipeline never reads the truth: without it, every table is the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tests.same import assert_equal
from unisono.project import open_project
from unisono.world import step_world

LATER = datetime(2026, 1, 12)


def test_a_run_without_the_truth_is_the_same_run(copied: Callable[[str], Path], tmp_path: Path) -> None:
    known = copied("known")
    step_world(known, suggestions=None)
    shutil.rmtree(known / "store")
    hidden = Path(shutil.copytree(known, tmp_path / "hidden"))
    shutil.rmtree(hidden / "truth")
    with_truth, without = (open_project(folder).run(as_of=LATER) for folder in (known, hidden))
    assert with_truth.tables == without.tables
    assert with_truth.run_id == without.run_id
    for name in without.tables:
        assert_equal(with_truth.table(name), without.table(name), name)
