"""From prices to a plan that keeps every limit: take at the prices, drop what is too much, fill what is left.

What is dropped has the least reduced value per unit of what is over-used; what is filled in has the largest reduced
value of all that fits, representatives side by side. What goals still miss then displaces what does not serve them, and
the same is done again. Limits are seen as they stand, so a plan is feasible whatever the prices were.
"""

from __future__ import annotations

import numpy as np

from unisono.decide.instance import Bools, Floats, Instance, Ints

INSISTING = 8  # times that goals still missed are served before others
ROUNDING = 1e-9  # what sums of amounts may exceed a limit by, relative


def repair(instance: Instance, prices: Floats, taken: Ints) -> Bools:
    """Return a feasible plan (n,) close to the actions `taken` at `prices`, given by position."""
    reduced = instance.reduced(prices)
    chosen = np.zeros(len(reduced), dtype=bool)
    chosen[taken] = True
    _settle(instance, reduced, chosen)
    for _ in range(INSISTING):
        missed = instance.missed(chosen)
        if not missed.any():
            break
        again = _serving(instance, reduced, chosen, missed)
        if instance.objective(again) <= instance.objective(chosen):
            break
        chosen = again
    return chosen


def _settle(instance: Instance, reduced: Floats, chosen: Bools) -> None:
    """Drop what is too much and fill what is left, in place."""
    own = np.arange(len(instance.limit)) < 2 * instance.reps
    for resources in (own, ~own):
        _drop(instance, reduced, chosen, resources)
    filling = _Filling(instance, chosen)
    if np.isfinite(instance.ceiling).any():
        filling.fill(reduced, _serves(instance, instance.missed(chosen) > 0))
    filling.fill(reduced, instance.value > 0)


def _serves(instance: Instance, goals: Bools) -> Bools:
    """Return which actions serve one of the goals (n,)."""
    return np.asarray(instance.uses @ np.where(goals, 1.0, 0.0)) < 0


def _serving(instance: Instance, reduced: Floats, chosen: Bools, missed: Floats) -> Bools:
    """Return the plan with what goals miss, of least loss, in the place of what does not serve them."""
    scarce = np.isfinite(instance.ceiling) & (instance.limit - instance.use(chosen) < 1)
    reduced = reduced - instance.uses @ np.where(scarce, instance.ceiling, 0.0)
    at = np.flatnonzero(_serves(instance, missed > 0) & ~chosen)
    at = at[instance.per_customer[instance.customer[at]] > 0]
    out = displaced(instance, reduced, chosen, at)
    loss = np.append(reduced, 0.0)[out] - reduced[at]
    order = np.argsort(loss, kind="stable")[: int((loss < 0).sum())]
    order = order[np.sort(_first(instance.customer[at[order]], np.arange(len(order))))]
    serves = -instance.uses[at[order]].tocsc()
    wanted = np.zeros(len(order), dtype=bool)
    for goal in np.flatnonzero(missed):
        span = slice(serves.indptr[goal], serves.indptr[goal + 1])
        amount = np.cumsum(serves.data[span])
        wanted[serves.indices[span][amount - serves.data[span] < missed[goal]]] = True
    again = chosen.copy()
    again[out[order[wanted]][out[order[wanted]] >= 0]] = False
    again[at[order[wanted]]] = True
    _settle(instance, reduced, again)
    return again


def displaced(instance: Instance, reduced: Floats, chosen: Bools, comes: Ints) -> Ints:
    """Return what each action that comes in takes the place of (k,), -1 if nothing.

    That is what is chosen of its group, or else the customer's poorest if the customer has no place left.
    """
    concerned = np.zeros(len(instance.per_customer), dtype=bool)
    concerned[instance.customer[comes]] = True
    at = np.flatnonzero(chosen)
    at = at[concerned[instance.customer[at]]]
    by_value = at[np.argsort(-reduced[at], kind="stable")]
    poorest = np.full(len(instance.per_customer), -1)
    poorest[instance.customer[by_value]] = by_value
    is_full = np.bincount(instance.customer[at], minlength=len(poorest)) >= instance.per_customer
    group, of_group = instance.groups(), np.full(len(chosen), -1)
    of_group[group[at]] = at
    same = of_group[group[comes]]
    customer = instance.customer[comes]
    return np.where(same >= 0, same, np.where(is_full[customer], poorest[customer], -1))


def _drop(instance: Instance, reduced: Floats, chosen: Bools, resources: Bools) -> None:
    """Take out the actions of least reduced value per unit until none of the resources is over-used."""
    over = resources & np.isinf(instance.ceiling) & (instance.use(chosen) > allowed(instance))
    at = np.flatnonzero(chosen)
    uses = instance.uses[at].tocoo()
    matters = over[uses.col] & (uses.data > 0)
    action, resource, amount = at[uses.row[matters]], uses.col[matters], uses.data[matters]
    order = np.lexsort((-reduced[action] / amount, resource))
    action, resource, amount = action[order], resource[order], amount[order]
    total = np.cumsum(amount)
    first = np.flatnonzero(np.diff(resource, prepend=-1))
    before = np.repeat(total[first] - amount[first], np.diff(first, append=len(action)))
    chosen[action[total - before > allowed(instance)[resource]]] = False


def allowed(instance: Instance) -> Floats:
    """Return the limits with what rounding may add (m,)."""
    return instance.limit + ROUNDING * np.abs(instance.limit)


class _Filling:
    """A feasible plan being filled up: what is left of everything, and what is taken."""

    def __init__(self, instance: Instance, chosen: Bools) -> None:
        self.instance, self.chosen = instance, chosen
        hard = np.where(np.isinf(instance.ceiling), allowed(instance), np.inf)
        self.left = hard - instance.use(chosen)
        self.group = instance.groups()
        self.is_taken = np.zeros(len(chosen), dtype=bool)
        self.is_taken[self.group[chosen]] = True
        taken = np.bincount(instance.customer[chosen], minlength=len(instance.per_customer))
        self.places = instance.per_customer - taken

    def fill(self, reduced: Floats, wanted: Bools) -> None:
        """Add wanted actions, those of largest reduced value first, until none fits."""
        at = np.flatnonzero(wanted & ~self.chosen)
        at = at[self._fits(at)]
        at = at[np.argsort(-reduced[at], kind="stable")]
        while len(at):
            self._add(self._together(at))
            at = at[self._fits(at)]

    def _fits(self, at: Ints) -> Bools:
        instance = self.instance
        free: Bools = ~self.is_taken[self.group[at]] & (self.places[instance.customer[at]] > 0)
        uses = instance.uses[at[free]].tocoo()
        lacks = uses.row[uses.data > self.left[uses.col]]
        free[np.flatnonzero(free)[lacks]] = False
        return free

    def _together(self, at: Ints) -> Ints:
        """Return the first of these that can be added at once: one a representative and customer, limits kept."""
        instance = self.instance
        rep = instance.rep[at]
        own = np.sort(np.append(_first(rep[rep >= 0], np.flatnonzero(rep >= 0)), np.flatnonzero(rep < 0)))
        picked = at[own[np.sort(_first(instance.customer[at[own]], np.arange(len(own))))]]
        uses = instance.uses[picked].tocsc()
        keep = np.ones(len(picked), dtype=bool)
        for resource in np.flatnonzero(np.diff(uses.indptr) > 1):
            span = slice(uses.indptr[resource], uses.indptr[resource + 1])
            amount = np.zeros(len(picked))
            amount[uses.indices[span]] = np.maximum(uses.data[span], 0.0)
            keep &= (np.cumsum(amount * keep) <= self.left[resource]) | (amount == 0)
        return picked[keep]

    def _add(self, at: Ints) -> None:
        instance = self.instance
        self.chosen[at] = True
        self.is_taken[self.group[at]] = True
        np.subtract.at(self.places, instance.customer[at], 1)
        self.left -= instance.use(at)


def _first(key: Ints, position: Ints) -> Ints:
    """Return the first position of each key, positions given in rising order."""
    first = np.full(int(key.max()) + 1 if len(key) else 0, -1)
    first[key[::-1]] = position[::-1]
    return first[first >= 0]
