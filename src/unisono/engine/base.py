"""What an engine promises: three verbs, and reading.

`table` runs one SQL file (or stores given Arrow data) as Parquet in the run's folder; `map` runs a kernel
over rows co-located by a key; `fold` does the same and combines small results. Every table written is cast
to its contract and sorted by it, so a missing column or a wrong type fails at the table that has it, and the
same rows give the same file. A table that grows has files for each time it did (`unisono.engine.parts`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unisono.engine import parts
from unisono.engine.sql import Query, Value
from unisono.errors import EngineError, UnisonoError, did_you_mean
from unisono.tables import TABLES
from unisono.tables.arrow import conform_arrow, schema

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI

Kernel = Callable[[Mapping[str, pa.Table]], pa.Table]
"""Takes the tables it reads, by name; returns the table it writes.

A kernel by a key is called once per partition and must not depend on how keys are spread over partitions: it
sees all rows of each key it sees, in the order of the contract, and whole those tables that lack the key.
It may be called without any rows, and then returns none.
"""

Reads = Sequence[str] | Mapping[str, Sequence[str]]
"""The tables a kernel takes, whole; or table -> the columns it takes."""

Combine = Callable[[Sequence[pa.Table]], pa.Table]
"""Takes what a kernel returned for each partition, at least one; returns one table."""

GONE = "rows_gone"  # a view of what goes of a table that grows
PARTITION_ROWS = 500_000  # a kernel's partition holds about this many rows of its first table


@dataclass(frozen=True)
class Grown:
    """A table like the table `before`: its rows without those that are `gone`, and those `added`.

    A row is gone that has, in a column of `gone`, one of the values there. How many `went` is counted if not given.
    """

    before: str
    added: pa.Table
    gone: pa.Table
    went: int | None = None


class Engine(ABC):
    """Runs SQL and kernels, keeping every table as Parquet under `folder/<table>/`."""

    dialect: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def attach(self, name: str, *folders: Path) -> None:
        """Make Parquet that is already written readable as table `name`."""

    @abstractmethod
    def table(self, name: str, what: Query | pa.Table) -> int:
        """Write table `name` from bound SQL or Arrow data; return its number of rows."""

    def link(self, name: str, folder: Path) -> int:
        """Take a written table's files over as table `name`, sharing their bytes on disk; return its number of rows."""
        target = parts.share(folder, parts.emptied(self.folder / name))
        self.attach(name, target)
        return parts.count(target)

    def grow(self, name: str, what: Grown) -> int:
        """Write table `name`: the files of another, and what is gone and added in files of its own; return its rows."""
        self.link(name, self.folder / what.before)
        return self.extend(name, what.added, what.gone, what.went)

    def extend(self, name: str, added: pa.Table, gone: pa.Table, went: int | None = None) -> int:
        """Add rows to a table that is there, in files of their own, of which others are gone as `Grown` says."""
        folder = self.folder / name
        went = self._went(name, gone) if went is None else went
        if parts.is_full(folder, went):
            kept = parts.without(parts.read(folder), gone)
            return self.table(name, pa.concat_tables([conform_arrow(part, name) for part in (kept, added)]))
        parts.add(name, folder, added, gone, went)
        self.attach(name, folder)
        return parts.count(folder)

    def _went(self, name: str, gone: pa.Table) -> int:
        """Return how many rows of a table are gone."""
        if not len(gone):
            return 0
        self.view(GONE, gone)
        found = " or ".join(f"{key} in (select {key} from {GONE})" for key in gone.column_names)  # noqa: S608
        return int(self.read(f"select count(*) as n from {name} where {found}")["n"][0].as_py())  # noqa: S608

    @abstractmethod
    def map(self, name: str, kernel: Kernel, reads: Reads, by: str | None) -> int:
        """Write table `name` by a kernel over `reads`, co-located by column `by` (None: all in one call)."""

    @abstractmethod
    def fold(self, kernel: Kernel, reads: Reads, by: str | None, combine: Combine) -> pa.Table:
        """Run a kernel as `map` does and combine its small results on the driver."""

    @abstractmethod
    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """Return the result of DuckDB-dialect SQL over the tables, parameters bound, in the contract's types."""

    @abstractmethod
    def view(self, name: str, what: str | pa.Table) -> None:
        """Make the result of DuckDB-dialect SQL over the tables, or data, readable as `name`; nothing is written."""

    @abstractmethod
    def splink(self) -> DatabaseAPI[Any]:
        """Return Splink's access to this engine's own connection, on which every attached table can be read."""

    @abstractmethod
    def close(self) -> None:
        """Release what the engine holds."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def columns_of(reads: Reads, by: str | None = None) -> dict[str, tuple[str, ...]]:
    """Return table -> columns taken; EngineError UN3004 or UN3011 for a table or column there is not."""
    chosen: dict[str, tuple[str, ...]] = {}
    for name in reads:
        if name not in TABLES:
            raise EngineError(
                "UN3004", f"table '{name}' is not in the contract", hint=did_you_mean(name, TABLES)
            )
        known = TABLES[name].names
        chosen[name] = tuple(reads[name]) if isinstance(reads, Mapping) else known
        for column in chosen[name]:
            if column not in known:
                raise EngineError(
                    "UN3011", f"no column is called '{column}'", where=name, hint=did_you_mean(column, known)
                )
    if by and not any(by in TABLES[name].names for name in chosen):
        raise EngineError("UN3011", f"no table that is read has the column '{by}'", where=", ".join(chosen))
    return chosen


def plain(data: pa.Table) -> pa.Table:
    """Return a query's result in the contract's types: DuckDB sums to 128 bits, Spark counts in 32."""
    return data.cast(pa.schema([(field.name, _plain(field.type)) for field in data.schema]))


def _plain(kind: pa.DataType) -> pa.DataType:
    if (pa.types.is_integer(kind) and kind != pa.uint64()) or (pa.types.is_decimal(kind) and kind.scale == 0):
        return pa.int64()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


def narrowed(name: str, columns: Sequence[str]) -> pa.Schema:
    """Return the Arrow schema of some columns of table `name`."""
    whole = schema(name)
    return pa.schema([whole.field(column) for column in columns])


def call(kernel: Kernel, tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return what the kernel returns; EngineError UN3009 names it where it raises an error not of ours."""
    try:
        return kernel(tables)
    except UnisonoError:
        raise
    except Exception as error:
        raise EngineError(
            "UN3009", f"kernel failed: {type(error).__name__}: {error}", where=kernel_name(kernel)
        ) from error


def kernel_name(kernel: Kernel) -> str:
    """Return `module.function` of a kernel, looking through `functools.partial`."""
    function = getattr(kernel, "func", kernel)
    return f"{function.__module__}.{getattr(function, '__qualname__', type(function).__qualname__)}"
