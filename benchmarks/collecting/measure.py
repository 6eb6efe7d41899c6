"""Start a server, put load on it with wrk, and say how much it took and how much memory it needed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

from unisono.ledger import open_database, write_keys

HERE = Path(__file__).parent
UNLIMITED = "1000000000"

IN_FLIGHT = 4_000  # events that all connections send at once, at most: fewer than the collector lets wait

Row = dict[str, Any]


class Server:
    """A running server: its port, its write key, its process."""

    def __init__(self, port: int, key: str, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.key = key
        self.process = process

    def load(self, batch: int, seconds: float, connections: int) -> Row:
        """Put load on it; RuntimeError if it answered anything but 200."""
        command = [
            shutil.which("wrk") or "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds:g}s",
            "--timeout",
            "30s",
        ]
        command += ["-s", str(HERE / "events.lua"), f"http://127.0.0.1:{self.port}"]
        more = {"BATCH": str(batch), "RUN": uuid4().hex, "WRITE_KEY": self.key}
        done = subprocess.run(command, env=os.environ | more, capture_output=True, text=True, check=True)
        said: Row = json.loads(done.stdout.splitlines()[-1])
        if said["failed"]:
            raise RuntimeError(f"{said['failed']} requests failed")
        return said

    def mib(self, what: str) -> float:
        """Return its memory now (VmRSS) or at most (VmHWM), MiB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


@contextmanager
def server(method: str, url: str, folder: Path) -> Iterator[Server]:
    """Run one method on an empty database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key = "none"
    if method == "unisono":
        (folder / "unisono.yaml").write_text("name: benchmark\n")
        with closing(open_database(url)) as ledger:
            now = datetime.now(UTC).replace(tzinfo=None)
            key = write_keys.create(ledger, "portal", actor="benchmark", at=now).key
        alone = ["--no-workbench", "--refresh-seconds", "0"]
        command = [sys.executable, "-m", "unisono", "serve", str(folder), "--port", str(port), *alone]
        command += ["--events-per-second", UNLIMITED]
    else:
        driver = url.replace("postgresql:", "postgresql+psycopg:")
        rest = [driver] if method == "fastapi-sqlalchemy" else []
        command = [sys.executable, str(HERE / "rivals.py"), method, str(port), *rest]
    log = folder / f"{method}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, env=os.environ | {"UNISONO_LEDGER": url}, stderr=errors, stdout=errors
        )
    try:
        _wait(port, process, log)
        yield Server(port, key, process)
    finally:
        process.terminate()
        process.wait(60)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz").close()
        except URLError as error:
            if hasattr(error, "code"):  # it answers
                return
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start: {log.read_text()}")


def speed(
    store: str, method: str, batch: int, url: str, folder: Path, seconds: float, connections: int
) -> Row:
    """Return one row: how many requests and events a second, and how long they took."""
    connections = min(connections, IN_FLIGHT // batch)
    with server(method, url, folder) as running:
        running.load(batch, 1, connections)  # warm
        said = running.load(batch, seconds, connections)
        requests = said["requests"] / said["seconds"]
        return {
            "store": store,
            "method": method,
            "batch": batch,
            "requests_per_second": round(requests),
            "events_per_second": round(requests * batch),
            "p50_ms": said["p50_ms"],
            "p99_ms": said["p99_ms"],
            "peak_mib": round(running.mib("VmHWM")),
        }


def memory(store: str, events: int, url: str, folder: Path, connections: int) -> Row:
    """Return one row: the memory after a tenth of many events, and after all of them."""
    batch, came, first = 50, 0, 0.0
    connections = min(connections, IN_FLIGHT // batch)
    began = time.perf_counter()
    with server("unisono", url, folder) as running:
        while came < events:
            came += running.load(batch, 1, connections)["requests"] * batch
            if not first and came >= events / 10:
                first = running.mib("VmRSS")
        taken = time.perf_counter() - began
        return {
            "store": store,
            "method": "unisono",
            "batch": batch,
            "events": came,
            "events_per_second": round(came / taken),
            "mib_after_a_tenth": round(first),
            "mib_after_all": round(running.mib("VmRSS")),
            "peak_mib": round(running.mib("VmHWM")),
        }
