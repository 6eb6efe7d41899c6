from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.collector.calls import Desk, desk
from unisono.ledger import Database


@pytest.fixture
def collecting(ledger: Database) -> Iterator[Desk]:
    """A running collector, on each kind of database in turn."""
    with desk(ledger) as running:
        yield running
