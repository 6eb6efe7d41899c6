"""unisono why"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from unisono.cli.common import console, echo_json, json_option, label, print_table, project_and_rest
from unisono.errors import UsageError, did_you_mean
from unisono.tables import TABLES

if TYPE_CHECKING:
    from unisono.store import Snapshot

Row = dict[str, Any]

FACTORS = ("potential", "priority", "fit", "novelty", "response_probability", "stage_gain", "lever")
COSTS = ("fatigue_cost", "unit_cost")

DECISIONS = """
select d.*, f.product_name, f.channel_name, f.title, r.rep_name
from decision as d
inner join (select * from decision_fact union all select * from medical_decision_fact) as f
    on f.customer_id = d.customer_id and f.product_id = d.product_id and f.channel = d.channel
left join rep as r on r.rep_id = d.rep_id
where case when $column = 'customer_id' then d.customer_id else d.decision_id end = $wanted
order by d.rank
"""
CUSTOMER = """
select c.*, a.arm
from customer as c
left join arm as a on a.customer_id = c.customer_id
where c.customer_id = $who
"""
ABOUT = {
    "no_action": "select reason, detail, best_value from no_action where customer_id = $who",
    "funnel": "select gate, entering, removed, example from funnel where customer_id = $who order by position",
    "actions": """
        select * from (select * from action union all select * from medical_action)
        where customer_id = $who order by value desc
    """,
    "consent": "select * from consent where customer_id = $who order by stated_at desc",
    "belief": """
        select 'commercial' as side, * from belief where customer_id = $who
        union all
        select 'medical' as side, * from medical_belief where customer_id = $who
        order by side, product_id, probability desc
    """,
    "preference": """
        select 'commercial' as side, * from preference where customer_id = $who
        union all
        select 'medical' as side, * from medical_preference where customer_id = $who
        order by side, dimension, mean desc
    """,
    "records": "select * from customer_xref where customer_id = $who order by system, source_record_id",
}
NOTHING = {
    "gated": "nothing is permitted",
    "no_value": "nothing permitted is worth its cost",
    "no_capacity": "no capacity is left for the best action",
}


@click.command(name="why")
@click.argument("words", metavar="[DIR] [DECISION_ID]", nargs=-1)
@click.option("--customer", help="Explain what was decided for this customer, or why nothing was.")
@json_option
def command(words: tuple[str, ...], customer: str | None, as_json: bool) -> None:
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
    print_customer(about, snapshot.manifest["clock"][:10])
    for decision in decisions:
        print_decision(decision)
    print_alternatives(about, {(d["product_id"], d["channel"], d["rep_id"]) for d in decisions})


def best_decision(snapshot: Snapshot) -> str:
    """Return the id of the most valuable decision; UsageError UN5009 if the run has none."""
    best = snapshot.read("select decision_id from decision order by reduced_value desc, decision_id limit 1")
    if not best.num_rows:
        hint = "'unisono why --customer ID' tells why a customer got none"
        raise UsageError("UN5009", "the published run has no decisions", where=snapshot.run_id, hint=hint)
    return str(best["decision_id"][0])


def find_decisions(snapshot: Snapshot, column: str, wanted: str) -> list[Row]:
    """Return the decisions of a customer, or the one of that id; UsageError UN5009 if there is no such decision."""
    found: list[Row] = snapshot.read(DECISIONS, {"wanted": wanted, "column": column}).to_pylist()
    if not found and column == "decision_id":
        known = snapshot.table("decision")["decision_id"].to_pylist()
        raise UsageError("UN5009", f"no decision is called '{wanted}'", hint=did_you_mean(wanted, known))
    return found


def find_customer(snapshot: Snapshot, who: str) -> Row:
    """Return a customer with everything decided from; UsageError UN5010 if there is no such customer."""
    customer = snapshot.read(CUSTOMER, {"who": who}).to_pylist()
    if not customer:
        hint = "ids are in 'unisono tables show DIR customer'"
        raise UsageError("UN5010", f"no customer is called '{who}'", hint=hint)
    parts = {name: snapshot.read(sql, {"who": who}).to_pylist() for name, sql in ABOUT.items()}
    return {**customer[0], **parts}


def print_customer(about: Row, day: str) -> None:
    """Print who it is, and why there is no suggestion if there is none."""
    out = console()
    out.print(
        f"{about['full_name'] or about['customer_id']}{label(about['simulated'])}", style="bold", markup=False
    )
    known = [about["customer_id"], about["kind"], about["specialty"], about["city"], f"arm {about['arm']}"]
    out.print(" · ".join(str(part) for part in known if part), markup=False)
    for none in about["no_action"]:
        out.print(f"No suggestion as of {day}: {NOTHING[none['reason']]} ({none['detail']}).", markup=False)


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
    print_table("Record", ["field", "content"], _record(decision, money))


def _record(decision: Row, money: str) -> list[tuple[str, str]]:
    uses = f"{decision['minutes']:g} minutes" if decision["rep_id"] else "one sending"
    unit = "minute" if decision["rep_id"] else "sending"
    rival = "none permitted"
    if decision["runner_up"]:
        rival = f"{decision['runner_up']}, worth {decision['runner_up_value']:.2f} {money}"
    explored = "to learn" if decision["explored"] else "not to learn"
    return [
        ("decision", f"{decision['decision_id']}, usable until {decision['expires_at']:%Y-%m-%d %H:%M} UTC"),
        ("price paid", f"{decision['unit_price']:.4f} {money} a {unit} for {uses}"),
        ("", f"{decision['suggestion_price']:.2f} {money} for one of the representative's suggestions"),
        ("", f"{decision['limit_cost']:.2f} {money} for budgets and quotas, less what goals make of it"),
        ("left after price", f"{decision['reduced_value']:.2f} {money}"),
        ("runner-up", rival),
        ("what would change it", decision["flip_condition"]),
        ("consent", f"{decision['consent_status']}: {decision['consent_proof']}"),
        ("best time", (decision["slot"] or "not known").replace("_", " ")),
        ("chosen", f"arm {decision['arm']}, propensity {decision['propensity']:g}, {explored}"),
        ("content version", decision["content_version"]),
        ("policy version", decision["policy_version"]),
        ("model version", decision["model_version"]),
        ("data version", decision["data_version"]),
        ("decided", f"{decision['decided_at']:%Y-%m-%d %H:%M} UTC in run {decision['run_id']}"),
    ]


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
            "chosen" if (row["product_id"], row["channel"], row["rep_id"]) in chosen else "",
        )
        for row in about["actions"][:10]
    ]
    print_table(
        "Permitted actions, best first",
        ["action", "content", "response", "value", ""],
        actions,
        ["response", "value"],
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
            row["evidence"],
        )
        for row in about["consent"]
    ]
    print_table(
        "Consent statements",
        ["channel/purpose/product", "status", "stated", "expires", "evidence"],
        statements,
    )


def _meaning(term: str) -> str:
    return TABLES["action"].column(term).meaning
