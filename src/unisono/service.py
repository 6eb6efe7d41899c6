"""What `unisono serve` runs: collector, health and metrics, and the workbench at `/`, as one ASGI app."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from unisono.collector import Collector, Limits, description
from unisono.collector.writer import Busy
from unisono.errors import LedgerError, StoreError
from unisono.logs import RequestIds, log_to_stderr
from unisono.project import Project, open_project
from unisono.workbench.asgi import workbench

log = logging.getLogger(__name__)

SERVING = "UNISONO_SERVING"  # how worker processes learn what they serve
SERVER: dict[str, Any] = {  # of uvicorn
    "http": "httptools",
    "loop": "uvloop" if sys.platform != "win32" else "asyncio",
    "ws": "none",
    "log_config": None,
    "access_log": False,
    "server_header": False,
}
GRACE_SECONDS = 30  # how long requests that came before the end may take
LOCK_SECONDS = 0.0003  # how long the loop may keep Python's lock from the writer's thread


class Serving(msgspec.Struct, frozen=True):
    """What is served: a project's folder, with limits, a clock so much behind the present, and the workbench or not."""

    folder: str
    limits: Limits
    behind_seconds: float = 0.0
    workbench: bool = True

    def clock(self) -> datetime:
        """Return the present instant as it is served, UTC without zone."""
        now = datetime.now(UTC).replace(tzinfo=None)
        return now - timedelta(seconds=self.behind_seconds) if self.behind_seconds else now


def service(
    project: Project, *, clock: Callable[[], datetime], limits: Limits, pages: bool = False
) -> ASGIApp:
    """Return the app of a project, with the workbench's `pages` or without; `clock` tells UTC without zone."""
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

    def openapi(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
        return JSONResponse(description())

    answers = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics, "/openapi.json": openapi}
    own = [Route(path, answer) for path, answer in answers.items()]
    workbench_pages = [Mount("/", workbench(project, clock))] if pages else []
    app = Starlette(routes=[*own, *workbench_pages], lifespan=lifespan)
    return RequestIds(collector.before(app))


async def _missing(collector: Collector, project: Project) -> list[str]:
    """Return what is missing, with codes; anybody may ask, so that only the log says where and why."""
    missing = []
    try:
        await collector.check()
    except (LedgerError, Busy) as error:
        log.warning("not ready: %s", str(error) or "too many events wait")
        missing.append(f"a ledger that can be written: {getattr(error, 'code', 'too many events wait')}")
    try:
        project.snapshot()
    except StoreError as error:
        log.warning("not ready: %s", error)
        missing.append(f"a published run: {error.code}")
    return missing


def app() -> ASGIApp:
    """Return the app of the project that the environment names: what each worker process runs."""
    log_to_stderr()
    sys.setswitchinterval(LOCK_SECONDS)
    serving = msgspec.json.decode(os.environ[SERVING], type=Serving)
    project = open_project(Path(serving.folder))
    made = service(project, clock=serving.clock, limits=serving.limits, pages=serving.workbench)
    gc.freeze()  # what is there now stays: no need to look through it again and again
    return made


def serve(serving: Serving, *, host: str, port: int, workers: int, refresh_seconds: float) -> None:
    """Serve until SIGTERM or SIGINT; then answer what has come, commit it, and return.

    A process of its own looks for new events every `refresh_seconds` (0: never).
    """
    os.environ[SERVING] = msgspec.json.encode(serving).decode()
    log_to_stderr()
    project = open_project(Path(serving.folder))
    if project.store.current() is not None:
        project.announce(serving.clock())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))  # uvicorn raises it again once it has stopped in order
    begins = ("--as-of", serving.clock().isoformat()) if serving.behind_seconds else ()
    with _refreshing(project.folder, begins, refresh_seconds):
        uvicorn.run(
            "unisono.service:app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            timeout_graceful_shutdown=GRACE_SECONDS,
            **SERVER,
        )


@contextmanager
def _refreshing(folder: Path, begins: Sequence[str], every: float) -> Iterator[None]:
    """Refresh in a process of its own, so that deciding never makes those who send events wait."""
    if not every:
        yield
        return
    words = ("refresh", str(folder.resolve()), "--every", str(every), *begins)
    process = subprocess.Popen([sys.executable, "-m", "unisono", *words], stdout=sys.stderr)  # noqa: S603 - our own
    try:
        yield
    finally:
        process.terminate()
        process.wait()
