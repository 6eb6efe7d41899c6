"""The engine for data beyond one machine: Spark 4.1 or newer, in this process or on a cluster.

An active session is reused, and then left running; otherwise one is started where Spark's own
configuration says (`spark-defaults.conf`, `MASTER`), which without any is all cores of this machine. Every
engine has its own views and settings. The run's folder must be one that all workers see, and `unisono` be
installed on them.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from unisono.engine.base import (
    PARTITION_ROWS,
    Combine,
    Engine,
    Kernel,
    Reads,
    call,
    columns_of,
    kernel_name,
    narrowed,
    plain,
)
from unisono.engine.dialect import render
from unisono.engine.parts import Layer, count, emptied, layers, store
from unisono.engine.sql import Query, Value, conform, ordering, rows_of
from unisono.errors import EngineError
from unisono.tables import TABLES
from unisono.tables.arrow import conform_arrow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from splink.internals.database_api import DatabaseAPI

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
}
STARTING: dict[str, bool | float | int | str | None] = {
    "spark.app.name": "unisono",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",  # what fails is raised, with its SQL
}
SHUFFLED = "spark.sql.shuffle.partitions"
LOCAL_PARTITIONS = 4  # on one machine, unless configured
SPARK_TYPES = {"TIMESTAMP": "TIMESTAMP_NTZ", "VARCHAR": "STRING", "VARCHAR[]": "ARRAY<STRING>"}


RAISED = re.compile(  # an error of ours in a worker's traceback
    r"unisono\.errors\.\w+: (?:(?P<where>[^\n]*?): )?(?P<code>UN\d{4}) (?P<message>[^\n]*)"
    r"(?:\n  Hint: (?P<hint>[^\n]*))?"
)


class SparkEngine(Engine):
    """Spark over the run's Parquet."""

    dialect = "spark"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._spill = folder / ".spill"
        self._session, self._started = _session(self._spill)

    def attach(self, name: str, *folders: Path) -> None:
        """See `Engine.attach`."""
        layered = [self._rows(name, layer) for folder in folders for layer in layers(folder)]
        reduce(lambda some, more: some.unionAll(more), layered).createOrReplaceTempView(name)

    def _rows(self, name: str, layer: Layer) -> DataFrame:
        reader = self._session.read.schema(_ddl(name)) if name in TABLES else self._session.read
        rows = reader.parquet(*map(_escaped, layer.files))
        for file in layer.gone:
            gone = self._session.read.parquet(_escaped(file))
            for key in gone.columns:
                rows = rows.join(gone.select(key), key, "left_anti").select(rows.columns)
        return rows

    def table(self, name: str, what: Query | pa.Table) -> int:
        """See `Engine.table`."""
        from pyspark.errors import PySparkException

        target = self.folder / name
        if isinstance(what, pa.Table):
            store(name, what, emptied(target) / "part-0.parquet")
            return self._attached(name)
        sql = render(conform(what.bound(), name), self.dialect)
        try:
            made = self._session.sql(sql)
            # Sorting over all files costs a second shuffle; worth it where the contract asks for it.
            place = made.orderBy if TABLES[name].sort else made.sortWithinPartitions
            self._write(place(*ordering(name)), target)
        except PySparkException as error:
            raise what.failed(_brief(error), self.dialect) from error
        return self._attached(name)

    def _attached(self, name: str) -> int:
        target = self.folder / name
        self.attach(name, target)
        return count(target)

    def _write(self, frame: DataFrame, target: Path) -> None:
        frame.write.mode("overwrite").parquet(str(target))
        for number, file in enumerate(sorted(target.glob("part-*.parquet"))):
            file.rename(target / f"part-{number}.parquet")
        for leftover in (*target.glob(".*.crc"), *target.glob("_SUCCESS")):
            leftover.unlink()

    def map(self, name: str, kernel: Kernel, reads: Reads, by: str | None) -> int:
        """See `Engine.map`: partitions are hashes of `by` run by Python workers; one call runs here."""
        if by is None:
            return self.table(name, call(kernel, self._whole(columns_of(reads))))
        made = self._partitions(kernel, reads, by, _ddl(name), partial(conform_arrow, name=name))
        with _worker_errors(name):
            self._write(made.sortWithinPartitions(*ordering(name)), self.folder / name)
        return self._attached(name)

    def fold(self, kernel: Kernel, reads: Reads, by: str | None, combine: Combine) -> pa.Table:
        """See `Engine.fold`."""
        if by is None:
            return combine([call(kernel, self._whole(columns_of(reads)))])
        made = self._partitions(kernel, reads, by, "part BINARY", _packed)
        with _worker_errors(kernel_name(kernel)):
            packed = made.toArrow()["part"].to_pylist()
        return combine([pa.ipc.open_stream(part).read_all() for part in packed])

    def _partitions(
        self, kernel: Kernel, reads: Reads, by: str, returns: str, finish: Callable[[pa.Table], pa.Table]
    ) -> DataFrame:
        """Return what `finish` makes of the kernel's result, for each partition.

        The tables become one with a column (a struct) for each, so that one shuffle brings together the rows
        of a key however many tables there are. An Arrow table function hands each partition to the kernel; it
        does what `mapInArrow` would, which asks for pandas.
        """
        from pyspark.sql import functions as f

        columns = columns_of(reads, by)
        keyed = {name: wanted for name, wanted in columns.items() if by in TABLES[name].names}
        whole = self._whole({name: wanted for name, wanted in columns.items() if name not in keyed})
        stacked = reduce(
            lambda above, below: above.unionByName(below, allowMissingColumns=True),
            [self._stackable(name, wanted, by) for name, wanted in keyed.items()],
        )
        rows = self._session.table(next(iter(keyed))).count()
        partitions = max(self._session.sparkContext.defaultParallelism, -(-rows // PARTITION_ROWS))
        order = [f.col(f"_{name}.{key}").asc_nulls_last() for name in keyed for key in ordering(name)]
        placed = stacked.repartition(partitions, "_by").sortWithinPartitions(*order).select(*keyed)
        handler = _handler(kernel, keyed, whole, finish)
        made: Any = f.arrow_udtf(handler, returnType=returns)
        return cast("DataFrame", made(placed.asTable()))

    def _stackable(self, name: str, wanted: Sequence[str], by: str) -> DataFrame:
        from pyspark.sql import functions as f

        rows, order = f.struct(*wanted).alias(name), f.struct(*ordering(name)).alias(f"_{name}")
        return self._session.table(name).select(rows, order, f.col(by).alias("_by"))

    def _whole(self, columns: Mapping[str, Sequence[str]]) -> dict[str, pa.Table]:
        return {
            name: self._session.sql(render(rows_of(name, wanted), self.dialect))
            .toArrow()
            .cast(narrowed(name, wanted))
            for name, wanted in columns.items()
        }

    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """See `Engine.read`."""
        from pyspark.errors import PySparkException

        query = Query(sql, "query", values or {})
        try:
            found = self._session.sql(query.sql(self.dialect)).toArrow()
        except PySparkException as error:
            raise query.failed(_brief(error), self.dialect) from error
        return plain(found)

    def view(self, name: str, what: str | pa.Table) -> None:
        """See `Engine.view`."""
        if isinstance(what, str):
            found = self._session.sql(Query(what, name, {}).sql(self.dialect))
        else:
            found = self._session.createDataFrame(what)
        found.createOrReplaceTempView(name)

    def splink(self) -> DatabaseAPI[Any]:
        """See `Engine.splink`."""
        from splink.backends.spark import SparkAPI

        return SparkAPI(
            spark_session=self._session, break_lineage_method="persist", register_udfs_automatically=False
        )

    def close(self) -> None:
        """See `Engine.close`."""
        if self._started:
            self._session.stop()
        shutil.rmtree(self._spill, ignore_errors=True)


def _session(spill: Path) -> tuple[SparkSession, bool]:
    """Return a session of our own and whether Spark was started for it; EngineError UN3010 if it can't be."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise EngineError(
            "UN3010", "the engine 'spark' needs pyspark", hint="pip install 'unisono[spark]'"
        ) from error
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    active = SparkSession.getActiveSession()
    builder = SparkSession.builder.config("spark.sql.warehouse.dir", str(spill / "warehouse"))
    try:
        session = (active or builder.config(map=STARTING).getOrCreate()).newSession()
    except PySparkRuntimeError as error:
        raise EngineError(
            "UN3010",
            f"Spark does not start: {error}",
            hint="Spark needs Java 17 or newer: install it and set JAVA_HOME",
        ) from error
    for name, value in SETTINGS.items():
        session.conf.set(name, value)
    context = session.sparkContext
    if str(context.master).startswith("local") and context.getConf().get(SHUFFLED) is None:
        session.conf.set(SHUFFLED, LOCAL_PARTITIONS)
    return session, active is None


def _brief(error: Exception) -> str:
    """Return the message without the query plan that Spark appends."""
    return str(error).split(";\n'")[0].split("\n\nJVM stacktrace")[0]


def _escaped(folder: Path) -> str:
    """Return a path in which Spark sees no wildcards."""
    return re.sub(r"([\\{}\[\]*?])", r"\\\1", str(folder))


def _ddl(name: str) -> str:
    """Return the columns of table `name` as Spark declares them."""
    return ", ".join(
        f"`{column.name}` {SPARK_TYPES.get(column.type, column.type)}" for column in TABLES[name].columns
    )


def _handler(
    kernel: Kernel,
    keyed: Mapping[str, Sequence[str]],
    whole: Mapping[str, pa.Table],
    finish: Callable[[pa.Table], pa.Table],
) -> type:
    """Return a table function that gathers the batches of a partition and runs the kernel at its end."""

    class Partition:
        def __init__(self) -> None:
            self.batches: list[pa.RecordBatch] = []

        def eval(self, batch: pa.RecordBatch) -> None:
            self.batches.append(batch)

        def terminate(self) -> Iterator[pa.Table]:
            tables = {name: _unstacked(self.batches, name, wanted) for name, wanted in keyed.items()}
            yield finish(call(kernel, {**whole, **tables}))

    return Partition


def _unstacked(batches: Sequence[pa.RecordBatch], name: str, wanted: Sequence[str]) -> pa.Table:
    """Return the rows of table `name` among stacked ones."""
    if not batches:
        return narrowed(name, wanted).empty_table()
    rows = pa.Table.from_batches(batches)[name]
    return pa.Table.from_struct_array(rows.drop_null()).cast(narrowed(name, wanted))


def _packed(part: pa.Table) -> pa.Table:
    """Return a table of one value: the given table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, part.schema) as writer:
        writer.write_table(part)
    return pa.table({"part": [sink.getvalue().to_pybytes()]})


@contextmanager
def _worker_errors(where: str) -> Iterator[None]:
    """Turn what a Python worker raised back into the error it was."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        found = list(RAISED.finditer(str(error)))
        if not found:
            raise EngineError("UN3009", f"kernel failed: {error}", where=where) from error
        raised = found[-1].groupdict("")
        raise EngineError(
            raised["code"], raised["message"], where=raised["where"], hint=raised["hint"]
        ) from error
