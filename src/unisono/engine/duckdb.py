"""The embedded engine: DuckDB in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from unisono.engine.arrow import conform_arrow, schema
from unisono.engine.base import Engine, Kernel
from unisono.engine.sql import Query, Value, conform

PARTITION_ROWS = 500_000  # a kernel's partition holds about this many rows of its first table


class DuckDBEngine(Engine):
    """DuckDB over the run's Parquet; spills to the run's folder when memory runs out."""

    dialect = "duckdb"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._connection = duckdb.connect(
            config={
                "temp_directory": str(folder / ".spill"),
                "preserve_insertion_order": False,
            }
        )

    def attach(self, name: str, *folders: Path) -> None:
        """See `Engine.attach`."""
        files = [str(folder / "*.parquet") for folder in folders]
        self._connection.read_parquet(files).create_view(name, replace=True)

    def table(self, name: str, what: Query | pa.Table) -> int:
        """See `Engine.table`."""
        target = self.folder / name
        target.mkdir(parents=True, exist_ok=True)
        file = target / "part-0.parquet"
        if isinstance(what, pa.Table):
            pq.write_table(conform_arrow(what, name), file, compression="snappy")
            rows = what.num_rows
        else:
            rows = self._copy(name, what, file)
        self.attach(name, target)
        return rows

    def _copy(self, name: str, query: Query, file: Path) -> int:
        statement = exp.Copy(
            this=conform(query.bound(), name).subquery(),
            kind=False,
            files=[exp.Literal.string(str(file))],
            params=[exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET"))],
        )
        try:
            row = self._connection.execute(statement.sql(dialect="duckdb")).fetchone()
        except duckdb.Error as error:
            raise query.failed(error, self.dialect) from error
        return int(row[0]) if row else 0

    def map(self, name: str, kernel: Kernel, reads: Sequence[str], by: str | None) -> int:
        """See `Engine.map`: partitions are hashes of `by`, run on threads."""
        parts = [conform_arrow(part, name) for part in self._parts(kernel, reads, by)]
        return self.table(name, pa.concat_tables(parts) if parts else schema(name).empty_table())

    def fold(
        self,
        kernel: Kernel,
        reads: Sequence[str],
        by: str | None,
        combine: Callable[[Sequence[pa.Table]], pa.Table],
    ) -> pa.Table:
        """See `Engine.fold`."""
        return combine(self._parts(kernel, reads, by))

    def _parts(self, kernel: Kernel, reads: Sequence[str], by: str | None) -> list[pa.Table]:
        if by is None:
            return [kernel({name: self._all(name) for name in reads})]
        rows = self.read(f"select count(*) as n from {reads[0]}")["n"][0].as_py()  # noqa: S608 - names of the contract
        partitions = max(1, -(-rows // PARTITION_ROWS))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(
                pool.map(lambda part: kernel(self._part(reads, by, part, partitions)), range(partitions))
            )

    def _part(self, reads: Sequence[str], by: str, part: int, partitions: int) -> Mapping[str, pa.Table]:
        cursor = self._connection.cursor()
        found: dict[str, pa.Table] = {}
        for name in reads:
            relation = cursor.table(name)
            if by in relation.columns:
                bucket = duckdb.FunctionExpression(
                    "hash", duckdb.ColumnExpression(by)
                ) % duckdb.ConstantExpression(partitions)
                relation = relation.filter(bucket == duckdb.ConstantExpression(part))
            found[name] = relation.to_arrow_table()
        return found

    def _all(self, name: str) -> pa.Table:
        return self._connection.table(name).to_arrow_table()

    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """See `Engine.read`."""
        query = Query(sql, "query", values or {})
        try:
            return self._connection.sql(query.sql("duckdb")).to_arrow_table()
        except duckdb.Error as error:
            raise query.failed(error, self.dialect) from error

    def close(self) -> None:
        """See `Engine.close`."""
        self._connection.close()
