"""New records into a matched population: only what is new is compared, against all of it.

People are made from the world's names, with two family names each, so that there are enough of them; two
records in three people have more than one, with typing errors and moves. The model is learnt from the population
once and used by both ways.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from unisono.engine.duckdb import open_database, splink_on
from unisono.resolve.cluster import cluster
from unisono.resolve.match import scored, trained
from unisono.tables.arrow import empty
from unisono.world import names

from .graph import components
from .ours import specification
from .run import peak_mib
from .specifications import Blocks, Task

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

    Neither way counts learning. An old id is changed where a new record joins or parts what was known before.
    """
    everyone = people(population + new, population, seed)
    old, fresh = everyone.slice(0, population), everyone.slice(population)
    of = specification(TASK)
    began = time.perf_counter()
    model = trained(of, old, seed=seed)
    learning = time.perf_counter() - began
    with open_database() as con:
        for name, rows in (("everyone", everyone), ("old", old), ("fresh", fresh)):
            con.register("rows", rows.select(["record_key", *of.columns]))
            con.execute(f"create table {name} as from rows")
        database = splink_on(con)
        known_pairs = scored(model, database, "old")
        known = _clustered(old, known_pairs)
        began = time.perf_counter()
        all_pairs = scored(model, database, "everyone")
        full = _clustered(everyone, all_pairs)
        whole = time.perf_counter() - began
        began = time.perf_counter()
        con.execute(f"create table near as {near(of.block_on)}")
        found = [scored(model, database, "fresh"), scored(model, database, "fresh", "near")]
        grown = _grown(everyone, known, pa.concat_tables([known_pairs, *found]), population)
        added = time.perf_counter() - began
    return {
        "dataset": "incremental",
        "method": "unisono",
        "population": population,
        "new": new,
        "learning_seconds": learning,
        "full_seconds": whole,
        "seconds": added,
        "times_faster": whole / added,
        "ms_per_new_record": 1000 * added / new,
        "old_ids_changed": int((grown[:population] != known).sum()),
        "old_customers_split": _split(known, grown[:population]),
        "same_as_full": bool((grown == full).all()),
        "peak_mib": peak_mib(),
        "status": "ok",
    }


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
            "kind": pa.array(["hcp"]).take(pa.array(np.zeros(records, np.int64))),
            "given_name": given,
            "family_name": family,
            "specialty": pa.array(rng.integers(8, size=number)[of]).cast(pa.string()),
            "place": pa.array(postal // 150).cast(pa.string()),
            "postal_code": pc.utf8_lpad(pa.array(postal * 31 + 10_000).cast(pa.string()), 5, "0"),
            "licence_id": pc.utf8_lpad(licence, 8, "0"),
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


def near(block_on: Blocks) -> str:
    """Return SQL of the old records that agree with a fresh one on all columns of an entry: no other is compared."""
    alike = (
        f"select o.record_key from old as o semi join fresh as f using ({', '.join(columns)})"
        for columns in block_on
    )
    return f"select * from old where record_key in ({' union '.join(alike)})"


def _place(keys: pa.ChunkedArray) -> np.ndarray:
    """Return the rows of records, which their keys tell."""
    return np.asarray(pc.utf8_slice_codeunits(keys, 2).cast(pa.int64()).to_numpy())


def _split(before: np.ndarray, after: np.ndarray) -> int:
    """Return how many groups of records are not together any more."""
    both = np.unique(np.stack([np.unique(each, return_inverse=True)[1] for each in (before, after)]), axis=1)
    return int((np.bincount(both[0]) > 1).sum())


def _grown(everyone: pa.Table, known: np.ndarray, pairs: pa.Table, population: int) -> np.ndarray:
    """Return the entity of each record, clustering only what is linked with a new record; the rest stays."""
    left, right = (_place(pairs[side]) for side in ("left_key", "right_key"))
    component = components(len(everyone), left, right)
    touched = np.isin(component, component[population:])
    rows, inside = pa.array(np.flatnonzero(touched)), pa.array(touched[left])
    entity = np.append(known, everyone["record_key"].slice(population).to_numpy())
    entity[touched] = _clustered(everyone.take(rows), pairs.filter(inside))
    return entity


def _clustered(records: pa.Table, pairs: pa.Table) -> np.ndarray:
    """Return the entity of each of the records, which are in the order of their keys."""
    curated = pa.table({"system": pa.array([], pa.string())})
    none = empty("steward_decision"), empty("identifier")
    return cluster(records, *none, pairs, curated, TASK.accept)["entity"].to_numpy(zero_copy_only=False)
