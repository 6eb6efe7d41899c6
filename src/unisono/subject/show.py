"""Access: all rows about a person as one readable archive."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from unisono.engine.duckdb import DuckDBEngine
from unisono.ledger import Database
from unisono.ledger.people import known
from unisono.read.sheet import write_sheet
from unisono.store import Snapshot
from unisono.subject.person import Person, about
from unisono.tables import TABLES

Rows = Sequence[Mapping[str, Any]]


def show(
    snapshot: Snapshot,
    ledger: Database | None,
    person: Person,
    systems: dict[str, str],
    file: Path,
    at: datetime,
) -> dict[str, int]:
    """Write an archive of what is known of a person, one CSV file a table and a page about them; return counts."""
    tables = dict(_of_snapshot(snapshot, person))
    events = known(ledger, person.customer_id, person.users(systems)) if ledger else {}
    collected = {f"ledger/{table}": rows for table, rows in events.items()}
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.md", _explained(snapshot, person, {**tables, **collected}, at))
        for name, rows in {**tables, **collected}.items():
            archive.writestr(f"{name}.csv", _csv(rows))
    return {name: len(rows) for name, rows in {**tables, **collected}.items()}


def _of_snapshot(snapshot: Snapshot, person: Person) -> list[tuple[str, Rows]]:
    found: list[tuple[str, Rows]] = []
    with DuckDBEngine(snapshot.folder) as engine:
        person.view(engine)
        for name in snapshot.tables:
            condition = about(TABLES[name].names) if name in TABLES else None
            if condition:
                engine.attach(name, snapshot.path(name))
                rows = engine.read(f"select * from {name} where {condition}").to_pylist()  # noqa: S608
                if rows:
                    found.append((name, rows))
    return found


def _csv(rows: Rows) -> str:
    text = io.StringIO()
    write_sheet(text, rows)
    return text.getvalue()


def _explained(snapshot: Snapshot, person: Person, tables: Mapping[str, Rows], at: datetime) -> str:
    lines = [
        f"# What is known of customer {person.customer_id}",
        "",
        f"As of {at:%Y-%m-%d %H:%M} UTC, from run {snapshot.run_id} (data as of {snapshot.manifest['clock']}).",
        "All instants are UTC. Records: "
        + ", ".join(f"{system} {one}" for system, one in person.records)
        + ".",
    ]
    if snapshot.manifest["simulated"]:
        lines += ["", "**Everything here is simulated.**"]
    for name, rows in tables.items():
        lines += ["", f"## {name} ({len(rows)} rows)"]
        if name in TABLES:
            table = TABLES[name]
            lines += ["", f"One row is {table.row}.", ""]
            lines += [f"- `{column.name}`: {column.meaning}" for column in table.columns]
    return "\n".join(lines) + "\n"
