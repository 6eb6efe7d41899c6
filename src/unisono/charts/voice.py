"""Share of voice: how much of what customers hear about a market is about one's own products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unisono.charts.svg import INK, need_charts, save_svg
from unisono.errors import UsageError

if TYPE_CHECKING:
    import altair as alt

# Own products are blues from dark to light. Competitors are Paul Tol's light scheme without its blues,
# made for dark text on cells that the colour-blind tell apart (https://personal.sron.nl/~pault/).
OWN_COLOURS = ("#08306b", "#2171b5", "#6baed6", "#c6dbef")
COMPETITOR_COLOURS = ("#ee8866", "#44bb99", "#eedd88", "#ffaabb", "#aaaa00")
OTHERS_COLOUR = "#dddddd"
DARK = OWN_COLOURS[:2]
OTHERS = "all other companies"
LABEL_FROM = 0.04  # a share below this has no room for its number

Row = Mapping[str, Any]


def voice_chart(
    data: pa.Table, path: Path, *, simulated: bool, source: str = "the project's touchpoints"
) -> None:
    """Draw share of voice by quarter as SVG: own products in blue below, competitors above.

    `data` has quarter, company_name, is_own, product_name and mentions, as `voice` joined to the playbook's
    names; rows without a product name are about something else than this market and are left out. `source`
    names the data in the line below the chart. UsageError UN5302 if there is nothing to draw.
    """
    need_charts()
    rows = [row for row in data.to_pylist() if row["product_name"] is not None]
    if not rows:
        raise UsageError(
            "UN5302",
            "no touchpoint names a product of the playbook, so there is no share of voice",
            hint="give products and competitors' products the aliases by which the sources call them",
        )
    colours = _colours(rows)
    segments = _segments(rows, colours)
    save_svg(_chart(segments, colours, _headline(rows), source), path, simulated=simulated)


def _name(row: Row) -> str:
    return str(row["product_name"] if row["is_own"] else row["company_name"])


def _colours(rows: Sequence[Row]) -> dict[str, str]:
    """Return the colour of each segment, in the order in which they are stacked from the bottom."""
    own, competitors = Counter[str](), Counter[str]()
    for row in rows:
        (own if row["is_own"] else competitors)[_name(row)] += row["mentions"]
    own_names = [name for name, _ in own.most_common()]
    shades = [*OWN_COLOURS, *OWN_COLOURS[-1:] * len(own_names)]
    named = [name for name, _ in competitors.most_common(len(COMPETITOR_COLOURS))]
    colours = dict(zip(own_names, shades, strict=False)) | dict(zip(named, COMPETITOR_COLOURS, strict=False))
    return colours | ({OTHERS: OTHERS_COLOUR} if len(competitors) > len(named) else {})


def _segments(rows: Sequence[Row], colours: Mapping[str, str]) -> list[dict[str, object]]:
    """Return one segment for each quarter and name, with its share and where it begins and ends."""
    mentions = Counter[tuple[str, str]]()
    for row in rows:
        name = _name(row)
        mentions[row["quarter"], name if name in colours else OTHERS] += row["mentions"]
    segments: list[dict[str, object]] = []
    for quarter, (own, total) in _totals(rows).items():
        shares = [mentions[quarter, name] / total for name in colours]
        ends = accumulate(shares)
        segments += [
            {
                "quarter": f"{quarter}|own {own / total:.0%}|of {total:,}",
                "name": name,
                "share": share,
                "from": end - share,
                "until": end,
                "middle": end - share / 2,
                "is_dark": colours[name] in DARK,
            }
            for name, share, end in zip(colours, shares, ends, strict=True)
        ]
    return segments


def _totals(rows: Sequence[Row]) -> dict[str, tuple[int, int]]:
    """Return the own and all mentions of each quarter, in order of time."""
    own, all_ = Counter[str](), Counter[str]()
    for row in rows:
        all_[row["quarter"]] += row["mentions"]
        own[row["quarter"]] += row["mentions"] if row["is_own"] else 0
    return {quarter: (own[quarter], all_[quarter]) for quarter in sorted(all_)}


def _headline(rows: Sequence[Row]) -> str:
    company = next((f"{row['company_name']}'s" for row in rows if row["is_own"]), "Own")
    shares = [f"{own / total:.0%} in {quarter}" for quarter, (own, total) in _totals(rows).items()]
    return f"{company} share of voice: {', '.join(dict.fromkeys([shares[0], shares[-1]]))}"


def _chart(
    segments: Sequence[Mapping[str, object]], colours: Mapping[str, str], headline: str, source: str
) -> alt.LayerChart:
    import altair as alt

    below = alt.Axis(
        labelExpr="split(datum.label, '|')",
        labelAngle=0,
        domain=False,
        ticks=False,
        title=f"Source: {source}",
        titleAnchor="start",
        titlePadding=14,
    )
    top_first = list(colours.items())[::-1]
    base = alt.Chart(alt.InlineData(values=list(segments))).encode(x=alt.X("quarter:N", axis=below))
    bars = base.mark_bar(stroke="white", strokeWidth=1).encode(
        y=alt.Y(
            "from:Q",
            axis=alt.Axis(format="%", title=None, grid=False, domain=False),
            scale=alt.Scale(domain=[0, 1]),
        ),
        y2="until:Q",
        color=alt.Color(
            "name:N",
            scale=alt.Scale(
                domain=[name for name, _ in top_first], range=[colour for _, colour in top_first]
            ),
            legend=alt.Legend(title=None),
        ),
    )
    numbers = (
        base.transform_filter(alt.datum.share >= LABEL_FROM)
        .mark_text(fontSize=11)
        .encode(
            y="middle:Q",
            text=alt.Text("share:Q", format=".0%"),
            color=alt.condition(alt.datum.is_dark, alt.value("white"), alt.value(INK)),
        )
    )
    title = alt.TitleParams(
        headline,
        subtitle=[
            "Share of the quarter's mentions of the market's products; a touchpoint may name several.",
            "Blue: own products, by product. Other colours: competitors, by company.",
        ],
        subtitlePadding=6,
        offset=14,
    )
    return alt.LayerChart(
        layer=[bars, numbers], title=title, description=headline, width=alt.Step(92), height=420
    )
