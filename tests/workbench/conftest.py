"""One small simulated brand and its workbench, for every test here; what tests do to the ledger is taken back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.worlds import join_by_licence_only
from unisono.ledger.instants import written
from unisono.project import Project, open_project
from unisono.workbench.asgi import Application, workbench
from unisono.workbench.office import office
from unisono.world import new_world

AS_OF = datetime(2026, 1, 5)
MORNING = datetime(2026, 1, 5, 9, 12)
PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXP"
PEOPLE = {
    "rosa": {"role": "rep", "rep_id": "R0001"},
    "remo": {"role": "rep", "rep_id": "R0002"},
    "mia": {"role": "msl", "rep_id": "M001"},
    "gino": {"role": "manager"},
    "gaia": {"role": "manager", "territory_id": "T0001"},
    "kim": {"role": "marketer"},
    "cleo": {"role": "compliance"},
    "ada": {"role": "admin"},
}
"""One of each role, with a second representative, and a manager of one territory."""

WRITTEN = {
    **dict.fromkeys(("response", "feedback", "delivery", "desk_answer", "desk_question", "event"), "true"),
    "published_decision": "published_at > :as_of",
}
"""Table of the ledger -> what of it tests write: what the run decided was published before."""


@dataclass
class Time:
    """The clock of the pages, to be set."""

    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="session")
def time() -> Time:
    return Time()


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("workbench") / "brand"
    new_world(folder, customers=200, seed=1, as_of=AS_OF)
    join_by_licence_only(folder)
    made = open_project(folder)
    made.run(as_of=AS_OF)
    return made


@pytest.fixture(scope="session")
def app(project: Project, time: Time) -> Application:
    made = workbench(project, time)
    project.announce(AS_OF)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "true"  # Playwright keeps an event loop in the tests' own thread
    )
    from allauth.mfa.totp.internal.auth import TOTP

    from unisono.workbench.access import PROVE_TWICE
    from unisono.workbench.models import User

    for name, what in PEOPLE.items():
        user = User.objects.create_user(name, password=PASSWORD, **what)
        if user.role in PROVE_TWICE:
            TOTP.activate(user, SECRET)
    return made


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest, app: Application, time: Time) -> Iterator[None]:
    """Begin each test in the morning with an empty desk."""
    from django.core.cache import cache

    from unisono.workbench.models import User

    time.now = MORNING
    cache.clear()
    yield
    with office().database.transaction() as transaction:
        for table, condition in WRITTEN.items():
            transaction.execute(f"delete from {table} where {condition}", {"as_of": written(AS_OF)})
    User.objects.update(language="")


@pytest.fixture
def as_(app: Application) -> Any:
    """Return a browser with somebody signed in."""
    from django.test import Client

    from unisono.workbench.models import User

    def signed_in(name: str) -> Client:
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(username=name))
        return client

    return signed_in


def table(sql: str, **values: Any) -> list[dict[str, Any]]:
    """Return rows of the published run."""
    return office().snapshot().read(sql, values).to_pylist()


def suggested(rep_id: str = "R0001", **wanted: Any) -> list[dict[str, Any]]:
    """Return a representative's suggestions for the first day, the first first."""
    rows = table(
        "select d.*, a.due_on, h.mode = 'online' and h.contact = 'non_personal' as is_sending, c.full_name"
        " from decision as d inner join agenda as a on a.decision_id = d.decision_id"
        " inner join playbook_channel as h on h.channel = d.channel"
        " inner join customer as c on c.customer_id = d.customer_id"
        " where d.rep_id = $rep_id order by a.due_on nulls last, a.position",
        rep_id=rep_id,
    )
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def events(action: str) -> list[dict[str, Any]]:
    """Return the newest rows of the audit with an action."""
    from unisono.ledger import audit

    return [row for row in audit.rows(office().database) if row["action"] == action]
