"""Choose the actions of a run under the limits of customers, representatives and channels.

An action uses minutes of its representative and one of the few suggestions a representative gets, or one sending of its
central channel. A customer is suggested to at most one representative (or once on each channel, if the policy says so),
once on each central channel, and no more often than the policy and the caps over all channels leave room for.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from unisono.decide.choose import Solution, choose
from unisono.decide.instance import Floats, Instance, Ints


def solve(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Kernel: `action`, `rep`, `playbook_channel`, `playbook_policy` -> `choice`."""
    keys = ("customer_id", "product_id", "channel", "rep_id")
    action = tables["action"].sort_by([(name, "ascending") for name in keys])
    rep, channel = tables["rep"].sort_by("rep_id"), tables["playbook_channel"].sort_by("channel")
    instance = read_instance(action, rep, channel, tables["playbook_policy"])
    order = np.lexsort((instance.group, instance.customer))
    ordered = instance.only(order)
    return _choice(action.take(pa.array(order)), ordered, choose(ordered))


def read_instance(action: pa.Table, rep: pa.Table, channel: pa.Table, policy: pa.Table) -> Instance:
    """Return the choice among the rows of `action` as arrays, in their order.

    Resources are the minutes of each row of `rep`, the suggestions of each, the sendings of each row of `channel`.
    """
    reps, channels = rep.num_rows, channel.num_rows
    by, on = _positions(action["rep_id"], rep["rep_id"]), _positions(action["channel"], channel["channel"])
    customer = _codes(action["customer_id"])
    room = np.full(int(customer.max(initial=-1)) + 1, policy["per_customer"][0].as_py())
    np.minimum.at(room, customer, np.asarray(pc.fill_null(action["room"], np.iinfo(np.int64).max)))
    own, at = by >= 0, np.arange(len(by))
    uses = sparse.csr_array(
        (
            np.concatenate([np.asarray(action["minutes"], dtype=float)[own], np.ones(len(by))]),
            (np.append(at[own], at), np.append(by[own], np.where(own, reps + by, 2 * reps + on))),
        ),
        shape=(len(by), 2 * reps + channels),
    )
    sends = pc.fill_null(pc.cast(channel["capacity"], pa.float64()), np.inf)
    suggestions = np.full(reps, float(policy["per_rep"][0].as_py()))
    limit = np.concatenate([np.asarray(rep["capacity_minutes"], dtype=float), suggestions, np.asarray(sends)])
    return Instance(
        customer=customer,
        group=np.where(own, -1, on),
        rep=by,
        value=np.asarray(action["value"], dtype=float),
        uses=uses,
        per_customer=room,
        limit=limit,
        ceiling=np.full(len(limit), np.inf),
        reps=reps,
    )


def _choice(action: pa.Table, instance: Instance, solution: Solution) -> pa.Table:
    """Return the chosen rows with the prices they pay and their place in their representative's or channel's list."""
    at = np.flatnonzero(solution.chosen)
    rep, prices = instance.rep[at], np.append(solution.prices, 0.0)
    by_rep = rep >= 0
    unit = prices[np.where(by_rep, rep, 2 * instance.reps + instance.group[at])]
    suggestion = prices[np.where(by_rep, instance.reps + rep, len(solution.prices))]
    reduced = instance.reduced(solution.prices)[at]
    columns = ["customer_id", "product_id", "channel", "rep_id", "content_id", "value"]
    return (
        action.take(pa.array(at))
        .select(columns)
        .append_column("unit_price", pa.array(unit))
        .append_column("suggestion_price", pa.array(suggestion))
        .append_column("reduced_value", pa.array(reduced))
        .append_column(
            "rank", pa.array(_ranks(np.where(by_rep, rep, instance.reps + instance.group[at]), reduced))
        )
    )


def _ranks(owner: Ints, reduced: Floats) -> Ints:
    """Return each row's place, from 1, among those of its owner, the largest reduced value first."""
    order = np.lexsort((np.arange(len(owner)), -reduced, owner))
    first = np.flatnonzero(np.diff(owner[order], prepend=-1))
    ranks = np.zeros(len(owner), dtype=np.int64)
    ranks[order] = np.arange(len(owner)) - np.repeat(first, np.diff(first, append=len(owner))) + 1
    return ranks


def _codes(column: pa.ChunkedArray) -> Ints:
    """Return a number for each text, in the order of the texts."""
    encoded = pc.rank(column, sort_keys="ascending", tiebreaker="dense")
    return np.asarray(encoded, dtype=np.int64) - 1


def _positions(column: pa.ChunkedArray, among: pa.ChunkedArray) -> Ints:
    """Return where each text stands among others, -1 where it does not."""
    return np.asarray(pc.fill_null(pc.index_in(column, among.combine_chunks()), -1), dtype=np.int64)
