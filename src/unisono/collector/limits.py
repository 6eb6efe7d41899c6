"""How much is too much: bodies, events, and events a second."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from datetime import datetime

from starlette.types import Receive

GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Limits:
    """What the collector takes. The sizes are Segment's."""

    body_bytes: int = 500 * 1024  # of a request, as sent and when decompressed
    event_bytes: int = 32 * 1024
    waiting_events: int = 20_000  # received and not yet durable; more are answered 503
    events_per_second: float = 20_000  # of one write key, on average; more are answered 429
    burst_events: float = 40_000  # of one write key, at once


class TooLarge(Exception):  # noqa: N818 - says what is wrong, as the name of a status does
    """A body is larger than the limit, as it was sent or when decompressed."""


async def whole(receive: Receive, limit: int) -> bytes:
    """Return a request's whole body; TooLarge as soon as it is longer than `limit` bytes."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ValueError("the sender is gone")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise TooLarge
    return body


def unpacked(body: bytes, limit: int) -> bytes:
    """Return the body decompressed if it is gzip, whatever its label says; never makes more than `limit` bytes.

    Raises TooLarge if it would be longer, ValueError if it is damaged.
    """
    if not body.startswith(GZIP):
        return body
    gzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = gzip.decompress(body, limit)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not gzip.eof:
        if gzip.unconsumed_tail:
            raise TooLarge
        raise ValueError("the gzip data ends too early")
    return text


class Rate:
    """Events a second of each key: a bucket of tokens that may go into debt, so that a large batch passes once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def wait(self, key: str, events: int, now: datetime) -> int:
        """Take `events` from the key's bucket and return 0, or return after how many seconds there will be some."""
        limits = self._limits
        tokens, last = self._buckets.get(key, (limits.burst_events, now))
        passed = max(
            (now - last).total_seconds(), 0.0
        )  # a clock set back adds nothing, and takes nothing away
        tokens = min(tokens + passed * limits.events_per_second, limits.burst_events)
        if tokens <= 0:
            self._buckets[key] = tokens, now
            return math.ceil((1 - tokens) / limits.events_per_second)
        self._buckets[key] = tokens - events, now
        return 0
