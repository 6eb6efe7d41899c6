"""SQL files: load, bind, transpile, and say what they read.

SQL is written once in DuckDB's dialect. Parameters are `$name`, replaced by typed literals in the syntax
tree: text is never pasted into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from unisono.errors import EngineError, did_you_mean
from unisono.tables import TABLES

Value = str | int | float | bool | datetime
"""What can be bound to a parameter. Instants are UTC."""


@dataclass(frozen=True)
class Query:
    """A parsed SQL file (or text) with the values bound to its parameters."""

    text: str
    where: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def from_file(cls, path: Path, values: Mapping[str, Value]) -> Query:
        """Read `path`; parameters it does not use are left out of `values`."""
        text = path.read_text(encoding="utf-8")
        where = "/".join(path.parts[-2:])
        wanted = parameters(text, where)
        missing = sorted(wanted - values.keys())
        if missing:
            raise EngineError(
                "UN3002",
                f"parameter ${missing[0]} has no value",
                where=where,
                hint=did_you_mean(missing[0], values.keys()),
            )
        return cls(text, where, {name: values[name] for name in sorted(wanted)})

    def bound(self) -> exp.Expression:
        """Return the syntax tree with literals in place of parameters."""
        return parse(self.text, self.where).transform(self._literal)

    def _literal(self, node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Placeholder):
            return node
        value = self.values[node.name]
        if isinstance(value, datetime):
            return exp.cast(
                exp.Literal.string(value.strftime("%Y-%m-%d %H:%M:%S.%f")), "timestamp", dialect="duckdb"
            )
        return exp.convert(value)

    def sql(self, dialect: str) -> str:
        """Return the bound SQL in `dialect`, cast to nothing."""
        return self.bound().sql(dialect=dialect, pretty=True)

    def failed(self, error: Exception, dialect: str) -> EngineError:
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


@cache
def parse(text: str, where: str) -> exp.Expression:
    """Parse one DuckDB statement; EngineError UN3003 with the parser's own words if it is not SQL."""
    try:
        return sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError as error:
        raise EngineError("UN3003", f"not valid SQL: {error}", where=where) from error


def parameters(text: str, where: str) -> set[str]:
    """Names of the `$parameters` in a statement."""
    return {node.name for node in parse(text, where).find_all(exp.Placeholder)}


def reads(text: str, where: str) -> tuple[str, ...]:
    """Names of the canonical tables a statement reads, sorted; EngineError UN3004 for a table not in the contract."""
    tree = parse(text, where)
    inner = {cte.alias for cte in tree.find_all(exp.CTE)}
    names = {table.name for table in tree.find_all(exp.Table)} - inner - {""}
    for name in sorted(names):
        if name not in TABLES:
            raise EngineError(
                "UN3004",
                f"table '{name}' is not in the contract",
                where=where,
                hint=did_you_mean(name, TABLES),
            )
    return tuple(sorted(names))


def conform(query: exp.Expression, name: str) -> exp.Select:
    """Wrap a query so that it yields exactly the columns, order and types of table `name`."""
    contract = TABLES[name]
    columns = [
        exp.alias_(exp.cast(exp.column(c.name), c.type, dialect="duckdb"), c.name) for c in contract.columns
    ]
    selected = exp.select(*columns).from_(query.subquery("made"))
    return selected.order_by(*contract.sort) if contract.sort else selected
