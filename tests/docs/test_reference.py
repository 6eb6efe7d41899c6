from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from tests.docs.pages import DOCS, ROOT, headings
from unisono.cli import VERBS, app
from unisono.errors import CODES
from unisono.tables import TABLES

REFERENCE = DOCS / "reference"


@pytest.fixture(scope="module")
def generate() -> dict[str, Any]:
    return runpy.run_path(str(DOCS / "generate.py"))


def test_the_reference_is_fresh(generate: dict[str, Any]) -> None:
    assert generate["stale"]() == [], "run: python docs/generate.py"


def test_a_changed_missing_or_leftover_page_is_stale(generate: dict[str, Any], tmp_path: Path) -> None:
    generate["write"](tmp_path)
    assert generate["stale"](tmp_path) == []
    (tmp_path / "cli.md").write_text("old", encoding="utf-8")
    (tmp_path / "errors.md").unlink()
    (tmp_path / "gone.md").write_text("left over", encoding="utf-8")
    assert generate["stale"](tmp_path) == ["cli.md", "errors.md", "gone.md"]


def test_check_mode_exits_as_it_should(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_every_table_has_a_heading() -> None:
    assert set(TABLES) <= set(headings(REFERENCE / "tables.md"))


def test_every_command_has_a_heading() -> None:
    assert set(paths(app, "unisono")) <= set(headings(REFERENCE / "cli.md"))


def paths(command: click.Command, path: str) -> list[str]:
    """Return the command's path and those of everything below it."""
    found = [path]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for verb in command.list_commands(context):
            inner = command.get_command(context, verb)
            assert inner is not None, verb
            found += paths(inner, f"{path} {verb}")
    return found


def test_the_list_of_verbs_is_complete() -> None:
    files = {path.stem for path in (ROOT / "src/unisono/cli").glob("*.py")} - {"__init__", "common"}
    parts = {name for name in files if name.partition("_")[0] in VERBS and "_" in name}  # e.g. world_step
    assert files - parts == set(VERBS)


def test_every_error_code_used_has_a_meaning_and_a_heading() -> None:
    used = {
        code
        for path in (ROOT / "src").rglob("*.py")
        for code in re.findall(r'"(UN\d{4})"', path.read_text(encoding="utf-8"))
    }
    assert used == set(CODES)
    assert used <= set(headings(REFERENCE / "errors.md"))
