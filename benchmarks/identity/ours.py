"""The only place that knows the package's own matching and clusters."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.engine.duckdb import open_database, splink_on
from unisono.resolve.cluster import cluster
from unisono.resolve.match import Specification, scored, trained
from unisono.resolve.match.model import Comparison
from unisono.resolve.match_record import COLUMNS, match_records
from unisono.tables.arrow import empty, rows

from .specifications import FEBRL, IDENTIFIERS, TASKS, Task


def resolve(dataset: str, records: pa.Table, seed: int = 1) -> np.ndarray:
    """Return the entity of each record."""
    task = TASKS.get(dataset, FEBRL)
    known = physicians(records) if dataset == "world" else _persons(task, records)
    identifiers = _identifiers(known) if dataset == "world" else empty("identifier")
    of = specification(task)
    model = trained(of, known, seed=seed, at_least=task.review)
    with open_database() as con:
        con.register("known_rows", known.select(["record_key", *of.columns]))
        con.execute("create table known as from known_rows")
        pairs = scored(model, splink_on(con), "known")
    curated = pa.table({"system": pa.array(task.curated, pa.string())})
    found = cluster(known, empty("steward_decision"), identifiers, pairs, curated, task.accept)
    in_order = found["entity"].take(pc.index_in(known["record_key"], value_set=found["record_key"]))
    return np.unique(in_order.to_numpy(zero_copy_only=False), return_inverse=True)[1]


def specification(task: Task) -> Specification:
    """Return what is compared and blocked on, as the package reads it."""
    return Specification(tuple(Comparison(*each) for each in task.compare), task.block_on)


def physicians(records: pa.Table) -> pa.Table:
    """Return `match_record` of the simulated physicians."""
    keyed = records.append_column("system", records["source"]).append_column(
        "kind", pa.array(["hcp"] * len(records))
    )
    keyed = keyed.append_column("source_record_id", _number(records))
    return match_records(
        {"source_record": keyed.select(COLUMNS), "playbook_nickname": empty("playbook_nickname")}
    )


def _persons(task: Task, records: pa.Table) -> pa.Table:
    """Return other records in the columns that the task makes of them."""
    with duckdb.connect() as con:
        con.register("raw", records.append_column("number", _number(records)))
        return con.sql(
            "select source || ':' || number as record_key, source as system, 'unknown' as kind, "
            f"{task.columns} from raw order by number"
        ).to_arrow_table()


def _number(records: pa.Table) -> pa.ChunkedArray:
    return pc.utf8_lpad(records["record"].cast(pa.string()), 9, "0")


def _identifiers(known: pa.Table) -> pa.Table:
    """Return `identifier`: licence numbers, then e-mail addresses."""
    return rows(
        "identifier",
        [
            {"record_key": key, "field": field, "value": value, "position": position}
            for position, field in enumerate(IDENTIFIERS, 1)
            for key, value in zip(known["record_key"].to_pylist(), known[field].to_pylist(), strict=True)
            if value is not None
        ],
    )
