"""Where a column comes from: from any table back to the sources, through SQL and kernels.

Lineage follows values, not rows: what a join or a filter looks at decides which rows there are, and is not
an input of the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.scope import traverse_scope

from unisono.engine.base import columns_of, kernel_name
from unisono.engine.graph import EngineStep, SqlStep, Step
from unisono.engine.memo import remembered
from unisono.engine.sql import SCHEMA, parse, qualified
from unisono.errors import UsageError, did_you_mean
from unisono.tables import TABLES


@dataclass(frozen=True)
class Origin:
    """A column and the columns its values are made from.

    `made_by` names the SQL file or kernel, and is empty for a table that is there before the first step. A
    parameter of the run has no table and is written `$name`.
    """

    table: str
    column: str
    made_by: str = ""
    inputs: tuple[Origin, ...] = ()

    @property
    def name(self) -> str:
        """The column as `table.column`, or `$parameter`."""
        return f"{self.table}.{self.column}" if self.table else self.column

    def leaves(self) -> frozenset[str]:
        """Return the names of the columns and parameters it goes back to."""
        return frozenset(_leaves(self, set()))

    def lines(self) -> list[str]:
        """Return the tree as text; what was shown above is not shown again."""
        return list(_lines(self, "", "", set()))


def column_lineage(table: str, column: str, steps: Sequence[Step]) -> Origin:
    """Return where a column comes from; UsageError UN5011 if the contract has no such table or column.

    A kernel's column comes from every column the kernel takes.
    """
    if table not in TABLES:
        raise UsageError("UN5011", f"no table is called '{table}'", hint=did_you_mean(table, TABLES))
    if column not in TABLES[table].names:
        known = TABLES[table].names
        raise UsageError(
            "UN5011", f"table '{table}' has no column '{column}'", hint=did_you_mean(column, known)
        )
    return _trace(table, column, {step.table: step for step in steps}, {})


def made_by(step: Step) -> str:
    """Return the short name of a step's SQL file, or the name of its kernel."""
    if isinstance(step, SqlStep):
        return step.source[1]
    return kernel_name(step.make if isinstance(step, EngineStep) else step.kernel)


def inputs(step: Step, column: str) -> Sequence[tuple[str, str]]:
    """Return the (table, column) pairs that the values of a column are made from; parameters have no table."""
    if isinstance(step, SqlStep):
        return _flows(*step.source)[column]
    taken = [(name, field) for name, fields in columns_of(step.reads).items() for field in fields]
    return [*taken, *(("", f"${value}") for value in step.values)]


def columns_used(step: Step, table: str) -> frozenset[str]:
    """Return the columns of a table that a step looks at anywhere: in values, joins, filters and orders."""
    if isinstance(step, SqlStep):
        return frozenset(_used(*step.source).get(table, ()))
    return frozenset(columns_of(step.reads)[table])


@remembered
def _used(text: str, where: str) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for scope in traverse_scope(qualified(text, where)):
        for alias, table in scope.sources.items():
            if isinstance(table, exp.Table):
                columns = {column.name for column in scope.columns if column.table == alias}
                found.setdefault(table.name, set()).update(columns)
    return {table: sorted(columns) for table, columns in found.items()}


def _trace(
    table: str, column: str, steps: Mapping[str, Step], known: dict[tuple[str, str], Origin]
) -> Origin:
    if (table, column) not in known:
        step = steps.get(table)
        origins = tuple(
            _trace(name, field, steps, known) if name else Origin("", field)
            for name, field in (inputs(step, column) if step else ())
        )
        known[table, column] = Origin(table, column, made_by(step) if step else "", origins)
    return known[table, column]


@cache
def _flows(text: str, where: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return column -> the columns and parameters of its statement that it is made from, sorted."""
    flows: dict[str, tuple[tuple[str, str], ...]] = {}
    for column, root in lineage(None, parse(text, where), SCHEMA, dialect="duckdb").items():
        found: set[tuple[str, str]] = set()
        for node in root.walk():
            if isinstance(node.expression, exp.Table):
                found.add((node.expression.name, node.name.rpartition(".")[2]))
            else:
                found.update(("", f"${p.name}") for p in node.expression.find_all(exp.Placeholder))
        flows[column] = tuple(sorted(found, key=lambda pair: (not pair[0], pair)))
    return flows


def _leaves(origin: Origin, seen: set[str]) -> Iterator[str]:
    if origin.name in seen:
        return
    seen.add(origin.name)
    if not origin.made_by:
        yield origin.name
    for source_of in origin.inputs:
        yield from _leaves(source_of, seen)


def _lines(origin: Origin, first: str, rest: str, seen: set[str]) -> Iterator[str]:
    by = f"  ({origin.made_by})" if origin.made_by else ""
    if origin.inputs and origin.name in seen:
        yield f"{first}{origin.name}  (see above)"
        return
    seen.add(origin.name)
    yield f"{first}{origin.name}{by}"
    for number, source_of in enumerate(origin.inputs, 1):
        last = number == len(origin.inputs)
        yield from _lines(
            source_of, rest + ("└── " if last else "├── "), rest + ("    " if last else "│   "), seen
        )
