"""What was found out about SQL texts, kept on disk: working it out anew takes most of the time of a small run.

The answers of a remembered function depend on its arguments and on the code alone, so that they hold for every process
of the same installation. The file may be deleted at any time; where it cannot be written, nothing is remembered.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache, lru_cache, wraps
from importlib.metadata import version
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import platformdirs

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer", str, list[str], dict[str, str], dict[str, list[str]])
"""What JSON gives back as it was."""

KEPT = 1024  # answers of a function kept in memory; a run has about two hundred statements
PATIENCE = 2.0  # seconds to wait for another process that writes


def remembered(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Return a function that remembers its answers, in memory and on disk.

    Its arguments are texts and tuples of texts; nobody may change the lists and mappings it returns. Errors are raised
    each time.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @lru_cache(KEPT)
    @wraps(function)
    def answer(*arguments: Asked.args, **named: Asked.kwargs) -> Answer:
        key = hashlib.sha256(json.dumps([_code(), name, arguments, named]).encode()).hexdigest()
        known = _ask("select answer from memo where key = ?", key)
        if known:
            found: Answer = json.loads(known[0])
            return found
        found = function(*arguments, **named)
        _ask("insert or ignore into memo values (?, ?)", key, json.dumps(found))
        return found

    return cast("Callable[Asked, Answer]", answer)


def _ask(sql: str, *values: str) -> tuple[str, ...] | None:
    with suppress(sqlite3.Error, OSError), closing(_memo()) as memo:
        row: tuple[str, ...] | None = memo.execute(sql, values).fetchone()
        return row
    return None


def _memo() -> sqlite3.Connection:
    folder = platformdirs.user_cache_path("unisono", ensure_exists=True)
    memo = sqlite3.connect(folder / "sql.sqlite", timeout=PATIENCE, isolation_level=None)
    memo.execute("pragma synchronous = off")  # losing it costs seconds
    memo.execute("create table if not exists memo (key text primary key, answer text) without rowid")
    return memo


@cache
def _code() -> str:
    """Return a hash of everything besides its arguments that an answer depends on."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    versions = " ".join(map(version, ("duckdb", "sqlglot")))
    return hashlib.sha256(b"".join([versions.encode(), *(file.read_bytes() for file in files)])).hexdigest()
