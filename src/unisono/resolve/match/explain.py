"""Why two records are, or are not, likely to be one: what each comparison adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from unisono.engine.duckdb import open_database, splink_on
from unisono.resolve.match.levels import LEVELS
from unisono.resolve.match.model import KEY, Model
from unisono.resolve.match.score import DIGITS, linker_on, quiet


@dataclass(frozen=True)
class Evidence:
    """One bar of the waterfall: what one comparison says, and by how many bits it moves the weight.

    The first is the prior, which has neither field nor values.
    """

    field: str
    likeness: str
    left: str | None
    right: str | None
    weight: float


def explained(
    model: Model, left: Mapping[str, str | None], right: Mapping[str, str | None]
) -> list[Evidence]:
    """Return the prior, what each comparison of two records adds, and what the rarity of a value adds to that.

    Records are rows with `record_key` and the columns of the specification. Weights are in bits; their sum is the
    weight of the pair, whose probability is 1 / (1 + 2 ** -weight). Two records that are never compared, because they
    agree on no entry of `block_on`, are explained just the same.
    """
    pair = {name: [left.get(name), right.get(name)] for name in (KEY, *model.specification.columns)}
    data = pa.table(
        {name: pa.array(values, pa.string()) for name, values in pair.items()} | {"both": ["x", "x"]}
    )
    anyway = replace(model, specification=replace(model.specification, block_on=(("both",),)))
    with open_database() as connection, quiet():
        connection.register("pair", data)
        linker = linker_on(anyway, splink_on(connection), "pair", details=True)
        found = linker.inference.predict().as_record_list()[0]
    prior = round(float(np.log2(model.prior / (1 - model.prior))), DIGITS)
    made = [Evidence("", "any two records", None, None, prior)]
    for each in model.specification.compare:
        name, (one, other) = each.field, pair[each.field]
        levels = LEVELS[each.by]
        gamma = found[f"gamma_{name}"]
        likeness = "missing" if gamma < 0 else levels[len(levels) - 1 - gamma].label
        made.append(Evidence(name, likeness, one, other, round(found[f"mw_{name}"], DIGITS)))
        rarity = found.get(f"mw_tf_adj_{name}")
        if rarity:
            made.append(Evidence(name, "rarity of the value", one, other, round(rarity, DIGITS)))
    return made
