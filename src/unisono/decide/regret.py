"""What a plan loses because response rates are only estimated: posterior draws of them, each with its own best plan.

The mean regret is the expected value of perfect information about the response rates (Raiffa and Schlaifer, Applied
Statistical Decision Theory, 1961), relative to the best plan. It says nothing about errors of the other terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from unisono.decide.instance import Floats, Ints
from unisono.decide.published import PublishedPlan
from unisono.decide.sensitivity import COSTS, best_plan


@dataclass(frozen=True)
class Draw:
    """One draw of the response rates: the worth of the published plan and of the best one found for just these rates.

    No plan is worth more than `bound`.
    """

    published: float
    best: float
    bound: float

    @property
    def regret(self) -> float:
        """Return what the published plan is worth less than the best one found, relative to that."""
        return (self.best - self.published) / self.best if self.best > 0 else 0.0

    @property
    def at_most(self) -> float:
        """Return what it is worth less than any plan can be, relative to that."""
        return (self.bound - self.published) / self.bound if self.bound > 0 else 0.0


def regrets(plan: PublishedPlan, draws: int, seed: int) -> Iterator[Draw]:
    """Yield draws of the response rates, each from the Beta distribution of its mean and standard deviation.

    A customer has one rate a channel, which all products share; value is linear in it.
    """
    random = np.random.default_rng(seed)
    costs = np.sum([plan.column(name) for name in COSTS], axis=0)
    gross = plan.instance.value + costs
    pair, mean, sd = _rates(plan)
    for _ in range(draws):
        ratio = drawn_ratios(random, mean, sd)[pair]
        instance = plan.with_values(gross * ratio - costs)
        best = best_plan(plan, instance)
        yield Draw(instance.objective(plan.published.chosen), best.objective, best.bound)


def drawn_ratios(random: np.random.Generator, mean: Floats, sd: Floats) -> Floats:
    """Return a draw of each rate relative to its mean (all of one length); 1 where nothing is uncertain about it."""
    ratio, spread = np.ones(len(mean)), mean * (1 - mean)
    is_uncertain = (sd > 0) & (spread > sd**2)
    strength = spread[is_uncertain] / sd[is_uncertain] ** 2 - 1
    mean = mean[is_uncertain]
    ratio[is_uncertain] = random.beta(mean * strength, (1 - mean) * strength) / mean
    return ratio


def _rates(plan: PublishedPlan) -> tuple[Ints, Floats, Floats]:
    """Return the rate of each action (n,) by position, and the mean and standard deviation of each rate.

    Topics move the probability of a single action a little; the rate is the mean over a customer's actions on
    a channel.
    """
    channel = np.asarray(pc.rank(plan.action["channel"], tiebreaker="dense"), dtype=np.int64)
    key = plan.instance.customer * (channel.max(initial=0) + 1) + channel
    pair = np.unique(key, return_inverse=True)[1].astype(np.int64)
    many = np.bincount(pair)
    mean, sd = (
        np.bincount(pair, weights=plan.column(name)) / many
        for name in ("response_probability", "response_sd")
    )
    return pair, mean, sd
