"""The contract's types in Arrow."""

from __future__ import annotations

import pyarrow as pa

from unisono.errors import EngineError
from unisono.tables import TABLES

ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR[]": pa.list_(pa.string()),
}


def schema(name: str) -> pa.Schema:
    """Return the Arrow schema of table `name`."""
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.type]) for column in TABLES[name].columns])


def empty(name: str) -> pa.Table:
    """Return table `name` without rows."""
    return schema(name).empty_table()


def rows(name: str, data: list[dict[str, object]]) -> pa.Table:
    """Return table `name` from a list of dictionaries; keys left out are empty."""
    return pa.Table.from_pylist(data, schema=schema(name))


def conform_arrow(data: pa.Table, name: str) -> pa.Table:
    """Return `data` with exactly the columns, order and types of table `name`; else EngineError UN3005."""
    wanted = schema(name)
    missing = [column for column in wanted.names if column not in data.column_names]
    if missing:
        raise EngineError("UN3005", f"column '{missing[0]}' is missing", where=name)
    try:
        return data.select(wanted.names).cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise EngineError("UN3005", f"does not fit its contract: {error}", where=name) from error
