"""The pairs that a few records are in, blocked and weighed in two statements that read all records column by column.

A few records among very many: what Splink does for each call and each pair it is given would take most of the time.
Weights are the same as Splink's, to the last digits that are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf, log2
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unisono.resolve.match.levels import ELSE, LEVELS
from unisono.resolve.match.model import KEY, NUMBER, Comparison, Model

if TYPE_CHECKING:
    from splink.internals.database_api import DatabaseAPI

ONE, OTHER = "c", "r"  # what the statements call a changed record and one that it is compared with


def weighed(model: Model, database: DatabaseAPI[Any], records: str, changed: str) -> pa.Table:
    """Return `record_key_l`, `record_key_r` and `match_weight` of likely pairs that have a record of `changed`.

    A pair is found once: of two records that have changed, the one with the lower number finds the other.
    """
    few = database.query_sql(_with_frequencies(model, database, changed))
    blocked = database.query_sql(_blocked(model.specification.block_on, records, few.physical_name))
    every = database.query_sql(
        f"select {ONE}.{KEY} as {KEY}_l, {OTHER}.{KEY} as {KEY}_r, {weight(model)} as match_weight "  # noqa: S608
        f"from {records} as {OTHER} inner join {blocked.physical_name} as p on p.other = {OTHER}.{NUMBER} "
        f"inner join {few.physical_name} as {ONE} on {ONE}.{NUMBER} = p.one"
    )  # a filter in the same statement would have weights worked out twice
    least = _double(_least(model.at_least))
    likely = database.query_sql(f"select * from {every.physical_name} where match_weight >= {least}")  # noqa: S608
    pairs = likely.as_pyarrow_table()
    for table in (few, blocked, every, likely):
        table.drop_table_from_database_and_remove_from_cache()
    return pairs


def weight(model: Model) -> str:
    """Return SQL of the weight in bits of the records `c` and `r`, added up as Splink does."""
    compared = zip(model.specification.compare, model.weights, strict=True)
    terms = (term for each, weights in compared for term in _terms(each, weights))
    return " + ".join([_double(log2(model.prior / (1 - model.prior))), *terms])


def _terms(each: Comparison, weights: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Yield SQL of what a comparison adds: by its level, and by how rare a value is that both have."""
    left, right = f"{ONE}.{each.field}", f"{OTHER}.{each.field}"
    levels = [
        f"else {_double(log2(m / u))}"
        if level.condition == ELSE
        else f"when {level.condition.format(l=left, r=right)} then {_double(log2(m / u))}"
        for level, (m, u) in zip(LEVELS[each.by], weights, strict=True)
    ]
    yield f"case when {left} is null or {right} is null then {_double(0)} {' '.join(levels)} end"
    if each.by_frequency:
        expected = _double(log2(weights[0][1]))
        yield f"case when {left} = {right} then {expected} - log2({ONE}.tf_{each.field}) else {_double(0)} end"


def _with_frequencies(model: Model, database: DatabaseAPI[Any], changed: str) -> str:
    """Return SQL of the changed records, with the share of records that have their values."""
    columns, joins = [f"{ONE}.*"], []
    for field, shares in model.frequencies.items():
        known = pa.table({field: list(shares), "share": list(shares.values())})
        lookup = database.register(known).physical_name
        columns.append(f"coalesce({field}_is.share, {_double(model.rarest[field])}) as tf_{field}")
        joins.append(f"left join {lookup} as {field}_is on {field}_is.{field} = {ONE}.{field}")
    return f"select {', '.join(columns)} from {changed} as {ONE} {' '.join(joins)}"  # noqa: S608


def _blocked(block_on: Iterable[Sequence[str]], records: str, changed: str) -> str:
    """Return SQL of the pairs to compare, by numbers: those that agree on an entry of `block_on`."""
    rules = (" and ".join(f"{ONE}.{name} = {OTHER}.{name}" for name in rule) for rule in block_on)
    agreeing = " union ".join(
        f"select {ONE}.{NUMBER} as one, {OTHER}.{NUMBER} as other "  # noqa: S608
        f"from {records} as {OTHER} inner join {changed} as {ONE} on {rule}"
        for rule in rules
    )
    return (
        f"select p.one, p.other from ({agreeing}) as p left join {changed} as twice on twice.{NUMBER} = p.other "  # noqa: S608
        f"where twice.{NUMBER} is null or p.one < p.other"
    )


def _least(probability: float) -> float:
    return log2(probability / (1 - probability)) if 0 < probability < 1 else inf * (probability - 0.5)


def _double(value: float) -> str:
    return f"cast('{value!r}' as double)"
