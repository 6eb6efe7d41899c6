"""What more or less of everything scarce would be worth to a plan: its value along a range of capacities.

Each point is the plan solved anew, its prices warmed up from its neighbour's. The bound is a concave function of
capacity and the prices are its slope (Lagrangian sensitivity, Bertsekas, Nonlinear Programming, 3.3), so a price tells
what a small change is worth and the curve what a large one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from unisono.decide.choose import Solution
from unisono.decide.instance import Floats, Instance, Ints
from unisono.decide.published import PublishedPlan, solve_anew

STEPS = tuple(tenths / 10 for tenths in range(5, 21))  # of today's capacity
REPRESENTATIVES = "representatives"


@dataclass(frozen=True)
class Point:
    """The plan at `scale` times today's capacity of one resource.

    `price` is of a minute, a sending or a unit of money; of representatives both prices are means over those who have
    anything to do. `plus_percent` and `plus_owner` are what 1 % of today's capacity more and one representative more
    (or one unit of a limit) would add at the prices.
    """

    scale: float
    capacity: float
    objective: float
    bound: float
    suggestions: int
    price: float
    suggestion_price: float | None
    plus_percent: float
    plus_owner: float


@dataclass(frozen=True)
class Curve:
    """A plan's value along the capacity of one resource: all representatives, or one limit that has a price."""

    resource: str
    owner: str | None
    points: tuple[Point, ...]

    @property
    def today(self) -> Point:
        """Return the point that was published."""
        return next(point for point in self.points if point.scale == 1.0)


@dataclass(frozen=True)
class OneMore:
    """What one representative more is worth in a run, by the prices and by solving anew.

    The time and the suggestions of `representatives`, those who have anything to do, grow by one part in so many.
    """

    representatives: int
    by_prices: float
    by_bound: float
    by_plan: float


def curves(plan: PublishedPlan, steps: Sequence[float] = STEPS) -> Iterator[Curve]:
    """Yield the curve of the representatives, where any has something to do, and of each limit that has a price.

    `steps` are shares of today's capacity, rising; today's own point is always there.
    """
    instance, prices = plan.instance, plan.published.prices
    name = plan.resource.select(["resource", "owner"]).to_pylist()
    own = np.arange(2 * instance.reps)
    if len(_acting(instance)):
        yield Curve(REPRESENTATIVES, None, _points(plan, own, steps))
    shared = (np.arange(len(prices)) >= len(own)) & np.isinf(instance.ceiling)
    for at in np.flatnonzero(shared & (prices > 0)):
        yield Curve(name[at]["resource"], name[at]["owner"], _points(plan, np.array([at]), steps))


def one_more(plan: PublishedPlan) -> OneMore | None:
    """Return what one representative more is worth; None where none has anything to do."""
    instance, own = plan.instance, np.arange(2 * plan.instance.reps)
    count = len(_acting(instance))
    if not count:
        return None
    before = plan.published
    after = solve_anew(_scaled(instance, own, 1 + 1 / count), before.prices)
    return OneMore(
        representatives=count,
        by_prices=float(before.prices[own] @ instance.limit[own]) / count,
        by_bound=after.bound - before.bound,
        by_plan=after.objective - before.objective,
    )


def _points(plan: PublishedPlan, which: Ints, steps: Sequence[float]) -> tuple[Point, ...]:
    """Return the points of resources given by position, from today's outwards."""
    points = {1.0: _point(plan.instance, which, 1.0, plan.published)}
    below, above = [step for step in reversed(steps) if step < 1], [step for step in steps if step > 1]
    for side in (below, above):
        prices = plan.published.prices
        for scale in side:
            found = solve_anew(_scaled(plan.instance, which, scale), prices)
            points[scale] = _point(plan.instance, which, scale, found)
            prices = found.prices
    return tuple(points[scale] for scale in sorted(points))


def _point(instance: Instance, which: Ints, scale: float, found: Solution) -> Point:
    """Return what a plan tells about `which` resources; `instance` is today's."""
    slope = float(found.prices[which] @ instance.limit[which])
    is_force, acting = bool(which[0] < 2 * instance.reps), _acting(instance)
    first = which[: instance.reps] if is_force else which
    capacity = float(instance.limit[first].sum())
    return Point(
        scale=scale,
        capacity=scale * capacity,
        objective=found.objective,
        bound=found.bound,
        suggestions=int(found.chosen.sum()),
        price=float(found.prices[acting if is_force else which].mean()),
        suggestion_price=float(found.prices[instance.reps + acting].mean()) if is_force else None,
        plus_percent=slope / 100,
        plus_owner=slope / (len(acting) if is_force else capacity),
    )


def _acting(instance: Instance) -> Ints:
    """Return the representatives who have an action to choose from, by position."""
    return np.unique(instance.rep[instance.rep >= 0])


def _scaled(instance: Instance, which: Ints, scale: float) -> Instance:
    limit: Floats = instance.limit.copy()
    limit[which] *= scale
    return replace(instance, limit=limit)
