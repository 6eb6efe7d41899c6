"""What a decision says of itself in words.

Every sentence is made from the row of `decision_fact` it explains and states nothing else. Every template that is said
here is in the catalogues of the other languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from unisono.wording import Said, say

Fact = Mapping[str, Any]
Values = dict[str, Any]

GATE_WORDS = {
    "assignment": say("nobody is assigned to the customer for it"),
    "reach": say("no system that it works through knows the customer"),
    "control_arm": say("the customer is in a control arm"),
    "stale_input": say("the data is too old"),
    "consent": say("consent for it is not granted"),
    "suppression": say("the customer refused it"),
    "content": say("there is no approved and valid content for it"),
    "repeat_content": say("all its content was used too recently"),
    "cap": say("the contact cap is reached"),
    "rest": say("the rest period after the last contact is not over"),
    "separation": say("it would come too soon after another contact"),
}
NOT_PERMITTED = say("it is not permitted for this customer")


def reasons(fact: Fact, as_of: datetime) -> list[Said]:
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


def _lever_reasons(fact: Fact) -> list[Said]:
    if not levers(fact):
        return []
    return [
        say(
            "Weighted x{lever:number} by the playbook's levers: {levers}.",
            lever=f"{fact['lever']:.3g}",
            levers=", ".join(levers(fact)),
        )
    ]


def _channel_reason(fact: Fact) -> Said:
    contacts = fact["channel_contacts"]
    about: Values = {"channel": fact["channel_name"], "share": _percent(fact["response_probability"])}
    if not contacts:
        return say(
            "Never contacted by {channel} so far; customers like this one are expected to respond to {share}%.",
            **about,
        )
    about |= {
        "responses": fact["channel_responses"],
        "contacts": contacts,
        "last": _day(fact["channel_last_at"]),
        "expected": _percent(fact["channel_expected"]),
    }
    if contacts == 1:
        return say(
            "Responded to {responses} of {contacts} contact by {channel} with any company, the latest on {last:day} "
            "(customers like this one: {expected}%); expected to respond to the next with {share}%.",
            **about,
        )
    return say(
        "Responded to {responses} of {contacts} contacts by {channel} with any company, the latest on {last:day} "
        "(customers like this one: {expected}%); expected to respond to the next with {share}%.",
        **about,
    )


def _stage_reason(fact: Fact) -> Said:
    about: Values = {
        "product": fact["product_name"],
        "title": fact["title"],
        "made_for": fact["content_stage_name"],
    }
    if fact["stage_name"] is None:
        return say(
            "Nothing is known yet about the stage for {product}; '{title}' is made for the stage {made_for}.",
            **about,
        )
    return say(
        "Most likely at the stage {stage} for {product} ({share}%), last moved by '{event:word}' on {moved:day}; "
        "'{title}' is made for the stage {made_for}.",
        stage=fact["stage_name"],
        share=_percent(fact["stage_probability"]),
        event=fact["moved_by"],
        moved=_day(fact["moved_at"]),
        **about,
    )


def _prescribing_reasons(fact: Fact) -> list[Said]:
    """Return what outcomes say of the potential, if a source tells them by customer; the medical side is told none."""
    if fact["prescribed"] is None:
        return []
    return [
        say(
            "Potential counts {factor:number} times for prescribing: {prescribed:number} {measure} of {product} "
            "in the last year, the average customer {usual:number}.",
            factor=f"{fact['prescribing']:.2f}",
            prescribed=f"{fact['prescribed']:.1f}",
            measure=fact["outcome_measure"],
            product=fact["product_name"],
            usual=f"{fact['prescribed_usual']:.1f}",
        )
    ]


def _pressure_reason(fact: Fact, as_of: datetime) -> Said:
    last = fact["last_contact_at"]
    if last is None:
        return say(
            "Never contacted by us; more contacts with companies than {share}% of customers.",
            share=_percent(fact["activity_rank"]),
        )
    about: Values = {
        "days": fact["fatigue_window_days"],
        "ago": _ago((as_of.date() - last.date()).days),
        "last": _day(last),
    }
    if not fact["touches"]:
        return say(
            "Not contacted by us in the last {days} days; the last contact was {ago} on {last:day}.", **about
        )
    return say(
        "Contacted by us {times} in the last {days} days; the last contact was {ago} on {last:day}.",
        times=_times(fact["touches"]),
        **about,
    )


def _learning_reason(fact: Fact) -> Said:
    about: Values = {
        "product": fact["planned_product_name"],
        "channel": fact["planned_channel_name"],
        "title": fact["planned_title"],
        "planned": f"{fact['planned_value']:.2f}",
        "money": fact["currency"],
        "this": f"{fact['expected_value']:.2f}",
        "share": _percent(fact["propensity"], 1),
    }
    if not fact["planned_slot"]:
        return say(
            "Chosen to learn: {product} by {channel} with '{title}' was expected to be worth {planned:number} {money} "
            "after all costs, this {this:number} {money}; drawn with probability {share:number}%.",
            **about,
        )
    return say(
        "Chosen to learn: {product} by {channel} with '{title}' on {slot:slot} was expected to be worth "
        "{planned:number} {money} after all costs, this {this:number} {money}; "
        "drawn with probability {share:number}%.",
        slot=fact["planned_slot"],
        **about,
    )


def why_not_usual(fact: Fact) -> Said:
    """Return why the usual channel with this customer was not taken, or that it was."""
    if fact["usual_channel"] is None:
        return say(
            "There is no usual action: no {purpose:word} channel was used with this customer in the last year.",
            purpose=fact["purpose"],
        )
    about: Values = {"channel": fact["usual_channel_name"], "times": _times(fact["usual_contacts"])}
    if fact["usual_channel"] == fact["channel"]:
        return say("This is the usual {channel} ({times} in the last year).", **about)
    if fact["usual_value"] is None:
        because = GATE_WORDS.get(fact["usual_blocked_by"] or "", NOT_PERMITTED)
        return say("Not the usual {channel} ({times} in the last year): {because}.", because=because, **about)
    mine, theirs = fact["reduced_value"], fact["usual_reduced_value"]
    about |= {"theirs": f"{theirs:.2f}", "mine": f"{mine:.2f}", "money": fact["currency"]}
    if mine >= theirs:
        return say(
            "Not the usual {channel} ({times} in the last year): after prices it is worth {theirs:number} {money}, "
            "this {mine:number} {money}.",
            **about,
        )
    if fact["explored"]:
        return say(
            "Not the usual {channel} ({times} in the last year): after prices worth {theirs:number} {money} "
            "against {mine:number} {money}, but this was drawn to learn.",
            **about,
        )
    return say(
        "Not the usual {channel} ({times} in the last year): after prices worth {theirs:number} {money} "
        "against {mine:number} {money}, but a limit leaves no room for it.",
        **about,
    )


def flip_condition(fact: Fact) -> Said:
    """Return what would change the decision: the response probability at which the runner-up, or doing nothing, wins.

    Both are worth what is left after the prices of what they use. That is linear in the response probability, so the
    threshold is exact while everything else stays. A runner-up on the same channel shares that probability; then the
    answer is the value that would have to be lost.
    """
    if fact["values_by"] == "response":
        return say(
            "In the arm {arm} actions are valued by the expected response alone, not by their worth.",
            arm=fact["arm"],
        )
    if fact["values_by"] == "chance":
        return say("In the arm {arm} actions are valued by chance, not by their worth.", arm=fact["arm"])
    probability, left = fact["response_probability"], fact["reduced_value"]
    rival = max(fact["runner_up_reduced_value"] or 0.0, 0.0)
    slope = (fact["value"] + fact["fatigue_cost"] + fact["unit_cost"]) / probability
    threshold = probability - (left - rival) / slope
    if threshold > probability:
        return _worth_less(fact, rival)
    return _runner_up_wins(fact, rival, threshold) if rival > 0 else _nothing_wins(fact, threshold)


def _worth_less(fact: Fact, rival: float) -> Said:
    about: Values = {
        "left": f"{fact['reduced_value']:.2f}",
        "rival": f"{rival:.2f}",
        "money": fact["currency"],
        "because": say("to learn") if fact["explored"] else say("because a limit leaves no room for that"),
    }
    if rival > 0:
        return say(
            "Already worth less, after prices, than the runner-up {runner_up} "
            "({left:number} against {rival:number} {money}); chosen {because}.",
            runner_up=fact["runner_up"],
            **about,
        )
    return say(
        "Already worth less, after prices, than doing nothing "
        "({left:number} against {rival:number} {money}); chosen {because}.",
        **about,
    )


def _runner_up_wins(fact: Fact, rival: float, threshold: float) -> Said:
    other = str(fact["runner_up"])
    if other.endswith(f"/{fact['channel']}"):
        return say(
            "The runner-up {runner_up} would be worth more, after prices, "
            "if this lost more than {lost:number} {money} of its value.",
            runner_up=other,
            lost=f"{fact['reduced_value'] - rival:.2f}",
            money=fact["currency"],
        )
    if threshold <= 0:
        return say(
            "No response probability, however low: the goals it serves keep it above the runner-up {runner_up}, "
            "after prices.",
            runner_up=other,
        )
    return say(
        "The runner-up {runner_up} would be worth more, after prices, "
        "if the response probability fell from {now:number}% below {then:number}%.",
        runner_up=other,
        now=_percent(fact["response_probability"], 1),
        then=_percent(threshold, 1),
    )


def _nothing_wins(fact: Fact, threshold: float) -> Said:
    if threshold <= 0:
        return say(
            "No response probability, however low: the goals it serves keep it above doing nothing, after prices."
        )
    return say(
        "Doing nothing would be worth more, after prices, "
        "if the response probability fell from {now:number}% below {then:number}%.",
        now=_percent(fact["response_probability"], 1),
        then=_percent(threshold, 1),
    )


def consent_proof(fact: Fact) -> Said:
    """Return the statement of consent relied on, or that none is needed."""
    if fact["consent_stated_at"] is None:
        return say("not required on this channel; no statement against it")
    about: Values = {
        "status": fact["consent_status"],
        "stated": _day(fact["consent_stated_at"]),
        "source": fact["consent_source"],
        "evidence": fact["consent_evidence"] or say("not given"),
    }
    if not fact["consent_expires_at"]:
        return say("{status:word} on {stated:day}, source {source}, evidence {evidence}", **about)
    return say(
        "{status:word} on {stated:day} until {until:day}, source {source}, evidence {evidence}",
        until=_day(fact["consent_expires_at"]),
        **about,
    )


def levers(fact: Fact) -> list[str]:
    """Return the levers that applied, as 'name xfactor'."""
    return fact["levers"].split(" | ") if fact["levers"] else []


def _percent(share: float, places: int = 0) -> str:
    return f"{share:.{places}%}".removesuffix("%")


def _ago(days: int) -> Said:
    if days == 0:
        return say("today")
    return say("yesterday") if days == 1 else say("{days} days ago", days=days)


def _times(count: int) -> Said:
    if count == 1:
        return say("once")
    return say("twice") if count == 2 else say("{count} times", count=count)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
