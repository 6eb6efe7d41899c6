"""The records that are likely to be one, and how likely, by a model."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from unisono.resolve.match.model import KEY

if TYPE_CHECKING:
    from splink import Linker
    from splink.internals.database_api import DatabaseAPI

    from unisono.resolve.match.model import Model

PAIRS = pa.schema(
    [
        ("left_key", pa.string()),
        ("right_key", pa.string()),
        ("weight", pa.float64()),
        ("probability", pa.float64()),
    ]
)
DIGITS = 6  # kept of weights, in bits: engines differ in the last ones of a double


def scored(model: Model, database: DatabaseAPI[Any], records: str, changed: str | None = None) -> pa.Table:
    """Return the pairs of `records` that are likely enough; only those with a record of `changed`, if that is given.

    Both name tables that the database can read, with `record_key` and the columns of the specification; all of
    `changed` are in `records` too. Columns of the result: left_key (sorts first), right_key, weight (bits),
    probability.
    """
    with quiet():
        if changed is None:
            linker = linker_on(model, database, records)
        else:
            rules = model.specification.block_on
            near = database.query_sql(_near(rules, records, changed)).physical_name
            blocked = database.query_sql(_blocked(rules, near, changed))
            linker = linker_on(model, database, near)
            linker.table_management.register_blocked_pairs_for_predict(blocked)
        found = linker.inference.predict(threshold_match_probability=model.at_least)
        pairs = found.as_pyarrow_table()
        linker.table_management.invalidate_cache()  # the pairs to compare are not those of the next call
    return tidy(pairs)


def _near(block_on: Iterable[Sequence[str]], records: str, changed: str) -> str:
    """Return SQL of the records that may have to be compared, in one pass over all: those not near are not looked at.

    Equal values have equal hashes; a few that are not equal do no harm.
    """
    rules = (
        f"hash({', '.join(f'r.{name}' for name in rule)}) in (select hash({', '.join(rule)}) from {changed} "  # noqa: S608
        f"where {' and '.join(f'{name} is not null' for name in rule)})"
        for rule in block_on
    )
    return f"select r.* from {records} as r where {' or '.join(rules)}"  # noqa: S608


def _blocked(block_on: Iterable[Sequence[str]], near: str, changed: str) -> str:
    """Return SQL of the pairs to compare, as Splink takes them: those that agree on an entry of `block_on`."""
    rules = (" and ".join(f"c.{name} = r.{name}" for name in rule) for rule in block_on)
    return " union ".join(
        f"select '0' as match_key, least(c.{KEY}, r.{KEY}) as join_key_l, greatest(c.{KEY}, r.{KEY}) as join_key_r "  # noqa: S608
        f"from {changed} as c inner join {near} as r on {rule} and c.{KEY} <> r.{KEY}"
        for rule in rules
    )


def linker_on(model: Model, database: DatabaseAPI[Any], records: str, *, details: bool = False) -> Linker:
    """Return Splink's linker of a model, which looks values' frequencies up in the model."""
    from splink import Linker

    table = database.register(records, table_name=_new(database, "records"))
    linker = Linker(table, model.settings(details=details), log_level=None, validate_settings=False)
    for field, shares in model.frequencies.items():
        known = pa.table({field: list(shares), "share": list(shares.values())})
        lookup = database.register(known, table_name=_new(database, f"frequency_{field}"))
        shared = linker.misc.query_sql(
            f"select v.{field}, coalesce(k.share, {model.rarest[field]!r}) as tf_{field} "  # noqa: S608
            f"from (select distinct {field} from {records} where {field} is not null) as v "
            f"left join {lookup.physical_name} as k on k.{field} = v.{field}"
        )
        linker.table_management.register_term_frequency_lookup(shared, field)
    return linker


def tidy(pairs: pa.Table) -> pa.Table:
    """Return Splink's predictions as pairs, each once, sorted by their keys."""
    one, two = pairs[f"{KEY}_l"].cast(pa.string()), pairs[f"{KEY}_r"].cast(pa.string())
    is_first = pc.less(one, two)
    weight = pc.round(pairs["match_weight"].cast(pa.float64()), DIGITS)
    probability = pc.divide(1.0, pc.add(1.0, pc.power(2.0, pc.negate(pc.max_element_wise(weight, -1000.0)))))
    made = [pc.if_else(is_first, one, two), pc.if_else(is_first, two, one), weight, pc.round(probability, 9)]
    return pa.table(made, PAIRS).sort_by([("left_key", "ascending"), ("right_key", "ascending")])


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Splink from telling how it goes."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _new(database: DatabaseAPI[Any], what: str) -> str:
    """Return a name that no table of the connection has, whoever else works on it."""
    return f"__{what}_{database.id}_{len(database._registered_table_names)}"
