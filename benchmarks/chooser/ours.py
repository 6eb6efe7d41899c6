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
    columns = [
        instance.rep,
        *(np.where(use > 0, 2 * reps + row, -1) for row, use in enumerate(instance.shared)),
    ]
    columns.append(np.where(instance.goal >= 0, 2 * reps + shared + instance.goal.astype(np.int64), -1))
    amounts = np.stack([instance.minutes, *instance.shared, np.full(len(instance.value), -1.0)], axis=1)
    column = np.stack(columns, axis=1)
    there = (column >= 0) & (amounts != 0)
    ends = np.cumsum(there.sum(axis=1))
    resources = 2 * reps + shared + goals
    parts = (
        amounts[there].astype(float),
        column[there].astype(np.int32),
        np.append(0, ends).astype(np.int32),
    )
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
