"""The tutorial's commands do what it says, in the order it says, in an empty folder."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from tests.docs.pages import DOCS, blocks

pytestmark = pytest.mark.slow

COMMANDS = [
    line.removeprefix("$ ")
    for block in blocks(DOCS / "tutorial.md", "console")
    for line in block.text.splitlines()
    if line.startswith("$ ")
]


@dataclass(frozen=True)
class Done:
    """The tutorial after its last command: the folder, and what each command printed."""

    folder: Path
    printed: list[str]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("tutorial")
    printed = [run(filled_in(command, folder), folder) for command in COMMANDS]
    return Done(folder, printed)


def run(command: str, folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "120"}
    environment["XDG_CACHE_HOME"] = str(
        user_cache_path()
    )  # what is known of SQL texts need not be found out again
    result = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"$ {command}\n{result.stdout}{result.stderr}"
    return result.stdout


def is_run(command: str) -> bool:
    return command.startswith("unisono run")


def filled_in(command: str, folder: Path) -> str:
    """Return a command with the id of a customer without a suggestion in place of CUSTOMER_ID."""
    if "CUSTOMER_ID" not in command:
        return command
    rows = json.loads(run("unisono tables show demo no_action --rows 1 --json", folder))
    return command.replace("CUSTOMER_ID", rows[0]["customer_id"])


def test_the_tutorial_has_commands() -> None:
    assert len(COMMANDS) >= 10
    assert sum(map(is_run, COMMANDS)) == 4


def test_every_command_works(done: Done) -> None:
    assert len(done.printed) == len(COMMANDS)


def test_the_same_run_again_changes_nothing(done: Done) -> None:
    runs = [printed for command, printed in zip(COMMANDS, done.printed, strict=True) if is_run(command)]
    assert ["Nothing changed" in printed for printed in runs] == [False, False, True, False]
    assert len(list((done.folder / "demo/store/runs").iterdir())) == 3


def test_the_week_that_was_lived_tells_of_suggestions(done: Done) -> None:
    step = next(
        printed for command, printed in zip(COMMANDS, done.printed, strict=True) if "world step" in command
    )
    assert step.splitlines()[0].endswith(" 0 violations")
    assert "f2f_visit" in done.printed[-1]


def test_a_lower_cap_stops_more_candidates(done: Done) -> None:
    before, after, _ = (
        int(line.split()[2].replace(",", ""))
        for command, printed in zip(COMMANDS, done.printed, strict=True)
        if is_run(command) and "Nothing changed" not in printed
        for line in printed.splitlines()
        if line.split()[:1] == ["cap"]
    )
    assert after > before


def test_decisions_name_the_playbook_they_were_made_by(done: Done) -> None:
    versions = [
        {
            row["policy_version"]
            for row in csv.DictReader((done.folder / name).read_text("utf-8").splitlines())
        }
        for name in ("before.csv", "after.csv")
    ]
    assert [len(found) for found in versions] == [1, 1]
    assert versions[0] != versions[1]
