"""The chart of a trial: drawn from the weeks, labelled simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from unisono.charts import SIMULATED_LABEL, play_chart
from unisono.errors import UsageError

pytest.importorskip("altair")


def rows(**gains: float) -> list[dict[str, object]]:
    return [
        {
            "policy": policy,
            "week": week,
            "extra": gain * week,
            "low": gain * week - 3,
            "high": gain * week + 3,
        }
        for policy, gain in gains.items()
        for week in (1, 2, 3)
    ]


def test_every_policy_is_named_with_its_gain_and_the_label_stands(tmp_path: Path) -> None:
    path = tmp_path / "play.svg"
    play_chart(rows(usual=0, unisono=40, greedy=39.9, random=-7), path, seeds=5, subtitle="4 customers")
    drawn = path.read_text(encoding="utf-8")
    for words in (
        SIMULATED_LABEL,
        "unisono +120",
        "greedy +120",
        "random -21",
        "4 customers",
        "+117 to +123",
    ):
        assert words in drawn, words


def test_one_world_says_so(tmp_path: Path) -> None:
    path = tmp_path / "play.svg"
    play_chart(rows(usual=0, oracle=4), path, seeds=1, subtitle="")
    assert "One world only: no interval" in path.read_text(encoding="utf-8")


def test_nothing_played_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="UN5302"):
        play_chart([], tmp_path / "play.svg", seeds=1, subtitle="")
