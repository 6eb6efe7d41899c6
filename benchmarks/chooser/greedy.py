"""What is usual without optimisation: cells are taken in some order for as long as limits allow.

Where there are coverage goals, cells of goals not yet met come first, in the same order.
"""

from __future__ import annotations

import numpy as np

from .instance import Answer, Instance, undominated


def value_priority(full: Instance) -> Answer:
    """Customers by their best value; each takes its best actions that are still possible."""
    cells = undominated(full)
    instance = full.take(cells)
    best = np.zeros(len(instance.per_customer))
    np.maximum.at(best, instance.customer, instance.value)
    order = np.lexsort((-instance.value, instance.customer, -best[instance.customer]))
    return Answer(cells[_serve(instance, order)])


def global_greedy(full: Instance) -> Answer:
    """All actions by value."""
    cells = undominated(full)
    instance = full.take(cells)
    return Answer(cells[_serve(instance, np.argsort(-instance.value, kind="stable"))])


def _serve(instance: Instance, order: np.ndarray) -> np.ndarray:
    """Return the cells taken in this order."""
    room = _Room(instance)
    wanted = instance.goal_least.tolist()
    plan = []
    first = order[instance.goal[order] >= 0]
    for cell, goal in zip(first.tolist(), instance.goal[first].tolist(), strict=True):
        if wanted[goal] > 0 and room.take(cell):
            wanted[goal] -= 1
            plan.append(cell)
    plan.extend(filter(room.take, order.tolist()))
    return np.sort(np.array(plan, np.int64))


class _Room:
    """What is left of every limit; plain lists, as single elements of arrays are slow."""

    def __init__(self, instance: Instance) -> None:
        self._customer, self._slot = instance.customer.tolist(), instance.slot.tolist()
        self._rep, self._minutes = instance.rep.tolist(), instance.minutes.tolist()
        self._shared = instance.shared.T.tolist()
        self._contacts = instance.per_customer.tolist()
        self._free = [True] * len(instance.slot_starts)
        self._time = [*instance.rep_capacity.tolist(), float("inf")]  # the last one serves cells without any
        self._budget = instance.capacity.tolist()

    def take(self, cell: int) -> bool:
        """Use what the cell needs if all of it is left, and never a slot twice."""
        customer, slot, rep = self._customer[cell], self._slot[cell], self._rep[cell]
        minutes = self._minutes[cell]
        if not self._free[slot] or not self._contacts[customer] or minutes > self._time[rep]:
            return False
        left = [budget - use for budget, use in zip(self._budget, self._shared[cell], strict=True)]
        if min(left, default=0) < 0:
            return False
        self._budget = left
        self._free[slot] = False
        self._contacts[customer] -= 1
        self._time[rep] -= minutes
        return True
