"""How every chart is drawn: one house style, and a label that simulated data cannot lose."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from unisono.errors import UsageError

if TYPE_CHECKING:
    import altair as alt

SIMULATED_LABEL = "Simulated data: no real customer, company or product"
INK = "#222222"
QUIET = "#666666"
WARNING = "#b03a00"


def need_charts() -> None:
    """Raise UsageError UN5301 if the charts extra is not installed."""
    for package in ("altair", "vl_convert"):
        if find_spec(package) is None:
            raise UsageError(
                "UN5301",
                f"charts need the package '{package}', which is not installed",
                hint="pip install 'unisono[charts]'",
            )


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Return heights, given the lowest first, moved up where they are less than `gap` above the one below."""
    return list(accumulate(heights, lambda below, height: max(height, below + gap)))


def save_svg(chart: alt.LayerChart | alt.VConcatChart | alt.Chart, path: Path, *, simulated: bool) -> None:
    """Write `chart` to `path` as SVG, in the house style and labelled where its data is simulated."""
    need_charts()
    import altair as alt

    whole = alt.concat(chart)
    if simulated:
        whole = whole.properties(title=alt.TitleParams(SIMULATED_LABEL, color=WARNING, fontSize=13))
    styled = (
        whole.configure(font="Helvetica, Arial, sans-serif", background="white", padding=16)
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=QUIET, titleFontWeight="normal", labelFontSize=12)
        .configure_legend(labelColor=INK, labelFontSize=12, symbolType="square", symbolStrokeWidth=0)
        .configure_title(color=INK, subtitleColor=QUIET, fontSize=17, subtitleFontSize=12, anchor="start")
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    styled.save(str(path), format="svg")
