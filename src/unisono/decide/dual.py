"""Prices at which what customers take just fits: the Lagrangian dual, solved by damped Newton steps.

The dual is convex and piecewise linear in the prices. Its curvature is estimated in the same pass that evaluates it,
from the actions near the margin, smoothed by a triangular kernel that narrows as steps get small. Representatives meet
only through what they share, so the curvature is an arrowhead, or nearly one where they share customers, and its sparse
factors stay sparse. What the last step showed of the curvature corrects it (Broyden, Fletcher, Goldfarb, Shanno 1970),
and damping follows the ratio of actual to predicted decrease (Levenberg 1944, Marquardt 1963).

Every value of the dual, whatever the prices, is an upper bound on what any plan can be worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu

from unisono.decide.instance import Floats, Instance, Ints
from unisono.decide.sweep import Layout, Sweep, best_value, sweep

PASSES = 60
SETTLED = 1.25e-3  # relative price of what is used too much or too little that ends the search
ROOM = 5e-2  # relative use above a limit without a price that does not count
SMALL = 3e-6  # relative decrease below which a step counts as small; two of them end the search too
NARROWING = 300  # small steps' worth of decrease below which the kernel narrows
GENTLE, STIFF = 0.03, 1e12  # the least damping, and when to give up
SAMPLE, SAMPLE_PER_LIMIT = 20_000, 300  # cells near the margin that the curvature is estimated from, about


@dataclass(frozen=True)
class Dual:
    """The best prices found (m,), the bound they prove, how many passes it took, and the cells taken at them."""

    prices: Floats
    bound: float
    passes: int
    taken: Ints


@dataclass(frozen=True)
class _Point:
    """Prices, the value of the dual there, its slope, and what the pass saw."""

    layout: Layout
    prices: Floats
    value: float
    slope: Floats
    swept: Sweep

    @cached_property
    def curvature(self) -> sparse.csc_array:
        """Return how fast use falls as prices rise (m, m), estimated from the actions near the margin."""
        density = np.bincount(self.layout.bundle[self.swept.near], self.swept.density)
        alive = np.flatnonzero(density)
        near = self.layout.bundles[alive]
        near.data *= np.repeat(np.sqrt(density[alive]), np.diff(near.indptr))
        return sparse.csc_array(near.T @ near)

    def is_settled(self) -> bool:
        """Return whether what customers take nearly fits, and uses nearly all of what has a price."""
        priced = self.prices > 0
        wrong = float(np.abs(self.slope[priced]) @ self.prices[priced])
        too_much = (-self.slope > ROOM * np.abs(self.layout.limit)) & ~priced
        return wrong <= SETTLED * abs(self.value) and not too_much.any()


def solve_dual(layout: Layout, start: Floats | None = None, passes: int = PASSES) -> Dual:
    """Return prices close to the best ones; `start` warms up from those of a similar instance."""
    worth = layout.value[layout.value > 0]
    nearness = float(worth.mean()) / (2 if start is None else 16) if len(worth) else 1.0
    enough = max(SAMPLE, SAMPLE_PER_LIMIT * int(np.isfinite(layout.limit).sum()))
    every = 1 + len(layout.value) // enough
    here = _point(layout, np.zeros(len(layout.limit)) if start is None else start, nearness, every)
    damping, small, done, last = GENTLE, 0, 1, None
    while done < passes and small < 2 and damping < STIFF and not here.is_settled():
        trial, predicted = _step(here, damping, last)
        if (trial == here.prices).all():
            break
        if predicted <= 0:  # the limits of prices bent the step
            damping *= 10
            continue
        every = 1 + every * len(here.swept.near) // enough
        there = _point(layout, trial, nearness, every)
        done += 1
        gain, scale = here.value - there.value, SMALL * abs(here.value)
        small = small + 1 if gain < scale and predicted < 10 * scale else 0
        if predicted < scale or 0 < gain < NARROWING * scale:
            nearness /= 2
        damping *= 0.25 if gain > 0.6 * predicted else 8.0 if gain < 0.2 * predicted else 1.0
        damping = max(damping, GENTLE)
        here, last = (there, here) if gain > 0 else (here, there)
    return Dual(here.prices, here.value, done, here.swept.chosen)


def bound(layout: Layout, instance: Instance, prices: Floats) -> float:
    """Return the value of the dual of the instance laid out: no plan is worth more, whatever the prices."""
    return best_value(layout, instance.reduced(prices)) + _rent(layout, prices)


def _rent(layout: Layout, prices: Floats) -> float:
    """Return what all there is would cost."""
    limited = np.isfinite(layout.limit)
    return float(prices[limited] @ layout.limit[limited])


def _point(layout: Layout, prices: Floats, nearness: float, every: int) -> _Point:
    """Return what the dual is at some prices."""
    swept = sweep(layout, prices, nearness, every)
    return _Point(layout, prices, swept.value + _rent(layout, prices), layout.limit - swept.use, swept)


def _step(here: _Point, damping: float, last: _Point | None) -> tuple[Floats, float]:
    """Return the prices a damped Newton step leads to, and by how much it should lower the dual.

    A price at 0 that would fall, or at its ceiling that would rise, stays where it is. `last` is the other end of the
    last step, to where or from where.
    """
    rises, ceiling = here.slope < 0, here.layout.ceiling
    free = np.where(rises, here.prices < ceiling, here.prices > 0) & np.isfinite(here.slope)
    move = np.zeros(len(free))
    if not free.any():
        return here.prices, 0.0
    curvature, slope = here.curvature[free][:, free], here.slope[free]
    factors = _factors(curvature, damping)
    if last is None:
        move[free] = -factors.solve(slope)
    else:
        move[free] = -_corrected(factors, slope, (here.prices - last.prices)[free], slope - last.slope[free])
    to = np.clip(here.prices + move, 0.0, ceiling)
    moved = (to - here.prices)[free]
    return to, float(-(slope @ moved) / 2 if last else -(slope @ moved + 0.5 * moved @ (curvature @ moved)))


def _factors(curvature: sparse.csc_array, damping: float) -> SuperLU:
    """Return the sparse factors of the curvature with its diagonal raised."""
    diagonal = curvature.diagonal()
    usual = diagonal[diagonal > 0]
    floor = 1e-3 * float(np.median(usual)) if len(usual) else 1.0
    raised = np.maximum(diagonal, floor) * (1 + damping) - diagonal
    damped = sparse.csc_matrix(curvature + sparse.diags_array(raised))
    return splu(damped, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}, diag_pivot_thresh=0.0)


def _corrected(factors: SuperLU, slope: Floats, step: Floats, change: Floats) -> Floats:
    """Return the Newton step (negative) by the inverse curvature that agrees with the last step's change of slope."""
    along = step @ change
    if along <= 0:
        return np.asarray(factors.solve(slope))
    share = (step @ slope) / along
    rest = factors.solve(slope - share * change)
    return np.asarray(rest + (share - (change @ rest) / along) * step)
