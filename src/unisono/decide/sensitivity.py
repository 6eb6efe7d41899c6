"""How much of a plan hangs on one term of the value: every term is levelled out in turn and the plan solved anew.

A factor is levelled to its mean over all actions, so that the scale stays; a cost to nothing. What each action was to
show stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from unisono.decide.choose import Solution
from unisono.decide.instance import Bools, Floats, Instance
from unisono.decide.published import PublishedPlan, solve_anew

FACTORS = ("potential", "priority", "fit", "novelty", "response_probability", "stage_gain", "lever")
COSTS = ("fatigue_cost", "unit_cost")
TERMS = (*FACTORS, *COSTS)
TOO_MUCH = (
    0.2  # share of customers changed by levers, or of the plan's worth lost, beyond which a term dominates
)
SAME = 1e-9  # relative difference of values that rounding makes


@dataclass(frozen=True)
class Sensitivity:
    """What levelling a term does; `term` is None where nothing is levelled and the plan is only solved anew.

    `changed` is the share of the customers of either plan who get something else, `loss` what the plan made without
    the term is worth less, by the whole value, and `loss_share` that relative to the published plan. `rank_correlation`
    is Spearman's, between the actions' values with and without the term; None where one does not vary.
    """

    term: str | None
    changed: float
    loss: float
    loss_share: float
    rank_correlation: float | None

    @property
    def dominates(self) -> bool:
        """Return whether too much hangs on the term; levers are set by hand, so theirs is the stricter rule."""
        return (self.changed if self.term == "lever" else self.loss_share) > TOO_MUCH


@dataclass(frozen=True)
class LeverCost:
    """What levers cost: by the value without them, the plan made without them against the published one."""

    published: float  # worth of the published plan, levers included
    published_without: float  # its worth by the value without levers
    best_without: float  # worth of the plan made without levers, by that value

    @property
    def cost(self) -> float:
        """Return what is given up for levers, in currency."""
        return self.best_without - self.published_without


def value(plan: PublishedPlan, **changed: Floats) -> Floats:
    """Return the value of each action (n,), some of its terms replaced by others (n,) of the same name."""
    terms = {name: changed.get(name, plan.column(name)) for name in TERMS}
    gross = np.prod([terms[name] for name in FACTORS], axis=0)
    return np.asarray(gross - np.sum([terms[name] for name in COSTS], axis=0))


def sensitivities(plan: PublishedPlan) -> Iterator[Sensitivity]:
    """Yield what hangs on each term; first, as a yardstick, what solving anew changes by itself."""
    again = solve_anew(plan.instance, plan.published.prices)
    yield _compared(plan, None, plan.instance, again.chosen)
    for term in TERMS:
        usual = plan.column(term)
        level = usual.mean() if term in FACTORS and len(usual) else 0.0
        instance = _instance(plan, **{term: np.full(len(usual), level)})
        yield _compared(plan, term, instance, best_plan(plan, instance).chosen)


def lever_cost(plan: PublishedPlan) -> LeverCost:
    """Return what the plan gives up for its levers."""
    instance = _instance(plan, lever=np.ones(len(plan.instance.value)))
    published = plan.published
    return LeverCost(
        published=published.objective,
        published_without=instance.objective(published.chosen),
        best_without=best_plan(plan, instance).objective,
    )


def best_plan(plan: PublishedPlan, instance: Instance) -> Solution:
    """Return the best plan known for `instance`, which has other values: a new one, or the published if it is better.

    Where the values are the same but for rounding, that is the published plan.
    """
    published, usual = plan.published, plan.instance.value
    if np.allclose(instance.value, usual, rtol=SAME, atol=SAME * float(np.abs(usual).max(initial=0.0))):
        return published
    found, worth = solve_anew(instance, published.prices), instance.objective(published.chosen)
    if found.objective > worth:
        return found
    return Solution(published.chosen, found.prices, worth, found.bound, published.missed)


def _instance(plan: PublishedPlan, **changed: Floats) -> Instance:
    """Return the instance with the values that other terms make."""
    return plan.with_values(value(plan, **changed))


def _compared(plan: PublishedPlan, term: str | None, instance: Instance, chosen: Bools) -> Sensitivity:
    published = plan.published
    customer = plan.instance.customer
    either = np.unique(customer[chosen | published.chosen])
    other = np.unique(customer[chosen != published.chosen])
    loss = published.objective - plan.instance.objective(chosen)
    return Sensitivity(
        term=term,
        changed=len(other) / len(either) if len(either) else 0.0,
        loss=loss,
        loss_share=loss / published.objective if published.objective > 0 else 0.0,
        rank_correlation=_rank_correlation(plan.instance.value, instance.value),
    )


def _rank_correlation(one: Floats, other: Floats) -> float | None:
    if min(np.ptp(values) if len(values) else 0.0 for values in (one, other)) == 0:
        return None
    return float(spearmanr(one, other).statistic)
