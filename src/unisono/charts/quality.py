"""The quality of sources: how complete and how contradicted each field of each system is, as a page and as a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unisono.charts.page import bars, table, text, words, write
from unisono.charts.svg import INK, QUIET, need_charts, save_svg
from unisono.errors import UsageError
from unisono.playbook.identity import GOLDEN_FIELDS

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]
BLUE, RED = (68, 119, 170), (238, 102, 119)  # Paul Tol's bright scheme
SHADES = {"complete": ["#ffffff", "#4477aa"], "conflicts": ["#ffffff", "#ee6677"]}
DARK = 0.6  # shares above are written in white
CELL = 46  # pixels
WORST = 10


def quality_page(name: str, rows: Sequence[Row], examples: Sequence[Row], *, simulated: bool) -> str:
    """Return a page that shows a data owner what to clean; everything in it is escaped.

    `rows` are those of `source_quality`; `examples` have system, source_record_id, field, value, believed,
    believed_from, rule and customer_id.
    """
    worst = sorted(
        (row for row in rows if row["conflicting"]),
        key=lambda row: (-_conflicts(row), row["system"], row["kind"], row["field"]),
    )[:WORST]
    rates = [
        (
            f"{row['system']} {row['kind']}: {words(row['field'])}",
            0.0,
            _conflicts(row),
            f"{_conflicts(row):.0%} of {row['compared']:,}",
        )
        for row in worst
    ]
    columns = (
        "system",
        "record",
        "field",
        "value here",
        "value believed",
        "believed from",
        "because of",
        "customer",
    )
    conflicts = [
        (
            row["system"],
            row["source_record_id"],
            words(row["field"]),
            row["value"],
            row["believed"],
            row["believed_from"],
            row["rule"],
            row["customer_id"],
        )
        for row in examples
    ]
    parts = [
        "<h2>Completeness</h2><p>Share of the records that have a value.</p>",
        _heat(rows, "complete"),
        "<h2>Conflicts</h2><p>Share of the values that differ from what is believed of the customer, where another "
        "record has a value to compare with. Empty where none has.</p>",
        _heat(rows, "conflicts"),
        f"<h2>Where sources disagree most</h2>{bars(rates)}"
        if rates
        else "<p>No source disagrees with another.</p>",
        f"<h2>Examples of conflicts</h2>{table(columns, conflicts)}" if conflicts else "",
    ]
    records = sum(count for _, _, count in _groups(rows))
    return write(f"Quality of the sources: {name}", [f"{records:,} records"], parts, simulated=simulated)


def quality_chart(rows: Sequence[Row], path: Path, *, simulated: bool) -> None:
    """Draw completeness and conflicts by system and field as SVG; UsageError UN5302 if there are no records."""
    need_charts()
    if not rows:
        raise UsageError(
            "UN5302", "there are no records, so nothing to draw", hint="see 'unisono tables list'"
        )
    import altair as alt

    panels = [
        _panel(rows, "complete", "Completeness: share of the records that have a value"),
        _panel(
            rows,
            "conflicts",
            "Conflicts: share of the values that differ from what is believed of the customer",
        ),
    ]
    whole = alt.vconcat(*panels, spacing=28).resolve_scale(color="independent")
    save_svg(whole, path, simulated=simulated)


def _panel(rows: Sequence[Row], what: str, title: str) -> alt.LayerChart:
    import altair as alt

    values = [
        {"source": f"{row['system']} {row['kind']}", "field": words(row["field"]), "share": share}
        for row in rows
        if (share := _share(row, what)) is not None
    ]
    names = [f"{system} {kind}" for system, kind, _ in _groups(rows)]
    axis: dict[str, Any] = {"labelAngle": 0, "ticks": False, "domain": False, "labelLimit": 240}
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X(
            "field:N",
            title=None,
            scale=alt.Scale(domain=[words(field) for field in GOLDEN_FIELDS]),
            axis=alt.Axis(**{**axis, "orient": "top", "labelAngle": -35}),
        ),
        y=alt.Y("source:N", title=None, scale=alt.Scale(domain=names), axis=alt.Axis(**axis)),
    )
    colour = alt.Color(
        "share:Q", scale=alt.Scale(domain=[0, 1], range=SHADES[what], interpolate="rgb"), legend=None
    )
    figures = base.mark_text(fontSize=11).encode(
        text=alt.Text("share:Q", format=".0%"),
        color=alt.condition(f"datum.share > {DARK}", alt.value("white"), alt.value(INK)),
    )
    return alt.LayerChart(
        layer=[base.mark_rect(stroke="#dddddd").encode(color=colour), figures],
        title=alt.TitleParams(title, fontSize=14, color=QUIET, anchor="start"),
        width=CELL * len(GOLDEN_FIELDS),
        height=26 * len(names),
    )


def _heat(rows: Sequence[Row], what: str) -> str:
    """Return a table of systems by fields, the darker the higher the share."""
    shares = {(row["system"], row["kind"], row["field"]): _share(row, what) for row in rows}
    head = "".join(f'<th class="number">{text(words(field))}</th>' for field in GOLDEN_FIELDS)
    body = "".join(
        f"<tr><th>{text(system)} {text(kind)}</th>"
        + "".join(_shaded(shares.get((system, kind, field)), what) for field in GOLDEN_FIELDS)
        + f'<td class="number">{count:,}</td></tr>'
        for system, kind, count in _groups(rows)
    )
    return (
        f'<div class="wide"><table><thead><tr><th>source</th>{head}<th class="number">records</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _shaded(share: float | None, what: str) -> str:
    if share is None:
        return '<td class="number"></td>'
    red, green, blue = (round(255 - share * (255 - end)) for end in (BLUE if what == "complete" else RED))
    ink = "white" if share > DARK else INK
    return (
        f'<td class="number" style="background: rgb({red}, {green}, {blue}); color: {ink}">{share:.0%}</td>'
    )


def _share(row: Row, what: str) -> float | None:
    if what == "complete":
        return float(row["filled"] / row["records"])
    return _conflicts(row) if row["compared"] else None


def _conflicts(row: Row) -> float:
    return float(row["conflicting"] / row["compared"])


def _groups(rows: Sequence[Row]) -> list[tuple[str, str, int]]:
    """Return each system and kind with its number of records."""
    return list(dict.fromkeys((row["system"], row["kind"], row["records"]) for row in rows))
