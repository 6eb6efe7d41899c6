"""One row per key: which of the rows that share a key stays."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from sqlglot import exp

from unisono.ingest.expression import DIALECT, name
from unisono.ingest.staging import FILE, LATEST, LINE
from unisono.tables import TABLES
from unisono.tables.columns import PROVENANCE

_LOSERS = """
select file_number, line_number, key, stays,
  not latest_wins and content is distinct from stays.content as conflict
from (
  select *,
    row_number() over w as nth,
    first_value({'file': file_number, 'line': line_number, 'content': content}) over w as stays
  from keyed
  window w as (
    partition by key
    order by
      latest_wins desc,
      case when latest_wins then -file_number else file_number end,
      case when latest_wins then -line_number else line_number end
  )
)
where nth > 1
"""


def find_losers(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make table `loser` of the rows in view `staged` that do not stay.

    Rows come in the order of sources, files and lines. The first of a key stays, or the last where later
    rows replace earlier ones; `conflict` marks a row with other content than the one that stays. Only rows
    whose key has a hash seen more than once are looked at closely: they are few.
    """
    contract = TABLES[table]
    provenance = {column.name for column in PROVENANCE}
    content = [column.name for column in contract.columns if column.name not in provenance]
    hashed = _hash(contract.key)
    doubled = (
        exp.select(exp.alias_(hashed, "hashed")).from_("staged").group_by("hashed").having("count(*) > 1")
    )
    keyed = (
        exp.select(
            *map(name, (FILE, LINE, LATEST)),
            exp.alias_(_row(contract.key), "key"),
            exp.alias_(_hash(content), "content"),
        )
        .from_("staged")
        .where(exp.In(this=hashed, query=exp.select("hashed").from_("doubled").subquery()))
    )
    connection.execute(f"create or replace table doubled as {doubled.sql(DIALECT)}").fetchall()
    connection.execute(f"create or replace view keyed as {keyed.sql(DIALECT)}").fetchall()
    connection.execute(f"create or replace table loser as {_LOSERS}").fetchall()


def _row(columns: Sequence[str]) -> exp.Expr:
    return exp.func("row", *map(name, columns), dialect=DIALECT)


def _hash(columns: Sequence[str]) -> exp.Expr:
    return exp.func("hash", _row(columns), dialect=DIALECT)
