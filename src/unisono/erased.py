"""Records of people who asked to be forgotten: hashes in lines of JSON, so that no run takes them in again.

    {"record":"<SHA-256 of system:id>","erased_at":"2026-01-05T09:00:00"}

A file that cannot be read to its last line stops a run: who was forgotten must not come back by a mistake.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from unisono.engine import open_engine
from unisono.errors import SourceError
from unisono.tables import TABLES

ERASED = "stewardship/erased.jsonl"
"""Where the hashes of a project are kept."""

NAMED = "source_record_id is not null and sha256(system || ':' || source_record_id) in (select record from erased)"


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    record: str = Field(pattern="^[0-9a-f]{64}$")
    erased_at: datetime


def read_erased(project: Path) -> frozenset[str]:
    """Return the hashes of erased records; SourceError UN2104 unless every line can be read."""
    file = project / ERASED
    if not file.exists():
        return frozenset()
    found: set[str] = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.add(_Line.model_validate_json(line).record)
        except ValidationError as error:
            raise SourceError(
                "UN2104",
                f"line {number} of the erased records cannot be read: {error.errors()[0]['msg']}",
                where=f"{file.as_posix()}:{number}",
                hint="restore the file from a backup; without it people who were forgotten would come back",
            ) from error
    return frozenset(found)


def add_erased(project: Path, records: Iterable[tuple[str, str]], at: datetime) -> None:
    """Add records, (system, id), durably: all of them or, if this is stopped, none."""
    file = project / ERASED
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".new")
    with aside.open("w", encoding="utf-8") as lines:
        lines.write(file.read_text(encoding="utf-8") if file.exists() else "")
        for system, record in records:
            lines.write(_Line(record=hashed(system, record), erased_at=at).model_dump_json() + "\n")
        lines.flush()
        os.fsync(lines.fileno())
    aside.replace(file)


def hashed(system: str, record: str) -> str:
    """Return what is kept of an erased record."""
    return hashlib.sha256(f"{system}:{record}".encode()).hexdigest()


def drop_erased(folder: Path, tables: Iterable[str], erased: frozenset[str]) -> int:
    """Take rows of erased records out of ingested tables under `folder`; return how many there were."""
    dropped = 0
    with open_engine("duckdb", folder) as engine:
        engine.view("erased", pa.table({"record": pa.array(sorted(erased), pa.string())}))
        for name in tables:
            if "source_record_id" not in TABLES[name].names:
                continue
            engine.attach(name, folder / name)
            found = int(engine.read(f"select count(*) as n from {name} where {NAMED}")["n"][0].as_py())  # noqa: S608
            if found:
                kept = engine.read(f"select * from {name} where not coalesce({NAMED}, false)")  # noqa: S608
                engine.table(name, kept)
            dropped += found
    return dropped
