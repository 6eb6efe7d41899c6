"""What pages read from: the project, its clock, the published run kept open, and the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from unisono.ledger import Database, open_database
from unisono.project import Project
from unisono.store import OpenSnapshot

Clock = Callable[[], datetime]


class Office:
    """One project at work. `clock` returns the instant (UTC, without zone) that pages take for now."""

    def __init__(self, project: Project, clock: Clock | None = None) -> None:
        self.project = project
        self.database: Database = open_database(project.ledger_url)
        self._clock = clock or self._own_clock
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._open: OpenSnapshot | None = None

    def now(self) -> datetime:
        """Return the instant that pages take for now."""
        return self._clock()

    def snapshot(self) -> OpenSnapshot:
        """Return the published run, opened once; StoreError UN4001 if there is none yet."""
        newest = self.project.snapshot()
        with self._lock:
            if self._open is None or self._open.run_id != newest.run_id:
                self._open = OpenSnapshot(newest.folder)  # readers of the one before may still be at it
            return self._open

    @cached_property
    def time_zone(self) -> ZoneInfo:
        """The market's zone: days begin and instants are shown in it."""
        return ZoneInfo(self.project.playbook().company.time_zone)

    def _own_clock(self) -> datetime:
        """In a simulated world it is as late as its run, plus the time that has passed since."""
        if self.project.settings.simulated and (run := self.project.store.current()):
            passed = timedelta(seconds=time.monotonic() - self._began)
            return datetime.fromisoformat(run.manifest["clock"]) + passed
        return datetime.now(UTC).replace(tzinfo=None)


_offices: list[Office] = []


def open_office(project: Project, clock: Clock | None = None) -> Office:
    """Open the one office of this process; it is there for all pages."""
    _offices[:] = [Office(project, clock)]
    return _offices[0]


def office() -> Office:
    """Return the office of this process."""
    return _offices[0]
