"""The steps of a run: which table each makes, which tables it reads, and in what order they can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, wraps
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pyarrow as pa

from unisono.engine.base import Engine, Grown, Kernel, Reads
from unisono.engine.sql import Query, Value, pick, reads, source
from unisono.errors import EngineError
from unisono.tables import TWINS


@dataclass(frozen=True, eq=False)
class SqlStep:
    """Makes `table` by the SQL file at `path`; what it reads is taken from the SQL itself.

    It reads other tables in place of those `renamed`. `values` are parameters that the run does not give.
    """

    table: str
    path: Path
    renamed: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def source(self) -> tuple[str, str]:
        """The SQL it runs, and the file's short name."""
        return source(self.path, self.renamed)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the tables the SQL reads."""
        return tuple(reads(*self.source))


@dataclass(frozen=True, eq=False)
class KernelStep:
    """Makes `table` by a Python kernel.

    `reads` names the tables it takes; as a mapping it also says which of their columns, and the kernel is
    given no others. `by` is the column rows are co-located by (None: everything in one call). `values` names
    the parameters of the run that the kernel takes as keyword arguments. The kernel knows a table that is
    `renamed` by its old name.
    """

    table: str
    kernel: Callable[..., pa.Table]
    reads: Reads
    by: str | None = None
    values: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class EngineStep:
    """Makes `table` by Python that asks the engine itself, to run another library's SQL on its connection.

    `make` is given the engine and the parameters of the run that `values` names, and returns the table, or how it
    grows out of another. `reads` names the tables it looks at; as a mapping it also says which of their columns.
    """

    table: str
    make: Callable[..., pa.Table | Grown]
    reads: Reads
    values: tuple[str, ...] = ()


Step = SqlStep | KernelStep | EngineStep


def sql_steps(package: str) -> tuple[Step, ...]:
    """Return a step for every `.sql` file beside `package`, a stage's `__file__`: SQL files are the tables.

    The file of a two-sided table makes its medical twin too, unless that has a file of its own; which side it
    makes is its parameter `$purpose`.
    """
    plain = [
        SqlStep(path.stem, path, values={"purpose": "commercial"} if path.stem in TWINS else {})
        for path in sorted(Path(package).parent.glob("*.sql"))
    ]
    names = {step.table for step in plain}
    twins = [twin(step) for step in plain if step.table in TWINS and TWINS[step.table] not in names]
    return (*plain, *twins)


def twin(step: SqlStep | KernelStep) -> Step:
    """Return the step that makes the medical twin of a table: the same, over the twins of what it reads."""
    renamed = {name: TWINS[name] for name in step.reads if name in TWINS}
    table = TWINS[step.table]
    if isinstance(step, SqlStep):
        return SqlStep(table, step.path, renamed, {**step.values, "purpose": "medical"})
    if isinstance(step.reads, Mapping):
        columns = {renamed.get(name, name): taken for name, taken in step.reads.items()}
        return replace(step, table=table, reads=columns, renamed=renamed)
    return replace(step, table=table, reads=[renamed.get(name, name) for name in step.reads], renamed=renamed)


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
        return engine.table(step.table, Query.from_file(step.path, {**values, **step.values}, step.renamed))
    if isinstance(step, EngineStep):
        made = step.make(engine, **pick(values, step.values, step.table))
        return engine.grow(step.table, made) if isinstance(made, Grown) else engine.table(step.table, made)
    kernel = partial(step.kernel, **pick(values, step.values, step.table))
    return engine.map(step.table, _under_old_names(kernel, step.renamed), step.reads, step.by)


def _under_old_names(kernel: partial[pa.Table], renamed: Mapping[str, str]) -> Kernel:
    old = {new: name for name, new in renamed.items()}

    @wraps(kernel.func)
    def called(tables: Mapping[str, pa.Table]) -> pa.Table:
        return kernel({old.get(name, name): table for name, table in tables.items()})

    return called if renamed else kernel
