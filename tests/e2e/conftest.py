"""One small simulated brand, made and run once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from unisono.cli import main
from unisono.project import open_project
from unisono.world import new_world

CLOCK = datetime(2026, 1, 5)
Run = Callable[..., str]


@pytest.fixture(scope="session")
def finished_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo project with a published run; tests must not write into it."""
    folder = tmp_path_factory.mktemp("demo") / "brand"
    new_world(folder, customers=150, seed=3, as_of=CLOCK)
    open_project(folder).run(as_of=CLOCK)
    return folder


@pytest.fixture
def demo(finished_demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo project that a test may change."""
    folder = tmp_path / "brand"
    shutil.copytree(finished_demo, folder)
    return folder


@pytest.fixture
def unisono(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process; return what it printed (both streams) and check its exit code."""

    def run(*words: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.out + printed.err
        return printed.out + printed.err

    return run
