"""The embedded engine: DuckDB in this process."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from unisono.engine.base import (
    PARTITION_ROWS,
    Combine,
    Engine,
    Kernel,
    Reads,
    call,
    columns_of,
    narrowed,
    plain,
)
from unisono.engine.dialect import render
from unisono.engine.memo import remembered
from unisono.engine.parts import ROW_GROUP, Layer, emptied, layers, store
from unisono.engine.sql import Query, Value, conform, in_order, naive, parameters, pick, prepared, rows_of
from unisono.tables import TABLES
from unisono.tables.arrow import conform_arrow, empty

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI

FILE = "_file"  # the parameter that a written table's file is bound to


def open_database(**config: str) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that draws no progress bars, as it would by itself in worker processes."""
    connection = duckdb.connect(config=dict(config))
    connection.execute("set enable_progress_bar = false")
    return connection


class DuckDBEngine(Engine):
    """DuckDB over the run's Parquet; spills to the run's folder when memory runs out."""

    dialect = "duckdb"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._spill = folder / ".spill"
        self._attached: dict[str, str] = {}
        self._connection = open_database(temp_directory=str(self._spill))

    def attach(self, name: str, *folders: Path) -> None:
        """See `Engine.attach`."""
        rows = " union all ".join(_rows(layer) for folder in folders for layer in layers(folder))
        if self._attached.get(name) != rows:
            self._connection.execute(f'create or replace view "{name}" as {rows}')
            self._attached[name] = rows

    def table(self, name: str, what: Query | pa.Table) -> int:
        """See `Engine.table`."""
        target = emptied(self.folder / name)
        file = target / "part-0.parquet"
        rows = self._copy(name, what, file) if isinstance(what, Query) else store(name, what, file)
        self.attach(name, target)
        return rows

    def _copy(self, name: str, query: Query, file: Path) -> int:
        values = bindings(query) | {FILE: str(file)}
        try:
            row = self._connection.execute(
                _making(name, query.text, query.where, instants_of(query)), values
            ).fetchone()
        except duckdb.Error as error:
            raise query.failed(error, self.dialect) from error
        return int(row[0]) if row else 0

    def map(self, name: str, kernel: Kernel, reads: Reads, by: str | None) -> int:
        """See `Engine.map`: partitions are hashes of `by`, run on threads."""
        parts = [conform_arrow(part, name) for part in self._parts(kernel, reads, by)]
        return self.table(name, pa.concat_tables([empty(name), *parts]))

    def fold(self, kernel: Kernel, reads: Reads, by: str | None, combine: Combine) -> pa.Table:
        """See `Engine.fold`."""
        return combine(self._parts(kernel, reads, by))

    def _parts(self, kernel: Kernel, reads: Reads, by: str | None) -> list[pa.Table]:
        columns = columns_of(reads, by)
        partitions = 1
        if by:
            rows = self._connection.table(next(iter(columns))).count("*").to_arrow_table()[0][0].as_py()
            partitions = max(1, -(-rows // PARTITION_ROWS))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(
                pool.map(
                    lambda part: call(kernel, self._part(columns, by, part, partitions)), range(partitions)
                )
            )

    def _part(
        self, columns: Mapping[str, tuple[str, ...]], by: str | None, part: int, partitions: int
    ) -> Mapping[str, pa.Table]:
        cursor = self._connection.cursor()
        found: dict[str, pa.Table] = {}
        for name, wanted in columns.items():
            query = rows_of(name, wanted)
            if by in TABLES[name].names and partitions > 1:
                bucket = exp.Mod(this=exp.func("hash", exp.column(by)), expression=exp.convert(partitions))
                query = query.where(bucket.eq(part))
            rows = cursor.sql(query.sql(dialect="duckdb")).to_arrow_table()
            found[name] = rows.cast(narrowed(name, wanted))
        return found

    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """See `Engine.read`."""
        query = Query(sql, "query", values or {})
        try:
            text = _reading(query.text, query.where, instants_of(query))
            return plain(self._connection.sql(text, params=bindings(query)).to_arrow_table())
        except duckdb.Error as error:
            raise query.failed(error, self.dialect) from error

    def view(self, name: str, what: str | pa.Table) -> None:
        """See `Engine.view`."""
        if isinstance(what, pa.Table):
            self._connection.register(name, what)
            return
        text = Query(what, name, {}).sql(self.dialect)
        self._connection.execute(f'create or replace temp view "{name}" as {text}')

    def splink(self) -> DatabaseAPI[Any]:
        """See `Engine.splink`."""
        return splink_on(self._connection)

    def close(self) -> None:
        """See `Engine.close`."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


def _rows(layer: Layer) -> str:
    """Return SQL of the rows of a layer that are not gone."""
    gone = (
        f' anti join {_parquet([file])} as g on g."{key}" = t."{key}"'
        for file in layer.gone
        for key in pq.read_schema(file).names
    )
    return f"select t.* from {_parquet(layer.files)} as t{''.join(gone)}"  # noqa: S608


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet({exp.convert([glob.escape(str(file)) for file in files]).sql('duckdb')})"


@remembered
def _making(name: str, text: str, where: str, instants: tuple[str, ...]) -> str:
    """Return the statement that writes a query's rows as table `name` to the file `$_file`."""
    rows = in_order(conform(parametrised(text, where, instants), name), name)
    statement = exp.Copy(
        this=rows.subquery(copy=False),
        kind=False,
        files=[exp.Placeholder(this=FILE)],
        params=[
            exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET")),
            exp.CopyParameter(this=exp.var("ROW_GROUP_SIZE"), expression=exp.Literal.number(ROW_GROUP)),
        ],
    )
    return render(statement, DuckDBEngine.dialect)


@remembered
def _reading(text: str, where: str, instants: tuple[str, ...]) -> str:
    return render(parametrised(text, where, instants), DuckDBEngine.dialect)


def parametrised(text: str, where: str, instants: tuple[str, ...]) -> exp.Query:
    """Return a statement whose parameters DuckDB gets with the values; those that are instants are cast."""
    tree = prepared(text, where).copy()
    for placeholder in list(tree.find_all(exp.Placeholder)):
        if placeholder.name in instants:
            placeholder.replace(exp.cast(placeholder.copy(), "timestamp", dialect="duckdb"))
    return tree


def instants_of(query: Query) -> tuple[str, ...]:
    """Return the names of a query's values that are instants, sorted."""
    return tuple(sorted(name for name, value in query.values.items() if isinstance(value, datetime)))


def bindings(query: Query) -> dict[str, Value]:
    """Return the values that a query uses as DuckDB takes them: instants in UTC, without zones."""
    used = pick(query.values, parameters(query.text, query.where), query.where)
    return {name: naive(value) if isinstance(value, datetime) else value for name, value in used.items()}


def splink_on(connection: duckdb.DuckDBPyConnection) -> DatabaseAPI[Any]:
    """Return Splink's access to a DuckDB connection."""
    from splink import DuckDBAPI

    return DuckDBAPI(connection)
