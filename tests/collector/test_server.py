"""`unisono serve` as a process: live SDKs send to it, it is killed and stopped under load, its disk fills up."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import threading
import time
from pathlib import Path
from typing import Any

import posthog
import pytest
import rudderstack.analytics.client as rudder
import segment.analytics.client as segment

from tests.collector.calls import track
from tests.collector.serving import Sender, Served

KILLS = {"sqlite": 20, "postgresql": 5}


@pytest.fixture
def served(tmp_path: Path, ledger_url: str) -> Served:
    return Served(tmp_path, ledger_url)


class Load:
    """Senders that send single events and batches without pause, and again until each is acknowledged."""

    def __init__(self, served: Served, senders: int = 4) -> None:
        self.acknowledged: set[str] = set()
        self.over = threading.Event()
        self._served = served
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(senders)]
        for thread in self._threads:
            thread.start()

    def _send(self, number: int) -> None:
        sender, sent = Sender(self._served), 0
        while not self.over.is_set():
            events = [
                track(f"{number}-{sent + one}", properties={"n": sent + one})
                for one in range(1 + sent % 3 * 4)
            ]
            body: dict[str, Any] = {"batch": events} if len(events) > 1 else events[0]
            while sender.send("/v1/batch" if len(events) > 1 else "/v1/track", body) != 200:
                time.sleep(0.005)
            self.acknowledged |= {event["messageId"] for event in events}
            sent += len(events)
        sender.close()

    def end(self) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()


def test_what_was_acknowledged_survives_kill_9(served: Served) -> None:
    kind = served.url.partition(":")[0]
    server = served.start()
    load = Load(served)
    for _ in range(KILLS[kind]):
        before = len(load.acknowledged)
        while len(load.acknowledged) < before + 20:
            time.sleep(0.005)
        time.sleep(random.random() * 0.05)
        os.kill(server.pid, signal.SIGKILL)
        surely = set(load.acknowledged)
        server.join()
        kept = [row["message_id"] for row in served.events()]
        assert surely <= set(kept)
        assert len(kept) == len(set(kept))
        server = served.start()
    load.end()
    server.terminate()
    server.join()
    rows = served.events()
    assert sorted(row["message_id"] for row in rows) == sorted(load.acknowledged)
    assert all(row["message_id"].endswith(f"-{row['body']['properties']['n']}") for row in rows)


def test_sigterm_ends_it_in_order(served: Served) -> None:
    server = served.start()
    load = Load(served)
    while len(load.acknowledged) < 50:
        time.sleep(0.005)
    load.over.set()
    server.terminate()
    server.join(60)
    assert server.exitcode == 0
    kept = {row["message_id"] for row in served.events()}
    assert load.acknowledged <= kept
    again = served.start()
    load.end()
    again.terminate()
    again.join()
    for line in served.log().splitlines():
        if line.startswith("{"):
            assert {"time", "level", "message"} <= json.loads(line).keys()


def test_a_full_disk_is_no_acknowledgement(tmp_path: Path) -> None:
    served = Served(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}")
    server = served.start()
    sender, acknowledged = Sender(served), []
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    statuses = []
    for number in range(60):
        statuses.append(sender.send("/v1/track", track(f"m{number}", properties={"text": "x" * 20_000})))
        if statuses[-1] == 200:
            acknowledged.append(f"m{number}")
    assert set(statuses) == {200, 503}
    assert [row["message_id"] for row in served.events()] == acknowledged
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert sender.send("/v1/track", track("last")) == 200
    sender.close()
    server.terminate()
    server.join()
    assert [row["message_id"] for row in served.events()] == [*acknowledged, "last"]


def test_live_sdks_send_to_it(served: Served) -> None:
    server = served.start()
    failures: list[object] = []

    def failed(error: object, _: object) -> None:
        failures.append(error)

    one = segment.Client(served.key, host=served.address, on_error=failed, gzip=True)
    two = rudder.Client(served.key, host=served.address, on_error=failed)
    for client in (one, two):
        client.identify("u1", {"city": "Milano"})
        client.track("u1", "Document Viewed", {"content_id": "c-9"})
        client.page("u1", "Docs", "Dosing", {"n": 1})
        client.screen("u1", "App", "Home")
        client.group("u1", "hco-77", {"tier": "A"})
        client.alias("u0", "u1")
        client.shutdown()
    three = posthog.Posthog(served.key, host=served.address, on_error=failed)
    three.capture("Document Viewed", distinct_id="u1", properties={"content_id": "c-9"})
    three.set(distinct_id="u1", properties={"city": "Milano"})
    three.group_identify("hco", "hco-77", {"tier": "A"})
    three.shutdown()
    assert failures == []
    status, metrics = served.get("/metrics")
    server.terminate()
    server.join()
    types = ["identify", "track", "page", "screen", "group", "alias"]
    rows = served.events()
    assert [row["type"] for row in rows] == [*types, *types, "track", "identify", "group"], served.log()
    viewed = [row["body"] for row in rows if row["body"].get("event") == "Document Viewed"]
    assert [body["properties"]["content_id"] for body in viewed] == ["c-9"] * 3
    assert (status, f'unisono_events_accepted_total{{source="portal"}} {len(rows)}' in metrics) == (200, True)


def test_health_readiness_and_what_is_not_there(served: Served) -> None:
    server = served.start()
    assert served.get("/healthz") == (200, "ok\n")
    status, text = served.get("/readyz")
    assert (status, "UN4001" in text, "UN600" in text) == (503, True, False)  # nothing has been run yet
    assert served.get("/")[0] in {200, 302, 404}  # the workbench, where it is there
    server.terminate()
    server.join()


@pytest.mark.slow
@pytest.mark.parametrize("ledger_url", ["postgresql"], indirect=True)
def test_workers_share_the_load_and_one_that_dies_is_replaced(served: Served) -> None:
    server = served.start_workers(2)
    load = Load(served)
    try:
        for workers in (2, 3):
            before = len(load.acknowledged)
            while len(served.workers()) < workers or len(load.acknowledged) < before + 50:
                assert server.poll() is None, served.log()
                time.sleep(0.02)
            if workers == 2:
                os.kill(served.workers()[0], signal.SIGKILL)
        load.end()
    finally:
        server.terminate()
    assert server.wait(60) == 0, served.log()
    kept = [row["message_id"] for row in served.events()]
    assert load.acknowledged <= set(kept)
    assert len(kept) == len(set(kept))
