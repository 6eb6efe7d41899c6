"""What must hold before a snapshot is published.

Each `.sql` file here is a query that must find nothing, written without looking at how the tables are made.
Besides, the contract must hold: keys are unique, and columns that may not be empty are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlglot import exp

from unisono.engine import Engine, Query, Value
from unisono.engine.memo import remembered
from unisono.errors import EngineError
from unisono.tables import TABLES

CHECKS = tuple(sorted(Path(__file__).parent.glob("*.sql")))


def check(engine: Engine, values: Mapping[str, Value], tables: Iterable[str]) -> list[str]:
    """Run every check over `tables`; return their names. EngineError UN3012 shows rows that fail one."""
    names = tuple(tables)
    queries = [Query.from_file(path, values) for path in CHECKS]
    for query in (*queries, *_contracts(broken(engine, names))):
        offending = engine.read(query.text, query.values)
        if offending.num_rows:
            examples = "; ".join(str(row) for row in offending.slice(0, 3).to_pylist())
            raise EngineError(
                "UN3012",
                f"check failed, {offending.num_rows} rows, for example {examples}",
                where=query.where,
                hint="nothing was published; the last snapshot stays in place",
            )
    return [query.where for query in (*queries, *_contracts(names))]


def broken(engine: Engine, names: tuple[str, ...]) -> list[str]:
    """Return the tables that break their contracts: asking of all at once takes a fraction of asking of each."""
    return sorted(engine.read(_which(names))["name"].to_pylist()) if names else []


@remembered
def _which(names: tuple[str, ...]) -> str:
    """Return a query for the names of those tables that break their contracts, with one look at each."""
    finding = [
        exp.select(exp.alias_(exp.convert(name), "name")).where(exp.Exists(this=_breaches(name)))
        for name in names
    ]
    every = exp.union(*finding, distinct=False, copy=False) if len(finding) > 1 else finding[0]
    return every.sql("duckdb")


def _breaches(name: str) -> exp.Select:
    """Return a query for the keys of a table that come twice, or whose row lacks a value or has a strange one."""
    is_wrong = (
        exp.Case().when(exp.or_(*_missing(name), *_strange(name)), exp.convert(1)).else_(exp.convert(0))
    )
    doubled = exp.Count(this=exp.Star()) > 1
    return _keys(name).group_by(*TABLES[name].key).having(exp.or_(doubled, exp.Max(this=is_wrong) > 0))


def _contracts(names: Iterable[str]) -> list[Query]:
    return [query for name in names for query in contract_checks(name)]


def contract_checks(name: str) -> tuple[Query, ...]:
    """Return queries that find rows of a table which break its contract."""
    return tuple(Query(text, f"{name}: {what}") for what, text in _contract_checks(name).items())


@remembered
def _contract_checks(name: str) -> dict[str, str]:
    doubled = _keys(name).group_by(*TABLES[name].key).having(exp.Count(this=exp.Star()) > 1)
    missing = _keys(name).where(exp.or_(*_missing(name)))
    strange = _strange(name)
    unknown = _keys(name).where(exp.or_(*strange) if strange else exp.false())
    found = {"only allowed values": unknown, "key is unique": doubled, "nothing is missing": missing}
    return {what: query.limit(10).sql("duckdb") for what, query in found.items()}


def _keys(name: str) -> exp.Select:
    return exp.select(*map(exp.column, TABLES[name].key)).from_(name)


def _missing(name: str) -> list[exp.Expression]:
    return [exp.column(column.name).is_(exp.null()) for column in TABLES[name].columns if not column.nullable]


def _strange(name: str) -> list[exp.Expression]:
    columns = TABLES[name].columns
    unlisted = [exp.column(c.name).isin(*c.values).not_() for c in columns if c.values]
    return [*unlisted, *(exp.column(c.name) < c.minimum for c in columns if c.minimum is not None)]
