"""What must hold before a snapshot is published.

Each `.sql` file here is a query that must find nothing, written without looking at how the tables are made.
Besides, the contract must hold: keys are unique, and columns that may not be empty are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sqlglot import exp

from unisono.engine import Engine, Query, Value
from unisono.engine.memo import remembered
from unisono.engine.sql import parse
from unisono.errors import EngineError
from unisono.tables import TABLES

CHECKS = tuple(sorted(Path(__file__).parent.glob("*.sql")))


def check(engine: Engine, values: Mapping[str, Value], tables: Iterable[str]) -> list[str]:
    """Run every check over `tables`; return their names. EngineError UN3012 shows rows that fail one."""
    queries = [Query.from_file(path, values) for path in CHECKS]
    contracts = [query for table in tables for query in contract_checks(table)]
    for query in (*queries, *_broken(engine, contracts)):
        offending = engine.read(query.text, query.values)
        if offending.num_rows:
            examples = "; ".join(str(row) for row in offending.slice(0, 3).to_pylist())
            raise EngineError(
                "UN3012",
                f"check failed, {offending.num_rows} rows, for example {examples}",
                where=query.where,
                hint="nothing was published; the last snapshot stays in place",
            )
    return [query.where for query in (*queries, *contracts)]


def _broken(engine: Engine, contracts: Sequence[Query]) -> list[Query]:
    """Return the queries that find something: asking for all at once takes a fraction of asking for each."""
    if not contracts:
        return []
    found = engine.read(_which(tuple(query.text for query in contracts)))
    return [contracts[number] for number in sorted(found["number"].to_pylist())]


@remembered
def _which(texts: tuple[str, ...]) -> str:
    """Return a query for the places of those queries that find something."""
    finding = [
        exp.select(exp.alias_(exp.convert(number), "number")).where(
            exp.Exists(this=parse(text, "check").copy())
        )
        for number, text in enumerate(texts)
    ]
    every = exp.union(*finding, distinct=False, copy=False) if len(finding) > 1 else finding[0]
    return every.sql("duckdb")


def contract_checks(name: str) -> tuple[Query, ...]:
    """Return queries that find rows of a table which break its contract."""
    return tuple(Query(text, f"{name}: {what}") for what, text in _contract_checks(name).items())


@remembered
def _contract_checks(name: str) -> dict[str, str]:
    table = TABLES[name]
    key = [exp.column(column) for column in table.key]
    doubled = exp.select(*key).from_(name).group_by(*key).having(exp.Count(this=exp.Star()) > 1).limit(10)
    empty = [exp.column(column.name).is_(exp.null()) for column in table.columns if not column.nullable]
    missing = exp.select(*key).from_(name).where(exp.or_(*empty)).limit(10)
    strange: list[exp.Expression] = [
        exp.column(column.name).isin(*column.values).not_() for column in table.columns if column.values
    ]
    strange += [exp.column(c.name) < c.minimum for c in table.columns if c.minimum is not None]
    unknown = exp.select(*key).from_(name).where(exp.or_(*strange) if strange else exp.false()).limit(10)
    return {
        "only allowed values": unknown.sql("duckdb"),
        "key is unique": doubled.sql("duckdb"),
        "nothing is missing": missing.sql("duckdb"),
    }
