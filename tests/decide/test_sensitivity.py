"""Levelled terms, the cost of levers and the regret of estimated response rates."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decide.instances import some_instance
from tests.decide.plans import plan_of
from unisono.decide.instance import Instance
from unisono.decide.published import PublishedPlan
from unisono.decide.regret import drawn_ratios, regrets
from unisono.decide.sensitivity import TERMS, lever_cost, sensitivities, value


def uncertain(instance: Instance, seed: int, share: float = 0.5) -> PublishedPlan:
    """Return a plan whose response rates have a standard deviation of a share of the mean."""
    random = np.random.default_rng(seed)
    mean = random.uniform(0.05, 0.4, len(instance.value))
    worth = random.lognormal(2, 1, len(instance.value))
    cost = np.full(len(mean), 0.3)
    return plan_of(
        instance, potential=worth, response_probability=mean, response_sd=share * mean, unit_cost=cost
    )


def levered(strength: float) -> PublishedPlan:
    """Return a plan in which a lever lifts a random half of all actions."""
    instance = some_instance(1, customers=40, goals=0)
    random = np.random.default_rng(0)
    lever = np.where(random.random(len(instance.value)) < 0.5, strength, 1.0)
    return plan_of(instance, lever=lever, stage_gain=random.lognormal(1, 0.5, len(lever)))


def test_value_is_made_of_the_terms() -> None:
    plan = uncertain(some_instance(0, customers=20), 0)
    assert value(plan) == pytest.approx(plan.instance.value)
    without = value(plan, unit_cost=np.zeros(len(plan.instance.value)))
    assert without == pytest.approx(plan.instance.value + 0.3)


def test_a_term_that_is_the_same_everywhere_changes_nothing() -> None:
    again, *rows = sensitivities(uncertain(some_instance(2, customers=60, goals=0), 2))
    assert again.term is None
    assert [row.term for row in rows] == list(TERMS)
    for row in rows:
        if row.term in ("potential", "response_probability"):
            assert row.changed > 0.05
            assert row.loss > 0
            assert row.rank_correlation < 0.999
        elif row.term == "unit_cost":
            assert row.changed > 0
        else:
            assert (row.changed, row.loss, row.dominates) == (0, 0, False)


def test_a_lever_that_rules_the_plan_is_reported_and_has_its_cost() -> None:
    plan = levered(8.0)
    rows = {row.term: row for row in sensitivities(plan)}
    assert rows["lever"].changed > 0.2
    assert rows["lever"].dominates
    cost = lever_cost(plan)
    assert cost.published == plan.published.objective
    assert cost.published_without < cost.published
    assert cost.cost > 0.05 * cost.best_without


def test_levers_that_hardly_lever_cost_nothing() -> None:
    for strength in (1.0, 1.0001):
        plan = levered(strength)
        assert 0 <= lever_cost(plan).cost < 1e-3 * plan.published.objective
        assert not next(row for row in sensitivities(plan) if row.term == "lever").dominates


def test_nothing_to_choose_from_hangs_on_nothing() -> None:
    plan = plan_of(some_instance(0, customers=0))
    assert {row.changed for row in sensitivities(plan)} == {0}
    assert [draw.regret for draw in regrets(plan, 2, 0)] == [0, 0]


@settings(max_examples=8)
@given(st.integers(0, 2**32))
def test_regret_is_never_negative_and_never_more_than_the_bound_proves(seed: int) -> None:
    for draw in regrets(uncertain(some_instance(seed, customers=8, goals=seed % 2), seed), 2, seed):
        assert 0 <= draw.regret <= draw.at_most + 1e-9


def test_regret_is_nothing_where_rates_are_certain_and_grows_with_doubt() -> None:
    instance = some_instance(4, customers=30, goals=0)
    mean = [
        np.mean([draw.regret for draw in regrets(uncertain(instance, 4, share), 5, 0)])
        for share in (0.0, 0.2, 1.0)
    ]
    assert mean[0] == 0
    assert 0 < mean[1] < mean[2]


def test_a_seed_tells_the_draws() -> None:
    plan = uncertain(some_instance(5, customers=6, goals=0), 5)
    assert list(regrets(plan, 3, 1)) == list(islice(regrets(plan, 5, 1), 3))
    assert list(regrets(plan, 3, 1)) != list(regrets(plan, 3, 2))


def one_customer(groups: list[int]) -> Instance:
    instance = some_instance(0, customers=0, reps=0, shared=0, goals=0)
    count = len(groups)
    return replace(
        instance,
        customer=np.zeros(count, dtype=np.int64),
        group=np.array(groups),
        rep=np.full(count, -1),
        value=np.ones(count),
        uses=type(instance.uses)((count, 0)),
        per_customer=np.array([1]),
    )


@pytest.mark.parametrize(("groups", "regretted"), [([0, 0], False), ([0, 1], True)])
def test_products_share_the_rate_of_a_channel_and_channels_do_not(groups: list[int], regretted: bool) -> None:
    plan = plan_of(
        one_customer(groups),
        potential=np.array([10.0, 9.0]),
        response_probability=np.full(2, 0.2),
        response_sd=np.full(2, 0.1),
    )
    assert any(draw.regret > 0 for draw in regrets(plan, 20, 0)) == regretted


@pytest.mark.parametrize(("mean", "sd"), [(0.2, 0.05), (0.02, 0.03), (0.9, 0.1), (0.3, 0.0)])
def test_drawn_rates_have_the_mean_and_the_standard_deviation_that_are_believed(
    mean: float, sd: float
) -> None:
    count = 20_000
    drawn = mean * drawn_ratios(np.random.default_rng(3), np.full(count, mean), np.full(count, sd))
    assert drawn.mean() == pytest.approx(mean, abs=4 * sd / count**0.5 + 1e-12)
    assert drawn.std() == pytest.approx(sd, rel=0.05, abs=1e-12)
    assert 0 <= drawn.min() <= drawn.max() <= 1
