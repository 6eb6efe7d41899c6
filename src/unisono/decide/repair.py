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
CHEAPEST = 0.1  # share of what uses too much that is usually enough to look at
FIRST = 0.1  # share of what could be added that is looked at first


def repair(instance: Instance, prices: Floats, taken: Ints) -> Bools:
    """Return a feasible plan (n,) close to the actions `taken` at `prices`, given by position."""
    reduced = instance.reduced(prices)
    plan = _Plan(instance, taken)
    plan.settle(reduced)
    for _ in range(INSISTING):
        if not plan.missed().any():
            break
        before, worth = np.flatnonzero(plan.chosen), plan.objective()
        plan.serve(reduced)
        if plan.objective() <= worth:
            plan = _Plan(instance, before)
            break
    plan.fill(reduced, instance.value > 0)
    return plan.chosen


def allowed(instance: Instance) -> Floats:
    """Return the limits with what rounding may add (m,)."""
    return instance.limit + ROUNDING * np.abs(instance.limit)


def displaced(instance: Instance, reduced: Floats, chosen: Bools, comes: Ints) -> Ints:
    """Return what each action that comes in takes the place of (k,), -1 if nothing.

    That is what is chosen of its group, or else the customer's poorest if the customer has no place left.
    """
    at, customer = np.flatnonzero(chosen), instance.customer
    least = np.full(len(instance.per_customer), np.inf)
    np.minimum.at(least, customer[at], reduced[at])
    poorest = np.full(len(least), -1)
    poor = at[reduced[at] == least[customer[at]]]
    poorest[customer[poor]] = poor
    poorest[np.bincount(customer[at], minlength=len(least)) < instance.per_customer] = -1
    group, of_group = instance.groups, np.full(len(chosen), -1)
    of_group[group[at]] = at
    same = of_group[group[comes]]
    return np.where(same >= 0, same, poorest[customer[comes]])


class _Plan:
    """A plan under repair: what is chosen, what that is worth and uses, and where customers have places left."""

    def __init__(self, instance: Instance, taken: Ints) -> None:
        self.instance = instance
        self.group = instance.groups
        self.users = instance.uses.tocsc()
        self.chosen = np.zeros(len(instance.value), dtype=bool)
        self.is_taken = np.zeros(len(self.chosen), dtype=bool)  # of groups
        self.places = instance.per_customer.copy()
        self.value, self.use = 0.0, np.zeros(len(instance.limit))
        self.change(taken, True)

    def change(self, at: Ints, to: bool) -> None:
        """Choose actions that are not chosen, or the reverse."""
        sign = 1 if to else -1
        self.chosen[at] = self.is_taken[self.group[at]] = to
        self.places -= sign * np.bincount(self.instance.customer[at], minlength=len(self.places))
        self.value += sign * float(self.instance.value[at].sum())
        self.use += sign * self.instance.use(at)

    def missed(self) -> Floats:
        """Return by how much goals are missed (m,)."""
        above = np.maximum(self.use - self.instance.limit, 0.0)
        return np.where(np.isfinite(self.instance.ceiling), above, 0.0)

    def objective(self) -> float:
        """Return the plan's value less what missed goals cost."""
        missed = self.missed()
        return self.value - float(missed[missed > 0] @ self.instance.ceiling[missed > 0])

    def settle(self, reduced: Floats) -> None:
        """Drop what is too much, and fill what is left with what goals miss."""
        own, *shared = np.split(np.arange(len(self.use)), np.arange(2 * self.instance.reps, len(self.use)))
        for resources in (own, *shared):
            self._drop(reduced, resources)
        if self.missed().any():
            self.fill(reduced, self._serves(self.missed() > 0))

    def serve(self, reduced: Floats) -> None:
        """Choose what goals miss, of least loss, in the place of what does not serve them, and settle again."""
        instance, missed = self.instance, self.missed()
        scarce = np.isfinite(instance.ceiling) & (instance.limit - self.use < 1)
        reduced = reduced - instance.uses @ np.where(scarce, instance.ceiling, 0.0)
        comes = np.flatnonzero(self._serves(missed > 0) & ~self.chosen)
        comes = comes[instance.per_customer[instance.customer[comes]] > 0]
        out = displaced(instance, reduced, self.chosen, comes)
        loss = np.append(reduced, 0.0)[out] - reduced[comes]
        order = np.argsort(loss, kind="stable")[: int((loss < 0).sum())]
        order = order[np.sort(_first(instance.customer[comes[order]], np.arange(len(order))))]
        serves = -instance.uses[comes[order]].tocsc()
        wanted = np.zeros(len(order), dtype=bool)
        for goal in np.flatnonzero(missed):
            span = slice(serves.indptr[goal], serves.indptr[goal + 1])
            before = np.cumsum(serves.data[span]) - serves.data[span]
            wanted[serves.indices[span][before < missed[goal]]] = True
        out, comes = out[order[wanted]], comes[order[wanted]]
        self.change(out[out >= 0], False)
        self.change(comes, True)
        self.settle(reduced)

    def _serves(self, goals: Bools) -> Bools:
        """Return which actions serve one of the goals (n,)."""
        users = self.users[:, np.flatnonzero(goals)]
        serves = np.zeros(len(self.chosen), dtype=bool)
        serves[users.indices[users.data < 0]] = True
        return serves

    def _drop(self, reduced: Floats, resources: Ints) -> None:
        """Take out the actions of least reduced value per unit until none of the resources is over-used."""
        excess = np.where(np.isinf(self.instance.ceiling), self.use - allowed(self.instance), 0.0)
        over = resources[excess[resources] > 0]
        if not len(over):
            return
        users = self.users[:, over]
        entry = np.flatnonzero(self.chosen[users.indices] & (users.data > 0))
        action, amount = users.indices[entry], users.data[entry]
        resource = np.repeat(over, np.diff(users.indptr))[entry]
        ratio = reduced[action] / amount
        few = int(CHEAPEST * len(ratio))
        cheap = ratio <= np.partition(ratio, few)[few]
        covers = np.bincount(resource[cheap], amount[cheap], minlength=len(excess)) >= excess
        kept = np.flatnonzero(cheap | ~covers[resource])
        kept = kept[np.lexsort((ratio[kept], resource[kept]))]
        action, resource, amount = action[kept], resource[kept], amount[kept]
        total = np.cumsum(amount) - amount
        first = np.flatnonzero(np.diff(resource, prepend=-1))
        before = np.repeat(total[first], np.diff(first, append=len(action)))
        self.change(np.unique(action[total - before < excess[resource]]), False)

    def fill(self, reduced: Floats, wanted: Bools) -> None:
        """Add wanted actions, those of largest reduced value first, until none fits.

        The first few use up nearly all that is left, so that hardly any of the others need to be looked at.
        """
        at = self._fitting(np.flatnonzero(wanted & ~self.chosen))
        few = int((1 - FIRST) * len(at))
        bar = np.partition(reduced[at], few)[few] if len(at) else 0.0
        self._add(reduced, at[reduced[at] >= bar])
        self._add(reduced, self._fitting(at[reduced[at] < bar]))

    def _add(self, reduced: Floats, at: Ints) -> None:
        """Add those of these that fit, in the order of their reduced value."""
        at = at[np.argsort(-reduced[at], kind="stable")]
        while len(at):
            self.change(self._together(at), True)
            at = self._fitting(at)

    def _left(self) -> Floats:
        """Return what is left of each resource (m,), where using more than there is has no price."""
        return np.where(np.isinf(self.instance.ceiling), allowed(self.instance) - self.use, np.inf)

    def _fitting(self, at: Ints) -> Ints:
        """Return those of these actions that can still be added."""
        bundle, bundles = self.instance.bundled
        fits = np.ones(bundles.shape[0], dtype=bool)
        lacks = bundles.data > self._left()[bundles.indices]
        fits[np.repeat(np.arange(len(fits)), np.diff(bundles.indptr))[lacks]] = False
        at = at[fits[bundle[at]]]
        return at[~self.is_taken[self.group[at]] & (self.places[self.instance.customer[at]] > 0)]

    def _together(self, at: Ints) -> Ints:
        """Return those of these that can be added at once: one a customer, and what comes before fits with them."""
        instance = self.instance
        picked = at[np.sort(_first(instance.customer[at], np.arange(len(at))))]
        uses = instance.uses[picked].tocsc()
        total = np.append(0.0, np.cumsum(np.maximum(uses.data, 0.0)))
        before = np.repeat(total[uses.indptr[:-1]], np.diff(uses.indptr))
        lacks = (uses.data > 0) & (total[1:] - before > np.repeat(self._left(), np.diff(uses.indptr)))
        keep = np.ones(len(picked), dtype=bool)
        keep[uses.indices[lacks]] = False
        keep[0] = True  # it fits by itself, whatever rounding says
        return picked[keep]


def _first(key: Ints, position: Ints) -> Ints:
    """Return the first position of each key, positions given in rising order."""
    first = np.full(int(key.max()) + 1 if len(key) else 0, -1)
    first[key[::-1]] = position[::-1]
    return first[first >= 0]
