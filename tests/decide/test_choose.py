"""The choice against HiGHS, and what its certificate and its parts promise for any instance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decide.instances import best_of_customer, breaches, relaxed, repeated, some_instance, worth
from unisono.decide.choose import choose
from unisono.decide.dual import solve_dual
from unisono.decide.exact import exact
from unisono.decide.exchange import exchange
from unisono.decide.instance import undominated
from unisono.decide.repair import repair
from unisono.decide.sweep import lay_out, sweep

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("block", range(20))
def test_the_exact_optimum_lies_between_a_plan_and_its_bound(block: int) -> None:
    """200 instances in all; the optimum is by branch and bound on the whole integer program."""
    for seed in range(10 * block, 10 * block + 10):
        instance = some_instance(seed, customers=seed % 12, goals=seed % 3, rounded=seed % 4 == 0)
        found, best = choose(instance), exact(instance)
        optimum = worth(instance, best)
        assert breaches(instance, best) == []
        assert breaches(instance, found.chosen) == []
        assert found.objective == pytest.approx(worth(instance, found.chosen))
        assert found.objective - 1e-6 <= optimum <= found.bound + 1e-6


def test_small_plans_are_the_exact_optimum() -> None:
    """Small instances are polished by the exact path, so nothing is left between them."""
    for seed in range(40):
        instance = some_instance(seed, customers=6)
        assert choose(instance).objective == pytest.approx(worth(instance, exact(instance)), abs=2e-3)


@pytest.mark.parametrize("seed", range(4))
def test_prices_and_bound_agree_with_the_linear_program(seed: int) -> None:
    instance = some_instance(seed, customers=1500, reps=8, goals=1)
    found = choose(instance)
    optimum, prices = relaxed(instance)
    assert optimum - 1e-6 <= found.bound <= optimum + 3e-4 * abs(optimum)
    assert found.gap < 2e-3
    assert np.abs(found.prices - prices).max() < 0.03 * prices.max()


@settings(max_examples=60)
@given(SEEDS)
def test_a_pass_takes_what_is_best_for_each_customer(seed: int) -> None:
    instance = some_instance(seed, customers=6, rounded=bool(seed % 2))
    prices = np.random.default_rng(seed).uniform(0, 0.3, len(instance.limit))
    reduced = instance.reduced(prices)
    layout = lay_out(instance)
    swept = sweep(layout, prices, 1.0)
    taken = np.isin(np.arange(len(reduced)), layout.origin[swept.chosen])
    for who in range(len(instance.per_customer)):
        mine = taken & (instance.customer == who)
        assert reduced[mine].sum() == pytest.approx(best_of_customer(instance, reduced, who), abs=1e-9)
        assert len(set(instance.group[mine].tolist())) == mine.sum() <= instance.per_customer[who]
    assert swept.value == pytest.approx(reduced[taken].sum())


@settings(max_examples=100)
@given(SEEDS, st.floats(0, 2), st.booleans())
def test_any_prices_prove_a_bound_and_repair_to_a_plan_within_every_limit(
    seed: int, scale: float, rounded: bool
) -> None:
    instance = some_instance(seed, customers=7, rounded=rounded)
    prices = np.minimum(
        np.random.default_rng(seed).uniform(0, 1, len(instance.limit)) * scale, instance.ceiling
    )
    layout = lay_out(instance)
    swept = sweep(layout, prices, 1.0)
    plan = repair(instance, prices, layout.origin[swept.chosen])
    better = exchange(instance, prices, plan)
    assert breaches(instance, plan) == breaches(instance, better) == []
    assert worth(instance, plan) <= worth(instance, better) + 1e-9
    assert worth(instance, better) <= swept.value + prices @ instance.limit + 1e-9


@settings(max_examples=60)
@given(SEEDS)
def test_what_is_dominated_can_be_left_out(seed: int) -> None:
    instance = some_instance(seed, customers=5, reps=1, shared=1, rounded=True)
    small = instance.only(undominated(instance))
    assert worth(small, exact(small)) == pytest.approx(worth(instance, exact(instance)))


def test_a_goal_that_can_be_met_is_met_and_has_a_price() -> None:
    instance = some_instance(3, customers=200, goals=1)
    serving = int((instance.uses[:, [-1]].toarray() < 0).sum())
    free = replace(instance, limit=np.append(instance.limit[:-1], 0.0))
    usual = -round(free.use(choose(free).chosen)[-1])
    wanted = replace(
        instance, limit=np.append(instance.limit[:-1], -float(usual + 10)), ceiling=instance.ceiling * 100
    )
    found = choose(wanted)
    assert usual + 10 < serving
    assert found.missed.max() == 0
    assert found.prices[-1] > 0
    assert worth(wanted, found.chosen) < worth(free, choose(free).chosen)


def test_a_goal_out_of_reach_is_missed_by_a_stated_amount_and_costs_its_price() -> None:
    instance = some_instance(4, customers=30, goals=1)
    impossible = replace(instance, limit=np.append(instance.limit[:-1], -1000.0))
    found = choose(impossible)
    assert found.missed[-1] == 1000 + impossible.use(found.chosen)[-1]
    assert found.prices[-1] == pytest.approx(impossible.ceiling[-1])
    assert found.gap < 0.02


def test_customers_who_are_alike_are_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three thousand customers of thirty kinds, without the polish that could hide a poor plan."""
    monkeypatch.setattr("unisono.decide.choose.polish", lambda instance, prices, chosen: chosen)
    found = choose(repeated(some_instance(12, customers=30, goals=0), 100))
    assert found.gap < 5e-4


def test_a_warm_start_reaches_the_same_bound_in_fewer_passes() -> None:
    instance = some_instance(5, customers=600, reps=5)
    layout = lay_out(instance.only(undominated(instance)))
    cold = solve_dual(layout)
    tighter = replace(layout, limit=layout.limit * 0.98)
    warm, again = solve_dual(tighter, cold.prices), solve_dual(tighter)
    assert warm.bound == pytest.approx(again.bound, rel=1e-4)
    assert warm.passes < again.passes


def test_the_same_instance_gives_the_same_plan() -> None:
    instance = some_instance(6, customers=100)
    one, other = choose(instance), choose(instance)
    assert (one.chosen == other.chosen).all()
    assert one.bound == other.bound
