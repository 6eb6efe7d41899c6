"""The only place that knows the package's own chooser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from unisono.decide.choose import choose
from unisono.decide.instance import Instance as Choice

from .instance import PART_CELLS, Answer, Instance, Prices, undominated

MUST = 10.0  # what a missing cell of a goal costs, in values of the best cell: goals of these instances can be met


def unisono(full: Instance) -> Answer:
    """Return the package's plan and prices, after the collapse that the linear programs begin with."""
    cells = undominated(full)
    solution = choose(_choice(full, cells))
    reps, shared = len(full.rep_capacity), len(full.capacity)
    rep, budget, goal = np.split(
        solution.prices[np.r_[:reps, 2 * reps : len(solution.prices)]], [reps, reps + shared]
    )
    return Answer(plan=cells[solution.chosen], prices=Prices(rep, budget, goal))


def _choice(full: Instance, cells: np.ndarray) -> Choice:
    """Return some cells as the package wants them: one resource a column, goals as limits with negative use."""
    reps, shared, goals = len(full.rep_capacity), len(full.capacity), len(full.goal_least)
    resources = 2 * reps + shared + goals
    value = full.value[cells].astype(float)
    return Choice(
        customer=full.customer[cells].astype(np.int64),
        group=full.channel[cells].astype(np.int64),
        rep=full.rep[cells].astype(np.int64),
        value=value,
        uses=_uses(full, cells, resources),
        per_customer=full.per_customer.astype(np.int64),
        limit=np.concatenate([full.rep_capacity, np.full(reps, np.inf), full.capacity, -full.goal_least]),
        ceiling=np.append(np.full(resources - goals, np.inf), np.full(goals, MUST * float(value.max()))),
        reps=reps,
    )


def _uses(full: Instance, cells: np.ndarray, resources: int) -> sparse.csr_array:
    """Return what cells use of each resource, put together a part at a time in the order of cells."""
    most = len(cells) * (2 + len(full.capacity))
    data, column, rows = np.empty(most), np.empty(most, np.int32), np.zeros(len(cells) + 1, np.int32)
    for begin in range(0, len(cells), PART_CELLS):
        part = slice(begin, min(begin + PART_CELLS, len(cells)))
        each = list(_amounts(full, cells[part]))
        there = np.stack([amount != 0 for amount, _ in each])
        rows[begin + 1 : part.stop + 1] = rows[begin] + np.cumsum(there.sum(axis=0, dtype=np.int8))
        place = rows[part].copy()
        for (amount, resource), used in zip(each, there, strict=True):
            which = np.flatnonzero(used)
            at = place[which]
            data[at], column[at] = amount[which], resource[which]
            place += used
    for entries in (data, column):
        entries.resize(rows[-1], refcheck=False)
    return sparse.csr_array((data, column, rows), shape=(len(cells), resources))


def _amounts(full: Instance, cells: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield one amount a cell and the resource it is of, several times over."""
    reps, shared = len(full.rep_capacity), len(full.capacity)
    rep, goal = full.rep[cells], full.goal[cells]
    yield full.minutes[cells] * (rep >= 0), rep
    for row, use in enumerate(full.shared):
        yield use[cells], np.broadcast_to(2 * reps + row, len(cells))
    if len(full.goal_least):
        yield -(goal >= 0).astype(np.int8), 2 * reps + shared + goal.astype(np.int32)
