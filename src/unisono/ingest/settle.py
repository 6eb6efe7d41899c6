"""Staged rows to tables: one row per key, groups found, in the order of sources, files and lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp

from unisono.ingest.duplicates import find_losers
from unisono.ingest.expression import DIALECT, name
from unisono.ingest.files import Opened
from unisono.ingest.group import grouped
from unisono.ingest.spec import Source
from unisono.ingest.staging import FILE, LINE, QUARANTINE, Staging
from unisono.tables import TABLES
from unisono.tables.arrow import empty


@dataclass(frozen=True)
class Settled:
    """What became of a table's staged rows, by file number; `conflicts` says for which lines and why."""

    accepted: Counter[int] = field(default_factory=Counter)
    duplicates: Counter[int] = field(default_factory=Counter)
    conflicts: dict[int, dict[int, str]] = field(default_factory=dict)


def settle(staging: Staging, table: str, files: Sequence[tuple[Source, Opened]], target: Path) -> Settled:
    """Write a table under `target/<table>/`, each key once."""
    file = _fresh(target / table)
    if not staging.parts(table):
        pq.write_table(empty(table), file)
        return Settled()
    with duckdb.connect(config={"temp_directory": str(staging.folder)}) as connection:
        connection.read_parquet(staging.parts(table)).create_view("staged")
        find_losers(connection, table)
        kept = exp.select("*").from_("staged").join("loser", using=[FILE, LINE], join_type="anti")
        sources = [source for source, _ in files if source.table == table]
        if any(source.group for source in sources):
            kept = grouped(kept, sources)
        connection.sql(kept.sql(dialect=DIALECT)).create_view("kept")
        _write(connection, "kept", table, file)
        return Settled(
            _per_file(connection, "kept", "true"),
            _per_file(connection, "loser", "not conflict"),
            _conflicts(connection, table, files),
        )


def write_quarantine(staging: Staging, target: Path) -> None:
    """Write all refused rows."""
    file = _fresh(target / QUARANTINE)
    if not staging.parts(QUARANTINE):
        pq.write_table(empty(QUARANTINE), file)
        return
    with duckdb.connect(config={"temp_directory": str(staging.folder)}) as connection:
        connection.read_parquet(staging.parts(QUARANTINE)).create_view("refused")
        _write(connection, "refused", QUARANTINE, file)


def _write(connection: duckdb.DuckDBPyConnection, view: str, table: str, file: Path) -> None:
    columns = map(name, TABLES[table].names)
    ordered = exp.select(*columns).from_(view).order_by(name(FILE), name(LINE))
    connection.sql(ordered.sql(dialect=DIALECT)).write_parquet(str(file), compression="snappy")


def _per_file(connection: duckdb.DuckDBPyConnection, view: str, condition: str) -> Counter[int]:
    counted = exp.select(name(FILE), "count(*)").from_(view).where(condition).group_by(name(FILE))
    return Counter(dict(connection.sql(counted.sql(dialect=DIALECT)).fetchall()))


def _conflicts(
    connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[tuple[Source, Opened]]
) -> dict[int, dict[int, str]]:
    """Return file -> line -> what the row there contradicts."""
    query = (
        "select file_number, line_number, stays.file, stays.line, key from loser where conflict order by all"
    )
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for file, line, stays_file, stays_line, key in connection.sql(query).fetchall():
        words = zip(TABLES[table].key, key, strict=True)
        named = ", ".join(f"{column} '{value}'" for column, value in words)
        stays = f"line {stays_line} of {files[stays_file][1].label}"
        found[file][line] = f"{named}: other content than on {stays}"
    return found


def _fresh(folder: Path) -> Path:
    """Return the one file of a table's folder, older ones gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.parquet"):
        old.unlink()
    return folder / "part-0.parquet"
