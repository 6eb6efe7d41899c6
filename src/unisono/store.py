"""Snapshots: written aside, published by one atomic pointer swap, immutable after.

    <store>/current               name of the published run
    <store>/runs/<run_id>/        one Parquet folder per table (see `unisono.engine.parts`), and manifest.json
    <store>/work/<fingerprint>/   a run in the making; finished tables are kept for the next try
    <store>/refresh/              a refresh in the making
    <store>/ingest/               what was made of each source file, for the next run
    <store>/collected/<source>/   what the collector took in, as files

A run that dies at any moment leaves `current` as it was. The next run of the same inputs takes over the tables
that were finished; one of other inputs starts clean.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from unisono.engine import Engine, Value, parts
from unisono.engine.duckdb import DuckDBEngine
from unisono.engine.sql import mentioned
from unisono.errors import StoreError, UsageError, did_you_mean


class Snapshot:
    """One published run: its manifest and its tables, read in place without any lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run_id = folder.name

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the run was made from and how; StoreError UN4002 if it cannot be read."""
        try:
            manifest: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError) as error:
            raise StoreError(
                "UN4002",
                f"manifest cannot be read: {error}",
                where=self.run_id,
                hint="run 'unisono run' again",
            ) from error
        return manifest

    @cached_property
    def tables(self) -> list[str]:
        """Names of the tables in it, sorted."""
        return sorted(path.parent.name for path in self.folder.glob("*/part-0.parquet"))

    def table(self, name: str) -> pa.Table:
        """Return a whole table; UsageError UN5002 if the run has none of that name."""
        return parts.read(self.path(name))

    def path(self, name: str) -> Path:
        """Return the folder of a table; UsageError UN5002 if the run has none of that name."""
        if name not in self.tables:
            raise UsageError("UN5002", f"no table is called '{name}'", hint=did_you_mean(name, self.tables))
        return self.folder / name

    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """Return the result of DuckDB SQL over the run's tables, `$parameters` bound."""
        with DuckDBEngine(self.folder) as engine:
            self._attach(engine, sql)
            return engine.read(sql, values)

    def _attach(self, engine: Engine, sql: str) -> None:
        mentions = {name.lower() for name in mentioned(sql, "query")}
        for name in mentions.intersection(self.tables):
            engine.attach(name, self.folder / name)


class OpenSnapshot(Snapshot):
    """A published run kept open for many short questions from several threads; opening costs more than asking."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._engine = DuckDBEngine(folder)
        self._lock = threading.Lock()

    @cached_property
    def tables(self) -> list[str]:
        """See `Snapshot.tables`."""
        return super().tables

    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """See `Snapshot.read`."""
        with self._lock:
            self._attach(self._engine, sql)
            return self._engine.read(sql, values)

    def close(self) -> None:
        """Give back what was opened."""
        with self._lock:
            self._engine.close()


class Store:
    """The runs of one project."""

    def __init__(self, folder: Path, keep: int = 5) -> None:
        self.folder = folder
        self.keep = max(1, keep)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the store for one run at a time; StoreError UN4003 if another run has it. Freed even by a kill."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StoreError(
                    "UN4003",
                    "another run is writing this store",
                    where=str(self.folder),
                    hint="wait until it ends",
                ) from error
            yield

    def current(self) -> Snapshot | None:
        """Return the published run, or None before the first; StoreError UN4002 if it is gone."""
        try:
            run_id = (self.folder / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        folder = self.folder / "runs" / run_id
        if not (folder / "manifest.json").exists():
            raise StoreError(
                "UN4002",
                f"the published run '{run_id}' is gone",
                where=str(folder),
                hint="run 'unisono run' again",
            )
        return Snapshot(folder)

    def run(self, run_id: str) -> Snapshot | None:
        """Return a published run that is still kept, or None."""
        folder = self.folder / "runs" / run_id
        return Snapshot(folder) if (folder / "manifest.json").exists() else None

    def before(self, snapshot: Snapshot) -> Snapshot | None:
        """Return the last full run of an earlier clock than the one that a snapshot is or refreshes.

        None if it is no longer kept.
        """
        at = _clock(snapshot)
        full = sorted((one for one in self._kept() if _is_full(one) and _clock(one) <= at), key=_clock)
        return next((one for one in reversed(full) if _clock(one) < _clock(full[-1])), None)

    def _kept(self) -> list[Snapshot]:
        """Return the runs that are kept, the last published last."""
        folders = [path.parent for path in self.folder.glob("runs/*/manifest.json")]
        return [Snapshot(one) for one in sorted(folders, key=lambda folder: folder.stat().st_mtime_ns)]

    def new_run_id(self, wanted: str) -> str:
        """Return `wanted`, or `wanted-2` and so on where runs of that name are published already."""
        run_id, number = wanted, 1
        while (self.folder / "runs" / run_id).exists():
            number += 1
            run_id = f"{wanted}-{number}"
        return run_id

    def begin(self, fingerprint: str) -> Path:
        """Return the work folder of a run with these inputs; work on other inputs is thrown away."""
        work = self.folder / "work"
        for other in work.glob("*"):
            if other.name != fingerprint:
                shutil.rmtree(other)
        folder = work / fingerprint
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def aside(self, name: str) -> Path:
        """Return an empty folder to make a snapshot in; what an earlier try left there is thrown away."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def publish(self, work: Path, run_id: str, manifest: Mapping[str, object]) -> Snapshot:
        """Make the work folder the current run: manifest, rename, pointer swap, then prune."""
        for leftover in (".done", ".spill", ".new", ".thin"):
            shutil.rmtree(work / leftover, ignore_errors=True)
        _write_durably(work / "manifest.json", json.dumps(manifest, indent=2, sort_keys=True))
        for file in work.glob("*/*.parquet"):
            if file.stat().st_nlink == 1:  # what runs share was made durable by the first
                _sync(file)
        runs = self.folder / "runs"
        runs.mkdir(exist_ok=True)
        target = runs / run_id
        work.rename(target)
        _sync(runs)
        _write_durably(self.folder / "current.new", run_id)
        (self.folder / "current.new").replace(self.folder / "current")
        _sync(self.folder)
        self._prune(run_id)
        return Snapshot(target)

    def forget_others(self) -> None:
        """Delete every run but the published one, and all that was kept to make the next one sooner."""
        current = self.current()
        for folder in (*self.folder.glob("runs/*"), *self.folder.glob("work/*"), self.folder / "ingest"):
            if current is None or folder != current.folder:
                shutil.rmtree(folder, ignore_errors=True)

    def _prune(self, current: str) -> None:
        """Delete all but the last full runs, and of refreshes the last: many of them never push a full run out."""
        kept = self._kept()
        for alike in ([one for one in kept if _is_full(one) is full] for full in (True, False)):
            for one in alike[: -self.keep]:
                if one.run_id != current:
                    shutil.rmtree(one.folder)


def _clock(snapshot: Snapshot) -> datetime:
    return datetime.fromisoformat(snapshot.manifest["clock"])


def _is_full(snapshot: Snapshot) -> bool:
    try:
        return "refreshed" not in snapshot.manifest
    except StoreError:
        return False


def finished(work: Path, table: str) -> dict[str, Any] | None:
    """Return what was noted about a finished table of an earlier try, or None if it was not finished."""
    note = work / ".done" / f"{table}.json"
    if not note.exists():
        return None
    found: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    return found


def finish(work: Path, table: str, note: Mapping[str, object]) -> None:
    """Note that a table is complete, so that the next try can take it over."""
    folder = work / ".done"
    folder.mkdir(exist_ok=True)
    for file in (work / table).glob("*.parquet"):
        _sync(file)
    _write_durably(folder / f"{table}.new", json.dumps(note))
    (folder / f"{table}.new").replace(folder / f"{table}.json")


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
