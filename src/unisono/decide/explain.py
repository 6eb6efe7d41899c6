"""Turn chosen actions into decision records: reasons in plain words, and what an auditor needs.

Every sentence is made from the row of `decision_fact` it explains and states nothing else.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from unisono.tables.arrow import schema

Fact = Mapping[str, Any]

GATE_WORDS = {
    "assignment": "nobody is assigned to the customer for it",
    "reach": "no system that it works through knows the customer",
    "control_arm": "the customer is in a control arm",
    "stale_input": "the data is too old",
    "consent": "consent for it is not granted",
    "suppression": "the customer refused it",
    "content": "there is no approved and valid content for it",
    "repeat_content": "all its content was used too recently",
    "cap": "the contact cap is reached",
    "rest": "the rest period after the last contact is not over",
    "separation": "it would come too soon after another contact",
}
BY_OTHERS = {"response": "the expected response alone", "chance": "chance"}
WEEKDAYS = {name[:3].lower(): name for name in calendar.day_name}


def explain(
    tables: Mapping[str, pa.Table], *, run_id: str, as_of: datetime, data_version: str, code_version: str
) -> pa.Table:
    """Kernel: `decision_fact` -> `decision`, of one side of the wall."""
    versions = {
        "run_id": run_id,
        "data_version": data_version,
        "model_version": code_version,
        "decided_at": as_of,
    }
    rows = [
        {**fact, **versions, **_record(fact, run_id, as_of)} for fact in tables["decision_fact"].to_pylist()
    ]
    wanted = schema("decision")
    return pa.Table.from_pylist([{name: row[name] for name in wanted.names} for row in rows], schema=wanted)


def _record(fact: Fact, run_id: str, as_of: datetime) -> dict[str, object]:
    key = "|".join((run_id, fact["customer_id"], fact["product_id"], fact["channel"], fact["rep_id"] or ""))
    return {
        "decision_id": "D" + hashlib.sha256(key.encode()).hexdigest()[:16],
        "reasons": reasons(fact, as_of),
        "levers": _levers(fact),
        "why_not_usual": why_not_usual(fact),
        "flip_condition": flip_condition(fact),
        "consent_status": fact["consent_status"]
        or ("none" if fact["consent_rule"] == "required" else "not_required"),
        "consent_proof": _consent_proof(fact),
        "expires_at": _expiry(fact, as_of),
    }


def reasons(fact: Fact, as_of: datetime) -> list[str]:
    """Return three to six reasons, the customer's own evidence first, each with a dated fact where there is one.

    Where it was chosen to learn, the last one says what was expected to be best.
    """
    return [
        _channel_reason(fact),
        _stage_reason(fact),
        *_prescribing_reasons(fact),
        _pressure_reason(fact, as_of),
        *_lever_reasons(fact),
        *([_learning_reason(fact)] if fact["explored"] else []),
    ]


def _lever_reasons(fact: Fact) -> list[str]:
    if not _levers(fact):
        return []
    return [f"Weighted x{fact['lever']:.3g} by the playbook's levers: {', '.join(_levers(fact))}."]


def _levers(fact: Fact) -> list[str]:
    return fact["levers"].split(" | ") if fact["levers"] else []


def _channel_reason(fact: Fact) -> str:
    name, share = fact["channel_name"], f"{fact['response_probability']:.0%}"
    if not fact["channel_contacts"]:
        return (
            f"Never contacted by {name} so far; customers like this one are expected to respond to {share}."
        )
    contacts = fact["channel_contacts"]
    noun = "contact" if contacts == 1 else "contacts"
    return (
        f"Responded to {fact['channel_responses']} of {contacts} {noun} by {name} with any company, "
        f"the latest on {_day(fact['channel_last_at'])} (customers like this one: {fact['channel_expected']:.0%}); "
        f"expected to respond to the next with {share}."
    )


def _stage_reason(fact: Fact) -> str:
    made_for = f"'{fact['title']}' is made for the stage {fact['content_stage_name']}"
    if fact["stage_name"] is None:
        return f"Nothing is known yet about the stage for {fact['product_name']}; {made_for}."
    return (
        f"Most likely at the stage {fact['stage_name']} for {fact['product_name']} "
        f"({fact['stage_probability']:.0%}), last moved by '{fact['moved_by']}' on {_day(fact['moved_at'])}; "
        f"{made_for}."
    )


def _prescribing_reasons(fact: Fact) -> list[str]:
    """Return what outcomes say of the potential, if a source tells them by customer; the medical side is told none."""
    if fact["prescribed"] is None:
        return []
    return [
        f"Potential counts {fact['prescribing']:.2f} times for prescribing: {fact['prescribed']:.1f} "
        f"{fact['outcome_measure']} of {fact['product_name']} in the last year, "
        f"the average customer {fact['prescribed_usual']:.1f}."
    ]


def _pressure_reason(fact: Fact, as_of: datetime) -> str:
    window = f"in the last {fact['fatigue_window_days']} days"
    if fact["last_contact_at"] is None:
        return f"Never contacted by us; more contacts with companies than {fact['activity_rank']:.0%} of customers."
    days = (as_of.date() - fact["last_contact_at"].date()).days
    times = "not contacted by us" if not fact["touches"] else f"contacted by us {_times(fact['touches'])}"
    latest = f"the last contact was {_ago(days)} on {_day(fact['last_contact_at'])}"
    return f"{times[0].upper()}{times[1:]} {window}; {latest}."


def _learning_reason(fact: Fact) -> str:
    money = fact["currency"]
    at = f" on {slot_words(fact['planned_slot'])}" if fact["planned_slot"] else ""
    plan = (
        f"{fact['planned_product_name']} by {fact['planned_channel_name']} with '{fact['planned_title']}'{at}"
    )
    return (
        f"Chosen to learn: {plan} was expected to be worth {fact['planned_value']:.2f} {money} after all costs, "
        f"this {fact['expected_value']:.2f} {money}; drawn with probability {fact['propensity']:.1%}."
    )


def why_not_usual(fact: Fact) -> str:
    """Return why the usual channel with this customer was not taken, or that it was."""
    if fact["usual_channel"] is None:
        return f"There is no usual action: no {fact['purpose']} channel was used with this customer in the last year."
    usual = f"the usual {fact['usual_channel_name']} ({_times(fact['usual_contacts'])} in the last year)"
    if fact["usual_channel"] == fact["channel"]:
        return f"This is {usual}."
    if fact["usual_value"] is None:
        because = GATE_WORDS.get(fact["usual_blocked_by"] or "", "it is not permitted for this customer")
        return f"Not {usual}: {because}."
    mine, theirs = fact["reduced_value"], fact["usual_reduced_value"]
    money = fact["currency"]
    if mine >= theirs:
        return f"Not {usual}: after prices it is worth {theirs:.2f} {money}, this {mine:.2f} {money}."
    because = "but this was drawn to learn" if fact["explored"] else "but a limit leaves no room for it"
    return f"Not {usual}: after prices worth {theirs:.2f} {money} against {mine:.2f} {money}, {because}."


def flip_condition(fact: Fact) -> str:
    """Return what would change the decision: the response probability at which the runner-up, or doing nothing, wins.

    Both are worth what is left after the prices of what they use. That is linear in the response probability, so the
    threshold is exact while everything else stays. A runner-up on the same channel shares that probability; then the
    answer is the value that would have to be lost.
    """
    if fact["values_by"] in BY_OTHERS:
        return f"In the arm {fact['arm']} actions are valued by {BY_OTHERS[fact['values_by']]}, not by their worth."
    probability, left = fact["response_probability"], fact["reduced_value"]
    rival = max(fact["runner_up_reduced_value"] or 0.0, 0.0)
    other = f"the runner-up {fact['runner_up']}" if rival > 0 else "doing nothing"
    would = f"{other[0].upper()}{other[1:]} would be worth more, after prices, if"
    slope = (fact["value"] + fact["fatigue_cost"] + fact["unit_cost"]) / probability
    threshold = probability - (left - rival) / slope
    if threshold > probability:
        because = "to learn" if fact["explored"] else "because a limit leaves no room for that"
        return (
            f"Already worth less, after prices, than {other} ({left:.2f} against {rival:.2f} {fact['currency']}); "
            f"chosen {because}."
        )
    if rival > 0 and str(fact["runner_up"]).endswith(f"/{fact['channel']}"):
        return f"{would} this lost more than {left - rival:.2f} {fact['currency']} of its value."
    if threshold <= 0:
        return (
            f"No response probability, however low: the goals it serves keep it above {other}, after prices."
        )
    return f"{would} the response probability fell from {probability:.1%} below {threshold:.1%}."


def _consent_proof(fact: Fact) -> str:
    if fact["consent_stated_at"] is None:
        return "not required on this channel; no statement against it"
    until = f" until {_day(fact['consent_expires_at'])}" if fact["consent_expires_at"] else ""
    return (
        f"{fact['consent_status']} on {_day(fact['consent_stated_at'])}{until}, "
        f"source {fact['consent_source']}, evidence {fact['consent_evidence'] or 'not given'}"
    )


def _expiry(fact: Fact, as_of: datetime) -> datetime:
    ends = [as_of + timedelta(days=fact["decision_valid_days"])]
    last = datetime.combine(
        fact["content_valid_until"] + timedelta(days=1), time.min, ZoneInfo(fact["time_zone"])
    )
    ends.append(last.astimezone(UTC).replace(tzinfo=None))
    if fact["consent_expires_at"] is not None and fact["consent_status"] == "granted":
        ends.append(fact["consent_expires_at"])
    return min(ends)


def slot_words(slot: str) -> str:
    """Return a slot as people say it: 'Wednesday evening'."""
    weekday, part = slot.split("_")
    return f"{WEEKDAYS[weekday]} {part}"


def _ago(days: int) -> str:
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
