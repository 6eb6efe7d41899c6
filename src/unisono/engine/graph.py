"""The steps of a run: which table each makes, which tables it reads, and in what order they can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pyarrow as pa

from unisono.engine.base import Engine, Reads
from unisono.engine.sql import Query, Value, pick, reads, source
from unisono.errors import EngineError


@dataclass(frozen=True)
class SqlStep:
    """Makes `table` by the SQL file at `path`; what it reads is taken from the SQL itself."""

    table: str
    path: Path

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the tables the SQL reads."""
        return reads(*source(self.path))


@dataclass(frozen=True, eq=False)
class KernelStep:
    """Makes `table` by a Python kernel.

    `reads` names the tables it takes; as a mapping it also says which of their columns, and the kernel is
    given no others. `by` is the column rows are co-located by (None: everything in one call). `values` names
    the parameters of the run that the kernel takes as keyword arguments.
    """

    table: str
    kernel: Callable[..., pa.Table]
    reads: Reads
    by: str | None = None
    values: tuple[str, ...] = ()


Step = SqlStep | KernelStep


def sql_steps(package: str) -> tuple[SqlStep, ...]:
    """Return a step for every `.sql` file beside `package`, a stage's `__file__`: SQL files are the tables."""
    return tuple(SqlStep(path.stem, path) for path in sorted(Path(package).parent.glob("*.sql")))


def order(steps: Sequence[Step]) -> list[Step]:
    """Return `steps` so that each comes after those whose tables it reads, otherwise in the order given.

    A table that no step makes is taken to be there already. EngineError UN3007 names the circle if tables
    need each other, UN3008 the table that two steps make.
    """
    made: dict[str, Step] = {}
    for step in steps:
        if step.table in made:
            raise EngineError(
                "UN3008", "two steps make this table", where=step.table, hint="keep one .sql file or kernel"
            )
        made[step.table] = step
    needs = {table: [name for name in step.reads if name in made] for table, step in made.items()}
    try:
        return [made[table] for table in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise EngineError(
            "UN3007",
            f"tables need each other: {circle} (each is read to make the next)",
            where=error.args[1][0],
            hint="let one of them read an earlier table, or the previous run's",
        ) from error


def run(step: Step, engine: Engine, values: Mapping[str, Value]) -> int:
    """Make the table of a step; return its number of rows. EngineError UN3002 if a parameter has no value."""
    if isinstance(step, SqlStep):
        return engine.table(step.table, Query.from_file(step.path, values))
    kernel = partial(step.kernel, **pick(values, step.values, step.table))
    return engine.map(step.table, kernel, step.reads, step.by)
