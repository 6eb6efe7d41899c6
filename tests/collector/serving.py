"""A real server in a process of its own, from a process that has imported everything: it starts quickly."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from unisono.ledger import open_database, write_keys

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["unisono.service", "tests.collector.serving"])


def _serve(folder: str, port: int, url: str) -> None:
    from unisono.cli import main

    log = os.open(f"{folder}/server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, sys.stderr.fileno())
    os.environ["UNISONO_LEDGER"] = url
    main(["serve", folder, "--port", str(port), "--no-workbench", "--refresh-seconds", "0"])


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

    def start(self) -> BaseProcess:
        process = _context.Process(target=_serve, args=(str(self.folder), self.port, self.url), daemon=True)
        process.start()
        for _ in range(3000):
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.01)
                assert process.is_alive(), self.log()
            else:
                return process
        raise AssertionError(self.log())

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
