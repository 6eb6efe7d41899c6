"""What a run takes from the snapshot before: who was who, in which experiment arm, and how records were matched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unisono.engine import Engine
from unisono.engine.parts import files_of
from unisono.store import Snapshot
from unisono.tables import TABLES
from unisono.tables.arrow import conform_arrow, empty, schema

KEPT = {
    "previous_xref": "customer_xref",
    "previous_identity_event": "identity_event",
    "previous_arm": "arm",
    "previous_match_model": "match_model",
    "previous_match_record": "match_record",
    "previous_match_pair": "match_pair",
    "previous_identifier": "identifier",
    "previous_entity_record": "entity_record",
}
"""Table that a run reads -> the snapshot's table it is taken from."""

LACKING: dict[str, Callable[[pa.Table], pa.ChunkedArray]] = {
    "home_id": lambda xref: xref["customer_id"],
    "component": lambda entity: entity["entity"],
    "rules": lambda entity: pa.chunked_array([pa.array([""] * len(entity), pa.string())]),
    "content_hash": lambda record: pa.chunked_array([pa.array(range(len(record)), pa.int64())]),
    "stratum": lambda arm: pa.chunked_array([pa.array(["*"] * len(arm), pa.string())]),
}
"""Column that older versions did not write -> what it would have been, or for hashes what no record has."""


def take_over(engine: Engine, snapshot: Snapshot | None) -> int:
    """Make the tables of `KEPT`; return their number of rows."""
    return sum(
        engine.link(name, known) if isinstance(known, Path) else engine.table(name, known)
        for name, known in known_before(snapshot).items()
    )


def known_before(snapshot: Snapshot | None) -> dict[str, pa.Table | Path]:
    """Return the tables of `KEPT`, or their folders in the snapshot where they are written as they would be now.

    What a snapshot of an older version lacks is empty.
    """
    if snapshot is None:
        return {name: empty(name) for name in KEPT}
    known = {name: _folder(snapshot, table) or _taken(snapshot, table, name) for name, table in KEPT.items()}
    # Customers that were merged keep their arm, should they come back.
    older, arm = (_taken(snapshot, table, "previous_arm") for table in ("previous_arm", "arm"))
    gone = pc.invert(pc.is_in(older["customer_id"], arm["customer_id"].combine_chunks()))
    return {**known, "previous_arm": pa.concat_tables([arm, older.filter(gone)])}


def _folder(snapshot: Snapshot, table: str) -> Path | None:
    if table not in snapshot.tables:
        return None
    folder = snapshot.path(table)
    as_now, *written = (
        list(zip(found.names, found.types, strict=True))
        for found in (schema(table), *map(pq.read_schema, files_of(folder)))
    )
    return folder if all(found == as_now for found in written) else None


def _taken(snapshot: Snapshot, table: str, name: str) -> pa.Table:
    if table not in snapshot.tables:
        return empty(name)
    found = snapshot.table(table)
    for column in TABLES[name].names:
        if column not in found.column_names and column in LACKING:
            found = found.append_column(column, LACKING[column](found))
    return conform_arrow(found, name)
