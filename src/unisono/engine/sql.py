"""SQL files: load, bind, transpile, and say what they read.

SQL is written once in DuckDB's dialect. Parameters are `$name`, replaced by typed literals in the syntax
tree: text is never pasted into text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.schema import MappingSchema

from unisono.engine.dialect import differences, harmonise, render
from unisono.errors import EngineError, did_you_mean
from unisono.tables import TABLES

Value = str | int | float | bool | datetime
"""What can be bound to a parameter. Instants are UTC."""

PREPARED = 1024  # statements kept ready; a run has about two hundred

SCHEMA: dict[str, object] = {
    table.name: {column.name: column.type for column in table.columns} for table in TABLES.values()
}
"""The contract as sqlglot reads it: table -> column -> type."""


@dataclass(frozen=True)
class Query:
    """A parsed SQL file (or text) with the values bound to its parameters."""

    text: str
    where: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def from_file(
        cls, path: Path, values: Mapping[str, Value], renamed: Mapping[str, str] | None = None
    ) -> Query:
        """Read `path`, other tables in place of those `renamed`; values it does not use are left out."""
        text, where = source(path, renamed)
        return cls(text, where, pick(values, parameters(text, where), where))

    def bound(self) -> exp.Query:
        """Return the syntax tree with literals in place of parameters, meaning the same on every engine."""
        tree = prepared(self.text, self.where).copy()
        for placeholder in list(tree.find_all(exp.Placeholder)):
            placeholder.replace(_literal(self.values[placeholder.name]))
        return tree

    def sql(self, dialect: str) -> str:
        """Return the bound SQL in `dialect`."""
        return render(self.bound(), dialect, pretty=True)

    def failed(self, error: Exception | str, dialect: str) -> EngineError:
        """Return an error that quotes the SQL, its file and the bound values."""
        numbered = "\n".join(
            f"    {n:3} | {line}" for n, line in enumerate(self.sql(dialect).splitlines(), 1)
        )
        values = ", ".join(f"${name} = {value!r}" for name, value in self.values.items()) or "none"
        return EngineError(
            "UN3001",
            f"SQL failed: {error}\n  Bound values: {values}\n  SQL as sent ({dialect}):\n{numbered}",
            where=self.where,
        )


def source(path: Path, renamed: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return a SQL file's text, other tables in place of those `renamed`, and its short name, `<stage>/<table>.sql`."""
    text, where = path.read_text(encoding="utf-8"), "/".join(path.parts[-2:])
    return _renamed(text, where, tuple((renamed or {}).items())), where


@lru_cache(PREPARED)
def _renamed(text: str, where: str, names: tuple[tuple[str, str], ...]) -> str:
    if not names:
        return text
    tree = parse(text, where).copy()
    new = dict(names)
    for table in tree.find_all(exp.Table):
        if table.name in new:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
            table.set("this", exp.to_identifier(new[table.name]))
    return tree.sql("duckdb")


def pick(values: Mapping[str, Value], wanted: Iterable[str], where: str) -> dict[str, Value]:
    """Return the `wanted` values by name; EngineError UN3002 if one is missing."""
    for name in sorted(wanted):
        if name not in values:
            raise EngineError(
                "UN3002",
                f"parameter ${name} has no value",
                where=where,
                hint=did_you_mean(name, values),
            )
    return {name: values[name] for name in sorted(wanted)}


def _literal(value: Value) -> exp.Expr:
    if isinstance(value, datetime):
        text = exp.Literal.string(naive(value).strftime("%Y-%m-%d %H:%M:%S.%f"))
        return exp.cast(text, "timestamp", dialect="duckdb")
    literal = exp.convert(value)
    return exp.cast(literal, "double") if isinstance(value, float) else literal


def naive(instant: datetime) -> datetime:
    """Return an instant in UTC, without its zone."""
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


@lru_cache(PREPARED)
def parse(text: str, where: str) -> exp.Query:
    """Parse one DuckDB query; EngineError UN3003 with the parser's own words if it is not one."""
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as error:
        raise EngineError("UN3003", f"not valid SQL: {error}", where=where) from error
    if not isinstance(tree, exp.Query):
        raise EngineError("UN3003", "not a query", where=where, hint="a file holds one 'select' or 'with'")
    return tree


@lru_cache(PREPARED)
def prepared(text: str, where: str) -> exp.Query:
    """Return a statement with its parameters, meaning the same on every engine; not to be changed."""
    return harmonise(parse(text, where))


@lru_cache(PREPARED)
def parameters(text: str, where: str) -> frozenset[str]:
    """Names of the `$parameters` in a statement."""
    return frozenset(node.name for node in parse(text, where).find_all(exp.Placeholder))


def mentioned(text: str, where: str) -> set[str]:
    """Names that a statement reads rows from: tables, and its own `with`."""
    return {table.name for table in parse(text, where).find_all(exp.Table)} - {""}


@lru_cache(PREPARED)
def reads(text: str, where: str) -> tuple[str, ...]:
    """Names of the canonical tables a statement reads, sorted.

    EngineError UN3004 for any other table, UN3014 for a part ('with') of a table's name: it would hide the table.
    """
    inner = {cte.alias for cte in parse(text, where).find_all(exp.CTE)}
    for name in sorted(inner & TABLES.keys()):
        raise EngineError(
            "UN3014", f"'with {name}' hides the table of that name", where=where, hint="rename it"
        )
    names = mentioned(text, where) - inner
    for name in sorted(names):
        if name not in TABLES:
            raise EngineError(
                "UN3004",
                f"table '{name}' is not in the contract",
                where=where,
                hint=did_you_mean(name, TABLES),
            )
    return tuple(sorted(names))


def check_portable(text: str, where: str) -> None:
    """Raise EngineError UN3006 for what engines would not do alike, naming it and what to use instead."""
    for construct, instead in differences(typed(text, where)):
        raise EngineError("UN3006", f"{construct} is not the same on every engine", where=where, hint=instead)


def qualified(text: str, where: str) -> exp.Query:
    """Return a statement with every column's table, and no star; EngineError UN3003 for unknown columns."""
    from sqlglot.optimizer.qualify import qualify

    try:
        tree = parse(text, where).copy()
        return qualify(tree, schema=_schema(), dialect="duckdb", quote_identifiers=False)
    except SqlglotError as error:
        raise EngineError("UN3003", f"not valid SQL: {error}", where=where) from error


def typed(text: str, where: str) -> exp.Query:
    """Return a qualified statement with every expression's type."""
    from sqlglot.optimizer.annotate_types import annotate_types

    return annotate_types(qualified(text, where), schema=_schema(), dialect="duckdb")


@cache
def _schema() -> MappingSchema:
    return MappingSchema(SCHEMA, dialect="duckdb")


def ordering(name: str) -> tuple[str, ...]:
    """Columns that put the rows of table `name` into one order: its sort, then the rest of its key."""
    contract = TABLES[name]
    return (*contract.sort, *(column for column in contract.key if column not in contract.sort))


def conform(query: exp.Query, name: str) -> exp.Select:
    """Wrap a query, in place, so that it yields exactly the columns of table `name`, in order and of their types."""
    columns = [
        exp.alias_(
            exp.cast(exp.column(column.name, "made"), column.type, copy=False, dialect="duckdb"),
            column.name,
            copy=False,
        )
        for column in TABLES[name].columns
    ]
    return exp.select(*columns, copy=False).from_(query.subquery("made", copy=False), copy=False)


def rows_of(name: str, columns: Iterable[str]) -> exp.Select:
    """Return a query of the given columns of table `name` in the table's order."""
    return in_order(exp.select(*map(exp.column, columns)).from_(exp.to_table(name)), name)


def in_order(query: exp.Select, name: str) -> exp.Select:
    """Sort a query of table `name` in the table's order."""
    return query.order_by(*(exp.Ordered(this=exp.column(column)) for column in ordering(name)), copy=False)
