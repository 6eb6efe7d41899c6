"""Choose the plan of largest value, and prove how good it is.

Prices by the dual, a plan from prices by repair, where the two are apart exchanges, and where they are far apart a
polish: the customers near the margin are chosen anew by an exact solver with everybody else's choice as it is. The
proof is two-sided: the dual's bound above, the plan's own value below, both by the true values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unisono.decide.dual import PASSES, Dual, bound, solve_dual
from unisono.decide.exact import linear_prices, polish
from unisono.decide.exchange import exchange
from unisono.decide.instance import Bools, Floats, Instance, Ints, undominated
from unisono.decide.repair import repair
from unisono.decide.sweep import lay_out

ENOUGH = 9e-4  # relative gap below which nothing is exchanged
TARGET = 2e-3  # relative gap below which a plan is not polished
TINY = 1_000  # actions up to which the exact path is taken
SPREAD, GOLDEN = 0.022, (5**0.5 - 1) / 2  # relative range that values are spread over, and how evenly


@dataclass(frozen=True)
class Solution:
    """A plan and its certificate: no plan is worth more than `bound`, this one is worth `objective`."""

    chosen: Bools  # (n,)
    prices: Floats  # (m,)
    objective: float
    bound: float
    missed: Floats  # (m,) by how much goals are missed

    @property
    def gap(self) -> float:
        """Return how much better a plan could be at most, relative to the bound."""
        return (self.bound - self.objective) / self.bound if self.bound > 0 else 0.0


def price(instance: Instance, start: Floats | None = None) -> Dual:
    """Return prices close to the best, and the bound they prove; `start` warms up from those of a similar instance."""
    small = _collapsed(instance, undominated(instance))
    return _dual(small, _untied(small), start)[0]


def choose(instance: Instance, prices: Floats | None = None) -> Solution:
    """Return the best plan found at `prices` (by default those of `price`)."""
    kept = undominated(instance)
    small = _collapsed(instance, kept)
    untied = _untied(small)
    dual, taken = _dual(small, untied, None) if prices is None else _dual(small, untied, prices, passes=1)
    chosen = repair(untied, dual.prices, taken)
    worth, scale = small.objective(chosen), abs(dual.bound)
    if dual.bound - worth > ENOUGH * scale:
        chosen = exchange(small, dual.prices, chosen, dual.bound - ENOUGH * scale)
        worth = small.objective(chosen)
    if len(kept) <= TINY or dual.bound - worth > TARGET * scale:
        chosen = polish(small, dual.prices, chosen)
        worth = small.objective(chosen)
    whole = np.zeros(len(instance.value), dtype=bool)
    whole[kept[chosen]] = True
    return Solution(whole, dual.prices, worth, dual.bound, small.missed(chosen))


def _collapsed(instance: Instance, kept: Ints) -> Instance:
    """Return the instance with these of its actions, without a copy if they are all."""
    return instance if len(kept) == len(instance.value) else instance.only(kept)


def _untied(small: Instance) -> Instance:
    """Return the instance with values spread a little where it is large, so that prices can part equal customers."""
    if len(small.value) <= TINY:
        return small
    factor = np.arange(len(small.value), dtype=np.float64) * GOLDEN
    factor -= np.floor(factor)
    factor *= SPREAD
    factor += 1 - SPREAD / 2
    factor *= small.value
    return replace(small, value=factor)


def _dual(small: Instance, untied: Instance, start: Floats | None, passes: int = PASSES) -> tuple[Dual, Ints]:
    """Return prices by the untied instance with the bound they prove for the instance itself, and what is taken."""
    layout = lay_out(untied)
    if 0 < len(small.value) <= TINY and passes > 1:
        start, passes = linear_prices(small), 1
    dual = solve_dual(layout, start, passes)
    return replace(dual, bound=bound(layout, small, dual.prices)), layout.origin[dual.taken]
