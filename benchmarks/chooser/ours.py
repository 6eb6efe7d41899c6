"""The only place that knows the package's own chooser."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from unisono.decide.choose import choose
from unisono.decide.instance import Instance as Choice

from .instance import Answer, Instance, Prices, undominated

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
    amounts = np.full((len(instance.value), shared + 2), -1.0)
    column = np.empty(amounts.shape, np.int32)
    amounts[:, 0], column[:, 0] = np.where(instance.rep >= 0, instance.minutes, 0), instance.rep
    amounts[:, 1:-1], column[:, 1:-1] = instance.shared.T, np.arange(2 * reps, 2 * reps + shared)
    column[:, -1] = 2 * reps + shared + instance.goal.astype(np.int32)
    amounts[instance.goal < 0, -1] = 0
    there = amounts != 0
    ends = np.cumsum(np.count_nonzero(there, axis=1))
    at = np.flatnonzero(there)
    parts = (amounts.ravel()[at], column.ravel()[at], np.append(0, ends).astype(np.int32))
    return Choice(
        customer=instance.customer.astype(np.int64),
        group=instance.channel.astype(np.int64),
        rep=instance.rep.astype(np.int64),
        value=instance.value.astype(float),
        uses=sparse.csr_array(parts, shape=(len(instance.value), resources)),
        per_customer=instance.per_customer.astype(np.int64),
        limit=np.concatenate(
            [instance.rep_capacity, np.full(reps, np.inf), instance.capacity, -instance.goal_least]
        ),
        ceiling=np.append(
            np.full(resources - goals, np.inf), np.full(goals, MUST * float(instance.value.max()))
        ),
        reps=reps,
    )
