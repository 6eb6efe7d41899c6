"""What came of a trial: totals over weeks, differences over seeds, and how sure they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Any

BASELINE = "usual"
# Student's t, 97.5 % quantile by degrees of freedom; beyond the list the normal's is near enough.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_NORMAL = 1.96


@dataclass(frozen=True)
class Week:
    """One week of one policy in one world.

    `new_rx` counts new prescriptions of all own products, `expected` is their true mean, without the luck of the
    week; `violations` are those by resolved customer, `person_violations` those by true person.
    """

    seed: int
    policy: str
    week: int
    clock: str
    suggestions: int
    executed: int
    contacts: int
    responses: int
    new_rx: int
    expected: float
    violations: int
    person_violations: int
    findings: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class Interval:
    """A mean over seeds with its 95 % t-interval; the ends are None where there is one seed only."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Comparison:
    """One policy over all weeks: `extra` is against the usual policy in the same world, `ratio` divides by it."""

    policy: str
    seeds: int
    new_rx: Interval
    extra: Interval
    extra_expected: Interval
    ratio: Interval
    suggestions: int
    executed: int
    contacts: int
    violations: int
    person_violations: int


def interval(values: Sequence[float]) -> Interval:
    """Return mean and 95 % t-interval of one number per seed."""
    mean = fmean(values)
    if len(values) < 2:
        return Interval(mean, None, None)
    quantile = _T[len(values) - 2] if len(values) - 2 < len(_T) else _NORMAL
    half = quantile * stdev(values) / sqrt(len(values))
    return Interval(mean, mean - half, mean + half)


def compare(weeks: Iterable[Week]) -> list[Comparison]:
    """Return each policy's outcome; differences are taken world by world, before the mean over seeds."""
    runs: dict[str, dict[int, list[Week]]] = defaultdict(lambda: defaultdict(list))
    for week in weeks:
        runs[week.policy][week.seed].append(week)
    return [_comparison(policy, seeds, runs[BASELINE]) for policy, seeds in runs.items()]


def _comparison(policy: str, seeds: dict[int, list[Week]], base: dict[int, list[Week]]) -> Comparison:
    realised = {seed: sum(week.new_rx for week in weeks) for seed, weeks in seeds.items()}
    expected = {seed: sum(week.expected for week in weeks) for seed, weeks in seeds.items()}
    usual = {seed: sum(week.new_rx for week in base[seed]) for seed in seeds}
    usual_expected = {seed: sum(week.expected for week in base[seed]) for seed in seeds}
    every = [week for weeks in seeds.values() for week in weeks]
    return Comparison(
        policy=policy,
        seeds=len(seeds),
        new_rx=interval([float(value) for value in realised.values()]),
        extra=interval([float(realised[seed] - usual[seed]) for seed in seeds]),
        extra_expected=interval([expected[seed] - usual_expected[seed] for seed in seeds]),
        ratio=interval([realised[seed] / max(usual[seed], 1) for seed in seeds]),
        suggestions=sum(week.suggestions for week in every),
        executed=sum(week.executed for week in every),
        contacts=sum(week.contacts for week in every),
        violations=sum(week.violations for week in every),
        person_violations=sum(week.person_violations for week in every),
    )


def paths(weeks: Iterable[Week]) -> list[dict[str, Any]]:
    """Return the cumulative extra prescriptions against the usual policy by policy and week: mean, low, high."""
    by_key = {(week.policy, week.seed, week.week): week.new_rx for week in weeks}
    extra: dict[tuple[str, int], list[float]] = defaultdict(list)
    for policy, seed in dict.fromkeys((policy, seed) for policy, seed, _ in by_key):
        total = 0.0
        for number in sorted(week for p, s, week in by_key if (p, s) == (policy, seed)):
            total += by_key[policy, seed, number] - by_key[BASELINE, seed, number]
            extra[policy, number].append(total)
    found = []
    for (policy, number), values in sorted(extra.items()):
        at = interval(values)
        low, high = (at.mean, at.mean) if at.low is None or at.high is None else (at.low, at.high)
        found.append({"policy": policy, "week": number, "extra": at.mean, "low": low, "high": high})
    return found
