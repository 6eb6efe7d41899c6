"""The collector as an ASGI app: a request's events are understood, made durable, and only then answered with 200."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from unisono.collector.canonical import Arrival, canonical
from unisono.collector.dialects import PATHS, Delivery, Dialect, opened
from unisono.collector.keys import KeyRing
from unisono.collector.limits import Limits, Rate, TooLarge, unpacked, whole
from unisono.collector.metrics import Metrics
from unisono.collector.openapi import Declined, Taken
from unisono.collector.writer import Busy, Writer
from unisono.errors import LedgerError
from unisono.ledger import open_database
from unisono.ledger.events import Event, RefusedEvent
from unisono.ledger.instants import written

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

RETRY_SECONDS = 2  # what a sender is asked to wait when the ledger cannot be written
CORS = (b"access-control-allow-origin", b"*")  # a browser's SDK sends no cookies, and its key is no secret
PREFLIGHT = [
    CORS,
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-write-key"),
    (b"access-control-max-age", b"86400"),
]
FIXED_HEADERS = {401: (b"www-authenticate", b"Bearer"), 405: (b"allow", b"POST, OPTIONS")}

_log = logging.getLogger(__name__)


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A request is not taken: its status, why, and after how many seconds to come again."""

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        self.status = status
        self.message = message
        self.retry_after = retry_after
        super().__init__(status, message)


class Collector:
    """Takes events into the ledger at `ledger_url`; it works while `running` is open."""

    def __init__(
        self,
        ledger_url: str,
        *,
        clock: Callable[[], datetime],
        limits: Limits = Limits(),  # noqa: B008 - frozen
        metrics: Metrics | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._ledger_url = ledger_url
        self._clock = clock
        self._limits = limits
        self._new_id = new_id
        self._rate = Rate(limits)
        self.metrics = metrics or Metrics()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the ledger; at the end commit what waits. LedgerError UN6001 if the ledger cannot be opened."""
        database = open_database(self._ledger_url)
        database.close()  # threads open their own connections
        self._keys = KeyRing(database)
        self._writer = Writer(database, most_waiting=self._limits.waiting_events, metrics=self.metrics)
        try:
            yield
        finally:
            await self._writer.close()
            self._keys.close()

    @property
    def waiting(self) -> int:
        """Events received and not yet durable."""
        return self._writer.waiting

    async def check(self) -> None:
        """Raise LedgerError or Busy unless the ledger can be written now."""
        await self._writer.write("", [], [])

    def before(self, app: ASGIApp) -> ASGIApp:
        """Return an app that takes what SDKs send, and hands all else to `app`."""

        async def collecting(scope: Scope, receive: Receive, send: Send) -> None:
            dialect = PATHS.get(scope.get("path", "").rstrip("/"))
            await (
                app(scope, receive, send) if dialect is None else self._collect(scope, receive, send, dialect)
            )

        return collecting

    async def _collect(self, scope: Scope, receive: Receive, send: Send, dialect: Dialect) -> None:
        # On the way of every event: nothing is made that is not needed.
        if scope["method"] == "OPTIONS":
            await _answer(send, 204, b"", PREFLIGHT)
            return
        status, headers = 200, [CORS, (b"content-type", b"application/json")]
        try:
            kept, refused = await self._take(scope, receive, dialect)
            body = msgspec.json.encode(Taken(True, kept, refused))
        except Refusal as refusal:
            status = refusal.status
            body = msgspec.json.encode(Declined(False, refusal.message))
            if status in FIXED_HEADERS:
                headers.append(FIXED_HEADERS[status])
            if refusal.retry_after is not None:
                headers.append((b"retry-after", str(refusal.retry_after).encode()))
        self.metrics.add("unisono_requests_total", status=str(status))
        await _answer(send, status, body, headers)

    async def _take(self, scope: Scope, receive: Receive, dialect: Dialect) -> tuple[int, int]:
        """Return how many of a request's events were kept, now durable, and refused; Refusal if none was taken."""
        if scope["method"] != "POST":
            raise Refusal(405, "events are sent by POST")
        delivery = await self._delivery(receive, dialect)
        try:
            now = self._clock()
            source = await self._source(scope, delivery, now)
            kept, refused = self._understood(delivery, dialect, source, now)
            await self._writer.write(source, kept, refused)
        except (LedgerError, Busy) as error:
            _log.error("not collected: %s", str(error) or "too many events wait")
            raise Refusal(503, "nothing was kept; send it again", RETRY_SECONDS) from error
        if refused:
            reasons = ", ".join(sorted({one.reason for one in refused}))
            _log.warning(
                "%d of %d events from %s refused: %s", len(refused), len(delivery.items), source, reasons
            )
        return len(kept), len(refused)

    async def _delivery(self, receive: Receive, dialect: Dialect) -> Delivery:
        limit = self._limits.body_bytes
        try:
            return opened(unpacked(await whole(receive, limit), limit), dialect)
        except TooLarge as error:
            raise Refusal(413, f"a request has at most {limit:,} bytes") from error
        except (ValueError, RecursionError) as error:
            raise Refusal(400, f"the body cannot be read: {error}") from error

    async def _source(self, scope: Scope, delivery: Delivery, now: datetime) -> str:
        known = await self._keys.find(scope["headers"], scope["query_string"], delivery.keys, now)
        if known is None:
            raise Refusal(401, "no valid write key; make one: unisono key create")
        key, source = known
        wait = self._rate.wait(key, len(delivery.items), now)
        if wait:
            raise Refusal(429, "more events a second than this key may send", wait)
        return source

    def _understood(
        self, delivery: Delivery, dialect: Dialect, source: str, now: datetime
    ) -> tuple[list[Event], list[RefusedEvent]]:
        arrival = Arrival(
            source=source,
            received_at=now,
            received=written(now),
            sent_at=delivery.sent_at,
            context=delivery.context,
            call=dialect.call,
            translate=dialect.translate,
            event_bytes=self._limits.event_bytes,
            new_id=self._new_id,
        )
        kept: list[Event] = []
        refused: list[RefusedEvent] = []
        for item in delivery.items:
            one = canonical(item, arrival)
            if isinstance(one, Event):
                kept.append(one)
            else:
                refused.append(one)
        return kept, refused


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
