"""Accounts by the command line, and the first sign-in."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from tests.workbench.conftest import events, suggested
from tests.workbench.second_factor import code
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


def test_a_second_factor_is_set_up_before_anything_is_seen(project: Project, gone: Any) -> None:
    from django.test import Client

    password = accounts.add_user(project, "new", "compliance")
    client = Client(SERVER_NAME="localhost")
    client.post("/account/login/", {"login": "new", "password": password})
    chosen = "a sentence of my own"
    client.post("/account/password/", {"oldpassword": password, "password1": chosen, "password2": chosen})
    address = client.get("/audit/")["Location"]
    again = client.get(address)["Location"]  # the password once more: nobody else's app gets enrolled
    assert again.startswith("/account/reauthenticate/")
    assert client.post(again, {"password": chosen})["Location"] == address
    page = client.get(address).content.decode()
    (secret,) = re.findall(r'value="([A-Z2-7]{32})"', page)
    assert client.post(address, {"code": "000000"}).status_code == 200
    assert client.get("/audit/").status_code == 302
    assert client.post(address, {"code": code(secret)}).status_code == 302
    assert client.get("/account/second-factor/recovery-codes/").status_code == 200
    assert client.get("/audit/").status_code == 200
    client.post("/account/second-factor/totp/deactivate/")
    assert client.get("/audit/").status_code == 200  # whoever must have one keeps it
    assert events("account.second_factor")[0]["actor"] == "new"


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
    ("number", "ask"),
    [
        ("UN5401", lambda project: accounts.add_user(project, "rosa", "admin")),
        ("UN5402", lambda project: accounts.add_user(project, "new", "rep", rep_id="R00001")),
        ("UN5402", lambda project: accounts.add_user(project, "new", "msl", rep_id="R0001")),
        ("UN5402", lambda project: accounts.add_user(project, "new", "rep")),
        ("UN5403", lambda project: accounts.disable(project, "nobody")),
        ("UN5403", lambda project: accounts.reset(project, "nobody")),
    ],
)
def test_what_makes_no_sense_is_said(project: Project, app: Any, number: str, ask: Any) -> None:
    with pytest.raises(UsageError, match=number):
        ask(project)


def test_the_first_administrator_is_made_once(project: Project, app: Any) -> None:
    assert accounts.first_run_admin(project) is None
