"""A refresh: only the customers that newly collected events are about are decided anew, and published within seconds.

Train globally, decide locally. What a run learnt from everybody stays as it is: who is who, priors, potential, arms,
the prices of what is scarce. The tables of the touched customers are made again by the run's own steps over their rows
alone, and laid over the published run. What the other customers' suggestions use is no longer there to be had.

    a table with customers      made again for the touched, the rows of all others kept
    a table without             kept, but for the calendar and what may be used on its day
    ingested rows               new rows added
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from unisono.checks import check
from unisono.engine import Engine, Value, open_engine, parts
from unisono.engine.graph import Step, order
from unisono.engine.graph import run as run_step
from unisono.erased import drop_erased
from unisono.errors import StoreError
from unisono.ingest import INGESTED, FileCount, SourceFile, Sources, ingest, source_files
from unisono.pipeline import STEPS, Inputs, Progress, Silence, hash_of
from unisono.playbook import playbook_hash
from unisono.store import Snapshot, Store
from unisono.tables import TABLES

CUSTOMER = "customer_id"
DATED = ("local_day", "content_gate")
"""Tables without customers that follow the clock."""

LEARNT = frozenset(
    {
        *("customer_xref", "golden_value", "identity_event", "customer", "affiliation", "outcome", "arm"),
        *("potential", "medical_potential"),
    }
)
"""Tables with customers that only a run makes: who they are, and how they stand among all others."""

SIDES = ("", "medical_")
ADDED = ("source_touchpoint", "source_consent", "quarantine")
RANKED = ("choice", "medical_choice", "selection", "medical_selection")
KNOWN = (
    "select n.* from new_source_touchpoint as n inner join customer_xref as x"
    " on x.system = n.system and x.source_record_id = n.source_record_id"
)
"""What happened to somebody known; the next run says who the others are."""

LISTS = ("agenda",)
"""Tables that are made of everybody's suggestions, when those of the touched are known."""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh published: the snapshot, how many customers it decided anew, and events of unknown customers."""

    snapshot: Snapshot
    customers: int
    unknown: int


def refresh(inputs: Inputs, store: Store, progress: Progress | None = None) -> Refreshed | None:
    """Take in what was collected since the published run and publish; None if there is nothing new.

    Raises StoreError UN4001 if there is no published run, UN4004 if it was made by another playbook, seed or version.
    """
    with store.lock():
        base = store.current()
        if base is None:
            raise StoreError("UN4001", "nothing has been run yet", hint="run it first: unisono run")
        _require_alike(base, inputs)
        new = _new_files(base, inputs)
        if not new:
            return None
        work = store.aside("refresh")
        counts = _ingest(inputs, new, work / ".new")
        fingerprint = hash_of(base.manifest["fingerprint"], new, inputs.as_of)
        run_id = store.new_run_id(f"{inputs.as_of:%Y%m%dT%H%M%S}-{fingerprint[:8]}")
        values: dict[str, Value] = {
            "as_of": inputs.as_of,
            "seed": inputs.seed,
            "run_id": run_id,
            "data_version": hash_of(base.manifest["data_version"], new),
            "code_version": inputs.code_version,
        }
        with open_engine("duckdb", work / ".thin") as engine:
            thin = Thin(engine, base, work, values, progress or Silence())
            touched, unknown = thin.touched(work / ".new")
            checks = thin.decide(touched, work / ".new")
        manifest = {
            **base.manifest,
            "run_id": run_id,
            "clock": inputs.as_of.isoformat(),
            "data_version": values["data_version"],
            "fingerprint": fingerprint,
            "previous_run": base.run_id,
            "refreshed": {"customers": len(touched), "unknown": unknown},
            "sources": [*base.manifest["sources"], *map(asdict, counts)],
            "stages": thin.stages,
            "checks": checks,
        }
        return Refreshed(store.publish(work, run_id, manifest), len(touched), unknown)


def _require_alike(base: Snapshot, inputs: Inputs) -> None:
    now = {
        "playbook_hash": playbook_hash(inputs.playbook),
        "code_version": inputs.code_version,
        "seed": inputs.seed,
    }
    changed = [name for name, value in now.items() if base.manifest[name] != value]
    if changed:
        raise StoreError(
            "UN4004",
            f"the published run was made with another {' and '.join(changed)}",
            where=base.run_id,
            hint="a refresh only adds to a run; run everything first: unisono run",
        )


def _new_files(base: Snapshot, inputs: Inputs) -> list[SourceFile]:
    """Return the collected files that the published run has not read."""
    collected = [source for source in inputs.sources.sources if source.collected]
    read = {(source["name"], source["file"]) for source in base.manifest["sources"]}
    files = source_files(Sources(sources=collected), inputs.project, inputs.data) if collected else []
    return [one for one in files if (one.source, one.file) not in read]


def _ingest(inputs: Inputs, new: Sequence[SourceFile], target: Path) -> list[FileCount]:
    by_source = {
        source.name: source.model_copy(update={"collected": None, "files": files})
        for source in inputs.sources.sources
        if (files := [one.file for one in new if one.source == source.name])
    }
    counts = ingest(
        Sources(sources=list(by_source.values())),
        project=inputs.project,
        data=inputs.data,
        target=target,
        as_of=inputs.as_of,
        channels={channel.id for channel in inputs.playbook.channels},
        simulated=inputs.simulated,
        files=new,
    )
    if inputs.erased:
        drop_erased(target, INGESTED, inputs.erased)
    return counts


class Thin:
    """One refresh in the making: `engine` holds the touched customers' tables, `work` the snapshot to be."""

    def __init__(
        self, engine: Engine, base: Snapshot, work: Path, values: Mapping[str, Value], progress: Progress
    ) -> None:
        self.engine = engine
        self.base = base
        self.work = work
        self.values = values
        self.progress = progress
        self.stages: list[dict[str, Any]] = []

    def touched(self, new: Path) -> tuple[pa.ChunkedArray, int]:
        """Return the customers that new rows are about, and how many records they name that nobody knows yet."""
        for table in ADDED:
            self.engine.attach(f"new_{table}", new / table)
        self.engine.attach("customer_xref", self.base.path("customer_xref"))
        mentioned = " union ".join(
            f"select system, source_record_id from new_{table} where source_record_id is not null"  # noqa: S608
            for table in ADDED
        )
        found = self.engine.read(
            f"select x.customer_id from ({mentioned}) as m left join customer_xref as x"  # noqa: S608
            " on x.system = m.system and x.source_record_id = m.source_record_id"
        )[CUSTOMER]
        known = pc.unique(found.drop_null())
        return pa.chunked_array([known]).sort() if len(known) else pa.chunked_array([known]), found.null_count

    def decide(self, touched: pa.ChunkedArray, new: Path) -> list[str]:
        """Make the touched customers' tables, check them, and lay them over the base; return the checks' names."""
        self.engine.view("touched", pa.table({CUSTOMER: touched}))
        self._take(new)
        used = {side: self._leave_what_others_use(side) for side in SIDES}
        for step in LOCAL:
            self._make(step, self.engine)
            if step.table in RANKED:
                self._place(step.table)
        checks = check(self.engine, self.values, [step.table for step in LOCAL])
        prices = {f"{side}price": self._price(side, before) for side, before in used.items()}
        self._lay_over(touched, new, prices)
        return checks

    def _take(self, new: Path) -> None:
        """Make what the base knows readable: of the touched customers only, where it is by customer."""
        for name in set(self.base.tables) & set(TABLES):
            if name in ADDED:
                self.engine.attach(name, self.base.path(name), new / name)
            elif CUSTOMER not in TABLES[name].names:
                self.engine.attach(name, self.base.path(name))
            elif name in LEARNT:
                self._of_touched(name)
        self.engine.attach("base_touchpoint", self.base.path("source_touchpoint"))
        self._write(
            "source_touchpoint",
            "select b.* from base_touchpoint as b inner join customer_xref as x"  # noqa: S608
            " on x.system = b.system and x.source_record_id = b.source_record_id"
            f" union all by name {KNOWN}",
        )

    def _of_touched(self, name: str) -> None:
        self.engine.attach(f"base_{name}", self.base.path(name))
        self._write(
            name,
            f"select b.* from base_{name} as b inner join touched as c on c.customer_id = b.customer_id",  # noqa: S608
        )

    def _write(self, name: str, sql: str) -> None:
        self.engine.table(name, self.engine.read(sql))

    def _leave_what_others_use(self, side: str) -> pa.Table:
        """Leave of every resource what customers whose suggestions stay do not use; return what the touched used."""
        for name in ("choice", "limit_use"):
            self._of_touched(f"{side}{name}")
        used = self._used(side)
        self.engine.view("used", used)
        self.engine.view("base_price", self.base.table(f"{side}price"))
        self.engine.view("base_resource", self.base.table(f"{side}resource"))
        self._write(
            f"{side}resource",
            "select r.resource, r.owner, greatest(r.capacity - (p.used - u.used), 0.0) as capacity, r.worth"
            " from base_resource as r"
            " inner join base_price as p on p.resource = r.resource and p.owner = r.owner"
            " inner join used as u on u.resource = r.resource and u.owner = r.owner",
        )
        return used

    def _used(self, side: str) -> pa.Table:
        """Return what the touched customers' choices use of each resource."""
        run_step(STEP[f"{side}price"], self.engine, self.values)
        return self.engine.read(f"select resource, owner, used from {side}price")  # noqa: S608

    def _place(self, name: str) -> None:
        """Give what is chosen for the touched customers its places in lists in which others stand too."""
        self.engine.attach(f"base_{name}", self.base.path(name))
        self._write(
            name,
            "with ahead as ("  # noqa: S608
            " select c.customer_id, c.product_id, c.channel, count(*) as others"
            f" from {name} as c inner join base_{name} as b"
            " on coalesce(b.rep_id, b.channel) = coalesce(c.rep_id, c.channel) and b.reduced_value > c.reduced_value"
            " left join touched as t on t.customer_id = b.customer_id"
            " where t.customer_id is null group by c.customer_id, c.product_id, c.channel)"
            " select c.* replace (c.rank + coalesce(a.others, 0) as rank)"
            f" from {name} as c left join ahead as a"
            " on a.customer_id = c.customer_id and a.product_id = c.product_id and a.channel = c.channel",
        )

    def _price(self, side: str, before: pa.Table) -> pa.Table:
        """Return the base's prices, with what is used now and by how much goals are missed."""
        self.engine.view("before", before)
        self.engine.view("now", self._used(side))
        self.engine.view("base_price", self.base.table(f"{side}price"))
        return self.engine.read(
            "select p.* replace (p.used - b.used + n.used as used, case when p.resource = 'goal'"
            " then greatest(p.capacity - (p.used - b.used + n.used), 0.0) else 0.0 end as missing)"
            " from base_price as p"
            " inner join before as b on b.resource = p.resource and b.owner = p.owner"
            " inner join now as n on n.resource = p.resource and n.owner = p.owner"
        )

    def _make(self, step: Step, engine: Engine) -> None:
        self.progress.started(step.table)
        began = time.perf_counter()
        rows = run_step(step, engine, self.values)
        seconds = round(time.perf_counter() - began, 4)
        self.stages.append({"table": step.table, "rows": rows, "seconds": seconds})
        self.progress.finished(step.table, rows, seconds)

    def _lay_over(self, touched: pa.ChunkedArray, new: Path, prices: Mapping[str, pa.Table]) -> None:
        """Write the snapshot to be: the base with the touched customers' rows in place of those it has of them."""
        made = {step.table for step in LOCAL} - set(DATED)
        gone, nothing = pa.table({CUSTOMER: touched}), pa.table({})
        went = self._went(sorted(made & set(self.base.tables)))
        for name in self.base.tables:
            folder = parts.emptied(self.work / name)
            if name in prices:
                parts.store(name, prices[name], folder / "part-0.parquet")
            elif name not in LISTS:
                parts.share(self.engine.folder / name if name in DATED else self.base.path(name), folder)
            if name in made:
                rows = parts.read(self.engine.folder / name)
                mine = rows.filter(pc.is_in(rows[CUSTOMER], gone[CUSTOMER]))
                parts.add(name, folder, mine, gone, went[name])
            elif name in ADDED:
                rows = self.engine.read(KNOWN) if name == "source_touchpoint" else parts.read(new / name)
                if len(rows):
                    parts.add(name, folder, rows, nothing, 0)
        with open_engine("duckdb", self.work) as engine:
            for name in {table for one in LISTS for table in STEP[one].reads}:
                engine.attach(name, self.work / name)
            for name in LISTS:
                self._make(STEP[name], engine)

    def _went(self, names: Sequence[str]) -> dict[str, int]:
        """Return how many rows of each of the base's tables are of touched customers."""
        for name in names:
            self.engine.attach(f"base_{name}", self.base.path(name))
        counting = (
            f"select '{name}' as name, count(*) as n from base_{name}"  # noqa: S608
            " where customer_id in (select customer_id from touched)"
            for name in names
        )
        found = self.engine.read(" union all ".join(counting)).to_pylist()
        return {row["name"]: row["n"] for row in found}


def _is_local(table: str) -> bool:
    return table in DATED or (CUSTOMER in TABLES[table].names and table not in LEARNT and table not in LISTS)


STEP = {step.table: step for step in STEPS}
LOCAL = tuple(step for step in order(STEPS) if _is_local(step.table))
"""What is made again, in order."""
