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
_KEY = ("customer_id", "group", "product_id", "channel", "rep_id")
_OWN = ("rep_minutes", "rep_suggestions")
PLENTY = 1_000  # units of a resource from which on one more hardly moves its price


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
    action, limit_use = _grouped(tables["action"]), _grouped(tables["limit_use"])
    words = {name: pc.unique(action[name]).sort() for name in _KEY}
    key = _keys(action, words)
    order = np.argsort(key, kind="stable")
    action, key, used = action.take(pa.array(order)), key[order], _keys(limit_use, words)
    row = np.searchsorted(key, used)
    known = np.flatnonzero(np.append(key, -1)[row] == used)
    return resource, action, _instance(action, resource, words, limit_use.take(pa.array(known)), row[known])


def _grouped(table: pa.Table) -> pa.Table:
    """Return actions, or what they use, with the group they belong to: all of representatives, or one channel."""
    group = pc.if_else(pc.is_valid(table["rep_id"]), "", table["channel"])
    return table.append_column("group", group)


def _keys(table: pa.Table, words: Mapping[str, pa.Array]) -> Ints:
    """Return a number for each row that sorts as the row's texts do; `words` are the texts of each column, in order."""
    key = np.zeros(table.num_rows, dtype=np.int64)
    for name, known in words.items():
        key = key * (len(known) + 1) + _places(table[name], known) + 1
    return key


def _places(column: pa.ChunkedArray, known: pa.Array) -> Ints:
    """Return the place of each text among the known ones, -1 where it is none of them."""
    return np.asarray(pc.fill_null(pc.index_in(column, value_set=known), -1), dtype=np.int64)


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


def _instance(
    action: pa.Table, resource: pa.Table, words: Mapping[str, pa.Array], limit_use: pa.Table, row: Ints
) -> Instance:
    """Return the instance of sorted actions; `row` is the action that each row of `limit_use` is about."""
    kind = np.asarray(resource["resource"])
    reps, is_goal = int((kind == _OWN[0]).sum()), kind == "goal"
    at = _named(resource["resource"], resource["owner"]).combine_chunks()
    rep = _places(_named(_OWN[0], action["rep_id"]), at)
    sends = _places(_named("channel_sends", action["channel"]), at)
    own, sent = np.flatnonzero(rep >= 0), np.flatnonzero((rep < 0) & (sends >= 0))
    minutes, amount = (np.asarray(each, dtype=float) for each in (action["minutes"], limit_use["amount"]))
    column = _places(_named(limit_use["resource"], limit_use["owner"]), at)
    uses = sparse.csr_array(
        (
            np.concatenate([minutes[own], np.ones(len(own) + len(sent)), amount]),
            (
                np.concatenate([own, own, sent, row]),
                np.concatenate([rep[own], reps + rep[own], sends[sent], column]),
            ),
        ),
        shape=(action.num_rows, len(kind)),
    )
    uses = sparse.csr_array(uses @ sparse.diags_array(np.where(is_goal, -1.0, 1.0)))
    customer = _places(action["customer_id"], words["customer_id"])
    capacity = np.asarray(resource["capacity"], dtype=float)
    room = np.zeros(int(customer.max(initial=-1)) + 1, dtype=np.int64)
    room[customer] = np.asarray(action["room"])
    return Instance(
        customer=customer,
        group=_places(action["group"], words["group"]),
        rep=rep,
        value=np.asarray(action["value"], dtype=float),
        uses=uses,
        per_customer=room,
        limit=np.where(is_goal, -capacity, capacity),
        ceiling=np.asarray(pc.fill_null(resource["worth"], np.inf), dtype=float),
        reps=reps,
    )


def _named(kind: pa.ChunkedArray | str, owner: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return resources as single texts, empty where nobody owns them."""
    return pc.binary_join_element_wise(kind, owner, "/")


def _plus_one(instance: Instance, prices: Floats, bound: float) -> Floats:
    """Return what one unit more of each resource would add to the bound (m,); of a goal, what wanting one more costs.

    Representatives are all given one unit more at once: they hardly meet, so the mean of their prices before and after
    is what it adds. Resources that many share are tried one by one. Of what there is plenty of, one unit more adds its
    price: to try it would cost a solution of the whole, and tell less than that solution is inexact by.
    """
    worth = prices.copy()
    tried = (prices > 0) & (np.abs(instance.limit) < PLENTY)
    for begin in (0, instance.reps):
        kind = np.flatnonzero(tried[begin : begin + instance.reps]) + begin
        if len(kind):
            worth[kind] = (prices[kind] + price(_with_more(instance, kind), prices).prices[kind]) / 2
    for one in np.flatnonzero(tried[2 * instance.reps :]) + 2 * instance.reps:
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
