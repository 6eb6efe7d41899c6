"""What explains a decision: decisions, the customer, and everything decided from, out of a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unisono.errors import UsageError, did_you_mean
from unisono.wording import english

if TYPE_CHECKING:
    from unisono.store import Snapshot

Row = dict[str, Any]

DECISIONS = """
select d.*, f.product_name, f.channel_name, f.title, r.rep_name, a.due_on, a.position
from decision as d
inner join (select * from decision_fact union all select * from medical_decision_fact) as f
    on f.customer_id = d.customer_id and f.product_id = d.product_id and f.channel = d.channel
left join rep as r on r.rep_id = d.rep_id
left join agenda as a on a.decision_id = d.decision_id
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
        select a.*, a.value - p.reduced_value as prices, p.reduced_value
        from (select * from action union all select * from medical_action) as a
        inner join (select * from priced_action union all select * from medical_priced_action) as p
            on p.customer_id = a.customer_id and p.product_id = a.product_id and p.channel = a.channel
            and p.rep_id is not distinct from a.rep_id
        where a.customer_id = $who
        order by p.reduced_value desc, a.product_id, a.channel, a.rep_id
    """,
    "consent": "select * from consent where customer_id = $who order by stated_at desc, channel, status",
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


def nothing(about: Row, day: str) -> list[str]:
    """Return why there is no suggestion, if there is none."""
    return [
        f"No suggestion as of {day}: {NOTHING[none['reason']]} ({none['detail']})."
        for none in about["no_action"]
    ]


def record(decision: Row) -> list[tuple[str, str]]:
    """Return the fields of a decision record and what they say."""
    money = decision["currency"]
    uses = f"{decision['minutes']:g} minutes" if decision["rep_id"] else "one sending"
    unit = "minute" if decision["rep_id"] else "sending"
    explored = "to learn" if decision["explored"] else "not to learn"
    return [
        ("decision", f"{decision['decision_id']}, usable until {decision['expires_at']:%Y-%m-%d %H:%M} UTC"),
        ("agenda", _agenda(decision)),
        ("price paid", f"{decision['unit_price']:.4f} {money} a {unit} for {uses}"),
        ("", f"{decision['suggestion_price']:.2f} {money} for one of the representative's suggestions"),
        ("", f"{decision['limit_cost']:.2f} {money} for budgets and quotas, less what goals make of it"),
        ("left after prices", f"{decision['reduced_value']:.2f} {money}"),
        ("levers", ", ".join(decision["levers"]) or "none"),
        ("value without levers", f"{decision['value_without_levers']:.2f} {money}"),
        ("runner-up", _runner_up(decision)),
        ("what would change it", decision["flip_condition"]),
        ("consent", f"{decision['consent_status']}: {decision['consent_proof']}"),
        ("best time", english("slot", decision["slot"]) if decision["slot"] else "not known"),
        ("chosen", f"arm {decision['arm']}, propensity {decision['propensity']:g}, {explored}"),
        ("content version", f"{decision['content_version']} of {decision['content_id']}"),
        ("policy version", decision["policy_version"]),
        ("model version", decision["model_version"]),
        ("data version", decision["data_version"]),
        ("decided", f"{decision['decided_at']:%Y-%m-%d %H:%M} UTC in run {decision['run_id']}"),
    ]


def _agenda(decision: Row) -> str:
    if decision["position"] is None:
        return "on no representative's list: sent by the central team"
    if decision["due_on"] is None:
        return f"waits, number {decision['position']} of those that do not fit into the days"
    return f"for {decision['due_on']:%A, %Y-%m-%d}, number {decision['position']} of that day"


def _runner_up(decision: Row) -> str:
    if decision["runner_up"] is None:
        return "none permitted in its place"
    money = decision["currency"]
    return (
        f"{decision['runner_up']}, worth {decision['runner_up_value']:.2f} {money}, "
        f"after prices {decision['runner_up_reduced_value']:.2f} {money}"
    )
