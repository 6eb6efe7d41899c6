"""A real server in a process of its own, from a process that has imported everything: it starts quickly."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from unisono.ledger import open_database, write_keys

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["unisono.service", "tests.collector.serving"])


def _serve(words: list[str], log: Path, url: str) -> None:
    from unisono.cli import main

    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    os.environ["UNISONO_LEDGER"] = url
    main(words)


class Served:
    """A project in `folder` whose ledger is at `url`, with one write key for the source 'portal'."""

    def __init__(self, folder: Path, url: str) -> None:
        (folder / "unisono.yaml").write_text("name: test\n")
        self.folder = folder
        self.url = url
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        ledger = open_database(url)
        now = datetime.now(UTC).replace(tzinfo=None)
        self.key = write_keys.create(ledger, "portal", actor="ann", at=now).key
        ledger.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def words(self) -> list[str]:
        return [
            "serve",
            str(self.folder),
            "--port",
            str(self.port),
            "--no-workbench",
            "--refresh-seconds",
            "0",
        ]

    def start(self) -> BaseProcess:
        process = _context.Process(
            target=_serve, args=(self.words, self.folder / "server.log", self.url), daemon=True
        )
        process.start()
        self._wait(process.is_alive)
        return process

    def start_workers(self, workers: int) -> subprocess.Popen[bytes]:
        """Start it as an operator does: what has processes of its own cannot come from our quick one."""
        command = [sys.executable, "-m", "unisono", *self.words, "--workers", str(workers)]
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "UNISONO_LEDGER": self.url}
            )
        self._wait(lambda: process.poll() is None)
        return process

    def _wait(self, alive: Callable[[], bool]) -> None:
        for _ in range(6000):
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.01)
                assert alive(), self.log()
            else:
                return
        raise AssertionError(self.log())

    def workers(self) -> list[int]:
        """The processes that have begun to serve, in their order."""
        return [int(one) for one in re.findall(r"Started server process \[(\d+)\]", self.log())]

    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    def get(self, path: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def events(self) -> list[dict[str, Any]]:
        ledger = open_database(self.url)
        rows = ledger.read("select * from event order by event_id")
        ledger.close()
        return [{**row, "body": json.loads(row["body"])} for row in rows]


class Sender:
    """One connection of an SDK that sends again what was not acknowledged."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._connection: http.client.HTTPConnection | None = None

    def send(self, path: str, body: Mapping[str, Any]) -> int | None:
        """Return the status, or None if there was no answer."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._served.port, timeout=30)
        try:
            self._connection.request("POST", path, json.dumps(body), {"X-Write-Key": self._served.key})
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        return answer.status

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
