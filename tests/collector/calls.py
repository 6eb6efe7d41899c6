"""A collector in this process, called as a server calls it."""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from unisono.collector import Collector, Limits
from unisono.ledger import Database, write_keys
from unisono.ledger.instants import instant

NOW = datetime(2026, 3, 3, 9, 0)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Desk:
    """A running collector with one key for the source 'portal'."""

    collector: Collector
    ledger: Database
    clock: Clock
    key: str
    loop: asyncio.AbstractEventLoop
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.app = self.collector.before(Starlette())

    def start(
        self,
        path: str,
        body: object,
        headers: Mapping[str, str] | None = None,
        *,
        query: str = "",
        method: str = "POST",
    ) -> Future[Answer]:
        """Send a request; bytes as they are, anything else as JSON; with the key unless headers are given."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"authorization": basic(self.key)} if headers is None else headers
        return asyncio.run_coroutine_threadsafe(called(self.app, method, path, query, sent, [raw]), self.loop)

    def send(self, path: str, body: object, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
        return self.start(path, body, headers, **more).result(60)

    def events(self) -> list[dict[str, Any]]:
        """What the ledger has, in the order it came."""
        rows = self.ledger.read("select * from event order by event_id")
        return [{**row, "body": json.loads(row["body"])} for row in rows]

    def bodies(self) -> list[dict[str, Any]]:
        return [row["body"] for row in self.events()]

    def refused(self) -> list[dict[str, Any]]:
        return self.ledger.read("select * from refused_event order by refused_id")


def basic(user: str) -> str:
    return f"Basic {b64encode(f'{user}:'.encode()).decode()}"


async def called(
    app: Any, method: str, path: str, query: str, headers: Mapping[str, str], parts: Iterable[bytes]
) -> Answer:
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    answered: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": ("test", 80),
        "client": ("test", 1),
    }
    await app(scope, receive, send)
    shown = {name.decode(): value.decode() for name, value in answered[0]["headers"]}
    return Answer(answered[0]["status"], shown, b"".join(part.get("body", b"") for part in answered[1:]))


@contextmanager
def desk(
    ledger: Database, *, limits: Limits | None = None, new_id: Callable[[], str] | None = None
) -> Iterator[Desk]:
    clock = Clock()
    more = {} if new_id is None else {"new_id": new_id}
    collector = Collector(ledger.url, clock=clock, limits=limits or Limits(), **more)
    key = write_keys.create(ledger, "portal", actor="ann", at=NOW).key
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    running = collector.running()
    asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(60)
    try:
        yield Desk(collector, ledger, clock, key, loop)
    finally:
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def at(text: str) -> datetime:
    return instant(text)


def track(message: str = "m1", **more: Any) -> dict[str, Any]:
    return {"type": "track", "messageId": message, "userId": "u1", "event": "Viewed", **more}
