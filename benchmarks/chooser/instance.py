"""What a chooser is given and what it answers, as arrays; the file format is one uncompressed npz of the fields.

A cell is one action of one customer: a channel with a content. A plan takes whole cells to make the sum of their
values as large as it can be, such that
- a customer has at most one cell of a channel, and at most `per_customer` cells in all,
- the minutes of a representative's cells are at most its `rep_capacity`,
- each shared budget's coefficients sum to at most its `capacity`,
- each coverage goal has at least `goal_least` cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

CELL_FIELDS = ("customer", "channel", "content", "rep", "value", "minutes", "goal")
PART_CELLS = 65_536  # looked at together, so that what is worked out of them stays in the processor's cache


@dataclass(frozen=True)
class Instance:
    """Cells sorted by customer, then channel, and the limits that bind them.

    Cells: `customer` (int32, 0 ... customers - 1), `channel` and `content` (int8), `rep` (int32, -1 if the cell
    needs none), `value` and `minutes` (float32), `shared` (float32, budgets x cells), `goal` (int8, -1 if none).
    Limits (float64, counts int8): `rep_capacity` in minutes a representative, `capacity` a shared budget,
    `goal_least` in cells a goal, `per_customer` in cells a customer.
    """

    customer: np.ndarray
    channel: np.ndarray
    content: np.ndarray
    rep: np.ndarray
    value: np.ndarray
    minutes: np.ndarray
    shared: np.ndarray
    goal: np.ndarray
    rep_capacity: np.ndarray
    capacity: np.ndarray
    goal_least: np.ndarray
    per_customer: np.ndarray

    @cached_property
    def slot_starts(self) -> np.ndarray:
        """Index of the first cell of each slot, which is one channel of one customer."""
        return np.flatnonzero(np.append(len(self.value) > 0, ~_same(1, self.customer, self.channel)))

    @cached_property
    def slot(self) -> np.ndarray:
        """Slot of each cell, counted from 0."""
        sizes = np.diff(self.slot_starts, append=len(self.value))
        return np.repeat(np.arange(len(sizes)), sizes)

    def take(self, cells: np.ndarray) -> Instance:
        """Return the instance with only these cells (ascending indices)."""
        kept = {name: getattr(self, name)[cells] for name in CELL_FIELDS}
        return replace(self, **kept, shared=self.shared.take(cells, axis=1))

    def save(self, path: Path) -> None:
        """Write the file."""
        np.savez(path, **asdict(self))


def load(path: Path) -> Instance:
    """Read an instance's file."""
    with np.load(path) as arrays:
        return Instance(**arrays)


def undominated(instance: Instance) -> np.ndarray:
    """Return the cells that are best in their slot among those that use the same resources (ascending indices).

    No prices make another cell of the slot better, so that the optimum, whole or fractional, is the same.
    """
    slot = (instance.customer, instance.channel)
    uses = (instance.rep, instance.minutes, *instance.shared, instance.goal)
    best = [np.zeros(0, np.int64)]
    for part in _parts(instance.customer):
        fields = [field[part] for field in (*slot, *uses)]
        best.append(part.start + _best(instance.value[part], fields[: len(slot)], fields[len(slot) :]))
    return np.concatenate(best)


def _parts(customer: np.ndarray) -> Iterator[slice]:
    """Yield the cells of whole customers, about as many at a time as a processor's cache holds."""
    begins = np.unique(np.searchsorted(customer, customer[::PART_CELLS]))
    for begin, end in pairwise([*begins.tolist(), len(customer)]):
        yield slice(begin, end)


def _best(value: np.ndarray, slot: list[np.ndarray], uses: list[np.ndarray]) -> np.ndarray:
    """Return the cells that are best in their slot among those that use the same."""
    kept = np.ones(len(value), bool)
    neighbours = together = _same(1, *slot)
    same = neighbours & _same(1, *uses)
    all_alike = bool((same == neighbours).all())  # then whoever is in one slot uses the same
    step = 1
    while together.any():
        later = value[step:] > value[:-step]
        kept[:-step] &= ~(same & later)
        kept[step:] &= ~same | later
        step += 1
        together = together[:-1] & neighbours[step - 1 :]
        same = together if all_alike else together & _same(step, *uses)
    return np.flatnonzero(kept)


def _same(step: int, *fields: np.ndarray) -> np.ndarray:
    """Return which cells are like the one `step` further on in all of these (`step` fewer than cells)."""
    same = np.ones(max(len(fields[0]) - step, 0), bool)
    for field in fields:
        same &= field[step:] == field[:-step]
    return same


@dataclass(frozen=True)
class Prices:
    """Price of one minute of each representative, one unit of each shared budget, one cell of each goal."""

    rep: np.ndarray
    shared: np.ndarray
    goal: np.ndarray


@dataclass(frozen=True)
class Answer:
    """What a method found: a plan (indices of whole cells) or a fractional objective, and prices if it has any."""

    plan: np.ndarray | None = None
    objective: float | None = None
    prices: Prices | None = None
    status: str = "ok"
