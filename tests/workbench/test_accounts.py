"""Accounts by the command line, and the first sign-in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from tests.workbench.conftest import events, suggested
from unisono.cli import app as commands
from unisono.errors import UsageError
from unisono.project import Project
from unisono.workbench import accounts


def unisono(*words: str) -> str:
    result = CliRunner().invoke(commands, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def same_time(time: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line opens the project anew in this process; pages keep their clock."""
    from unisono.workbench import office

    opened = office.open_office
    monkeypatch.setattr(office, "open_office", lambda project, clock=None: opened(project, clock or time))


@pytest.fixture
def gone(app: Any) -> Any:
    from unisono.workbench.models import User

    yield
    User.objects.filter(username="new").delete()


def test_from_being_added_to_the_inbox(project: Project, gone: Any) -> None:
    from django.test import Client

    said = unisono("user", "add", str(project.folder), "new", "--role", "rep", "--rep-id", "R0001")
    password = said.split()[-1]
    (row,) = [
        row
        for row in json.loads(unisono("user", "list", str(project.folder), "--json"))
        if row["name"] == "new"
    ]
    assert (row["role"], row["rep_id"], row["active"]) == ("rep", "R0001", True)
    client = Client(SERVER_NAME="localhost")
    client.post("/account/login/", {"login": "new", "password": password})
    assert client.get("/inbox/")["Location"] == "/account/password/"
    chosen = "a sentence of my own"
    form = {"oldpassword": password, "password1": chosen, "password2": chosen}
    assert client.post("/account/password/", form).status_code == 302
    assert suggested()[0]["decision_id"] in client.get("/inbox/").content.decode()
    assert events("account.add")[0]["subject"] == "new"
    assert events("account.password")[0]["actor"] == "new"


def test_disabled_and_reset(project: Project, gone: Any) -> None:
    from django.test import Client

    first = accounts.add_user(project, "new", "rep", rep_id="R0001")
    unisono("user", "disable", str(project.folder), "new")
    client = Client(SERVER_NAME="localhost")
    client.post("/account/login/", {"login": "new", "password": first})
    assert client.get("/inbox/")["Location"].startswith("/account/login/")
    second = unisono("user", "reset", str(project.folder), "new").split()[-1]
    client.post("/account/login/", {"login": "new", "password": second})
    assert client.get("/inbox/")["Location"] == "/account/password/"


@pytest.mark.parametrize(
    ("code", "ask"),
    [
        ("UN5401", lambda project: accounts.add_user(project, "rosa", "admin")),
        ("UN5402", lambda project: accounts.add_user(project, "new", "rep", rep_id="R00001")),
        ("UN5402", lambda project: accounts.add_user(project, "new", "msl", rep_id="R0001")),
        ("UN5402", lambda project: accounts.add_user(project, "new", "rep")),
        ("UN5403", lambda project: accounts.disable(project, "nobody")),
        ("UN5403", lambda project: accounts.reset(project, "nobody")),
    ],
)
def test_what_makes_no_sense_is_said(project: Project, app: Any, code: str, ask: Any) -> None:
    with pytest.raises(UsageError, match=code):
        ask(project)


def test_the_first_administrator_is_made_once(project: Project, app: Any) -> None:
    assert accounts.first_run_admin(project) is None
