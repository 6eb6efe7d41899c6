"""Differences are taken world by world, and intervals are Student's."""

from __future__ import annotations

import pytest

from unisono.trial.outcome import Week, compare, interval, paths


def week(policy: str, seed: int, number: int, new_rx: int, expected: float = 0.0) -> Week:
    return Week(
        seed=seed,
        policy=policy,
        week=number,
        clock="2026-01-05T00:00:00",
        suggestions=4,
        executed=2,
        contacts=9,
        responses=3,
        new_rx=new_rx,
        expected=expected,
        violations=0,
        person_violations=1,
        findings={},
        seconds=0.1,
    )


def test_interval_of_known_numbers() -> None:
    """Mean 5, standard deviation 2, n = 4: half-width 3.182 x 2 / 2 (Student's table)."""
    found = interval([3.0, 5.0, 5.0, 7.0])
    assert found.mean == 5
    assert found.high == pytest.approx(5 + 3.182 * (8 / 3) ** 0.5 / 2, abs=1e-3)
    assert found.low == pytest.approx(10 - found.high)
    assert interval([3.0]).low is None


def test_pairing_removes_what_worlds_differ_by() -> None:
    """Worlds differ by hundreds, the policy adds 10 in each: the interval of the gain has no width."""
    weeks = [week("usual", seed, 1, 100 * seed) for seed in (1, 2, 3)]
    weeks += [week("unisono", seed, 1, 100 * seed + 10, expected=9.5) for seed in (1, 2, 3)]
    usual, mine = compare(weeks)
    assert (usual.extra.mean, usual.ratio.mean) == (0, 1)
    assert (mine.extra.low, mine.extra.mean, mine.extra.high) == (10, 10, 10)
    assert mine.extra_expected.mean == 9.5
    assert mine.ratio.mean == pytest.approx((110 / 100 + 210 / 200 + 310 / 300) / 3)
    assert (mine.suggestions, mine.executed, mine.person_violations) == (12, 6, 3)


def test_paths_add_up_over_weeks() -> None:
    weeks = [week("usual", seed, number, 5) for seed in (1, 2) for number in (1, 2)]
    weeks += [
        week("greedy", 1, 1, 7),
        week("greedy", 1, 2, 4),
        week("greedy", 2, 1, 5),
        week("greedy", 2, 2, 9),
    ]
    found = {(row["policy"], row["week"]): row for row in paths(weeks)}
    assert found["greedy", 1]["extra"] == 1  # 2 and 0
    assert found["greedy", 2]["extra"] == pytest.approx(2.5)  # 1 and 4
    assert found["greedy", 2]["low"] < 2.5 < found["greedy", 2]["high"]
    assert found["usual", 2] == {"policy": "usual", "week": 2, "extra": 0, "low": 0, "high": 0}
