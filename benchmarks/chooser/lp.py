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
    one = np.ones(len(instance.value))
    slots = np.ones(len(instance.slot_starts))
    goals = len(instance.goal_least)
    blocks = [
        (_sums(instance.rep, instance.minutes, len(instance.rep_capacity)), instance.rep_capacity),
        (sparse.csr_array(instance.shared, dtype=float), instance.capacity),
        (_sums(instance.goal, one, goals), np.full(goals, np.inf)),
        _crowded(_sums(instance.customer, one, len(instance.per_customer)), instance.per_customer),
        _crowded(_sums(instance.slot, one, len(slots)), slots),
    ]
    matrix = sparse.vstack([sums for sums, _ in blocks], format="csc")
    first_goal = sum(len(most) for _, most in blocks[:2])
    lower = np.full(matrix.shape[0], -np.inf)
    lower[first_goal : first_goal + goals] = instance.goal_least
    upper = np.concatenate([most for _, most in blocks]).astype(float)
    return LinearProgram(-instance.value.astype(float), matrix, lower, upper, instance)


def _sums(group: np.ndarray, coefficient: np.ndarray, groups: int) -> sparse.csr_array:
    """Return a row a group: the coefficients of its cells; a cell of group -1 is in none."""
    cells = np.flatnonzero((group >= 0) & (coefficient != 0))
    entries = (coefficient[cells].astype(float), (group[cells], cells))
    return sparse.coo_array(entries, shape=(groups, len(group))).tocsr()


def _crowded(counts: sparse.csr_array, most: np.ndarray) -> tuple[sparse.csr_array, np.ndarray]:
    """Keep the rows with more cells than allowed; the others cannot be broken."""
    crowded = np.diff(counts.indptr) > most
    return counts[crowded], most[crowded]
