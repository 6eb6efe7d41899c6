"""The only place that knows the package's own chooser."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from unisono.decide.choose import choose
from unisono.decide.instance import Instance as Choice

from .instance import PART_CELLS, Answer, Instance, Prices, undominated

MUST = 10.0  # what a missing cell of a goal costs, in values of the best cell: goals of these instances can be met


def unisono(full: Instance) -> Answer:
    """Return the package's plan and prices, after the collapse that the linear programs begin with."""
    cells = undominated(full)
    instance = full.take(cells)
    solution = choose(_choice(instance))
    reps, shared = len(instance.rep_capacity), len(instance.capacity)
    rep, budget, goal = np.split(
        solution.prices[np.r_[:reps, 2 * reps : len(solution.prices)]], [reps, reps + shared]
    )
    return Answer(plan=cells[solution.chosen], prices=Prices(rep, budget, goal))


def _choice(instance: Instance) -> Choice:
    """Return the instance as the package wants it: one resource a column, goals as limits with negative use."""
    reps, shared, goals = len(instance.rep_capacity), len(instance.capacity), len(instance.goal_least)
    resources = 2 * reps + shared + goals
    each = [(instance.minutes * (instance.rep >= 0), instance.rep)]
    each += [(use, np.broadcast_to(2 * reps + row, len(use))) for row, use in enumerate(instance.shared)]
    each += [(-(instance.goal >= 0).astype(np.int8), 2 * reps + shared + instance.goal.astype(np.int32))]
    return Choice(
        customer=instance.customer.astype(np.int64),
        group=instance.channel.astype(np.int64),
        rep=instance.rep.astype(np.int64),
        value=instance.value.astype(float),
        uses=_by_rows(each, resources),
        per_customer=instance.per_customer.astype(np.int64),
        limit=np.concatenate(
            [instance.rep_capacity, np.full(reps, np.inf), instance.capacity, -instance.goal_least]
        ),
        ceiling=np.append(
            np.full(resources - goals, np.inf), np.full(goals, MUST * float(instance.value.max()))
        ),
        reps=reps,
    )


def _by_rows(each: list[tuple[np.ndarray, np.ndarray]], resources: int) -> sparse.csr_array:
    """Return what cells use, given one amount a cell and the resource it is of, several times over."""
    count, entries = len(each[0][0]), sum(np.count_nonzero(amount) for amount, _ in each)
    data, column, rows = np.empty(entries), np.empty(entries, np.int32), np.zeros(count + 1, np.int32)
    for begin in range(0, count, PART_CELLS):
        part = slice(begin, min(begin + PART_CELLS, count))
        there = np.stack([amount[part] != 0 for amount, _ in each])
        rows[part.start + 1 : part.stop + 1] = rows[begin] + np.cumsum(there.sum(axis=0, dtype=np.int8))
        place = rows[part].copy()
        for (amount, resource), used in zip(each, there, strict=True):
            cells = np.flatnonzero(used)
            at = place[cells]
            data[at], column[at] = amount[part][cells], resource[part][cells]
            place += used
    return sparse.csr_array((data, column, rows), shape=(count, resources))
