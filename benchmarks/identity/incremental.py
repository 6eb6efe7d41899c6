"""New records into a matched population: only what is new is compared, against all of it.

People are made from the world's names, with two family names each, so that there are enough of them; two
records in three people have more than one, with typing errors and moves. The model is learnt from the population
once and used by both ways.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from unisono.engine import Engine
from unisono.engine.duckdb import DuckDBEngine
from unisono.engine.graph import order, run
from unisono.previous import take_over
from unisono.resolve import STEPS
from unisono.resolve.match import Model, trained
from unisono.store import Snapshot
from unisono.tables import TABLES
from unisono.tables.arrow import empty, rows, schema
from unisono.world import names

from .ours import specification
from .run import peak_mib
from .specifications import Task

MADE = "match_change", "match_new_pair", "match_pair", "entity_record"
COUNTED = order([step for step in STEPS if step.table in MADE])
XREF = next(step for step in STEPS if step.table == "customer_xref")
CLOCK = datetime(2026, 1, 1)
TASK = Task(
    columns="*",
    compare=(
        ("given_name", "name", True),
        ("family_name", "name", True),
        ("specialty", "exact", False),
        ("place", "exact", False),
        ("postal_code", "code", False),
        ("licence_id", "code", False),
    ),
    block_on=(
        ("given_name", "family_name"),
        ("family_name", "place"),
        ("given_name", "postal_code"),
        ("licence_id",),
    ),
)
RECORDS_OF_ONE = 1.5  # on average
TYPO, MOVED, LICENCE_KNOWN = 0.05, 0.05, 0.4
POSTAL_CODES = 3000


def measure(population: int, new: int, seed: int = 1) -> dict[str, Any]:
    """Return seconds of both ways, how many times faster the new one is, and whether they agree.

    Both are a run's own steps over tables on disk: `full` makes the pairs and the groups of all records as a run
    without a snapshot before does, the other as a run does that has one. Counted is all that stands between the records
    as they are compared and the two tables on disk: taking over the snapshot before, looking for what changed,
    comparing, grouping and writing. Neither counts learning. An old id is changed where a new record joins or parts
    what was known before.
    """
    everyone = people(population + new, population, seed)
    old = everyone.slice(0, population)
    of = specification(TASK)
    began = time.perf_counter()
    model = trained(of, old, seed=seed)
    learning = time.perf_counter() - began
    with TemporaryDirectory() as folder:
        place = Path(folder)
        before, _ = _made(place / "before", old, model)
        full, in_full = _made(place / "full", everyone, model)
        grown, taken = _made(place / "grown", everyone, model, Snapshot(place / "before"))
    known, ids = before["customer_xref"], grown["customer_xref"].slice(0, population)
    return {
        "dataset": "incremental",
        "method": "unisono",
        "population": population,
        "new": new,
        "learning_seconds": learning,
        **{f"full_{name}_seconds": seconds for name, seconds in in_full.items()},
        "full_seconds": sum(in_full.values()),
        **{f"{name}_seconds": seconds for name, seconds in taken.items()},
        "seconds": sum(taken.values()),
        "times_faster": sum(in_full.values()) / sum(taken.values()),
        "ms_per_new_record": 1000 * sum(taken.values()) / new,
        "old_ids_changed": pc.sum(pc.not_equal(known["customer_id"], ids["customer_id"])).as_py(),
        "old_customers_split": _split(known["customer_id"], ids["customer_id"]),
        "same_as_full": all(grown[name].equals(full[name]) for name in ("match_pair", "entity_record")),
        "peak_mib": peak_mib(),
        "status": "ok",
    }


def _made(
    folder: Path, records: pa.Table, model: Model, before: Snapshot | None = None
) -> tuple[dict[str, pa.Table], dict[str, float]]:
    """Return the tables made of the records, in the order of keys, and the seconds of each step that is counted."""
    with DuckDBEngine(folder) as engine:
        _given(engine, records, model)
        seconds: dict[str, float] = {}
        with _timed(seconds, "previous"):
            take_over(engine, before)
        for step in COUNTED:
            with _timed(seconds, step.table):
                run(step, engine, {})
        run(XREF, engine, {"run_id": "run"})
        names = "match_pair", "entity_record", "customer_xref"
        return {name: engine.read(f"select * from {name}").sort_by(_order(name)) for name in names}, seconds


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - began


def _given(engine: Engine, records: pa.Table, model: Model) -> None:
    """Make the tables that are there before records are compared."""
    of = model.specification.hash
    learnt = {"model_version": model.version, "specification": of, "trained_at": CLOCK, "records": 0}
    engine.table("match_model", rows("match_model", [{**learnt, "settings": model.json()}]))
    engine.table("playbook_identity", rows("playbook_identity", [{"accept": TASK.accept, "review": 0.5}]))
    for name in ("identifier", "mentioned_record", "steward_decision", "playbook_curated"):
        engine.table(name, empty(name))
    wanted = schema("match_record")
    compared = [
        records[column.name] if column.name in records.column_names else pa.nulls(len(records), column.type)
        for column in wanted
    ]
    engine.table("match_record", pa.table(compared, wanted))


def _order(name: str) -> list[tuple[str, str]]:
    return [(column, "ascending") for column in TABLES[name].key]


def people(records: int, population: int, seed: int) -> pa.Table:
    """Return records in the columns that are compared; those beyond the population have keys that sort last."""
    rng = np.random.default_rng(seed)
    number = int(records / RECORDS_OF_ONE)
    of = rng.integers(number, size=records)
    given = _drawn(_GIVEN, number, rng).take(pa.array(of))
    family = pc.binary_join_element_wise(*(_drawn(_FAMILY, number, rng) for _ in range(2)), "").take(
        pa.array(of)
    )
    slips = np.flatnonzero(rng.random(records) < TYPO)
    family = pc.replace_with_mask(
        family,
        pa.array(np.isin(np.arange(records), slips)),
        pa.array(map(_slip, family.take(slips).to_pylist())),
    )
    postal = rng.integers(POSTAL_CODES, size=number)[of]
    postal = np.where(rng.random(records) < MOVED, rng.integers(POSTAL_CODES, size=records), postal)
    licence = pa.array(of, mask=rng.random(records) >= LICENCE_KNOWN).cast(pa.string())
    key = [f"{'a' if at < population else 'b'}:{at:09d}" for at in range(records)]
    return pa.table(
        {
            "record_key": key,
            "system": pa.array(["list"]).take(pa.array(np.zeros(records, np.int64))),
            "source_record_id": key,
            "kind": pa.array(["hcp"]).take(pa.array(np.zeros(records, np.int64))),
            "given_name": given,
            "family_name": family,
            "specialty": pa.array(rng.integers(8, size=number)[of]).cast(pa.string()),
            "place": pa.array(postal // 150).cast(pa.string()),
            "postal_code": pc.utf8_lpad(pa.array(postal * 31 + 10_000).cast(pa.string()), 5, "0"),
            "licence_id": pc.utf8_lpad(licence, 8, "0"),
            "content_hash": rng.integers(2**63, size=records),
        }
    )


_GIVEN = [anyascii(name).lower() for name in (*names.ITALIAN_GIVEN, *names.TURKISH_GIVEN)]
_FAMILY = [
    anyascii(name).lower().replace(" ", "").replace("'", "")
    for name in (*names.ITALIAN_FAMILY, *names.TURKISH_FAMILY)
]


def _drawn(words: list[str], number: int, rng: np.random.Generator) -> pa.Array:
    return pa.array(words).take(pa.array(rng.integers(len(words), size=number)))


def _slip(name: str) -> str:
    middle = len(name) // 2
    return name[:middle] + name[middle + 1] + name[middle] + name[middle + 2 :]


def _split(before: pa.ChunkedArray, after: pa.ChunkedArray) -> int:
    """Return how many groups of records are not together any more."""
    pairs = pa.table({"before": before, "after": after}).group_by(["before", "after"]).aggregate([])
    return int(
        pc.sum(pc.greater(pairs.group_by("before").aggregate([([], "count_all")])["count_all"], 1)).as_py()
    )
