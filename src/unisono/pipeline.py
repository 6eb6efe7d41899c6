"""A run: sources and playbook in, a published snapshot out.

A run is a pure function of its sources, playbook, stewards' decisions, clock and seed (and of who was who, and in which
experiment arm, in the snapshot before). The order of the tables follows from the SQL itself; a table finished by an
earlier try of the same inputs is not made again. Nothing is published unless every check holds.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from unisono import decide, plan, profile, resolve
from unisono.checks import check
from unisono.checks.wall import prove_wall
from unisono.engine import Engine, Value, open_engine
from unisono.engine.graph import Step, order
from unisono.engine.graph import run as run_step
from unisono.erased import drop_erased, read_erased
from unisono.ingest import INGESTED, FileCount, SourceFile, Sources, ingest, source_files
from unisono.memory import PeakMemory
from unisono.playbook import Playbook, compile_playbook, playbook_hash
from unisono.previous import KEPT, take_over
from unisono.resolve.steward import Decision, decision_table, read_decisions
from unisono.store import Snapshot, Store, finish, finished

STEPS: tuple[Step, ...] = (*resolve.STEPS, *profile.STEPS, *plan.STEPS, *decide.STEPS)


class Progress(Protocol):
    """Hears how a run goes."""

    def started(self, name: str) -> None:
        """Making a table (or reading the sources) began."""

    def reading(self, file: str, rows: int) -> None:
        """So many rows of a source file have been read."""

    def finished(self, name: str, rows: int, seconds: float) -> None:
        """It is done."""


class Silence:
    """Progress that nobody hears."""

    def started(self, name: str) -> None:
        """See `Progress`."""

    def reading(self, file: str, rows: int) -> None:
        """See `Progress`."""

    def finished(self, name: str, rows: int, seconds: float) -> None:
        """See `Progress`."""


@dataclass(frozen=True)
class Inputs:
    """Everything a run depends on."""

    name: str
    playbook: Playbook
    sources: Sources
    project: Path
    data: Path
    as_of: datetime
    seed: int
    simulated: bool
    engine: str
    code_version: str

    @cached_property
    def files(self) -> list[SourceFile]:
        """Every source file with its hash, found when first asked for; SourceError UN2001 if one is missing."""
        return source_files(self.sources, project=self.project, data=self.data)

    @property
    def data_version(self) -> str:
        """A hash of every source file's name and bytes."""
        return hash_of(self.files)

    @cached_property
    def decisions(self) -> list[Decision]:
        """What stewards decided about records, found when first asked for; SourceError UN2101 if it cannot be read."""
        return read_decisions(self.project)

    @cached_property
    def erased(self) -> frozenset[str]:
        """Hashes of records that must not be taken in again; SourceError UN2104 if they cannot be read."""
        return read_erased(self.project)

    @property
    def fingerprint(self) -> str:
        """A hash of all inputs; equal fingerprints make equal tables."""
        declared = self.sources.model_dump(mode="json", by_alias=True)
        decided = [decision.model_dump(mode="json") for decision in self.decisions]
        made_with = (self.seed, self.simulated, self.engine, self.code_version)
        return hash_of(
            self.data_version,
            playbook_hash(self.playbook),
            declared,
            decided,
            sorted(self.erased),
            self.as_of,
            *made_with,
        )


T = TypeVar("T")


class Work:
    """One run in the making: makes each table once and notes what it took."""

    def __init__(self, folder: Path, engine: Engine, progress: Progress) -> None:
        self.folder = folder
        self.engine = engine
        self.progress = progress
        self.stages: list[dict[str, Any]] = []

    def make(self, name: str, tables: Sequence[str], how: Callable[[], tuple[int, T]]) -> T:
        """Make `tables` by `how`, or take them over from an earlier try; return its second result, kept as JSON."""
        note = finished(self.folder, name)
        if note is None:
            self.progress.started(name)
            began = time.perf_counter()
            with PeakMemory() as memory:
                rows, result = how()
            seconds = round(time.perf_counter() - began, 4)
            stage = {"table": name, "rows": rows, "seconds": seconds, "peak_mib": round(memory.peak_mib, 1)}
            note = {"stage": stage, "result": result}
            finish(self.folder, name, note)
        for table in tables:
            self.engine.attach(table, self.folder / table)
        self.stages.append(note["stage"])
        self.progress.finished(name, note["stage"]["rows"], note["stage"]["seconds"])
        made: T = note["result"]
        return made


def run(inputs: Inputs, store: Store, *, force: bool = False, progress: Progress | None = None) -> Snapshot:
    """Run everything and publish; the published run is returned as it is if its inputs are the same, unless `force`."""
    fingerprint = inputs.fingerprint
    with store.lock():
        previous = store.current()
        if previous is not None and previous.manifest["fingerprint"] == fingerprint and not force:
            return previous
        folder = store.begin(fingerprint)
        run_id = store.new_run_id(f"{inputs.as_of:%Y%m%dT%H%M%S}-{fingerprint[:8]}")
        values: dict[str, Value] = {
            "as_of": inputs.as_of,
            "seed": inputs.seed,
            "run_id": run_id,
            "data_version": inputs.data_version,
            "code_version": inputs.code_version,
        }
        proven = prove_wall(STEPS)
        with open_engine(inputs.engine, folder) as engine:
            work = Work(folder, engine, progress or Silence())
            sources = make_inputs(work, inputs, previous, store.folder / "ingest")
            make_tables(work, values)
            checks = check(engine, values, [step.table for step in STEPS])
        manifest = {
            "run_id": run_id,
            "name": inputs.name,
            "simulated": inputs.simulated,
            "clock": inputs.as_of.isoformat(),
            "seed": inputs.seed,
            "engine": inputs.engine,
            "playbook_hash": playbook_hash(inputs.playbook),
            "code_version": inputs.code_version,
            "data_version": inputs.data_version,
            "fingerprint": fingerprint,
            "previous_run": previous.run_id if previous else None,
            "sources": sources,
            "stages": work.stages,
            "checks": [proven, *checks],
        }
        return store.publish(folder, run_id, manifest)


def make_inputs(work: Work, inputs: Inputs, previous: Snapshot | None, cache: Path) -> list[dict[str, Any]]:
    """Write the compiled playbook, what the snapshot before knew of customers, and the sources; return their counts.

    What is made of each source file is kept in the folder `cache`.
    """
    playbook = compile_playbook(inputs.playbook)
    work.make("playbook", list(playbook), partial(_write, work.engine, playbook))
    work.make("previous", list(KEPT), lambda: (take_over(work.engine, previous), None))
    decided = {"steward_decision": decision_table(inputs.decisions)}
    work.make("steward_decision", list(decided), partial(_write, work.engine, decided))
    return work.make("ingest", INGESTED, partial(_ingest, work, inputs, cache))


def make_tables(work: Work, values: Mapping[str, Value], steps: Sequence[Step] = STEPS) -> None:
    """Make every derived table, in the order its SQL asks for."""
    for step in order(steps):
        work.make(step.table, [step.table], partial(_step, step, work.engine, values))


def _write(engine: Engine, tables: Mapping[str, pa.Table]) -> tuple[int, None]:
    return sum(engine.table(name, table) for name, table in tables.items()), None


def _step(step: Step, engine: Engine, values: Mapping[str, Value]) -> tuple[int, None]:
    return run_step(step, engine, values), None


def _ingest(work: Work, inputs: Inputs, cache: Path) -> tuple[int, list[dict[str, Any]]]:
    counts: list[FileCount] = ingest(
        inputs.sources,
        project=inputs.project,
        data=inputs.data,
        target=work.folder,
        as_of=inputs.as_of,
        channels={channel.id for channel in inputs.playbook.channels},
        simulated=inputs.simulated,
        files=inputs.files,
        cache=cache,
        code_version=inputs.code_version,
        progress=work.progress.reading,
    )
    if inputs.erased:
        drop_erased(work.folder, INGESTED, inputs.erased)
    return sum(count.rows_in for count in counts), [asdict(count) for count in counts]


def hash_of(*parts: object) -> str:
    """Return 16 hex digits over plain data."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]
