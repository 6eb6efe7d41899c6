"""One thread writes: it takes all that waits, commits it as one transaction, then answers all who wait for it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from unisono.collector.metrics import Metrics
from unisono.ledger import Database, Transaction
from unisono.ledger.events import Event, RefusedEvent, append

GROUP = 5_000  # events of one transaction: beyond that a commit's cost is spread thinly enough


class Busy(Exception):  # noqa: N818 - says what is, as the name of a status does
    """More events wait than may."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one request brought for one source, and who waits for it to be durable."""

    source: str
    events: Sequence[Event]
    refused: Sequence[RefusedEvent]
    durable: asyncio.Future[None]

    def __len__(self) -> int:
        return len(self.events) + len(self.refused)


class Writer:
    """Group commit: the more requests wait, the more share one synchronisation to disk."""

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
        self._queue: SimpleQueue[Parcel | None] = SimpleQueue()
        self._waiting = 0
        self._loop = asyncio.get_running_loop()
        self._thread = self._loop.run_in_executor(None, self._run)

    async def write(self, source: str, events: Sequence[Event], refused: Sequence[RefusedEvent]) -> None:
        """Return when all of it is durable. Raises Busy at once if too much waits, LedgerError if nothing was kept."""
        parcel = Parcel(source, events, refused, self._loop.create_future())
        if self._waiting and self._waiting + len(parcel) > self._most_waiting:
            raise Busy
        self._waiting += len(parcel)
        self._queue.put(parcel)
        try:
            await asyncio.shield(parcel.durable)
        finally:
            self._waiting -= len(parcel)

    @property
    def waiting(self) -> int:
        """Events received and not yet durable."""
        return self._waiting

    async def close(self) -> None:
        """Commit what waits, then end the thread."""
        self._queue.put(None)
        await self._thread

    def _run(self) -> None:
        while group := self._next_group():
            began = self._timer()
            failure: Exception | None = None
            new: dict[str, int] = {}
            try:
                with self._database.transaction() as transaction:
                    new = _append(transaction, group)
            except Exception as error:
                failure = error
            self._metrics.add("unisono_commits_total", outcome="failed" if failure else "durable")
            self._metrics.add("unisono_commit_seconds_total", self._timer() - began)
            self._loop.call_soon_threadsafe(self._answer, group, new, failure)
        self._database.close()

    def _next_group(self) -> list[Parcel]:
        first = self._queue.get()
        group, size = [], 0
        while first is not None:
            group.append(first)
            size += len(first)
            if size >= GROUP:
                break
            try:
                first = self._queue.get_nowait()
            except Empty:
                break
        else:
            if group:
                self._queue.put(None)  # the end comes after this group
        return group

    def _answer(self, group: list[Parcel], new: dict[str, int], failure: Exception | None) -> None:
        if failure is None:
            self._count(group, new)
        for parcel in group:
            if parcel.durable.done():
                continue
            if failure is None:
                parcel.durable.set_result(None)
            else:
                parcel.durable.set_exception(failure)

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
