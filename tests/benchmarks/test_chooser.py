"""The chooser's benchmark judges plans and prices without knowing any method."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.chooser import greedy, highs
from benchmarks.chooser.check import upper_bound, violations
from benchmarks.chooser.instance import Instance, Prices, load, undominated
from benchmarks.chooser.make import VARIANTS, make
from benchmarks.chooser.run import run
from hypothesis import given, settings
from hypothesis import strategies as st

BASELINES = (greedy.value_priority, greedy.global_greedy)


def small() -> Instance:
    """Return two customers of one representative, each with two contents to visit with and one to write."""
    return Instance(
        customer=np.array([0, 0, 0, 1, 1, 1], np.int32),
        channel=np.array([0, 0, 1, 0, 0, 1], np.int8),
        content=np.array([0, 1, 0, 0, 1, 0], np.int8),
        rep=np.array([0, 0, -1, 0, 0, -1], np.int32),
        value=np.array([5, 4, 2, 3, 3, 1], np.float32),
        minutes=np.array([30, 30, 0, 40, 40, 0], np.float32),
        shared=np.array([[1, 1, 2, 1, 1, 2]], np.float32),
        goal=np.array([-1, -1, 0, -1, -1, 0], np.int8),
        rep_capacity=np.array([60.0]),
        capacity=np.array([5.0]),
        goal_least=np.array([1.0]),
        per_customer=np.array([2, 2], np.int8),
    )


def test_a_plan_within_all_limits_breaks_none() -> None:
    assert violations(small(), np.array([0, 2, 5])) == []


@pytest.mark.parametrize(
    ("plan", "limits", "broken"),
    [
        ([0, 2, 6], {}, ["a cell does not exist"]),
        ([-1, 2], {}, ["a cell does not exist"]),
        ([2, 2], {}, ["cells taken twice: 1", "slots with two cells: 1"]),
        ([0, 1, 2], {"per_customer": np.array([3, 3], np.int8)}, ["slots with two cells: 1"]),
        ([0, 2], {"per_customer": np.array([1, 2], np.int8)}, ["customers with too many cells: 1"]),
        ([0, 2, 3], {}, ["representatives out of minutes: 1"]),
        ([0, 2, 5], {"capacity": np.array([4.0])}, ["budgets overspent: 1"]),
        ([0], {}, ["goals missed: 1"]),
        ([], {}, ["goals missed: 1"]),
    ],
)
def test_each_broken_limit_is_named(
    plan: list[int], limits: dict[str, np.ndarray], broken: list[str]
) -> None:
    found = violations(replace(small(), **limits), np.array(plan, np.int64))
    assert [name for name in broken if name not in found] == []
    if len(broken) == 1:
        assert found == broken


def test_the_bound_at_given_prices_is_the_one_worked_out_by_hand() -> None:
    prices = Prices(rep=np.array([0.1]), shared=np.array([0.5]), goal=np.array([0.25]))
    # visits: 5 - 3 - 0.5 and 3 - 4 - 0.5 (not taken); letters: 2 - 1 + 0.25 and 1 - 1 + 0.25
    assert upper_bound(small(), prices) == pytest.approx(1.5 + 1.25 + 0.25 + 6 + 2.5 - 0.25)
    with pytest.raises(ValueError, match="negative"):
        upper_bound(small(), replace(prices, rep=np.array([-0.1])))


def test_a_file_gives_the_instance_back(tmp_path: Path) -> None:
    instance = make("goals", 30, seed=1)
    instance.save(tmp_path / "instance.npz")
    again = load(tmp_path / "instance.npz")
    for name in Instance.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(again, name), getattr(instance, name))


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_instance_is_short_of_what_it_says_and_its_goals_are_possible(variant: str) -> None:
    instance = make(variant, 2000, seed=0)
    prices = highs.simplex(instance).prices
    assert prices is not None
    assert 0.4 < (prices.rep > 0).mean() < 1
    assert (prices.shared > 0).tolist() == [True, False, True]
    assert (prices.goal > 0).sum() >= (10 if variant == "goals" else 0)
    rows = instance.value.reshape(2000, -1)
    assert (len(np.unique(rows, axis=0)) <= 40) == (variant == "ties")


@pytest.mark.parametrize("variant", VARIANTS)
def test_exact_solvers_agree_and_no_baseline_is_better(variant: str) -> None:
    instance = make(variant, 600, seed=3)
    exact = [solve(instance) for solve in (highs.ipm, highs.simplex)]
    bounds = [upper_bound(instance, answer.prices) for answer in exact if answer.prices]
    optimum = exact[1].objective
    assert [bounds[0], bounds[1], exact[0].objective] == pytest.approx([optimum] * 3, rel=1e-6)
    for baseline in BASELINES:
        plan = baseline(instance).plan
        assert plan is not None
        assert violations(instance, plan) == []
        assert 0.5 * optimum < instance.value[plan].sum(dtype=float) <= optimum * (1 + 1e-9)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), variant=st.sampled_from(VARIANTS))
def test_what_the_collapse_leaves_out_is_worth_nothing(seed: int, variant: str) -> None:
    whole = make(variant, 20, seed)
    random = np.random.default_rng(seed)
    uneven = random.random(len(whole.value)) < 0.7
    samples = whole.shared * random.integers(1, 3, len(whole.value)).astype(np.float32)
    whole = replace(whole, shared=samples, goal_least=whole.goal_least * 0).take(np.flatnonzero(uneven))
    kept = undominated(whole)
    assert len(kept) < len(whole.value)
    prices = Prices(
        *(random.random(len(most)) for most in (whole.rep_capacity, whole.capacity, whole.goal_least))
    )
    assert upper_bound(whole.take(kept), prices) == pytest.approx(upper_bound(whole, prices))
    answer = highs.simplex(whole)
    assert answer.prices is not None
    assert upper_bound(whole, answer.prices) == pytest.approx(answer.objective, rel=1e-6)


def test_what_is_best_does_not_depend_on_how_many_cells_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = make("goals", 60, 3)
    uneven = np.flatnonzero(np.random.default_rng(3).random(len(whole.value)) < 0.7)
    whole = whole.take(uneven)
    at_once = undominated(whole)
    for cells in (1, 7, 50):
        monkeypatch.setattr("benchmarks.chooser.instance.PART_CELLS", cells)
        assert (undominated(whole) == at_once).all()


def test_a_method_runs_alone_and_an_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "instance.npz"
    make("plain", 300, seed=0).save(path)
    rows = {method: run(method, path, 60) for method in ("highs-ipm", "ortools-pdlp", "global-greedy")}
    optimum = rows["highs-ipm"]["objective"]
    assert rows["ortools-pdlp"]["objective"] == pytest.approx(optimum, rel=1e-3)
    assert optimum <= rows["ortools-pdlp"]["bound"] * (1 + 1e-9)
    assert rows["global-greedy"]["status"] == "ok"
    assert rows["global-greedy"]["bound"] is None
    assert all(row["peak_mib"] > 0 for row in rows.values())
    assert run("global-greedy", path, 0)["status"] == "over 0 s"
    assert run("global-greedy", tmp_path / "none.npz", 60)["status"] == "ended with 1"
