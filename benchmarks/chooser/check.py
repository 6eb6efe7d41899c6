"""Judge any method's plan and prices from the instance alone."""

from __future__ import annotations

import numpy as np

from .instance import Instance, Prices

TOLERANCE = 1e-6  # of a limit, for sums in another order


def violations(instance: Instance, plan: np.ndarray) -> list[str]:
    """Return what a plan breaks, one sentence a kind of limit; an empty list if it keeps all."""
    if len(plan) and not 0 <= plan.min() <= plan.max() < len(instance.value):
        return ["a cell does not exist"]
    served = instance.rep[plan] >= 0
    minutes = np.bincount(
        instance.rep[plan][served], instance.minutes[plan][served], minlength=len(instance.rep_capacity)
    )
    contacts = np.bincount(instance.customer[plan], minlength=len(instance.per_customer))
    goals = np.bincount(instance.goal[plan][instance.goal[plan] >= 0], minlength=len(instance.goal_least))
    broken = {
        "cells taken twice": len(plan) - len(np.unique(plan)),
        "slots with two cells": (np.bincount(instance.slot[plan], minlength=1) > 1).sum(),
        "customers with too many cells": (contacts > instance.per_customer).sum(),
        "representatives out of minutes": _over(minutes, instance.rep_capacity),
        "budgets overspent": _over(instance.shared[:, plan].sum(axis=1, dtype=float), instance.capacity),
        "goals missed": (goals < instance.goal_least).sum(),
    }
    return [f"{kind}: {count}" for kind, count in broken.items() if count]


def _over(use: np.ndarray, capacity: np.ndarray) -> int:
    """Return how many capacities are exceeded."""
    return int((use > capacity + TOLERANCE * np.maximum(capacity, 1)).sum())


def upper_bound(instance: Instance, prices: Prices) -> float:
    """Return the Lagrangian bound: no plan, whole or fractional, is worth more, whatever the prices.

    Raises ValueError at a negative price, where this would not hold.
    """
    if min(price.min(initial=0) for price in (prices.rep, prices.shared, prices.goal)) < 0:
        raise ValueError("prices must not be negative")
    worth = instance.value.astype(float)
    worth -= np.append(prices.rep, 0)[instance.rep] * instance.minutes
    for price, use in zip(prices.shared, instance.shared, strict=True):
        worth -= price * use
    worth += np.append(prices.goal, 0)[instance.goal]
    best = np.maximum(np.maximum.reduceat(worth, instance.slot_starts), 0)
    customer = instance.customer[instance.slot_starts]
    descending = np.lexsort((-best, customer))
    rank = np.arange(len(best)) - np.searchsorted(customer, customer)
    taken = best[descending][rank < instance.per_customer[customer]].sum()
    rent = prices.rep @ instance.rep_capacity + prices.shared @ instance.capacity
    return float(taken + rent - prices.goal @ instance.goal_least)
