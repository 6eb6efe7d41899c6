"""The sizing curve: concave, at today's point the published plan, and one more representative as the LP has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decide.instances import relaxed, some_instance
from tests.decide.plans import plan_of
from unisono.decide.sizing import curves, one_more

FEW = (0.5, 0.8, 1.0, 1.2, 2.0)


def slopes(values: list[float]) -> np.ndarray:
    return np.diff(values) / np.diff(FEW)


@settings(max_examples=6)
@given(st.integers(0, 2**32))
def test_curves_rise_less_and_less_and_never_above_the_slope_that_prices_tell(seed: int) -> None:
    plan = plan_of(some_instance(seed, customers=12, goals=seed % 2))
    for curve in curves(plan, FEW):
        rises = slopes([point.bound for point in curve.points])
        slack = 1e-6 * max(abs(curve.points[-1].bound), 1.0)
        assert [point.scale for point in curve.points] == list(FEW)
        assert (rises >= -slack).all()
        assert (np.diff(rises) <= 10 * slack).all()
        for point in curve.points:
            told = curve.today.bound + (point.scale - 1) * 100 * curve.today.plus_percent
            assert point.objective - slack <= point.bound <= told + slack


def test_today_is_the_published_plan() -> None:
    plan = plan_of(some_instance(2, customers=30, reps=3))
    found = list(curves(plan, (0.9,)))
    assert found
    for curve in found:
        assert curve.today.objective == plan.published.objective
        assert curve.today.bound == plan.published.bound
        assert curve.today.suggestions == plan.published.chosen.sum()


def test_of_limits_only_those_with_a_price_have_a_curve_and_goals_have_none() -> None:
    instance = some_instance(3, customers=40, reps=2, shared=2, goals=1)
    plan = plan_of(instance)
    priced = [f"m{at}" for at in (4, 5) if plan.published.prices[at] > 0]
    assert [curve.owner for curve in curves(plan, ()) if curve.owner] == priced
    plenty = np.where(np.isinf(instance.ceiling), 1e6, instance.limit)
    unlimited = plan_of(replace(instance, limit=plenty))
    assert [curve.owner for curve in curves(unlimited, ())] == [None]
    assert list(curves(plan_of(some_instance(3, customers=5, reps=0, shared=0)))) == []


@pytest.mark.parametrize("seed", range(4))
def test_one_more_representative_is_worth_what_the_linear_program_says(seed: int) -> None:
    instance = some_instance(seed, customers=25, reps=4)
    more = one_more(plan_of(instance))
    assert more is not None
    limit = instance.limit.copy()
    limit[:8] *= 1 + 1 / more.representatives
    gain = relaxed(replace(instance, limit=limit))[0] - relaxed(instance)[0]
    assert more.by_bound == pytest.approx(gain, abs=1e-6)
    assert more.by_prices >= gain - 1e-6


def test_representatives_with_nothing_to_do_do_not_count() -> None:
    instance = some_instance(1, customers=20, reps=3)
    idle = np.flatnonzero(instance.rep != 2)
    more = one_more(plan_of(instance.only(idle)))
    assert more is not None
    assert more.representatives == 2
    assert one_more(plan_of(some_instance(1, customers=10, reps=0))) is None
