"""Staged rows to tables: one row per key, groups found, in the order of sources, files and lines."""

from __future__ import annotations

import glob
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from unisono.engine.duckdb import open_database
from unisono.ingest.duplicates import find_losers
from unisono.ingest.expression import DIALECT, name
from unisono.ingest.group import grouped
from unisono.ingest.staging import ACCEPTED, ENTRY, FILE, LINE, QUARANTINE, REFUSED, Staged
from unisono.tables import TABLES
from unisono.tables.arrow import empty


@dataclass(frozen=True)
class Settled:
    """What became of a table's staged rows, by file number; `conflicts` says for which lines and why."""

    accepted: Counter[int] = field(default_factory=Counter)
    duplicates: Counter[int] = field(default_factory=Counter)
    conflicts: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


class Settling:
    """Writes tables under `target` from what was staged of all files; a file's number is its place among them."""

    def __init__(self, staged: Sequence[Staged], target: Path, spill: Path) -> None:
        self._staged = staged
        self._target = target
        self._connection = open_database(temp_directory=str(spill))
        numbers = pa.array(range(len(staged)), pa.int32())
        files = pa.table({ENTRY: pa.array([one.key for one in staged], pa.string()), FILE: numbers})
        self._connection.register("file", files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def table(self, table: str) -> Settled:
        """Write a table, each key once."""
        staged = [one for one in self._staged if one.source.table == table]
        if not self._view("staged", staged, ACCEPTED):
            self._write(None, table)
            return Settled()
        find_losers(self._connection, table)
        kept = exp.select("*").from_("staged").join("loser", using=[FILE, LINE], join_type="anti")
        sources = list({one.source.name: one.source for one in staged}.values())
        if any(source.group for source in sources):
            kept = grouped(kept, sources)
        self._see("kept", kept.sql(DIALECT))
        self._write("kept", table)
        return Settled(
            self._per_file("kept", "true"), self._per_file("loser", "not conflict"), self._conflicts(table)
        )

    def quarantine(self, contradicting: Sequence[tuple[int, pa.Table]]) -> None:
        """Write all refused rows, those included that are refused now: (file number, rows of the quarantine)."""
        late = [
            rows.append_column(FILE, pa.array([number] * rows.num_rows, pa.int32()))
            for number, rows in contradicting
        ]
        refused = ["select * from refused"] if self._view("refused", self._staged, REFUSED) else []
        if late:
            self._connection.register("late", pa.concat_tables(late))
            refused.append("select * from late")
        if refused:
            self._see("all_refused", " union all by name ".join(refused))
        self._write("all_refused" if refused else None, QUARANTINE)

    def _view(self, view: str, staged: Sequence[Staged], kind: str) -> bool:
        """Make a view of the parts of one kind with the number of each row's file; False if there are none."""
        parts = {str(path) for one in staged for part, path in one.parts.items() if part.startswith(kind)}
        if not parts:
            return False
        parquet = exp.func("read_parquet", exp.convert([glob.escape(path) for path in sorted(parts)]))
        numbered = exp.select(exp.Star(except_=[exp.to_identifier(ENTRY)])).from_(exp.Table(this=parquet))
        self._see(view, numbered.join("file", using=[ENTRY]).sql(DIALECT))
        return True

    def _see(self, view: str, query: str) -> None:
        self._connection.execute(f"create or replace view {view} as {query}").fetchall()

    def _write(self, view: str | None, table: str) -> None:
        """Write what a view holds of a table's columns, in the order of files and lines; nothing without one."""
        folder = self._target / table
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.parquet"):
            old.unlink()
        file = folder / "part-0.parquet"
        if view is None:
            pq.write_table(empty(table), file)
            return
        columns = map(name, TABLES[table].names)
        ordered = exp.select(*columns).from_(view).order_by(name(FILE), name(LINE))
        copy = f"copy ({ordered.sql(DIALECT)}) to $file (format parquet, compression snappy)"
        self._connection.execute(copy, {"file": str(file)}).fetchall()

    def _per_file(self, view: str, condition: str) -> Counter[int]:
        counted = exp.select(name(FILE), "count(*)").from_(view).where(condition).group_by(name(FILE))
        return Counter(dict(self._connection.execute(counted.sql(DIALECT)).fetchall()))

    def _conflicts(self, table: str) -> dict[int, dict[int, str]]:
        """Return file -> line -> what the row there contradicts."""
        query = "select file_number, line_number, stays.file, stays.line, key from loser where conflict order by all"
        found: dict[int, dict[int, str]] = defaultdict(dict)
        for file, line, stays_file, stays_line, key in self._connection.sql(query).fetchall():
            words = zip(TABLES[table].key, key, strict=True)
            named = ", ".join(f"{column} '{value}'" for column, value in words)
            stays = f"line {stays_line} of {self._staged[stays_file].file.label}"
            found[file][line] = f"{named}: other content than on {stays}"
        return found
