"""The description is true: whatever it allows to be sent is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.python.asgi import shutdown_lifespans
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.collector.calls import NOW, Clock
from unisono.collector import Limits, description
from unisono.collector.dialects import PATHS
from unisono.ledger import open_database, write_keys
from unisono.project import open_project
from unisono.service import service

EACH = (
    "/v1/track",
    "/v1/batch",
    "/capture",
    "/batch",
    "/com.snowplowanalytics.snowplow/tp2",
)  # a path of each kind


class Served:
    """The service, which is there only once tests run."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


served = Served()
whole = schemathesis.openapi.from_dict(description())
whole.app = served
whole.config.generation.update(max_examples=10, with_security_parameters=False)
schema = whole.include(path=list(EACH))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service behind the description, and its key."""
    folder = tmp_path_factory.mktemp("openapi")
    (folder / "unisono.yaml").write_text("name: test\n")
    project = open_project(folder)
    ledger = open_database(project.ledger_url)
    made = write_keys.create(ledger, "portal", actor="ann", at=NOW).key
    ledger.close()
    served.app = service(project, clock=Clock(), limits=Limits(events_per_second=1e9, burst_events=1e9))
    yield made
    shutdown_lifespans()


@schema.parametrize()
def test_what_is_described_is_what_happens(case: Any, key: str) -> None:
    case.call_and_validate(headers={"X-Write-Key": key})


def test_every_path_is_described() -> None:
    said = description()["paths"]
    assert said.keys() == PATHS.keys()
    kinds = {path: (dialect.envelope, dialect.translate) for path, dialect in PATHS.items()}
    assert set(kinds.values()) == {kinds[path] for path in EACH}
