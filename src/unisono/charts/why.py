"""A decision explained on one self-contained page: no script, and nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from unisono.charts.svg import INK, QUIET, SIMULATED_LABEL, WARNING

Row = Mapping[str, Any]
Record = Sequence[tuple[str, str]]
Bar = tuple[str, float, float, str]
"""What a bar stands for, where it begins and ends, and its figure in words."""

FACTORS = ("potential", "priority", "fit", "novelty", "response_probability", "lever")
COSTS = ("fatigue_cost", "unit_cost")
UP, DOWN, SUM = "#4477aa", "#ee6677", "#555555"  # Paul Tol's bright scheme, which the colour-blind tell apart

STYLE = f"""
body {{ font: 16px/1.45 Helvetica, Arial, sans-serif; color: {INK}; max-width: 60rem; margin: 0 auto; padding: 1rem; }}
h1 {{ font-size: 1.5rem; margin-bottom: 0; }} h2 {{ font-size: 1.25rem; margin-top: 2rem; }}
h3 {{ font-size: 1rem; margin: 1.5rem 0 .3rem; }}
.quiet {{ color: {QUIET}; margin-top: 0; }} .simulated {{ color: {WARNING}; font-weight: bold; }}
.bar {{ display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: center; margin: .15rem 0; }}
.name {{ width: 11rem; }} .track {{ flex: 1; background: #f4f4f4; }} .bar .number {{ width: 7rem; order: 1; }}
.track svg {{ display: block; width: 100%; height: 1rem; }} .number {{ text-align: right; }}
.wide {{ overflow-x: auto; }} table {{ border-collapse: collapse; width: 100%; font-size: .9rem; }}
td, th {{ text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ddd; }}
td.number, th.number {{ text-align: right; white-space: nowrap; }} p, li {{ overflow-wrap: anywhere; }}
@media (max-width: 40rem) {{ .name {{ flex: 1; }} .track {{ flex: 1 0 100%; order: 2; }} }}
"""


def why_page(about: Row, decisions: Sequence[tuple[Row, Record]], notes: Sequence[str]) -> str:
    """Return a customer's decisions, each with its record, as a page of HTML; everything in it is escaped.

    `about` has the customer's columns and its `funnel`, `actions`, `belief` and `consent` as rows; `notes` tell why
    there is no suggestion.
    """
    name = about["full_name"] or about["customer_id"]
    known = [about["customer_id"], about["kind"], about["specialty"], about["city"], f"arm {about['arm']}"]
    simulated = f'<p class="simulated">{escape(SIMULATED_LABEL)}</p>' if about["simulated"] else ""
    parts = [
        f"<header>{simulated}<h1>{_text(name)}</h1>",
        f'<p class="quiet">{_text(" · ".join(str(part) for part in known if part))}</p></header>',
        *(f"<p>{_text(note)}</p>" for note in notes),
        *(_decision(about, decision, record) for decision, record in decisions),
        _funnel(about["funnel"]),
        _actions(about["actions"], {_key(decision) for decision, _ in decisions}),
        _consent(about["consent"]),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Why: {_text(name)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def steps(decision: Row) -> list[Bar]:
    """Return how the value comes about, in currency: factor after factor, less the costs, less the prices."""
    at = decision["stage_gain"]
    bars: list[Bar] = [("stage gain", 0.0, at, f"{at:,.2f}")]
    for term in FACTORS:
        bars.append((_words(term), at, at * decision[term], f"× {decision[term]:.4g}"))
        at *= decision[term]
    for term in COSTS:
        bars.append((_words(term), at, at - decision[term], f"− {decision[term]:,.2f}"))
        at -= decision[term]
    value, left = decision["value"], decision["reduced_value"]
    prices = value - left
    sign = "−" if prices >= 0 else "+"
    return [
        *bars,
        ("value", 0.0, value, f"= {value:,.2f}"),
        ("prices", value, left, f"{sign} {abs(prices):,.2f}"),
        ("left", 0.0, left, f"= {left:,.2f}"),
    ]


def _decision(about: Row, decision: Row, record: Record) -> str:
    actor = decision["rep_name"] or decision["rep_id"] or "the central team"
    beliefs = [
        (row["stage"], 0.0, row["probability"], f"{row['probability']:.0%}")
        for row in about["belief"]
        if row["side"] == decision["purpose"] and row["product_id"] == decision["product_id"]
    ]
    said = (*decision["reasons"], decision["why_not_usual"], decision["flip_condition"])
    return "\n".join(
        [
            f"<section><h2>{_text(decision['channel_name'])}: {_text(decision['product_name'])}</h2>",
            f'<p class="quiet">with ‘{_text(decision["title"])}’, by {_text(actor)}, '
            f"rank {_text(decision['rank'])}</p>",
            "<ul>" + "".join(f"<li>{_text(sentence)}</li>" for sentence in said) + "</ul>",
            f"<h3>How the value comes about, {_text(decision['currency'])}</h3>",
            _bars(steps(decision)),
            "<h3>Belief about the decision stage</h3>" + _bars(beliefs) if beliefs else "",
            "<h3>Record</h3>",
            _table(("field", "content"), record),
            "</section>",
        ]
    )


def _funnel(funnel: Sequence[Row]) -> str:
    if not funnel:
        return ""
    bars = [
        (
            row["gate"],
            row["entering"] - row["removed"],
            row["entering"],
            f"− {row['removed']} of {row['entering']}",
        )
        for row in funnel
    ]
    return f"<h2>Gates that stopped candidates of this customer</h2>{_bars(bars, removed=True)}"


def _actions(actions: Sequence[Row], chosen: set[tuple[Any, ...]]) -> str:
    rows = [
        (
            f"{row['product_id']}/{row['channel']}",
            row["rep_id"],
            row["content_id"],
            f"{row['response_probability']:.0%}",
            f"{row['value']:,.2f}",
            f"{row['prices']:,.2f}",
            f"{row['reduced_value']:,.2f}",
            "chosen" if _key(row) in chosen else "",
        )
        for row in actions
    ]
    columns = ("action", "representative", "content", "response", "value", "prices", "left", "")
    numbers = ("response", "value", "prices", "left")
    return f"<h2>Permitted actions, best first</h2>{_table(columns, rows, numbers)}"


def _consent(consent: Sequence[Row]) -> str:
    rows = [
        (
            f"{row['channel']}/{row['purpose']}/{row['product_id']}",
            row["status"],
            f"{row['stated_at']:%Y-%m-%d}",
            f"{row['expires_at']:%Y-%m-%d}" if row["expires_at"] else "",
            row["source"],
            row["evidence"],
        )
        for row in consent
    ]
    columns = ("channel/purpose/product", "status", "stated", "expires", "source", "evidence")
    return f"<h2>Consent statements</h2>{_table(columns, rows)}"


def _key(row: Row) -> tuple[Any, ...]:
    return row["product_id"], row["channel"], row["rep_id"]


def _bars(bars: Sequence[Bar], *, removed: bool = False) -> str:
    """Draw one bar a row, all on one scale; where they are what was removed, what is kept stands before them."""
    low = min(0.0, *(min(begin, end) for _, begin, end, _ in bars))
    high = max(0.0, *(max(begin, end) for _, begin, end, _ in bars)) or 1.0
    rows = []
    for name, begin, end, figure in bars:
        left, right = sorted(1000 * (each - low) / (high - low) for each in (begin, end))
        colour = SUM if begin in (0, end) else UP if end > begin and not removed else DOWN
        kept = f'<rect x="0" width="{left:.1f}" height="10" fill="{SUM}"/>' if removed else ""
        rows.append(
            f'<div class="bar"><div class="name">{_text(name)}</div><div class="number">{_text(figure)}</div>'
            '<div class="track"><svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" '
            f'aria-label="{_text(name)} {_text(figure)}">{kept}'
            f'<rect x="{left:.1f}" width="{max(right - left, 2):.1f}" height="10" fill="{colour}"/></svg></div></div>'
        )
    return "".join(rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> str:
    kinds = [' class="number"' if column in numbers else "" for column in columns]
    head = "".join(f"<th{kind}>{_text(column)}</th>" for kind, column in zip(kinds, columns, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{_text(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _words(term: str) -> str:
    return term.replace("_", " ")


def _text(cell: object) -> str:
    return "" if cell is None else escape(str(cell))
