"""Which source a request writes to: its write key is looked up by hash, in what the ledger said a second ago."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from starlette.datastructures import QueryParams

from unisono.ledger import Database, write_keys

HEADERS = (b"authorization", b"x-write-key")
FRESH = timedelta(seconds=1)  # how long a revoked key may still work


class KeyRing:
    """The valid write keys, read again when they are older than `FRESH`. Raises LedgerError if they cannot be read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sources: dict[str, str] = {}
        self._told: dict[tuple[object, bytes], tuple[str, str]] = {}  # what a sender says in every request
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "write-keys")  # a connection belongs to a thread

    async def find(
        self, headers: Iterable[tuple[bytes, bytes]], query: bytes, inside: Sequence[str], now: datetime
    ) -> tuple[str, str] | None:
        """Return (hash, source) of the first valid key in headers and URL, or `inside` the body if there is none."""
        if self._stale(now):
            async with self._reading:
                if self._stale(now):
                    await self._read(now)
        told = tuple((name, value) for name, value in headers if name in HEADERS), query
        if found := self._told.get(told):
            return found
        outside = outer_keys(dict(told[0]), query)
        found = self._first(outside or inside)
        if outside and found:
            self._told[told] = found
        return found

    def _first(self, texts: Sequence[str]) -> tuple[str, str] | None:
        for candidate in candidates(texts):
            hashed = write_keys.hashed_key(candidate)
            if source := self._sources.get(hashed):
                return hashed, source
        return None

    def _stale(self, now: datetime) -> bool:
        # A clock set back makes them stale as well.
        return self._read_at is None or not timedelta(0) <= now - self._read_at < FRESH

    async def _read(self, now: datetime) -> None:
        run = asyncio.get_running_loop().run_in_executor
        self._sources = await run(self._thread, write_keys.valid, self._database, now)
        self._told.clear()
        self._read_at = now

    def close(self) -> None:
        """Close the connection."""
        self._thread.submit(self._database.close)
        self._thread.shutdown()


def outer_keys(headers: Mapping[bytes, bytes], query: bytes) -> list[str]:
    """Return what may be the key outside the body: X-Write-Key, Basic, Bearer, or `key` or `writeKey` of the URL."""
    said = {name: value.decode("latin-1") for name, value in headers.items()}
    found = []
    if key := said.get(b"x-write-key"):
        found.append(key)
    kind, _, credentials = said.get(b"authorization", "").partition(" ")
    if kind.lower() == "bearer":
        found.append(credentials)
    elif kind.lower() == "basic":
        found += [_user(credentials), credentials]  # Dittofeed sends its key as it is
    named = QueryParams(query)
    found += [key for name in ("key", "writeKey") if (key := named.get(name))]
    return found


def candidates(found: Sequence[str]) -> Iterator[str]:
    """Yield the keys that texts may stand for: each whole, and the two parts of `id:secret` (Jitsu)."""
    for text in found:
        yield text
        if ":" in text:
            yield from filter(None, text.split(":", 1))


def _user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except ValueError:
        return ""
