"""Price what is scarce, and choose the actions of a run under the limits of customers, representatives and channels.

An action uses minutes of its representative and one of the few suggestions a representative gets, or one sending of its
central channel, and whatever budgets, quotas and goals count it. A customer is suggested to at most one representative,
once on each central channel, and no more often than the policy and the caps over all channels leave room for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from unisono.decide.choose import choose, price
from unisono.decide.instance import Bools, Floats, Instance, Ints
from unisono.tables.arrow import schema

Tables = Mapping[str, pa.Table]

_ACTION = ("customer_id", "product_id", "channel", "rep_id")
_OWN = ("rep_minutes", "rep_suggestions")


def price_resources(tables: Tables) -> pa.Table:
    """Kernel: `action`, `resource`, `limit_use` -> `resource_price`."""
    resource, _, instance = read(tables)
    dual = price(instance)
    columns = {
        "resource": resource["resource"],
        "owner": resource["owner"],
        "price": pa.array(_published(dual.prices)),
        "plus_one": pa.array(_published(_plus_one(instance, dual.prices, dual.bound))),
    }
    return pa.table(columns).cast(schema("resource_price"))


def solve(tables: Tables) -> pa.Table:
    """Kernel: `action`, `resource`, `limit_use`, `resource_price` -> `choice`."""
    resource, action, instance = read(tables)
    is_limit = ~np.asarray(pc.is_in(resource["resource"], pa.array([*_OWN, "channel_sends"])))
    prices = published_prices(tables)
    chosen = np.flatnonzero(choose(instance, prices).chosen)
    return _choice(action.take(pa.array(chosen)), instance.only(chosen), prices, is_limit)


def read(tables: Tables) -> tuple[pa.Table, pa.Table, Instance]:
    """Return the resources and the actions in order, and the instance whose parts stand in that order."""
    resource = _in_order(tables["resource"].sort_by([("resource", "ascending"), ("owner", "ascending")]))
    action = tables["action"]
    is_own = np.asarray(pc.is_valid(action["rep_id"]))
    group = pc.if_else(pa.array(is_own), "", action["channel"])
    keys = [(name, "ascending") for name in ("customer_id", "group", "product_id", "channel", "rep_id")]
    action = action.append_column("group", group).sort_by(keys)
    return resource, action, _instance(action, resource, tables["limit_use"])


def published_prices(tables: Tables) -> Floats:
    """Return the prices of `resource_price` in the order of `read`'s resources (m,)."""
    priced = tables["resource_price"].sort_by([("resource", "ascending"), ("owner", "ascending")])
    return np.asarray(_in_order(priced)["price"], dtype=float)


def published_choice(action: pa.Table, choice: pa.Table) -> Bools:
    """Return which of `read`'s actions a published `choice` holds (n,)."""
    keys = [  # a join finds no partner for an empty cell
        table.select(_ACTION).set_column(3, "rep_id", pc.fill_null(table["rep_id"], ""))
        for table in (action, choice)
    ]
    numbered = keys[0].append_column("row", pa.array(np.arange(action.num_rows)))
    chosen = np.zeros(action.num_rows, dtype=bool)
    chosen[np.asarray(numbered.join(keys[1], list(_ACTION), join_type="left semi")["row"])] = True
    return chosen


def _in_order(resource: pa.Table) -> pa.Table:
    """Return the representatives' minutes first, then their suggestions, then the rest."""
    kind = resource["resource"]
    place = pc.if_else(pc.equal(kind, _OWN[0]), 0, pc.if_else(pc.equal(kind, _OWN[1]), 1, 2))
    return resource.take(pa.array(np.argsort(np.asarray(place), kind="stable")))


def _instance(action: pa.Table, resource: pa.Table, limit_use: pa.Table) -> Instance:
    kind = resource["resource"].to_pylist()
    at = {key: place for place, key in enumerate(zip(kind, resource["owner"].to_pylist(), strict=True))}
    reps, is_goal = kind.count(_OWN[0]), np.array([each == "goal" for each in kind], dtype=bool)
    rep = np.array([at.get((_OWN[0], who), -1) for who in action["rep_id"].to_pylist()], dtype=np.int64)
    sends = np.array(
        [at.get(("channel_sends", name), -1) for name in action["channel"].to_pylist()], dtype=np.int64
    )
    count = np.arange(action.num_rows)
    own, sent = np.flatnonzero(rep >= 0), np.flatnonzero((rep < 0) & (sends >= 0))
    row, column, amount = _limits(action, at, limit_use)
    uses = sparse.csr_array(
        (
            np.concatenate(
                [np.asarray(action["minutes"], dtype=float)[own], np.ones(len(own) + len(sent)), amount]
            ),
            (
                np.concatenate([own, own, sent, row]),
                np.concatenate([rep[own], reps + rep[own], sends[sent], column]),
            ),
        ),
        shape=(len(count), len(kind)),
    )
    uses = sparse.csr_array(uses @ sparse.diags_array(np.where(is_goal, -1.0, 1.0)))
    customer, capacity = _codes(action["customer_id"]), np.asarray(resource["capacity"], dtype=float)
    room = np.zeros(int(customer.max(initial=-1)) + 1, dtype=np.int64)
    room[customer] = np.asarray(action["room"])
    return Instance(
        customer=customer,
        group=_codes(action["group"]),
        rep=rep,
        value=np.asarray(action["value"], dtype=float),
        uses=uses,
        per_customer=room,
        limit=np.where(is_goal, -capacity, capacity),
        ceiling=np.asarray(pc.fill_null(resource["worth"], np.inf), dtype=float),
        reps=reps,
    )


def _limits(
    action: pa.Table, at: Mapping[tuple[str, str], int], limit_use: pa.Table
) -> tuple[Ints, Ints, Floats]:
    """Return action, resource and amount of every use of a budget, quota or goal."""
    numbered = action.select(_ACTION).append_column("row", pa.array(np.arange(action.num_rows)))
    blank = [
        table.set_column(3, "rep_id", pc.fill_null(table["rep_id"], "")) for table in (numbered, limit_use)
    ]
    found = blank[1].join(blank[0], list(_ACTION), join_type="inner")
    places = zip(found["resource"].to_pylist(), found["owner"].to_pylist(), strict=True)
    column = np.array([at[place] for place in places], dtype=np.int64)
    return np.asarray(found["row"], dtype=np.int64), column, np.asarray(found["amount"], dtype=float)


def _plus_one(instance: Instance, prices: Floats, bound: float) -> Floats:
    """Return what one unit more of each resource would add to the bound (m,); of a goal, what wanting one more costs.

    Representatives are all given one unit more at once: they hardly meet, so the mean of their prices before and after
    is what it adds. Resources that many share are tried one by one.
    """
    worth = prices.copy()
    for begin in (0, instance.reps):
        kind = np.arange(begin, begin + instance.reps)
        if len(kind) and prices[kind].any():
            worth[kind] = (prices[kind] + price(_with_more(instance, kind), prices).prices[kind]) / 2
    for one in np.flatnonzero(prices[2 * instance.reps :] > 0) + 2 * instance.reps:
        worth[one] = abs(price(_with_more(instance, np.array([one])), prices).bound - bound)
    return worth


def _with_more(instance: Instance, which: Ints) -> Instance:
    limit = instance.limit.copy()
    limit[which] += np.where(limit[which] < 0, -1.0, 1.0)
    return replace(instance, limit=limit)


def _choice(action: pa.Table, instance: Instance, prices: Floats, is_limit: Bools) -> pa.Table:
    """Return the chosen rows with the prices they pay and their place in their representative's or channel's list."""
    by_rep, reps = instance.rep >= 0, instance.reps
    reduced, every = instance.reduced(prices), np.append(prices, 0.0)
    suggestion = np.where(by_rep, every[reps + instance.rep], 0.0)
    limits = np.asarray(instance.uses @ np.where(is_limit, prices, 0.0))
    sending = instance.value - reduced - limits
    owner = np.where(by_rep, instance.rep, reps + instance.group)
    return pa.table(
        {
            **{name: action[name] for name in (*_ACTION, "content_id", "value")},
            "unit_price": pa.array(np.where(by_rep, every[instance.rep], sending)),
            "suggestion_price": pa.array(suggestion),
            "limit_cost": pa.array(limits),
            "reduced_value": pa.array(reduced),
            "rank": pa.array(_ranks(owner, reduced)),
        }
    )


def _published(numbers: Floats) -> Floats:
    """Return numbers without the digits that hang on the machine."""
    return np.round(numbers, 12)


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
