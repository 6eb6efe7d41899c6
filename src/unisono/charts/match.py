"""Why two records are one customer or are not: the tables that the terminal and the page share, the page, the chart."""

from __future__ import annotations

from collections.abc import Mapping
from math import log2
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

from unisono.charts.customer import Section
from unisono.charts.page import Bar, bar_colour, bars, table, text, words, write
from unisono.charts.svg import INK, QUIET, need_charts, save_svg
from unisono.errors import UsageError
from unisono.tables import TABLES

if TYPE_CHECKING:
    import altair as alt

Row = Mapping[str, Any]
COMPARED = [
    name
    for name in TABLES["match_record"].names
    if name not in ("record_key", "system", "source_record_id", "content_hash")
]
WIDTH, STEP, FIGURE = 560, 26, 60  # pixels: of the bars, of one of them, of its figure
MOST = 0.999  # likelier is not told apart
LINE = 115  # characters in a line below the title
DECIDED = {"same": "one customer", "not_same": "not one customer", "open": "left open"}


def match_page(pair: Row) -> str:
    """Return why two records are one customer, or are not, as a page of HTML; everything in it is escaped.

    `pair` has the records `left` and `right`, `evidence`, `identifiers` and `decisions` as rows, `not_compared`,
    `accept`, `review`, `weight`, `probability`, `outcome` and `simulated`.
    """
    name = _name(pair)
    shown = [
        f"<h2>{text(each.title)}</h2>{table(each.columns, each.rows, each.numbers)}"
        if each.rows
        else f"<p>{text(each.title)}</p>"
        for each in sections(pair)
    ]
    drawn = f"<h2>What each comparison adds, bits</h2>{bars(steps(pair))}" if pair["evidence"] else ""
    parts = [f"<p>{text(pair['outcome'])}</p>", drawn, *shown]
    customers = dict.fromkeys(pair[side]["customer_id"] for side in ("left", "right"))
    return write(name, customers, parts, simulated=pair["simulated"], name=f"Match: {name}")


def match_chart(pair: Row, path: Path) -> None:
    """Draw what each comparison adds as SVG; UsageError UN5302 if the records are not compared."""
    need_charts()
    if not pair["evidence"]:
        raise UsageError(
            "UN5302", f"there is nothing to draw: {pair['not_compared']}", hint="leave --svg out"
        )
    save_svg(_chart(pair), path, simulated=pair["simulated"])


def sections(pair: Row) -> list[Section]:
    """Return the tables of the explanation; one without rows says in its title that there are none."""
    return [_records(pair), _waterfall(pair), _identifiers(pair), _decisions(pair)]


def steps(pair: Row) -> list[Bar]:
    """Return how the weight comes about, in bits: the prior, comparison after comparison, and what they add up to."""
    made: list[Bar] = []
    at = 0.0
    for row in pair["evidence"]:
        name = f"{words(row['field']) or 'prior'}: {row['likeness']}"
        made.append((name, at, row["total"], f"{row['weight']:+.2f}".replace("-", "−")))
        at = row["total"]
    total = f"weight: {likely(pair['probability'])} likely"
    return [*made, (total, 0.0, at, f"= {at:.2f}".replace("-", "−"))]


def likely(probability: float) -> str:
    """Return a probability in words, never rounded to certainty."""
    if probability > MOST:
        return f"more than {percent(MOST)}"
    return f"less than {percent(1 - MOST)}" if probability < 1 - MOST else f"{probability:.1%}"


def percent(share: float) -> str:
    """Return what the playbook says of a probability."""
    return f"{100 * share:.4g}%"


def identified(identifier: Row) -> str:
    """Return an identifier with its value, and with those of the fields that have to agree."""
    value, *agreeing = identifier["value"].split("|")
    also = f" (with {', '.join(agreeing)})" if agreeing else ""
    return f"{words(identifier['field'])} {value}{also}"


def _records(pair: Row) -> Section:
    left, right = pair["left"], pair["right"]
    fields = [name for name in COMPARED if left.get(name) or right.get(name)]
    rows = [
        ("customer", left["customer_id"], right["customer_id"], _alike(left, right, "customer_id")),
        *((words(name), left.get(name), right.get(name), _alike(left, right, name)) for name in fields),
    ]
    return Section(
        "The records as they are compared", ("", left["record_key"], right["record_key"], " "), rows
    )


def _alike(left: Row, right: Row, name: str) -> str:
    one, other = left.get(name), right.get(name)
    return "differs" if one and other and one != other else ""


def _waterfall(pair: Row) -> Section:
    columns = ("compared", "likeness", "bits", "total", "probability")
    rows = [
        (words(row["field"]) or "prior", row["likeness"], f"{row['weight']:+.2f}", f"{row['total']:.2f}", "")
        for row in pair["evidence"]
    ]
    if not rows:
        return Section(f"Likeness: {pair['not_compared']}.", columns, [])
    limits = sorted(
        (
            ("accept", "one customer without being asked", pair["accept"]),
            ("review", "a steward is asked", pair["review"]),
        ),
        key=lambda limit: -limit[2],
    )
    rows.append(("weight", "", "", f"{pair['weight']:.2f}", likely(pair["probability"])))
    rows += [
        (name, meaning, "", "" if bits is None else f"{bits:.2f}", percent(least))
        for name, meaning, least in limits
        for bits in [_bits(least)]
    ]
    return Section("What each comparison adds", columns, rows, ("bits", "total", "probability"))


def _identifiers(pair: Row) -> Section:
    rows = [(identified(row),) for row in pair["identifiers"]]
    title = "What identifies both" if rows else "They share no identifier."
    return Section(title, ("identifier",), rows)


def _decisions(pair: Row) -> Section:
    rows = [
        (
            row["decision_id"],
            row["left_key"],
            row["right_key"],
            DECIDED[row["decision"]],
            row["decided_by"],
            f"{row['decided_at']:%Y-%m-%d %H:%M}",
            row["reason"],
            "stands" if row["standing"] else "was replaced",
        )
        for row in pair["decisions"]
    ]
    columns = ("decision", "record", "other record", "decided", "by", "when", "reason", "")
    title = "What stewards decided" if rows else "No steward decided anything about them."
    return Section(title, columns, rows)


def _chart(pair: Row) -> alt.LayerChart:
    import altair as alt

    drawn = steps(pair)
    values = [
        {
            "name": name,
            "begin": begin,
            "end": end,
            "figure": figure,
            "colour": bar_colour(begin, end),
        }
        for name, begin, end, figure in drawn
    ]
    axis: dict[str, Any] = {"ticks": False, "domain": False, "labelLimit": 380, "labelPadding": 8}
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(**axis))
    )
    bits = alt.X(
        "begin:Q",
        title="Weight, bits: each one doubles the odds of one customer",
        axis=alt.Axis(gridColor="#eeeeee", domain=False, labelFlush=False, tickCount=8),
    )
    bar = base.mark_bar(height=STEP - 10, strokeWidth=1).encode(
        x=bits,
        x2="end:Q",
        color=alt.Color("colour:N", scale=None),
        stroke=alt.Stroke("colour:N", scale=None),
    )
    figures = base.mark_text(align="right", fontSize=12, color=INK).encode(
        x=alt.value(WIDTH + FIGURE), text="figure:N"
    )
    return alt.LayerChart(
        layer=[*_limits(pair), bar, figures],
        title=alt.TitleParams(
            _name(pair), subtitle=wrap(pair["outcome"], LINE), subtitlePadding=6, offset=24
        ),
        description=pair["outcome"],
        width=WIDTH,
        height=STEP * len(drawn),
    )


def _limits(pair: Row) -> list[alt.Chart]:
    """Return a line where stewards begin to be asked, and one where they no longer need to be."""
    import altair as alt

    sides: dict[str, tuple[Literal["left", "right"], int]] = {"review": ("right", -4), "accept": ("left", 4)}
    layers = []
    for name, (align, dx) in sides.items():
        bits = _bits(pair[name])
        if bits is None:
            continue
        data = alt.Chart(alt.InlineData(values=[{"at": bits, "text": f"{name} {percent(pair[name])}"}]))
        layers += [
            data.mark_rule(color=QUIET, strokeDash=[4, 3]).encode(x="at:Q"),
            data.mark_text(align=align, dx=dx, dy=-8, fontSize=11, color=QUIET).encode(
                x="at:Q", y=alt.value(0), text="text:N"
            ),
        ]
    return layers


def _bits(probability: float) -> float | None:
    """Return the weight of a probability; none of certainty, which no weight is enough for."""
    return log2(probability / (1 - probability)) if 0 < probability < 1 else None


def _name(pair: Row) -> str:
    return f"{pair['left']['record_key']} and {pair['right']['record_key']}"
