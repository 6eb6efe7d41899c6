"""One instance of the choice as arrays: what can be chosen, what it is worth and uses, and how much there is.

Choose actions so that their value is largest. A customer takes at most `per_customer` of them and at most one of a
`group`. Resources are what many share: a representative's minutes and suggestions, budgets, seats. A goal is a resource
too: an action that serves it uses a negative amount of it, and its limit is minus what is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FEW = 0.1  # share of the actions up to which looking at their rows alone is quicker


@dataclass(frozen=True)
class Instance:
    """`n` actions of `N` customers and `R` representatives over `m` resources, all referred to by position.

    The first R resources are the representatives' minutes, the next R how many suggestions each gets, the rest are
    shared by all. Actions of a customer stand together, and so do those of a group. `ceiling` is what one unit above a
    limit costs: infinite where the limit is hard, finite where it is a goal that may be missed at that price.
    """

    customer: Ints  # (n,) not falling
    group: Ints  # (n,) any numbers, equal within a group of a customer
    rep: Ints  # (n,) -1 where no representative acts
    value: Floats  # (n,)
    uses: sparse.csr_array  # (n, m) amount of each resource
    per_customer: Ints  # (N,)
    limit: Floats  # (m,) infinite where there is none
    ceiling: Floats  # (m,)
    reps: int  # R

    def starts(self) -> Bools:
        """Return which actions are the first of their group (n,)."""
        changes = (self.customer[1:] != self.customer[:-1]) | (self.group[1:] != self.group[:-1])
        return np.append(True, changes)[: len(self.value)]

    @cached_property
    def groups(self) -> Ints:
        """Return a number for each action's group, rising and the same for the whole group (n,)."""
        return np.asarray(np.cumsum(self.starts()) - 1)

    @cached_property
    def bundled(self) -> tuple[Ints, sparse.csr_array]:
        """Return the bundle of each action (n,), and what each bundle uses (bundles, m), as many use the same.

        They are told apart by a random price of what they use, the same where use is the same, and hardly ever else.
        """
        mark = self.uses @ np.random.default_rng(0).random(self.uses.shape[1])
        marks = pa.Array.from_buffers(pa.float64(), len(mark), [None, pa.py_buffer(mark)])
        places = marks.dictionary_encode().indices.buffers()[1]
        bundle = np.frombuffer(places, np.int32, len(mark)).astype(np.int64)
        first = np.zeros(int(bundle.max(initial=-1)) + 1, dtype=np.int64)
        first[bundle] = np.arange(len(bundle))
        return bundle, self.uses[first]

    def use(self, chosen: Ints | Bools) -> Floats:
        """Return how much of each resource a plan uses (m,)."""
        if chosen.dtype != bool and len(chosen) < FEW * len(self.value):
            rows = self.uses[chosen]
            return np.bincount(rows.indices, rows.data, minlength=len(self.limit)).astype(float)
        taken = np.zeros(len(self.value))
        taken[chosen] = 1.0
        return np.asarray(self.uses.T @ taken)

    def missed(self, chosen: Ints | Bools) -> Floats:
        """Return by how much a plan exceeds limits that may be exceeded at a price (m,)."""
        above = np.maximum(self.use(chosen) - self.limit, 0.0)
        return np.where(np.isfinite(self.ceiling), above, 0.0)

    def objective(self, chosen: Ints | Bools) -> float:
        """Return a plan's value less what missed goals cost."""
        soft = np.isfinite(self.ceiling)
        return float(self.value[chosen].sum() - self.missed(chosen)[soft] @ self.ceiling[soft])

    def reduced(self, prices: Floats) -> Floats:
        """Return each action's value less the price of what it uses (n,), at resource prices (m,)."""
        return np.asarray(self.value - self.uses @ prices)

    def only(self, kept: Ints) -> Instance:
        """Return the instance with some of its actions, given by position."""
        flat = {name: getattr(self, name)[kept] for name in ("customer", "group", "rep", "value", "uses")}
        return replace(self, **flat)


def undominated(instance: Instance) -> Ints:
    """Return the positions of actions that are worth keeping, whatever the prices.

    Of neighbours in one group that use the same, only the best can be chosen. Actions worth nothing are kept only
    where they serve a goal.
    """
    if not len(instance.value):
        return np.zeros(0, dtype=np.int64)
    same = (instance.customer[1:] == instance.customer[:-1]) & (instance.group[1:] == instance.group[:-1])
    wanted = instance.value > 0
    serving = np.flatnonzero(instance.uses.data < 0)
    wanted[np.searchsorted(instance.uses.indptr, serving, side="right") - 1] = True
    wanted &= (instance.per_customer > 0)[instance.customer]
    if same.any():
        mark = np.random.default_rng(0).random((instance.uses.shape[1], 2))
        print_of_use = instance.uses @ mark  # equal where the use is equal, and hardly ever else
        same &= (np.diff(print_of_use, axis=0) == 0).all(axis=1)
        run = np.cumsum(np.append(0, ~same))
        highest = np.maximum.reduceat(instance.value, np.flatnonzero(np.append(True, ~same)))
        hits = np.flatnonzero(instance.value == highest[run])
        best = hits[np.append(True, run[hits][1:] != run[hits][:-1])]
        return np.asarray(best[wanted[best]])
    return np.flatnonzero(wanted)
