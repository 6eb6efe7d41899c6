"""One small world, made and run once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.worlds import join_by_licence_only
from unisono.project import open_project
from unisono.world import new_world

CLOCK = datetime(2026, 1, 5)
SEED = 4


@pytest.fixture(scope="session")
def finished_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world with a published run; tests must not write into it."""
    folder = tmp_path_factory.mktemp("world") / "brand"
    new_world(folder, customers=150, seed=SEED, as_of=CLOCK, weeks=30)
    join_by_licence_only(folder)
    open_project(folder).run(as_of=CLOCK)
    return folder


@pytest.fixture
def copied(finished_world: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes copies of the world that a test may change."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(finished_world, tmp_path / name))

    return copy
