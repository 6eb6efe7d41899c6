"""Choose actions under the limits of customers, representatives and channels.

Each permitted action uses one scarce resource: minutes of its representative, or one sending of its central
channel. A price per unit of each resource is found by bisection: at a price, every customer takes the best
actions by reduced value = value - price x amount, and use falls as the price rises. The choice at the lowest
prices that keep within capacity is then filled up, best first, with what still fits, so every limit holds
whatever the prices. Doing nothing is worth 0: an action of no value is never chosen. All prices move together,
which is exact while customers have one resource to choose from and a good start when they have several.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BISECTIONS = 40  # halvings of the price interval: relative precision of about 1e-12


@dataclass(frozen=True)
class Problem:
    """One instance as arrays over actions (sorted by customer) and over resources.

    `customer`, `resource`, `product`, `channel`, `rep` (int, -1 for none) and `value`, `amount` (float) have one
    entry an action; `capacity` has one entry a resource. `per_customer` and `per_rep` bound counts.
    """

    customer: np.ndarray
    product: np.ndarray
    channel: np.ndarray
    rep: np.ndarray
    resource: np.ndarray
    value: np.ndarray
    amount: np.ndarray
    capacity: np.ndarray
    per_customer: int
    per_rep: int


def solve(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Kernel: `action`, `rep`, `playbook_channel`, `playbook_policy` -> `choice`."""
    action = tables["action"].sort_by(
        [(name, "ascending") for name in ("customer_id", "product_id", "channel", "rep_id")]
    )
    problem = _problem(action, tables["rep"], tables["playbook_channel"], tables["playbook_policy"])
    price = find_prices(problem)
    chosen = fill(problem, price)
    return _choice(action, problem, price, chosen)


def find_prices(problem: Problem) -> np.ndarray:
    """Return the price per unit of each resource, within bisection precision the lowest that fits its capacity."""
    low = np.zeros(problem.capacity.size)
    high = np.zeros(problem.capacity.size)
    worth = np.where(problem.amount > 0, problem.value / np.maximum(problem.amount, 1e-12), 0.0)
    np.maximum.at(high, problem.resource, np.maximum(worth, 0.0))
    if (_use(problem, pick(problem, low)) <= problem.capacity).all():
        return low
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        over = _use(problem, pick(problem, middle)) > problem.capacity
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    fits = _use(problem, pick(problem, low)) <= problem.capacity
    return np.where(fits, low, high)


def pick(problem: Problem, price: np.ndarray) -> np.ndarray:
    """Return which actions customers take at `price`: the best of each, at most `per_customer`, one a product."""
    customer, product = problem.customer, problem.product
    left = problem.value - price[problem.resource] * problem.amount
    left[left <= 0] = -np.inf
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    taken = np.zeros(left.size, dtype=bool)
    for _ in range(problem.per_customer if left.size else 0):
        best = np.maximum.reduceat(left, starts)
        hits = np.flatnonzero((left == best[customer]) & (left > 0))
        first = hits[np.diff(customer[hits], prepend=-1) != 0]
        taken[first] = True
        done = np.full(starts.size, -1)
        done[customer[first]] = product[first]
        left[product == done[customer]] = -np.inf
    return taken


def fill(problem: Problem, price: np.ndarray) -> np.ndarray:
    """Return the final choice: within every limit, best first, starting from what customers take at `price`."""
    reduced = problem.value - price[problem.resource] * problem.amount
    wanted = pick(problem, price)
    candidates = np.flatnonzero(problem.value > 0)
    order = candidates[np.lexsort((candidates, -reduced[candidates], ~wanted[candidates]))]
    left = problem.capacity.astype(float).copy()
    customer_count: dict[int, int] = {}
    rep_count: dict[int, int] = {}
    product_taken: set[tuple[int, int]] = set()
    chosen = np.zeros(problem.value.size, dtype=bool)
    for i in order.tolist():
        who, rep, resource = int(problem.customer[i]), int(problem.rep[i]), int(problem.resource[i])
        if (
            customer_count.get(who, 0) >= problem.per_customer
            or (who, int(problem.product[i])) in product_taken
        ):
            continue
        if problem.amount[i] > left[resource] or (rep >= 0 and rep_count.get(rep, 0) >= problem.per_rep):
            continue
        left[resource] -= problem.amount[i]
        customer_count[who] = customer_count.get(who, 0) + 1
        rep_count[rep] = rep_count.get(rep, 0) + 1
        product_taken.add((who, int(problem.product[i])))
        chosen[i] = True
    return chosen


def _use(problem: Problem, taken: np.ndarray) -> np.ndarray:
    return np.bincount(problem.resource[taken], problem.amount[taken], minlength=problem.capacity.size)


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
        capacity=np.concatenate([np.asarray(rep["capacity_minutes"], dtype=float), sends]),
        per_customer=policy["per_customer"][0].as_py(),
        per_rep=policy["per_rep"][0].as_py(),
    )


def _choice(action: pa.Table, problem: Problem, price: np.ndarray, chosen: np.ndarray) -> pa.Table:
    index = np.flatnonzero(chosen)
    unit_price = price[problem.resource[index]]
    reduced = problem.value[index] - unit_price * problem.amount[index]
    rank = np.zeros(index.size, dtype=np.int64)
    by_owner = np.lexsort((index, -reduced, problem.resource[index]))
    owners = problem.resource[index][by_owner]
    starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]]) if index.size else index
    rank[by_owner] = np.arange(index.size) - np.repeat(starts, np.diff(np.r_[starts, index.size])) + 1
    taken = action.take(pa.array(index)).select(
        ["customer_id", "product_id", "channel", "rep_id", "content_id", "value"]
    )
    return (
        taken.append_column("unit_price", pa.array(unit_price))
        .append_column("reduced_value", pa.array(reduced))
        .append_column("rank", pa.array(rank))
    )
