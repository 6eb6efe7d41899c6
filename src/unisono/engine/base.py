"""What an engine promises: three verbs, and reading.

`table` runs one SQL file (or stores given Arrow data) as Parquet in the run's folder; `map` runs a kernel over
rows co-located by a key; `fold` does the same and combines small results. Every table written is cast to
its contract, so a missing column or a wrong type fails at the table that has it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from unisono.engine.sql import Query, Value

Kernel = Callable[[Mapping[str, pa.Table]], pa.Table]
"""Takes the tables it reads, by name; returns the table it writes.

A kernel may be called once per partition and must not depend on how keys are spread over partitions: it
sees all rows of each key it sees.
"""


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

    @abstractmethod
    def map(self, name: str, kernel: Kernel, reads: Sequence[str], by: str | None) -> int:
        """Write table `name` by a kernel over `reads`, co-located by column `by` (None: all in one call)."""

    @abstractmethod
    def fold(
        self,
        kernel: Kernel,
        reads: Sequence[str],
        by: str | None,
        combine: Callable[[Sequence[pa.Table]], pa.Table],
    ) -> pa.Table:
        """Run a kernel as `map` does and combine its small results on the driver."""

    @abstractmethod
    def read(self, sql: str, values: Mapping[str, Value] | None = None) -> pa.Table:
        """Return the result of DuckDB-dialect SQL over the tables, parameters bound."""

    @abstractmethod
    def close(self) -> None:
        """Release what the engine holds."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
