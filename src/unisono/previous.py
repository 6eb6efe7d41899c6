"""What a run takes from the snapshot before: who was who, in which experiment arm, and how records were matched."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from unisono.store import Snapshot
from unisono.tables import TABLES
from unisono.tables.arrow import conform_arrow, empty

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
    "stratum": lambda arm: pa.chunked_array([pa.array(["*"] * len(arm), pa.string())]),
}
"""Column that older versions did not write -> what it would have been."""


def known_before(snapshot: Snapshot | None) -> dict[str, pa.Table]:
    """Return the tables of `KEPT`, also of a snapshot that an older version wrote: what it lacks is empty."""
    if snapshot is None:
        return {name: empty(name) for name in KEPT}
    known = {name: _taken(snapshot, table, name) for name, table in KEPT.items()}
    # Customers that were merged keep their arm, should they come back.
    older, arm = _taken(snapshot, "previous_arm", "previous_arm"), known["previous_arm"]
    gone = pc.invert(pc.is_in(older["customer_id"], arm["customer_id"].combine_chunks()))
    return {**known, "previous_arm": pa.concat_tables([arm, older.filter(gone)])}


def _taken(snapshot: Snapshot, table: str, name: str) -> pa.Table:
    if table not in snapshot.tables:
        return empty(name)
    found = snapshot.table(table)
    for column in TABLES[name].names:
        if column not in found.column_names and column in LACKING:
            found = found.append_column(column, LACKING[column](found))
    return conform_arrow(found, name)
