"""The collector's routes: a request's events are understood, made durable, and only then answered with 200."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unisono.collector.canonical import Arrival, canonical
from unisono.collector.dialects import PATHS, Delivery, Dialect, opened
from unisono.collector.keys import KeyRing, candidates, header_keys
from unisono.collector.limits import Limits, Rate, TooLarge, bounded, unpacked
from unisono.collector.metrics import Metrics
from unisono.collector.writer import Busy, Writer
from unisono.errors import LedgerError
from unisono.ledger import open_database
from unisono.ledger.events import Event, RefusedEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

RETRY_SECONDS = 2  # what a sender is asked to wait when the ledger cannot be written
CORS = {"access-control-allow-origin": "*"}  # a browser's SDK sends no cookies, and its key is no secret
PREFLIGHT = CORS | {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type, content-encoding, x-write-key",
    "access-control-max-age": "86400",
}

_log = logging.getLogger(__name__)


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A request is not taken: its status, why, and after how many seconds to come again."""

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        self.status = status
        self.message = message
        self.retry_after = retry_after
        super().__init__(status, message)


class Collector:
    """Takes events into the ledger at `ledger_url`; its routes work while `running` is open."""

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
        self._keys = KeyRing(database, self._clock)
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

    def routes(self) -> list[Route]:
        """Return the routes of all dialects."""
        first = sorted(
            PATHS, key=lambda path: not path.startswith("/v1/")
        )  # Starlette looks from the first on
        both = [(f"{path}{slash}", PATHS[path]) for slash in ("", "/") for path in first]
        return [Route(path, self._route(read), methods=["POST", "OPTIONS"]) for path, read in both]

    def _route(self, dialect: Dialect) -> Callable[[Request], Any]:
        async def collect(request: Request) -> Response:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=PREFLIGHT)
            try:
                answer = await self._take(request, dialect)
            except Refusal as refusal:
                answer = _refused(refusal)
            self.metrics.add("unisono_requests_total", status=str(answer.status_code))
            return answer

        return collect

    async def _take(self, request: Request, dialect: Dialect) -> Response:
        delivery = await self._delivery(request, dialect)
        try:
            source = await self._source(request, delivery)
            kept, refused = self._understood(delivery, dialect, source)
            await self._writer.write(source, kept, refused)
        except (LedgerError, Busy) as error:
            _log.error("not collected: %s", str(error) or "too many events wait")
            raise Refusal(503, "nothing was kept; send it again", RETRY_SECONDS) from error
        if refused:
            reasons = ", ".join(sorted({one.reason for one in refused}))
            _log.warning(
                "%d of %d events from %s refused: %s", len(refused), len(delivery.items), source, reasons
            )
        return _accepted(len(kept), len(refused))

    async def _delivery(self, request: Request, dialect: Dialect) -> Delivery:
        try:
            body = unpacked(await bounded(request.stream(), self._limits.body_bytes), self._limits.body_bytes)
            return opened(body, dialect)
        except TooLarge as error:
            raise Refusal(413, f"a request has at most {self._limits.body_bytes:,} bytes") from error
        except (ValueError, RecursionError) as error:
            raise Refusal(400, f"the body cannot be read: {error}") from error

    async def _source(self, request: Request, delivery: Delivery) -> str:
        found = header_keys(request.headers, request.query_params) or delivery.keys
        known = await self._keys.find(candidates(found))
        if known is None:
            raise Refusal(401, "no valid write key; make one: unisono key create")
        key, source = known
        wait = self._rate.wait(key, len(delivery.items), self._clock())
        if wait:
            raise Refusal(429, "more events a second than this key may send", wait)
        return source

    def _understood(
        self, delivery: Delivery, dialect: Dialect, source: str
    ) -> tuple[list[Event], list[RefusedEvent]]:
        arrival = Arrival(
            source=source,
            received_at=self._clock(),
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


def _accepted(kept: int, refused: int) -> Response:
    body = msgspec.json.encode({"success": True, "accepted": kept, "refused": refused})
    return Response(body, media_type="application/json", headers=CORS)


def _refused(refusal: Refusal) -> Response:
    headers = CORS if refusal.retry_after is None else CORS | {"retry-after": str(refusal.retry_after)}
    body = msgspec.json.encode({"success": False, "message": refusal.message})
    return Response(body, refusal.status, headers, "application/json")
