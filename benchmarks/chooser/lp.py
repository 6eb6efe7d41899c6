"""The linear program of an instance: the same for every exact solver, after the collapse of dominated cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .instance import Instance, Prices, undominated


@dataclass(frozen=True)
class LinearProgram:
    """Minimise `cost` @ x over 0 <= x <= 1 with `lower` <= `matrix` @ x <= `upper`.

    The rows are representatives, shared budgets, goals, then customers and slots with more cells than allowed.
    """

    cost: np.ndarray
    matrix: sparse.csc_array
    lower: np.ndarray
    upper: np.ndarray
    instance: Instance

    def prices(self, duals: np.ndarray) -> Prices:
        """Return the prices of the limits that customers share, from a solver's row duals (their sign made right)."""
        reps, budgets = len(self.instance.rep_capacity), len(self.instance.capacity)
        rep, shared, goal, _ = np.split(
            duals, np.cumsum([reps, budgets, len(self.instance.goal_least)], dtype=int)
        )
        return Prices(np.maximum(-rep, 0), np.maximum(-shared, 0), np.maximum(goal, 0))


def linear_program(full: Instance) -> LinearProgram:
    """Collapse the instance and write its limits as rows."""
    instance = full.take(undominated(full))
    cell = np.arange(len(instance.value))
    served, counted = np.flatnonzero(instance.rep >= 0), np.flatnonzero(instance.goal >= 0)
    budget, spending = np.nonzero(instance.shared)
    customer_row, customer_most = _crowded(instance.customer, instance.per_customer)
    slot_row, slot_most = _crowded(instance.slot, np.ones(len(instance.slot_starts)))
    blocks = [  # row in the block, cell, coefficient, upper bounds of the block's rows
        (instance.rep[served], served, instance.minutes[served], instance.rep_capacity),
        (budget, spending, instance.shared[budget, spending], instance.capacity),
        (instance.goal[counted], counted, np.ones(len(counted)), np.full(len(instance.goal_least), np.inf)),
        *(
            (row[row >= 0], cell[row >= 0], np.ones((row >= 0).sum()), most)
            for row, most in ((customer_row, customer_most), (slot_row, slot_most))
        ),
    ]
    first = np.cumsum([0, *(len(block[3]) for block in blocks)])
    rows = np.concatenate([block[0].astype(np.int64) + start for block, start in zip(blocks, first[:-1])])
    columns, coefficients, upper = (np.concatenate([block[i] for block in blocks]) for i in (1, 2, 3))
    matrix = sparse.coo_array(
        (coefficients.astype(float), (rows, columns)), shape=(first[-1], len(cell))
    ).tocsc()
    lower = np.full(first[-1], -np.inf)
    lower[first[2] : first[3]] = instance.goal_least
    return LinearProgram(-instance.value.astype(float), matrix, lower, upper.astype(float), instance)


def _crowded(group: np.ndarray, most: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the groups that have more cells than allowed; return each cell's number (-1 if none) and the limits."""
    crowded = np.bincount(group, minlength=len(most)) > most
    number = np.where(crowded, np.cumsum(crowded) - 1, -1)
    return number[group], most[crowded]
