"""What all tests share; its place here also lets them import `tests.build`."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile(
    "unisono", deadline=None
)  # the machine may be busy: time says nothing about correctness
settings.load_profile("unisono")


SHARING = "e2e", "trial"  # folders that set up one project for all of their tests


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep tests on one worker that share what they set up: those of a file, and those that need Spark's Java."""
    folder = item.path.parent.name
    if item.get_closest_marker("spark"):
        group = "spark"
    elif folder in SHARING:
        group = folder
    else:
        group = str(item.path)
    item.add_marker(pytest.mark.xdist_group(group))
    if group in ("spark", *SHARING):
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is slow, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
