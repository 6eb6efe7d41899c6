"""Choose actions under the limits of customers, representatives and channels.

An action uses minutes of its representative and one of the few suggestions a representative gets, or one sending
of its central channel. Prices are found by bisection: at given prices every customer takes the best actions by
reduced value, which is value less the price of what the action uses, and use falls as its price rises. What
customers take at the lowest prices that fit is then filled up, best first, so every limit holds whatever the
prices. Doing nothing is worth 0: an action of no value is never chosen. The prices of all resources of one kind
move together, which is exact while each customer has one of them to choose from, and a start where not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

UNIT_BISECTIONS = 30  # halvings of the price interval: relative precision of 1e-9
COUNT_BISECTIONS = 15  # each needs all unit prices anew


@dataclass(frozen=True)
class Problem:
    """One instance as arrays over actions (sorted by customer) and over resources.

    `customer`, `resource`, `product`, `channel`, `rep` (int, -1 for none) and `value`, `amount` (float) have one
    entry an action; `capacity` has one entry a resource. `per_customer` and `per_rep` bound counts, and so does
    `room`, what the caps over all channels leave to the action's customer.
    """

    customer: np.ndarray
    product: np.ndarray
    channel: np.ndarray
    rep: np.ndarray
    resource: np.ndarray
    value: np.ndarray
    amount: np.ndarray
    room: np.ndarray
    capacity: np.ndarray
    per_customer: int
    per_rep: int
    reps: int

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each customer's actions begin."""
        return np.flatnonzero(np.diff(self.customer, prepend=-1))

    def worthwhile(self) -> Problem:
        """Return the instance without the actions that nobody takes at any price."""
        kept = (self.value > 0) & (self.room > 0)
        customer = np.cumsum(np.diff(self.customer[kept], prepend=-1) != 0) - 1
        columns = ("product", "channel", "rep", "resource", "value", "amount", "room")
        return replace(self, customer=customer, **{name: getattr(self, name)[kept] for name in columns})


@dataclass(frozen=True)
class Prices:
    """`unit`: price per unit of each resource; `suggestion`: price of one suggestion of each representative."""

    unit: np.ndarray
    suggestion: np.ndarray


def solve(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Kernel: `action`, `rep`, `playbook_channel`, `playbook_policy` -> `choice`."""
    action = tables["action"].sort_by(
        [(name, "ascending") for name in ("customer_id", "product_id", "channel", "rep_id")]
    )
    problem = _problem(action, tables["rep"], tables["playbook_channel"], tables["playbook_policy"])
    prices = find_prices(problem.worthwhile())
    free = Prices(np.zeros_like(prices.unit), np.zeros_like(prices.suggestion))
    plans = [fill(problem, prices), fill(problem, free)]  # filling by plain value wins now and then
    return _choice(action, problem, prices, max(plans, key=lambda chosen: problem.value[chosen].sum()))


def find_prices(problem: Problem) -> Prices:
    """Return the lowest prices, within bisection precision, at which what customers take fits every limit."""
    suggestion = np.zeros(problem.reps)
    unit = _unit_prices(problem, suggestion)
    if not _over_count(problem, Prices(unit, suggestion)).any():
        return Prices(unit, suggestion)
    low, high = suggestion, np.full(problem.reps, problem.value.max())
    for _ in range(COUNT_BISECTIONS):
        middle = (low + high) / 2
        over = _over_count(problem, Prices(_unit_prices(problem, middle), middle))
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    suggestion = np.where(
        low > 0, high, 0.0
    )  # who was never over the limit pays nothing, not next to nothing
    return Prices(_unit_prices(problem, suggestion), suggestion)


def _unit_prices(problem: Problem, suggestion: np.ndarray) -> np.ndarray:
    """Return the lowest price per unit of each resource that fits its capacity, at given prices of suggestions."""
    low = np.zeros(problem.capacity.size)
    high = np.zeros(problem.capacity.size)
    worth = problem.value / np.maximum(problem.amount, 1e-12)
    np.maximum.at(high, problem.resource, np.where(problem.amount > 0, np.maximum(worth, 0.0), 0.0))
    if (_use(problem, Prices(low, suggestion)) <= problem.capacity).all():
        return low
    for _ in range(UNIT_BISECTIONS):
        middle = (low + high) / 2
        over = _use(problem, Prices(middle, suggestion)) > problem.capacity
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.where(low > 0, high, 0.0)


def reduced_value(problem: Problem, prices: Prices) -> np.ndarray:
    """Return value less the price of the time or sending an action uses, and of the suggestion itself."""
    suggestion = np.append(prices.suggestion, 0.0)[problem.rep]  # the last stands for nobody, -1
    reduced: np.ndarray = problem.value - prices.unit[problem.resource] * problem.amount - suggestion
    return reduced


def pick(problem: Problem, prices: Prices) -> np.ndarray:
    """Return which actions customers take at `prices`: the best of each, one a product and a channel.

    Nobody takes more than `per_customer`, nor more than the caps over all channels leave room for.
    """
    customer, product, channel = problem.customer, problem.product, problem.channel
    left = reduced_value(problem, prices)
    left[left <= 0] = -np.inf
    taken = np.zeros(left.size, dtype=bool)
    for already in range(problem.per_customer if left.size else 0):
        left[problem.room <= already] = -np.inf
        best = np.maximum.reduceat(left, problem.starts)
        hits = np.flatnonzero((left == best[customer]) & (left > 0))
        first = hits[np.diff(customer[hits], prepend=-1) != 0]
        taken[first] = True
        if already + 1 == problem.per_customer:
            break
        done = np.full((2, problem.starts.size), -1)
        done[:, customer[first]] = product[first], channel[first]
        left[(product == done[0, customer]) | (channel == done[1, customer])] = -np.inf
    return taken


def fill(problem: Problem, prices: Prices) -> np.ndarray:
    """Return the final choice: within every limit, best first, starting from what customers take at `prices`."""
    reduced = reduced_value(problem, prices)
    candidates = np.flatnonzero(problem.value > 0)
    spare = ~pick(problem, prices)[candidates]
    order = candidates[np.lexsort((candidates, -reduced[candidates], spare))]
    left = problem.capacity.astype(float)
    customer_count: Counter[int] = Counter()
    rep_count: Counter[int] = Counter()
    taken: set[tuple[str, int, int]] = set()
    chosen = np.zeros(problem.value.size, dtype=bool)
    for i in order.tolist():
        who, rep, resource = int(problem.customer[i]), int(problem.rep[i]), int(problem.resource[i])
        once = {("product", who, int(problem.product[i])), ("channel", who, int(problem.channel[i]))}
        if customer_count[who] >= min(problem.per_customer, problem.room[i]) or once & taken:
            continue
        if problem.amount[i] > left[resource] or (rep >= 0 and rep_count[rep] >= problem.per_rep):
            continue
        left[resource] -= problem.amount[i]
        customer_count[who] += 1
        rep_count[rep] += 1
        taken |= once
        chosen[i] = True
    return chosen


def _use(problem: Problem, prices: Prices) -> np.ndarray:
    taken = pick(problem, prices)
    return np.bincount(problem.resource[taken], problem.amount[taken], minlength=problem.capacity.size)


def _over_count(problem: Problem, prices: Prices) -> np.ndarray:
    by_rep = problem.rep[pick(problem, prices)]
    return np.bincount(by_rep[by_rep >= 0], minlength=problem.reps) > problem.per_rep


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    encoded = pc.fill_null(pc.rank(column, sort_keys="ascending", tiebreaker="dense"), 0)
    return np.asarray(encoded, dtype=np.int64) - 1


def _problem(action: pa.Table, rep: pa.Table, channel: pa.Table, policy: pa.Table) -> Problem:
    rep_index = {rep_id: i for i, rep_id in enumerate(rep["rep_id"].to_pylist())}
    channel_index = {name: i for i, name in enumerate(channel["channel"].to_pylist())}
    sends = [np.inf if limit is None else float(limit) for limit in channel["capacity"].to_pylist()]
    reps = np.array([rep_index.get(rep_id, -1) for rep_id in action["rep_id"].to_pylist()], dtype=np.int64)
    channels = np.array([channel_index[name] for name in action["channel"].to_pylist()], dtype=np.int64)
    return Problem(
        customer=_codes(action["customer_id"]),
        product=_codes(action["product_id"]),
        channel=channels,
        rep=reps,
        resource=np.where(reps >= 0, reps, len(rep_index) + channels),
        value=np.asarray(action["value"], dtype=float),
        amount=np.where(reps >= 0, np.asarray(action["minutes"], dtype=float), 1.0),
        room=np.asarray(pc.fill_null(action["room"], np.iinfo(np.int64).max)),
        capacity=np.concatenate([np.asarray(rep["capacity_minutes"], dtype=float), sends]),
        per_customer=policy["per_customer"][0].as_py(),
        per_rep=policy["per_rep"][0].as_py(),
        reps=len(rep_index),
    )


def _choice(action: pa.Table, problem: Problem, prices: Prices, chosen: np.ndarray) -> pa.Table:
    index = np.flatnonzero(chosen)
    rep = problem.rep[index]
    reduced = reduced_value(problem, prices)[index]
    rank = np.zeros(index.size, dtype=np.int64)
    by_owner = np.lexsort((index, -reduced, problem.resource[index]))
    starts = np.flatnonzero(np.diff(problem.resource[index][by_owner], prepend=-1))
    rank[by_owner] = np.arange(index.size) - np.repeat(starts, np.diff(starts, append=index.size)) + 1
    taken = action.take(pa.array(index)).select(
        ["customer_id", "product_id", "channel", "rep_id", "content_id", "value"]
    )
    suggestion = np.where(rep >= 0, prices.suggestion[rep], 0.0) if problem.reps else np.zeros(index.size)
    return (
        taken.append_column("unit_price", pa.array(prices.unit[problem.resource[index]]))
        .append_column("suggestion_price", pa.array(suggestion))
        .append_column("reduced_value", pa.array(reduced))
        .append_column("rank", pa.array(rank))
    )
