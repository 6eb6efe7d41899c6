"""Sizing: what the plan is worth along the capacity of what is scarce."""

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
COLOURS = ("#4477aa", "#ee6677", "#228833", "#aa7700", "#66ccee", "#aa3377")
WIDTH, HEIGHT = 560, 360
LINE_HEIGHT = 16  # pixels that a label needs


def sizing_chart(rows: Sequence[Row], path: Path, *, currency: str, simulated: bool) -> None:
    """Draw a plan's value along the capacity of each resource as SVG, today's point marked.

    `rows` have name, scale (of today's capacity, rising for each name) and value in `currency`. UsageError UN5302 if
    there is nothing to draw.
    """
    need_charts()
    if not rows:
        raise UsageError(
            "UN5302", "nothing is scarce, so there is no curve", hint="see 'unisono prices --all'"
        )
    save_svg(_chart(rows, currency), path, simulated=simulated)


def _chart(rows: Sequence[Row], currency: str) -> alt.LayerChart:
    import altair as alt

    names = list(dict.fromkeys(row["name"] for row in rows))
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[COLOURS[place % len(COLOURS)] for place in range(len(names))]),
        legend=None,
    )
    base = alt.Chart(alt.InlineData(values=[dict(row) for row in rows])).encode(
        x=alt.X(
            "scale:Q",
            title="Capacity, share of today's",
            axis=alt.Axis(format="%", grid=False, values=[0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]),
            scale=alt.Scale(nice=False),
        ),
        y=alt.Y(
            "value:Q",
            title=f"Value of the plan, {currency}",
            axis=alt.Axis(grid=True, gridColor="#eeeeee", domain=False, format=",d"),
            scale=alt.Scale(zero=False),
        ),
    )
    lines = base.mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=22)).encode(color=colour)
    labels = (
        alt.Chart(alt.InlineData(values=_labels(rows)))
        .mark_text(align="left", dx=8, fontSize=12, fontWeight="bold")
        .encode(x="scale:Q", y="at:Q", text="text:N", color=colour)
    )
    today = next(row for row in rows if row["scale"] == 1)
    mark = alt.Chart(alt.InlineData(values=[dict(today)])).encode(x="scale:Q", y="value:Q")
    dot = mark.mark_point(size=110, filled=True, color=INK, opacity=1)
    word = mark.mark_text(align="left", dx=10, dy=12, fontSize=12, color=INK).encode(
        text=alt.value(f"today: {today['value']:,.0f}")
    )
    title = alt.TitleParams(
        _headline(rows),
        subtitle=[
            "Each line: the plan solved anew with more or less of one resource, all others as they are today.",
            "Values are the playbook's, not sales.",
        ],
        subtitleColor=QUIET,
        subtitlePadding=6,
        offset=14,
    )
    return alt.LayerChart(
        layer=[lines, labels, dot, word],
        title=title,
        description=_headline(rows),
        width=WIDTH,
        height=HEIGHT,
    )


def _labels(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return a label at the end of each line with what the most capacity adds, apart from the one below."""
    today = next(row["value"] for row in rows if row["scale"] == 1)
    values = [row["value"] for row in rows]
    gap = (max(values) - min(values)) * LINE_HEIGHT / HEIGHT
    ends = sorted({row["name"]: row for row in rows}.values(), key=lambda row: float(row["value"]))
    heights = apart([row["value"] for row in ends], gap)
    return [
        {
            "name": row["name"],
            "scale": row["scale"],
            "at": height,
            "text": f"{row['name']} {_change(row['value'], today)}",
        }
        for row, height in zip(ends, heights, strict=True)
    ]


def _headline(rows: Sequence[Row]) -> str:
    """Return in words what a tenth more and less of the first resource does to the plan."""
    value = {round(row["scale"], 1): row["value"] for row in rows if row["name"] == rows[0]["name"]}
    more, less = (_change(value[scale], value[1.0]) for scale in (1.1, 0.9))
    return f"{rows[0]['name']}: 10 % more capacity changes the plan by {more}, 10 % less by {less}"


def _change(value: float, today: float) -> str:
    return f"{value / today - 1:+.1%}" if today > 0 else f"{value - today:+,.0f}"
