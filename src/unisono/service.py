"""What `unisono serve` runs: collector, health and metrics, and the workbench at `/`, as one ASGI app."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from unisono.collector import Collector, Limits
from unisono.collector.writer import Busy
from unisono.errors import LedgerError, StoreError
from unisono.logs import RequestIds, log_to_stderr
from unisono.project import Project, open_project

FOLDER, LIMITS = "UNISONO_SERVE_DIR", "UNISONO_SERVE_LIMITS"  # how worker processes learn what they serve
SERVER: dict[str, Any] = {  # of uvicorn
    "http": "httptools",
    "loop": "uvloop" if sys.platform != "win32" else "asyncio",
    "ws": "none",
    "log_config": None,
    "access_log": False,
    "server_header": False,
}
GRACE_SECONDS = 30  # how long requests that came before the end may take
LOCK_SECONDS = 0.001  # how long the loop may keep Python's lock from the writer's thread


def service(project: Project, *, clock: Callable[[], datetime], limits: Limits) -> ASGIApp:
    """Return the app of a project; `clock` returns the present instant, UTC without zone."""
    collector = Collector(project.ledger_url, clock=clock, limits=limits)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001 - Starlette's signature
        async with collector.running():
            yield

    def healthz(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
        missing = await _missing(collector, project)
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    def metrics(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
        collector.metrics.set("unisono_waiting_events", collector.waiting)
        return PlainTextResponse(collector.metrics.text(), media_type="text/plain; version=0.0.4")

    own = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
    app = Starlette(routes=[*own, *_workbench(project)], lifespan=lifespan)
    return RequestIds(collector.before(app))


async def _missing(collector: Collector, project: Project) -> list[str]:
    missing = []
    try:
        await collector.check()
    except (LedgerError, Busy) as error:
        missing.append(f"a ledger that can be written: {error}")
    try:
        project.snapshot()
    except StoreError as error:
        missing.append(f"a published run: {error}")
    return missing


def _workbench(project: Project) -> list[Mount]:
    try:
        module = import_module("unisono.workbench.asgi")
    except ModuleNotFoundError as error:
        if error.name not in ("unisono.workbench", "unisono.workbench.asgi"):
            raise
        return []
    return [Mount("/", module.workbench(project))]


def app() -> ASGIApp:
    """Return the app of the project that the environment names: what each worker process runs."""
    log_to_stderr()
    sys.setswitchinterval(LOCK_SECONDS)
    made = service(
        open_project(Path(os.environ[FOLDER])),
        clock=lambda: datetime.now(UTC).replace(tzinfo=None),
        limits=msgspec.json.decode(os.environ[LIMITS], type=Limits),
    )
    gc.freeze()  # what is there now stays: no need to look through it again and again
    return made


def serve(project: Project, *, host: str, port: int, workers: int, limits: Limits) -> None:
    """Serve until SIGTERM or SIGINT; then answer what has come, commit it, and return."""
    os.environ[FOLDER] = str(project.folder.resolve())
    os.environ[LIMITS] = msgspec.json.encode(limits).decode()
    log_to_stderr()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))  # uvicorn raises it again once it has stopped in order
    uvicorn.run(
        "unisono.service:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **SERVER,
    )
