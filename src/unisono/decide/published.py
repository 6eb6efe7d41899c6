"""A published plan as the solver sees it, to be solved anew under other capacities or values. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from unisono.decide.choose import Solution, choose, price
from unisono.decide.dual import bound
from unisono.decide.instance import Bools, Floats, Instance, undominated
from unisono.decide.solve import published_choice, published_prices, read
from unisono.decide.sweep import lay_out

PLAN_TABLES = ("action", "resource", "limit_use", "resource_price", "choice")


@dataclass(frozen=True)
class PublishedPlan:
    """The resources and actions of a run in the order of the instance's parts, and the plan that was published."""

    resource: pa.Table
    action: pa.Table
    instance: Instance
    published: Solution

    def column(self, name: str) -> Floats:
        """Return a term of the value of each action (n,)."""
        return np.asarray(self.action[name], dtype=float)

    def with_values(self, value: Floats) -> Instance:
        """Return the instance with other values of the actions (n,)."""
        return replace(self.instance, value=value)


def read_plan(tables: Mapping[str, pa.Table]) -> PublishedPlan:
    """Return the plan of the tables named in `PLAN_TABLES`, of one side of the wall."""
    resource, action, instance = read(tables)
    chosen, prices = published_choice(action, tables["choice"]), published_prices(tables)
    return PublishedPlan(resource, action, instance, _solution(instance, chosen, prices))


def solve_anew(instance: Instance, start: Floats) -> Solution:
    """Return the best plan found for a changed instance, its prices warmed up from `start` (m,)."""
    return choose(instance, price(instance, start).prices)


def _solution(instance: Instance, chosen: Bools, prices: Floats) -> Solution:
    small = instance.only(undominated(instance))
    proven = bound(lay_out(small), small, prices)
    return Solution(chosen, prices, instance.objective(chosen), proven, instance.missed(chosen))
