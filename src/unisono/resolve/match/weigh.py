"""The likely pairs that a few records are in, blocked and weighed in two statements over all records.

A few records among very many: what Splink does for each call would take longer than the pairs. Weights are what
Splink's are, to the last digits that are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, log2

import pyarrow as pa
import pyarrow.compute as pc

from unisono.engine import Engine
from unisono.resolve.match.levels import ELSE, LEVELS
from unisono.resolve.match.model import KEY, NUMBER, Comparison, Model
from unisono.resolve.match.score import tidy

FEW, BLOCKED = "match_few", "match_blocked"


def weighed(model: Model, engine: Engine, records: str, changed: pa.Table) -> pa.Table:
    """Return the pairs of `records` that are likely enough and have a record of `changed`, as `scored` does.

    Both have `record_key`, `content_hash` and the columns of the specification; all of `changed` are in the table
    `records` too.
    """
    engine.view(FEW, _with_frequencies(model, changed))
    engine.view(BLOCKED, engine.read(_blocked(model, records)))
    pairs = engine.read(
        f"select c.{KEY} as {KEY}_l, r.{KEY} as {KEY}_r, {weight(model)} as match_weight "  # noqa: S608
        f"from {records} as r inner join {BLOCKED} as p on p.other = r.{NUMBER} "
        f"inner join {FEW} as c on c.{NUMBER} = p.one"
    )  # all of them: with a filter in the statement, weights would be worked out twice
    return tidy(pairs.filter(pc.greater_equal(pairs["match_weight"], _bits(model.at_least))))


def weight(model: Model) -> str:
    """Return SQL of the weight in bits of the records `c` and `r`, added up as Splink does."""
    compared = zip(model.specification.compare, model.weights, strict=True)
    terms = (term for each, weights in compared for term in _terms(each, weights))
    return " + ".join([_double(_bits(model.prior)), *terms])


def _terms(each: Comparison, weights: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Yield SQL of what a comparison adds: by its level, and by how rare a value is that both have."""
    left, right = f"c.{each.field}", f"r.{each.field}"
    levels = (
        f"{_when(level.condition, left, right)} {_double(log2(m / u))}"
        for level, (m, u) in zip(LEVELS[each.by], weights, strict=True)
    )
    yield f"case when {left} is null or {right} is null then {_double(0)} {' '.join(levels)} end"
    if each.by_frequency:
        rarity = f"{_double(log2(weights[0][1]))} - log2(c.share_of_{each.field})"
        yield f"case when {left} = {right} then {rarity} else {_double(0)} end"


def _when(condition: str, left: str, right: str) -> str:
    return "else" if condition == ELSE else f"when {condition.format(l=left, r=right)} then"


def _with_frequencies(model: Model, changed: pa.Table) -> pa.Table:
    """Return the changed records, with the share of all records that have their values."""
    for field, shares in model.frequencies.items():
        place = pc.index_in(changed[field], pa.array(list(shares), pa.string()))
        share = pc.take(pa.array(list(shares.values()), pa.float64()), place)
        changed = changed.append_column(f"share_of_{field}", pc.fill_null(share, model.rarest[field]))
    return changed


def _blocked(model: Model, records: str) -> str:
    """Return SQL of the pairs to compare, by numbers: those that agree on an entry of `block_on`.

    Of two records that have changed, the one with the lower number finds the other.
    """
    agreeing = " union ".join(
        f"select c.{NUMBER} as one, r.{NUMBER} as other from {records} as r inner join {FEW} as c "  # noqa: S608
        f"on {' and '.join(f'c.{name} = r.{name}' for name in rule)}"
        for rule in model.specification.block_on
    )
    return (
        f"select p.one, p.other from ({agreeing}) as p left join {FEW} as twice on twice.{NUMBER} = p.other "  # noqa: S608
        f"where twice.{NUMBER} is null or p.one < p.other"
    )


def _bits(probability: float) -> float:
    """Return the weight of a pair that is this likely."""
    return log2(probability / (1 - probability)) if probability else -inf


def _double(value: float) -> str:
    return f"{value:.17e}"  # as many digits as make it the same number again, and never a decimal
