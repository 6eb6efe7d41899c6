"""The same workbench on PostgreSQL, in a process of its own: Django's settings are made once in each."""

from __future__ import annotations

import os
import subprocess
import sys
from uuid import uuid4

import psycopg

from tests.databases import postgres_server
from unisono.project import Project

__all__ = ["postgres_server"]

DAY = """
import sys
from datetime import datetime
from unisono.project import open_project
from unisono.workbench.accounts import add_user, users
from unisono.workbench.asgi import workbench

project = open_project(sys.argv[1])
password = add_user(project, "rosa", "rep", rep_id="R0001")
workbench(project, lambda: datetime(2026, 1, 5, 9, 12))
from django.test import Client

client = Client(SERVER_NAME="localhost")
client.post("/account/login/", {"login": "rosa", "password": password})
form = {"oldpassword": password, "password1": "a sentence of my own", "password2": "a sentence of my own"}
client.post("/account/password/", form)
page = client.get("/inbox/")
print(page.status_code, page.content.count(b'id="card-'), [user.username for user in users(project)])
"""


def test_a_representative_signs_in_and_sees_the_inbox(project: Project, postgres_server: str) -> None:
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    url = postgres_server.replace("/postgres?", f"/{name}?")
    ended = subprocess.run(
        [sys.executable, "-c", DAY, str(project.folder)],
        env={**os.environ, "UNISONO_LEDGER": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split()[0] == "200"
    assert int(ended.stdout.split()[1]) > 0
    assert "['rosa']" in ended.stdout
