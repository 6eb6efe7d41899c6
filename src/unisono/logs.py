"""Logs of a server: one JSON object a line on stderr, each with the id of the request it belongs to."""

from __future__ import annotations

import itertools
import json
import logging
import re
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = b"x-request-id"
GIVEN = re.compile(rb"[\x21-\x7e]{1,100}")

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestIds:
    """Give each request the id that a proxy gave it, or a new one; answer with it and log with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        process = secrets.token_hex(6)
        self._new = (f"{process}-{number}" for number in itertools.count(1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app with the request's id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == HEADER), b"")
        request_id = given if GIVEN.fullmatch(given) else next(self._new).encode()
        _request_id.set(request_id.decode())

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id)]
            await send(message)

        await self._app(scope, receive, answer)


class JsonLines(logging.Formatter):
    """time, level, logger, message, and where they are known request id and traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": _request_id.get(),
            "traceback": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps(
            {name: value for name, value in line.items() if value is not None}, ensure_ascii=False
        )


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send all logs of this process to stderr as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
