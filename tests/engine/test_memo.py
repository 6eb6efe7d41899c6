"""What is remembered is what would be worked out, also where nothing can be remembered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from unisono.engine.memo import remembered

ASK = """
from unisono.engine.memo import remembered

@remembered
def letters(word: str, more: tuple[str, ...]) -> list[str]:
    print("worked out")
    return sorted({*word, *more})

print(letters("unisono", ("z",)), letters("unisono", ("z",)), letters("solo", ()))
"""


def ask(cache: Path) -> list[str]:
    environment = {"XDG_CACHE_HOME": str(cache), "HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], check=False, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


RESULT = "['i', 'n', 'o', 's', 'u', 'z'] ['i', 'n', 'o', 's', 'u', 'z'] ['l', 'o', 's']"


def test_another_process_finds_what_one_has_worked_out(tmp_path: Path) -> None:
    assert ask(tmp_path) == ["worked out", "worked out", RESULT]
    assert ask(tmp_path) == [RESULT]


def test_where_nothing_can_be_kept_it_is_worked_out(tmp_path: Path) -> None:
    (tmp_path / "unisono").touch()
    for _ in range(2):
        assert ask(tmp_path) == ["worked out", "worked out", RESULT]


def test_a_damaged_memo_is_no_memo(tmp_path: Path) -> None:
    ask(tmp_path)
    for file in (tmp_path / "unisono").iterdir():
        file.write_bytes(b"no database" * 100)
    assert ask(tmp_path) == ["worked out", "worked out", RESULT]


def test_an_error_is_raised_each_time() -> None:
    asked: list[str] = []

    @remembered
    def fails(word: str) -> str:
        asked.append(word)
        raise ValueError(word)

    for _ in range(2):
        with pytest.raises(ValueError, match="this"):
            fails("this")
    assert asked == ["this", "this"]
