"""A project on disk: `unisono.yaml` ties playbook, sources, engine and store together."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

import unisono
from unisono.errors import StoreError, UsageError
from unisono.ledger.database import SQLITE
from unisono.playbook import Playbook, load_playbook, load_yaml

if TYPE_CHECKING:
    import pyarrow as pa

    from unisono.ingest import Sources
    from unisono.pipeline import Inputs, Progress
    from unisono.refresh import Refreshed
    from unisono.store import Snapshot, Store


class Settings(BaseModel):
    """What `unisono.yaml` may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Name of the project, shown on screen")
    simulated: bool = Field(default=False, description="True labels everything made from it as simulated")
    engine: Literal["duckdb", "spark"] = Field(default="duckdb", description="Where tables are computed")
    seed: int = Field(default=1, ge=0, description="Seed of everything random")
    keep_runs: int = Field(default=5, ge=1, description="Published runs to keep, and as many refreshes")
    ledger: str | None = Field(
        default=None,
        description="URL of the operational database, postgresql://... or sqlite:///...; ledger.db in the project's"
        " folder if left out. The environment variable UNISONO_LEDGER comes before it: passwords belong there",
    )


@dataclass(frozen=True)
class Project:
    """A project folder and its settings."""

    folder: Path
    settings: Settings

    @property
    def store(self) -> Store:
        """The project's runs."""
        from unisono.store import Store

        return Store(self.folder / "store", self.settings.keep_runs)

    @property
    def ledger_url(self) -> str:
        """URL of the operational database; it need not exist yet."""
        default = f"{SQLITE}{self.folder.resolve() / 'ledger.db'}"
        return os.environ.get("UNISONO_LEDGER") or self.settings.ledger or default

    @property
    def has_ledger(self) -> bool:
        """Whether there is an operational database: a project that nothing is served from needs none."""
        return not self.ledger_url.startswith(SQLITE) or Path(self.ledger_url.removeprefix(SQLITE)).exists()

    def playbook(self) -> Playbook:
        """Load the playbook; ProblemsError lists everything wrong in it."""
        return load_playbook(self.folder / "playbook")

    @property
    def systems(self) -> dict[str, str]:
        """Source of collected events -> the namespace of its users' ids."""
        sources = self.sources().sources
        return {source.collected: source.system or source.name for source in sources if source.collected}

    def sources(self) -> Sources:
        """Load `sources.yaml`; ProblemsError lists everything wrong in it."""
        from unisono.ingest import read_sources

        return read_sources(self.folder / "sources.yaml")

    def snapshot(self) -> Snapshot:
        """Return the published run; StoreError UN4001 if there is none yet."""
        snapshot = self.store.current()
        if snapshot is None:
            hint = f"run it first: unisono run {self.folder}"
            raise StoreError("UN4001", "nothing has been run yet", where=str(self.folder), hint=hint)
        return snapshot

    def run(
        self,
        *,
        as_of: datetime,
        seed: int | None = None,
        engine: str | None = None,
        data: Path | None = None,
        force: bool = False,
        progress: Progress | None = None,
    ) -> Snapshot:
        """Run everything at the clock `as_of` (UTC, without zone) and publish a snapshot.

        `data` replaces the project's data folder. If the inputs are those of the published run, that run is
        returned unless `force` is set.
        """
        from unisono.pipeline import run

        inputs = self._inputs(as_of=as_of, seed=seed, engine=engine, data=data)
        snapshot = run(inputs, self.store, force=force, progress=progress)
        self._announce_new(snapshot, as_of)
        return snapshot

    def refresh(self, *, as_of: datetime, progress: Progress | None = None) -> Refreshed | None:
        """Decide anew, at the clock `as_of`, for the customers that events collected since the last run are about.

        Publishes within seconds, with what the last run learnt; None if nothing was collected.
        """
        from unisono.refresh import refresh

        refreshed = refresh(self._inputs(as_of=as_of), self.store, progress)
        if refreshed is not None:
            self._announce_new(refreshed.snapshot, as_of)
        return refreshed

    def _inputs(
        self, *, as_of: datetime, seed: int | None = None, engine: str | None = None, data: Path | None = None
    ) -> Inputs:
        from unisono.pipeline import Inputs

        sources = self.sources()
        self._collect(sources, as_of)
        return Inputs(
            name=self.settings.name,
            playbook=self.playbook(),
            sources=sources,
            project=self.folder,
            data=data or self.folder / "data",
            as_of=as_of,
            seed=self.settings.seed if seed is None else seed,
            simulated=self.settings.simulated,
            engine=engine or self.settings.engine,
            code_version=code_version(),
        )

    def _collect(self, sources: Sources, until: datetime) -> None:
        """Write what was collected since the last time, and before `until`, to files for the sources that read it."""
        collected = {source.collected for source in sources.sources if source.collected}
        if collected and self.has_ledger:
            from unisono.ingest import COLLECTED
            from unisono.ledger import open_database
            from unisono.ledger.export import export_events

            with closing(open_database(self.ledger_url)) as ledger:
                for source in sorted(collected):
                    export_events(ledger, source, self.folder / COLLECTED / source, until)

    def announce(self, at: datetime) -> None:
        """Publish every suggestion of the published run to the ledger, so that it can be answered; none twice."""
        self._announce(self.snapshot().table("decision"), at)

    def _announce_new(self, snapshot: Snapshot, at: datetime) -> None:
        if self.has_ledger:
            new = snapshot.read("select * from decision where run_id = $run_id", {"run_id": snapshot.run_id})
            self._announce(new, at)

    def _announce(self, made: pa.Table, at: datetime) -> None:
        from unisono.ledger import decisions, open_database

        with closing(open_database(self.ledger_url)) as ledger:
            decisions.publish(ledger, made.to_pylist(), at)


def open_project(folder: Path | str) -> Project:
    """Open the project in `folder`; UsageError UN5003 if there is none, ProblemsError if its settings are wrong."""
    path = Path(folder)
    settings = path / "unisono.yaml"
    if not settings.is_file():
        hint = "make a project here: unisono init DIR"
        raise UsageError("UN5003", "there is no unisono.yaml in this folder", where=str(path), hint=hint)
    return Project(path, load_yaml(settings, Settings))


@cache
def code_version() -> str:
    """Return the package's version and a hash of its code, so that a decision names what computed it."""
    digest = hashlib.sha256()
    root = Path(unisono.__file__).parent
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.sql")]):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"{unisono.__version__}+{digest.hexdigest()[:8]}"
