"""Group commit: one thread commits all that waits as one transaction, then all who wait for it are answered."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from unisono.collector.metrics import Metrics
from unisono.ledger import Database, Transaction
from unisono.ledger.events import Event, RefusedEvent, append


class Busy(Exception):  # noqa: N818 - says what is, as the name of a status does
    """More events wait than may, or the end has begun."""


@dataclass(slots=True)  # frozen ones take longer to make
class Parcel:
    """What one request brought for one source, and who waits for it to be durable."""

    source: str
    events: Sequence[Event]
    refused: Sequence[RefusedEvent]
    durable: asyncio.Future[None]

    def __len__(self) -> int:
        return len(self.events) + len(self.refused)


class Writer:
    """The more requests come while a commit lasts, the more share the next: one synchronisation to disk for all."""

    def __init__(
        self,
        database: Database,
        *,
        most_waiting: int,
        metrics: Metrics,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._database = database
        self._most_waiting = most_waiting
        self._metrics = metrics
        self._timer = timer
        self._loop = asyncio.get_running_loop()
        self._pending: list[Parcel] = []
        self._busy = False  # a group is on its way to the database
        self._waiting = 0
        self._closed = False
        self._groups: SimpleQueue[list[Parcel]] = SimpleQueue()
        self._thread = self._loop.run_in_executor(None, self._run)

    async def write(self, source: str, events: Sequence[Event], refused: Sequence[RefusedEvent]) -> None:
        """Return when all of it is durable. Raises Busy at once if too much waits, LedgerError if nothing was kept."""
        parcel = Parcel(source, events, refused, self._loop.create_future())
        if self._closed or (self._waiting and self._waiting + len(parcel) > self._most_waiting):
            raise Busy
        self._waiting += len(parcel)
        self._pending.append(parcel)
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._hand_over)  # with whatever else comes in this turn of the loop
        try:
            await parcel.durable
        finally:
            self._waiting -= len(parcel)

    @property
    def waiting(self) -> int:
        """Events received and not yet durable."""
        return self._waiting

    async def close(self) -> None:
        """Commit what waits, then end the thread; what comes later is turned away."""
        self._closed = True
        self._groups.put(self._pending)
        self._pending = []
        self._groups.put(self._pending)
        await self._thread

    def _hand_over(self) -> None:
        self._groups.put(self._pending)
        self._pending = []

    def _run(self) -> None:
        while group := self._groups.get():
            began = self._timer()
            failure: Exception | None = None
            new: dict[str, int] = {}
            try:
                with self._database.transaction() as transaction:
                    new = _append(transaction, group)
            except Exception as error:  # whoever waits gets it; the thread must go on
                failure = error
            taken = self._timer() - began
            self._loop.call_soon_threadsafe(self._answer, group, new, failure, taken)
        self._database.close()

    def _answer(
        self, group: list[Parcel], new: dict[str, int], failure: Exception | None, taken: float
    ) -> None:
        self._metrics.add("unisono_commits_total", outcome="failed" if failure else "durable")
        self._metrics.add("unisono_commit_seconds_total", taken)
        if failure is None:
            self._count(group, new)
        for parcel in group:
            if parcel.durable.done():  # who waited is gone
                continue
            if failure is None:
                parcel.durable.set_result(None)
            else:
                parcel.durable.set_exception(failure)
        self._busy = bool(self._pending)
        if self._busy:
            self._hand_over()

    def _count(self, group: list[Parcel], new: dict[str, int]) -> None:
        came: dict[str, int] = defaultdict(int)
        for parcel in group:
            if parcel.events:
                came[parcel.source] += len(parcel.events)
            for refused in parcel.refused:
                self._metrics.add("unisono_events_refused_total", source=parcel.source, reason=refused.reason)
        for source, events in came.items():
            self._metrics.add("unisono_events_accepted_total", new[source], source=source)
            self._metrics.add("unisono_events_duplicate_total", events - new[source], source=source)


def _append(transaction: Transaction, group: list[Parcel]) -> dict[str, int]:
    events: dict[str, list[Event]] = defaultdict(list)
    refused: list[RefusedEvent] = []
    for parcel in group:
        events[parcel.source] += parcel.events
        refused += parcel.refused
    new = {source: append(transaction, some) for source, some in events.items()}
    append(transaction, [], refused)
    return new
