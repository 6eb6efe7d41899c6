"""Erasure: a person's rows leave the ledger, the collected files and the published run, and do not come back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from unisono.engine import open_engine, parts
from unisono.erased import add_erased
from unisono.ingest import COLLECTED
from unisono.ledger import Database, audit
from unisono.ledger.people import take_out
from unisono.resolve.steward import STEWARDSHIP
from unisono.store import Snapshot, Store
from unisono.subject.person import Person, about

WHO = "customer_xref"  # without it nobody knows any more whose the rows are
ASIDE = "erasing"  # folder of the store: tables without the person, and `OLD` with those that they replace
OLD = "old"


def erase(
    project: Path,
    store: Store,
    ledger: Database | None,
    person: Person,
    systems: dict[str, str],
    *,
    actor: str,
    at: datetime,
) -> dict[str, int]:
    """Erase a person; return place -> rows deleted there, the proof that the audit keeps.

    The audit is told and hashes of the records are written first: if this is stopped anywhere, no later run takes the
    person in again, and the same request goes on where it was, for who has which records goes last. Runs before the
    published one are deleted whole.
    """
    with store.lock():
        snapshot = store.current()
        if ledger is not None:
            audit.record(ledger, actor=actor, action="person.erase_begun", subject=person.customer_id, at=at)
        add_erased(project, person.records, at)
        store.forget_others()
        if snapshot:
            _put_back(store.folder / ASIDE / OLD, snapshot)
        aside, names = store.aside(ASIDE), snapshot.tables if snapshot else []
        proof = {WHO: len(person.records)}
        if snapshot:
            proof |= _from_snapshot(snapshot, person, aside, [name for name in names if name != WHO])
        proof |= _from_files(project, person, systems)
        if ledger is not None:
            with ledger.transaction() as transaction:
                gone = take_out(transaction, person.customer_id, person.users(systems))
                proof |= {f"ledger/{table}": rows for table, rows in gone.items()}
                who = person.customer_id
                audit.add(transaction, actor=actor, action="person.erase", subject=who, at=at, detail=proof)
        if snapshot:
            _from_snapshot(snapshot, person, aside, [WHO])
        shutil.rmtree(aside)
    return proof


def _from_snapshot(snapshot: Snapshot, person: Person, aside: Path, names: Iterable[str]) -> dict[str, int]:
    """Write those of a snapshot's tables that name the person without their rows; return table -> rows deleted."""
    proof: dict[str, int] = {}
    with open_engine("duckdb", aside) as engine:
        person.view(engine)
        for name in names:
            folder = snapshot.path(name)
            condition = about(pq.read_schema(parts.files_of(folder)[0]).names)
            if condition is None:
                continue
            engine.attach(name, folder)
            found = int(engine.read(f"select count(*) as n from {name} where {condition}")["n"][0].as_py())  # noqa: S608
            if found or len(parts.files_of(folder)) > 1:
                kept = engine.read(f"select * from {name} where not ({condition})")  # noqa: S608
                pq.write_table(kept, parts.emptied(aside / name) / "part-0.parquet")
                _swap(aside / name, folder, aside / OLD)
            proof[name] = found
    return proof


def _swap(new: Path, folder: Path, old: Path) -> None:
    """Put one folder in the place of another, which goes to `old` until the new one is there."""
    old.mkdir(exist_ok=True)
    folder.rename(old / folder.name)
    new.rename(folder)
    shutil.rmtree(old / folder.name)


def _put_back(old: Path, snapshot: Snapshot) -> None:
    """Put a table back that was taken away when an earlier try was stopped."""
    for folder in old.glob("*"):
        if not snapshot.folder.joinpath(folder.name).exists():
            folder.rename(snapshot.folder / folder.name)


def _from_files(project: Path, person: Person, systems: dict[str, str]) -> dict[str, int]:
    """Take the person's lines out of collected files and of stewards' decisions; return file -> lines deleted."""
    proof: dict[str, int] = {}
    for source, users in person.users(systems).items():
        for file in sorted((project / COLLECTED / source).glob("*.ndjson")):
            proof[file.relative_to(project).as_posix()] = _lines_out(file, "userId", set(users))
    names = {f"{system}:{record}" for system, record in person.records}
    decisions = project / STEWARDSHIP
    if decisions.exists():
        proof[STEWARDSHIP] = _lines_out(decisions, "left", names) + _lines_out(decisions, "right", names)
    return proof


def _lines_out(file: Path, key: str, values: set[str]) -> int:
    """Write a file of JSON lines without those that have one of the values; return how many those were."""
    with file.open(
        encoding="utf-8", newline="\n"
    ) as opened:  # texts may hold every other mark of a line's end
        lines = list(opened)
    kept = [line for line in lines if json.loads(line).get(key) not in values]
    if len(kept) < len(lines):
        aside = file.with_suffix(".new")
        aside.write_text("".join(kept), encoding="utf-8")
        aside.replace(file)
    return len(lines) - len(kept)
