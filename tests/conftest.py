"""What all tests share; its place here also lets them import `tests.build`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import settings

from tests.databases import ledger, ledger_url, postgres_server

__all__ = ["ledger", "ledger_url", "postgres_server"]

settings.register_profile(
    "unisono", deadline=None
)  # the machine may be busy: time says nothing about correctness
settings.load_profile("unisono")

SHARING = (
    "e2e",
    "engines",
    "trial",
    "workbench",
)  # folders whose tests share what takes long to set up: a project, Spark's Java


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file, or of a folder of `SHARING`, on one worker."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = PurePosixPath(nodeid.partition("::")[0])
            return str(file.parent if file.parent.name in SHARING else file)

    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is slow, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.path.parent.name not in SHARING and not item.get_closest_marker("slow"))
