"""An engine for small tests: DuckDB in memory, with the SQL of each statement prepared once.

Preparing the SQL takes most of the time of a tiny run; `test_quick.py` holds it to the real engine's results.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import count
from pathlib import Path
from weakref import finalize

import duckdb
import pyarrow as pa

from unisono.engine import Kernel, Query, Value
from unisono.engine.base import Combine, Engine, Grown, Reads, columns_of
from unisono.engine.duckdb import bindings, instants_of, parametrised, splink_on
from unisono.engine.parts import without
from unisono.engine.sql import conform, rows_of
from unisono.errors import EngineError
from unisono.tables.arrow import conform_arrow, empty

DATABASE = duckdb.connect(config={"threads": 1})
NUMBERS = count()


@cache
def _making(name: str, text: str, where: str, instants: tuple[str, ...]) -> str:
    return conform(parametrised(text, where, instants), name).sql(dialect="duckdb")


@cache
def _reading(text: str, instants: tuple[str, ...]) -> str:
    return parametrised(text, "query", instants).sql("duckdb")


@cache
def _rows(name: str, columns: tuple[str, ...]) -> str:
    return rows_of(name, columns).sql(dialect="duckdb")


def _drop(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    connection.execute(f"drop schema {schema} cascade")
    connection.close()


class QuickEngine(Engine):
    """Keeps every table in memory; nothing is written."""

    dialect = "duckdb"

    def __init__(self) -> None:
        super().__init__(Path())
        self.connection = DATABASE.cursor()  # opening a database takes longer than most of a tiny run
        schema = f"s{next(NUMBERS)}"
        self.connection.execute(f"create schema {schema}")
        self.connection.execute(f"use {schema}")
        finalize(self, _drop, self.connection.cursor(), schema)

    def attach(self, name: str, *folders: Path) -> None:
        raise NotImplementedError

    def table(self, name: str, what: Query | pa.Table) -> int:
        if not isinstance(what, Query):
            self.connection.register(name, conform_arrow(what, name))
            return int(what.num_rows)
        text = _making(name, what.text, what.where, instants_of(what))
        try:
            made = self.connection.execute(
                f'create or replace table "{name}" as {text}', bindings(what)
            ).fetchall()
        except duckdb.Error as error:
            raise EngineError("UN3001", f"{error}\n{text}", where=name) from error
        return int(made[0][0])

    def grow(self, name: str, what: Grown) -> int:
        kept = without(self.get(what.before), what.gone)
        parts = [conform_arrow(part, name) for part in (kept, what.added)]
        return self.table(name, pa.concat_tables(parts))

    def map(self, name: str, kernel: Kernel, reads: Reads, by: str | None) -> int:
        found = {table: self.get(table, columns) for table, columns in columns_of(reads).items()}
        return self.table(name, conform_arrow(kernel(found), name))

    def fold(self, kernel: Kernel, reads: Reads, by: str | None, combine: Combine) -> pa.Table:
        raise NotImplementedError

    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        query = Query(sql, "query", values or {})
        text = _reading(sql, instants_of(query))
        return self.connection.sql(text, params=bindings(query)).to_arrow_table()

    def view(self, name: str, what: str | pa.Table) -> None:
        if isinstance(what, pa.Table):
            self.connection.register(name, what)
        else:
            self.connection.execute(f'create or replace temp view "{name}" as {_reading(what, ())}')

    def splink(self):
        return splink_on(self.connection)

    def has(self, name: str) -> bool:
        """Return whether a table has been made."""
        made = self.connection.sql(
            "select table_name from duckdb_tables() where schema_name = current_schema() "
            "union all select view_name from duckdb_views() where not internal"  # Arrow data
        )
        return name in made.to_arrow_table()["table_name"].to_pylist()

    def get(self, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        """Return a table in the order of its contract."""
        wanted = columns or tuple(empty(name).column_names)
        found = self.connection.sql(_rows(name, wanted)).to_arrow_table()
        return found.cast(empty(name).select(wanted).schema)

    def close(self) -> None:
        self.connection.close()
