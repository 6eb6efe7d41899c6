"""unisono why"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import (
    console,
    echo_json,
    json_option,
    label,
    page_option,
    print_table,
    project_and_rest,
)
from unisono.errors import UsageError
from unisono.read.decision import Row, best_decision, find_customer, find_decisions, nothing, record
from unisono.tables import TABLES

FACTORS = ("potential", "priority", "fit", "novelty", "response_probability", "stage_gain", "lever")
COSTS = ("fatigue_cost", "unit_cost")


@click.command(name="why")
@click.argument("words", metavar="[DIR] [DECISION_ID]", nargs=-1)
@click.option("--customer", help="Explain what was decided for this customer, or why nothing was.")
@page_option
@json_option
def command(words: tuple[str, ...], customer: str | None, page: Path | None, as_json: bool) -> None:
    """Explain a decision completely, or everything decided about one customer.

    Without either, explains the most valuable decision of the published run.

    Shows the gates, the terms of the value, the price paid, the next best action, what would change the decision,
    the proof of consent and the versions of everything used.
    """
    project, rest = project_and_rest(words, most=1)
    snapshot = project.snapshot()
    if rest and customer:
        hint = "leave one of them out"
        raise UsageError("UN5008", "either a decision or --customer can be explained, not both", hint=hint)
    if customer:
        decisions = find_decisions(snapshot, "customer_id", customer)
    else:
        decisions = find_decisions(snapshot, "decision_id", rest[0] if rest else best_decision(snapshot))
    about = find_customer(snapshot, customer or decisions[0]["customer_id"])
    if as_json:
        echo_json({"customer": about, "decisions": decisions})
        return
    day = snapshot.manifest["clock"][:10]
    if page:
        write_page(about, decisions, day, page)
        return
    print_customer(about, day)
    for decision in decisions:
        print_decision(decision)
    print_alternatives(about, {(d["product_id"], d["channel"], d["rep_id"]) for d in decisions})


def write_page(about: Row, decisions: list[Row], day: str, path: Path) -> None:
    """Write the explanation as one self-contained page."""
    from unisono.charts import why_page

    path.parent.mkdir(parents=True, exist_ok=True)
    records = [(decision, record(decision)) for decision in decisions]
    path.write_text(why_page(about, records, nothing(about, day)), encoding="utf-8")
    click.echo(f"Wrote {path}")


def print_customer(about: Row, day: str) -> None:
    """Print who it is, and why there is no suggestion if there is none."""
    out = console()
    out.print(
        f"{about['full_name'] or about['customer_id']}{label(about['simulated'])}", style="bold", markup=False
    )
    known = [about["customer_id"], about["kind"], about["specialty"], about["city"], f"arm {about['arm']}"]
    out.print(" · ".join(str(part) for part in known if part), markup=False)
    for sentence in nothing(about, day):
        out.print(sentence, markup=False)


def print_decision(decision: Row) -> None:
    """Print one decision record."""
    out = console()
    money = decision["currency"]
    actor = decision["rep_name"] or decision["rep_id"] or "the central team"
    out.print()
    out.print(f"{decision['channel_name']}: {decision['product_name']}", style="bold", markup=False)
    out.print(f"with '{decision['title']}', by {actor}, rank {decision['rank']}", markup=False)
    for reason in (*decision["reasons"], decision["why_not_usual"]):
        out.print(f"  - {reason}", markup=False)
    terms = [
        (f"{'x' if n else ' '} {term}", f"{decision[term]:.4g}", _meaning(term))
        for n, term in enumerate(FACTORS)
    ]
    terms += [(f"- {term}", f"{decision[term]:.2f} {money}", _meaning(term)) for term in COSTS]
    terms.append(("= value", f"{decision['value']:.2f} {money}", "what the contact is expected to be worth"))
    print_table("Value", ["term", "figure", "meaning"], terms, ["figure"])
    print_table("Record", ["field", "content"], record(decision))


def print_alternatives(about: Row, chosen: set[tuple[str, str, str | None]]) -> None:
    """Print what was stopped, what else was permitted, and what it was decided from."""
    print_table(
        "Gates that stopped candidates of this customer",
        ["gate", "entering", "removed", "for example"],
        [(row["gate"], row["entering"], row["removed"], row["example"]) for row in about["funnel"]],
        ["entering", "removed"],
    )
    actions = [
        (
            f"{row['product_id']}/{row['channel']}",
            row["content_id"],
            f"{row['response_probability']:.0%}",
            f"{row['value']:.2f}",
            f"{row['reduced_value']:.2f}",
            "chosen" if (row["product_id"], row["channel"], row["rep_id"]) in chosen else "",
        )
        for row in about["actions"][:10]
    ]
    print_table(
        "Permitted actions, best first",
        ["action", "content", "response", "value", "after prices", ""],
        actions,
        ["response", "value", "after prices"],
    )
    beliefs = [
        (
            row["side"],
            row["product_id"],
            row["stage"],
            f"{row['probability']:.0%}",
            f"{row['moved_by']} on {row['moved_at']:%Y-%m-%d}",
        )
        for row in about["belief"]
        if row["probability"] >= 0.01
    ]
    print_table(
        "Belief about the decision stage, by side of the wall",
        ["side", "product", "stage", "probability", "last moved by"],
        beliefs,
    )
    statements = [
        (
            f"{row['channel']}/{row['purpose']}/{row['product_id']}",
            row["status"],
            f"{row['stated_at']:%Y-%m-%d}",
            f"{row['expires_at']:%Y-%m-%d}" if row["expires_at"] else "",
            row["source"],
            row["evidence"],
        )
        for row in about["consent"]
    ]
    print_table(
        "Consent statements",
        ["channel/purpose/product", "status", "stated", "expires", "source", "evidence"],
        statements,
    )


def _meaning(term: str) -> str:
    return TABLES["action"].column(term).meaning
