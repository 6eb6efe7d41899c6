"""Keys and the server from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from unisono.cli import app
from unisono.errors import UsageError
from unisono.ledger import audit, open_database
from unisono.project import open_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "unisono.yaml").write_text("name: test\n")
    return tmp_path


def unisono(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_key_is_shown_once_and_its_life_is_audited(folder: Path) -> None:
    key = unisono("key", "create", folder, "portal", "--by", "ann").strip()
    (listed,) = json.loads(unisono("key", "list", folder, "--json"))
    assert (listed["source"], listed["hint"], listed["expires_at"]) == ("portal", key[-4:], None)
    assert key not in unisono("key", "list", folder)
    newer = json.loads(
        unisono("key", "rotate", folder, listed["key_id"], "--days", 1, "--by", "ann", "--json")
    )
    assert newer["source"] == "portal"
    assert newer["key"] != key
    unisono("key", "revoke", folder, newer["key_id"], "--by", "bob")
    rows = {row["key_id"]: row for row in json.loads(unisono("key", "list", folder, "--json"))}
    assert rows[listed["key_id"]]["expires_at"]
    assert rows[newer["key_id"]]["revoked_at"]
    ledger = open_database(open_project(folder).ledger_url)
    said = [(row["actor"], row["action"]) for row in reversed(audit.rows(ledger))]
    ledger.close()
    assert said == [
        ("ann", "write_key.create"),
        ("ann", "write_key.create"),
        ("ann", "write_key.rotate"),
        ("bob", "write_key.revoke"),
    ]


def test_a_key_whose_events_no_source_reads_is_made_and_says_so(folder: Path) -> None:
    (folder / "sources.yaml").write_text("sources: [{name: live, collected: portal, preset: segment}]\n")
    said = {}
    for source in ("portal", "protal"):
        done = CliRunner().invoke(app, ["key", "create", str(folder), source], catch_exceptions=False)
        assert done.stdout.strip()
        said[source] = done.stderr
    assert "No source" not in said["portal"]
    assert "'collected: protal'" in said["protal"]


def test_an_unknown_key_or_folder_is_an_error(folder: Path) -> None:
    for words in (("key", "revoke", folder, "x"), ("key", "rotate", folder, "x"), ("serve", folder / "x")):
        with pytest.raises(UsageError):
            unisono(*words)


def test_help_teaches() -> None:
    shown = unisono("serve", "--help")
    for word in ("unisono key create", "curl", "/v1/track", "/readyz", "SIGTERM", "on disk"):
        assert word in shown
