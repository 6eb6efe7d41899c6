"""The embedded engine: DuckDB in this process."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
from unisono.engine.sql import Query, Value, conform, in_order, ordering, rows_of
from unisono.tables import TABLES
from unisono.tables.arrow import conform_arrow, empty

ROW_GROUP = 122_880  # DuckDB's own: small enough to skip most of a file that is sorted by customer


class DuckDBEngine(Engine):
    """DuckDB over the run's Parquet; spills to the run's folder when memory runs out."""

    dialect = "duckdb"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._spill = folder / ".spill"
        self._connection = duckdb.connect(config={"temp_directory": str(self._spill)})

    def attach(self, name: str, *folders: Path) -> None:
        """See `Engine.attach`."""
        files = [f"{glob.escape(str(folder))}/*.parquet" for folder in folders]
        self._connection.read_parquet(files).create_view(name, replace=True)

    def table(self, name: str, what: Query | pa.Table) -> int:
        """See `Engine.table`."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        file = target / "part-0.parquet"
        rows = self._copy(name, what, file) if isinstance(what, Query) else store(name, what, file)
        self.attach(name, target)
        return rows

    def _copy(self, name: str, query: Query, file: Path) -> int:
        statement = exp.Copy(
            this=in_order(conform(query.bound(), name), name).subquery(),
            kind=False,
            files=[exp.Literal.string(str(file))],
            params=[
                exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET")),
                exp.CopyParameter(this=exp.var("ROW_GROUP_SIZE"), expression=exp.Literal.number(ROW_GROUP)),
            ],
        )
        try:
            row = self._connection.execute(render(statement, self.dialect)).fetchone()
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
            return plain(self._connection.sql(query.sql(self.dialect)).to_arrow_table())
        except duckdb.Error as error:
            raise query.failed(error, self.dialect) from error

    def close(self) -> None:
        """See `Engine.close`."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


def store(name: str, data: pa.Table, file: Path) -> int:
    """Write Arrow data as table `name`, cast to its contract and sorted by it; return its number of rows."""
    fitting = conform_arrow(data, name).sort_by([(column, "ascending") for column in ordering(name)])
    pq.write_table(fitting, file, compression="snappy", row_group_size=ROW_GROUP)
    return int(fitting.num_rows)
