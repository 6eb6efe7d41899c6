"""Draw what is suggested from around the plan, so that what is logged can be learned from.

Each planned action is drawn with a known probability, its propensity, from the options of `draw_option`. The channel
is drawn by Thompson sampling (Thompson 1933; Chapelle & Li 2011): an action's share is how often it is the best when
response probabilities are drawn from what is believed of them. Content and slot are drawn by inverse-gap weighting
(Abe & Long 1999; Foster & Rakhlin 2020): the less an option is expected to be worth beside the best, the rarer it is.

What is believed is drawn once for a customer's planned action, whatever the run, and only the selection is a matter of
the run's chance. Given the tables, the propensity is therefore exact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.decide.instance import Bools, Floats, Ints
from unisono.tables.arrow import schema

_PLAN = ("customer_id", "planned_product_id", "planned_channel")
_WEAKEST = 0.1  # contacts a belief about a response weighs at least, so that its distribution is proper


def draw(tables: Mapping[str, pa.Table], *, as_of: datetime, seed: int) -> pa.Table:
    """Kernel: `draw_option`, `playbook_exploration` -> `draw`."""
    option, policy = tables["draw_option"], tables["playbook_exploration"].to_pylist()[0]
    if not option.num_rows:
        return schema("draw").empty_table()
    plan = _starts(option, *_PLAN)
    action = _starts(option, *_PLAN, "product_id", "channel")
    gain, factor = _floats(option, "gain"), _floats(option, "slot_factor")
    lost = gain * (1 - factor)
    within = content_slot_weights(
        _floats(option, "value") - lost,
        action,
        _bools(option, "is_new"),
        sharpness=policy["sharpness"],
        new_share=policy["new_content_share"],
    )
    planned = option.select(_PLAN).take(pa.array(plan))
    names = pc.binary_join_element_wise(*planned.columns, "|").to_pylist()
    share = _channel_shares(option, plan, action, names, policy["draws"])
    propensity = within * np.repeat(share, _sizes(action, option.num_rows))
    drawn = select(propensity, plan, [uniform(seed, as_of.isoformat(), name) for name in names])
    expected = _floats(option, "reduced_value") - lost
    made = {"expected_value": expected, "propensity": propensity, "is_drawn": drawn}
    return pa.table({**{name: option[name] for name in option.column_names}, **made}).select(
        schema("draw").names
    )


def content_slot_weights(
    value: Floats, first: Ints, is_new: Bools, *, sharpness: float, new_share: float
) -> Floats:
    """Return the probability of each content and slot inside its action (n,).

    `first` are the positions (a,) where actions begin, and there their best option stands. Options worth nothing are
    never drawn. New contents together get at least `new_share`.
    """
    sizes = _sizes(first, len(value))
    best = np.repeat(value[first], sizes)
    usable = (value > 0) & (best > 0)
    count = np.repeat(np.add.reduceat(usable.astype(float), first), sizes)
    gap = np.divide(best - value, best, out=np.zeros(len(value)), where=usable)
    weight = np.divide(1.0, count + sharpness * gap, out=np.zeros(len(value)), where=usable)
    weight[first] = 0.0
    weight[first] = 1 - np.add.reduceat(weight, first)
    new = np.repeat(np.add.reduceat(np.where(is_new, weight, 0.0), first), sizes)
    short = (new > 0) & (new < new_share)
    with_old = np.divide(1 - new_share, 1 - new, out=np.ones(len(value)), where=short)
    with_new = np.divide(new_share, new, out=np.ones(len(value)), where=short)
    return np.asarray(weight * np.where(is_new, with_new, with_old))


def channel_shares(
    probability: Floats, sd: Floats, gain: Floats, reduced: Floats, of: Ints, draws: int, key: str
) -> Floats:
    """Return how often each action of one plan (k,) is the best in so many draws of response probabilities.

    Actions on one channel, which `of` numbers from 0 (k,), share its draw. `gain` is what grows with the response,
    `reduced` the expected value after all costs and prices.
    """
    _, leader = np.unique(of, return_index=True)
    mean = np.clip(probability[leader], 1e-6, 1 - 1e-6)
    strength = np.maximum(mean * (1 - mean) / np.maximum(sd[leader], 1e-9) ** 2 - 1, _WEAKEST)
    chance = np.random.Generator(np.random.PCG64(_digest("posterior", key)))
    ratio = chance.beta(mean * strength, (1 - mean) * strength, size=(draws, len(leader))) / mean
    value = reduced + gain * (ratio[:, of] - 1)
    return np.bincount(value.argmax(axis=1), minlength=len(of)) / draws


def select(propensity: Floats, first: Ints, chances: list[float]) -> Bools:
    """Return which option of each plan is drawn, given a uniform number for each (n,)."""
    drawn = np.zeros(len(propensity), dtype=bool)
    ends = first + _sizes(first, len(propensity))
    for begin, end, chance in zip(first.tolist(), ends.tolist(), chances, strict=True):
        heap = np.cumsum(propensity[begin:end])
        drawn[begin + int(np.searchsorted(heap, chance * heap[-1], side="right"))] = True
    return drawn


def uniform(*parts: object) -> float:
    """Return a number in [0, 1) that hangs on the parts alone."""
    return (_digest(*parts) >> 203) * 2.0**-53


def _channel_shares(option: pa.Table, plan: Ints, action: Ints, names: list[str], draws: int) -> Floats:
    """Return each action's share of its plan (a,), from the action's best content in its best slot."""
    best = option.take(pa.array(action))
    mean, sd = _floats(best, "response_probability"), _floats(best, "response_sd")
    gain, reduced = _floats(best, "gain"), _floats(best, "reduced_value")
    channel = _codes(best, "channel")
    begins = np.searchsorted(action, plan)
    share = np.ones(len(action))
    ends = begins + _sizes(begins, len(action))
    for key, begin, end in zip(names, begins.tolist(), ends.tolist(), strict=True):
        if end - begin > 1:
            mine = slice(begin, end)
            _, of = np.unique(channel[mine], return_inverse=True)
            share[mine] = channel_shares(mean[mine], sd[mine], gain[mine], reduced[mine], of, draws, key)
    return share


def _starts(table: pa.Table, *names: str) -> Ints:
    """Return the positions where a row differs from the one before in any of the columns."""
    changes = np.zeros(table.num_rows - 1, dtype=bool)
    for name in names:
        code = _codes(table, name)
        changes |= code[1:] != code[:-1]
    return np.flatnonzero(np.append(True, changes))


def _codes(table: pa.Table, name: str) -> Ints:
    """Return a column of text as numbers, equal where the text is."""
    return np.asarray(table[name].combine_chunks().dictionary_encode().indices, dtype=np.int64)


def _sizes(first: Ints, count: int) -> Ints:
    return np.diff(first, append=count)


def _floats(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name], dtype=float)


def _bools(table: pa.Table, name: str) -> Bools:
    return np.asarray(table[name], dtype=bool)


def _digest(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest(), "big")
