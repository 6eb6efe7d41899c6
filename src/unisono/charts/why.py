"""A decision explained on one self-contained page: no script, and nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unisono.charts.page import Bar, bars, table, text, words, write

Row = Mapping[str, Any]
Record = Sequence[tuple[str, str]]
FACTORS = ("potential", "priority", "fit", "novelty", "response_probability", "lever")
COSTS = ("fatigue_cost", "unit_cost")


def why_page(about: Row, decisions: Sequence[tuple[Row, Record]], notes: Sequence[str]) -> str:
    """Return a customer's decisions, each with its record, as a page of HTML; everything in it is escaped.

    `about` has the customer's columns and its `funnel`, `actions`, `belief` and `consent` as rows; `notes` tell why
    there is no suggestion.
    """
    name = about["full_name"] or about["customer_id"]
    known = [about["customer_id"], about["kind"], about["specialty"], about["city"], f"arm {about['arm']}"]
    parts = [
        *(f"<p>{text(note)}</p>" for note in notes),
        *(_decision(about, decision, record) for decision, record in decisions),
        _funnel(about["funnel"]),
        _actions(about["actions"], {_key(decision) for decision, _ in decisions}),
        _consent(about["consent"]),
    ]
    return write(name, known, parts, simulated=about["simulated"], name=f"Why: {name}")


def steps(decision: Row) -> list[Bar]:
    """Return how the value comes about, in currency: factor after factor, less the costs, less the prices."""
    at = decision["stage_gain"]
    made: list[Bar] = [("stage gain", 0.0, at, f"{at:,.2f}")]
    for term in FACTORS:
        made.append((words(term), at, at * decision[term], f"× {decision[term]:.4g}"))
        at *= decision[term]
    for term in COSTS:
        made.append((words(term), at, at - decision[term], f"− {decision[term]:,.2f}"))
        at -= decision[term]
    value, left = decision["value"], decision["reduced_value"]
    prices = value - left
    sign = "−" if prices >= 0 else "+"
    return [
        *made,
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
            f"<section><h2>{text(decision['channel_name'])}: {text(decision['product_name'])}</h2>",
            f'<p class="quiet">with ‘{text(decision["title"])}’, by {text(actor)}, '
            f"rank {text(decision['rank'])}</p>",
            "<ul>" + "".join(f"<li>{text(sentence)}</li>" for sentence in said) + "</ul>",
            f"<h3>How the value comes about, {text(decision['currency'])}</h3>",
            bars(steps(decision)),
            "<h3>Belief about the decision stage</h3>" + bars(beliefs) if beliefs else "",
            "<h3>Record</h3>",
            table(("field", "content"), record),
            "</section>",
        ]
    )


def _funnel(funnel: Sequence[Row]) -> str:
    if not funnel:
        return ""
    stopped = [
        (
            row["gate"],
            row["entering"] - row["removed"],
            row["entering"],
            f"− {row['removed']} of {row['entering']}",
        )
        for row in funnel
    ]
    return f"<h2>Gates that stopped candidates of this customer</h2>{bars(stopped, removed=True)}"


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
    return f"<h2>Permitted actions, best first</h2>{table(columns, rows, numbers)}"


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
    return f"<h2>Consent statements</h2>{table(columns, rows)}"


def _key(row: Row) -> tuple[Any, ...]:
    return row["product_id"], row["channel"], row["rep_id"]
