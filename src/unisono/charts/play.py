"""A trial's outcome: prescriptions gained over the usual policy, week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unisono.charts.svg import INK, QUIET, apart, need_charts, save_svg
from unisono.errors import UsageError

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]

# Paul Tol's bright scheme, which the colour-blind tell apart (https://personal.sron.nl/~pault/).
COLOURS = {
    "unisono": "#4477aa",
    "oracle": "#228833",
    "greedy": "#ee6677",
    "random": "#aa7700",
    "usual": QUIET,
}
OTHER = INK
WIDTH, HEIGHT = 620, 380
LINE_HEIGHT = 16  # pixels that a label needs


def play_chart(rows: Sequence[Row], path: Path, *, seeds: int, subtitle: str) -> None:
    """Draw the cumulative extra prescriptions of each policy as SVG, with intervals over seeds as bands.

    `rows` have policy, week, extra, low and high. What is drawn is simulated, always, and says so. UsageError
    UN5302 if there is nothing to draw.
    """
    need_charts()
    if not rows:
        raise UsageError(
            "UN5302", "no week has been played, so there is nothing to draw", hint="play some weeks"
        )
    save_svg(_chart(rows, seeds, subtitle), path, simulated=True)


def _chart(rows: Sequence[Row], seeds: int, subtitle: str) -> alt.LayerChart:
    import altair as alt

    policies = list(dict.fromkeys(row["policy"] for row in rows))
    colour = alt.Color(
        "policy:N",
        scale=alt.Scale(domain=policies, range=[COLOURS.get(name, OTHER) for name in policies]),
        legend=None,
    )
    data = alt.InlineData(values=[dict(row) for row in rows])
    base = alt.Chart(data).encode(
        x=alt.X(
            "week:Q", title="Week of the trial", axis=alt.Axis(grid=False, values=_ticks(rows), format="d")
        ),
        color=colour,
    )
    bands = base.mark_area(opacity=0.14).encode(
        y=alt.Y(
            "low:Q",
            title="New prescriptions gained over the usual policy, cumulative",
            axis=alt.Axis(grid=True, gridColor="#eeeeee", domain=False, format="+,d", tickMinStep=1),
        ),
        y2="high:Q",
    )
    lines = base.mark_line(strokeWidth=2.2).encode(y="extra:Q")
    labels = (
        alt.Chart(alt.InlineData(values=_labels(rows)))
        .mark_text(align="left", dx=8, fontSize=12, fontWeight="bold")
        .encode(x="week:Q", y="at:Q", text="text:N", color=colour)
    )
    bars = "Bands: 95 % t-intervals" if seeds > 1 else "One world only: no interval"
    title = alt.TitleParams(
        _headline(rows),
        subtitle=[
            subtitle,
            f"Lines: mean over {seeds} worlds, the same for every policy, luck included. {bars}.",
        ]
        if seeds > 1
        else [subtitle, f"{bars}."],
        subtitlePadding=6,
        offset=14,
    )
    return alt.LayerChart(
        layer=[bands, lines, labels], title=title, description=_headline(rows), width=WIDTH, height=HEIGHT
    )


def _ticks(rows: Sequence[Row]) -> list[int]:
    """Return the weeks that are named below the chart: about a dozen, the last one among them."""
    last = max(row["week"] for row in rows)
    return list(range(last, 0, -max(1, round(last / 13))))


def _last(rows: Sequence[Row]) -> list[Row]:
    """Return the last week of each policy, the lowest first."""
    last = {row["policy"]: row for row in sorted(rows, key=lambda row: row["week"])}
    return sorted(last.values(), key=lambda row: row["extra"])


def _labels(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return a label at the end of each line, moved up where it would cover the one below."""
    values = [value for row in rows for value in (row["low"], row["high"], 0.0)]
    gap = (max(values) - min(values)) * LINE_HEIGHT / HEIGHT
    labels: list[dict[str, object]] = []
    last = _last(rows)
    for row, height in zip(last, apart([row["extra"] for row in last], gap), strict=True):
        text = row["policy"] if row["policy"] == "usual" else f"{row['policy']} {row['extra']:+,.0f}"
        labels.append({"policy": row["policy"], "week": row["week"], "at": height, "text": text})
    return labels


def _headline(rows: Sequence[Row]) -> str:
    """Return the outcome of unisono's policy in words, with its interval; or of the best, if it was not played."""
    last = {row["policy"]: row for row in _last(rows)}
    row = last.get("unisono") or list(last.values())[-1]
    if row["low"] == row["high"]:
        return f"{row['policy']}: {row['extra']:+,.0f} new prescriptions in {row['week']} weeks"
    return (
        f"{row['policy']}: {row['extra']:+,.0f} new prescriptions in {row['week']} weeks "
        f"({row['low']:+,.0f} to {row['high']:+,.0f})"
    )
