"""Choose the plan of largest value, and prove how good it is.

Prices by the dual, a plan from prices by repair and exchange, and where the two are far apart a polish: the customers
near the margin are chosen anew by an exact solver with everybody else's choice as it is. The proof is two-sided: the
dual's bound above, the plan's own value below.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unisono.decide.dual import Dual, solve_dual
from unisono.decide.exact import linear_prices, polish
from unisono.decide.exchange import exchange
from unisono.decide.instance import Bools, Floats, Instance, undominated
from unisono.decide.repair import repair
from unisono.decide.sweep import Layout, lay_out, sweep

TARGET = 2e-3  # relative gap below which a plan is good enough
TINY = 1_000  # actions up to which the exact path is taken
INSISTING = 4  # times that goals still missed are asked for more


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
    small = instance.only(undominated(instance))
    return _prices(small, lay_out(small), start)


def choose(instance: Instance, prices: Floats | None = None) -> Solution:
    """Return the best plan found at `prices` (by default those of `price`)."""
    kept = undominated(instance)
    small = instance.only(kept)
    layout = lay_out(small)
    dual = _prices(small, layout, None) if prices is None else solve_dual(layout, prices, passes=1)
    chosen, asked = _plan(small, layout, dual.prices), layout
    for _ in range(INSISTING):
        missed = small.missed(chosen)
        if not missed.any():
            break
        more = replace(asked.cells, limit=asked.cells.limit - 1.5 * missed)
        asked = replace(asked, cells=more)
        insisting = solve_dual(asked, dual.prices, passes=8)
        again = exchange(small, dual.prices, _plan(small, layout, insisting.prices))
        chosen = max(chosen, again, key=small.objective)
    if len(kept) <= TINY or dual.bound - small.objective(chosen) > TARGET * abs(dual.bound):
        chosen = polish(small, dual.prices, chosen)
    whole = np.zeros(len(instance.value), dtype=bool)
    whole[kept[chosen]] = True
    return Solution(whole, dual.prices, small.objective(chosen), dual.bound, small.missed(chosen))


def _prices(small: Instance, layout: Layout, start: Floats | None) -> Dual:
    if 0 < len(small.value) <= TINY:
        return solve_dual(layout, linear_prices(small), passes=1)
    return solve_dual(layout, start)


def _plan(small: Instance, layout: Layout, prices: Floats) -> Bools:
    """Return a feasible plan from prices."""
    taken = layout.origin[sweep(layout, prices, 1.0).chosen]
    return exchange(small, prices, repair(small, prices, taken))
