from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.collector.calls import Desk, desk
from tests.databases import ledger, ledger_url, postgres_server
from unisono.ledger import Database

__all__ = ["collecting", "ledger", "ledger_url", "postgres_server"]


@pytest.fixture
def collecting(ledger: Database) -> Iterator[Desk]:
    """A running collector, on each kind of database in turn."""
    with desk(ledger) as running:
        yield running
