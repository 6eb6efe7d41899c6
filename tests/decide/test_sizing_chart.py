"""The sizing chart: a line a resource, today's point, the label."""

from __future__ import annotations

from pathlib import Path

import pytest

from unisono.charts import SIMULATED_LABEL, sizing_chart
from unisono.errors import UsageError

pytest.importorskip("altair")


def rows(**slope: float) -> list[dict[str, object]]:
    return [
        {"name": name, "scale": scale, "value": 1000 + by * (scale - 1)}
        for name, by in slope.items()
        for scale in (0.9, 1.0, 1.1, 2.0)
    ]


@pytest.mark.parametrize("simulated", [True, False])
def test_every_resource_is_named_with_what_twice_of_it_adds(tmp_path: Path, simulated: bool) -> None:
    path = tmp_path / "curve.svg"
    sizing_chart(rows(Representatives=300, Events=20), path, currency="EUR", simulated=simulated)
    drawn = path.read_text(encoding="utf-8")
    for words in ("Representatives +30.0%", "Events +2.0%", "today: 1,000", "EUR", "10 % less by -3.0%"):
        assert words in drawn, words
    assert (SIMULATED_LABEL in drawn) == simulated


def test_nothing_scarce_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="UN5302"):
        sizing_chart([], tmp_path / "curve.svg", currency="EUR", simulated=True)
