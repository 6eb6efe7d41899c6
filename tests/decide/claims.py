"""Every sentence a decision may say of itself, and whether it is true."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date
from math import prod

from tests.build import Row
from tests.decide.witness import Side
from unisono.decide.sentences import GATE_WORDS

Said = Mapping[str, str]
Claim = Callable[[Side, Row, Said], bool]

CLAIMS: list[tuple[re.Pattern[str], Claim]] = []
DAY = r"\d{4}-\d\d-\d\d"
MONEY = r"-?\d+\.\d\d"
COUNT = r"once|twice|\d+ times"


def claim(template: str) -> Callable[[Claim], Claim]:
    """Register what a sentence of this form claims. `{name:kind}` stands for a part; texts are matched exactly."""
    kinds = {
        "day": DAY,
        "money": MONEY,
        "count": COUNT,
        "int": r"\d+",
        "number": r"\d+(?:\.\d+)?",
        "text": ".+",
    }
    pieces = re.split(r"\{(\w+):(\w+)\}", template)
    pattern = "".join(
        re.escape(pieces[n]) if n % 3 == 0 else f"(?P<{pieces[n]}>{kinds[pieces[n + 1]]})"
        for n in range(len(pieces))
        if n % 3 < 2
    )

    def register(check: Claim) -> Claim:
        CLAIMS.append((re.compile(pattern), check))
        return check

    return register


def is_true(side: Side, decision: Row, sentence: str) -> bool:
    """Return whether a sentence has a known form and all it says holds."""
    found = [(pattern.fullmatch(sentence), check) for pattern, check in CLAIMS]
    return any(match is not None and check(side, decision, match.groupdict()) for match, check in found)


def near(text: str, number: float) -> bool:
    """Return whether a number is the one that was rounded to `text`."""
    digits = len(text.partition(".")[2])
    return abs(float(text) - number) <= 0.5 * 10**-digits + 1e-9


def times(text: str) -> int:
    return {"once": 1, "twice": 2}.get(text) or int(text.split()[0])


@claim(
    "Never contacted by {channel:text} so far; customers like this one are expected to respond to {share:int}%."
)
def never_on_the_channel(side: Side, decision: Row, said: Said) -> bool:
    contacts = side.contacts.get(decision["customer_id"], [])
    return not any(each.channel == decision["channel"] for each in contacts) and expects(side, decision, said)


@claim(
    "Responded to {yes:int} of {all:int} contacts by {channel:text} with any company, the latest on {last:day} "
    "(customers like this one: {prior:int}%); expected to respond to the next with {share:int}%."
)
@claim(
    "Responded to {yes:int} of {all:int} contact by {channel:text} with any company, the latest on {last:day} "
    "(customers like this one: {prior:int}%); expected to respond to the next with {share:int}%."
)
def answered(side: Side, decision: Row, said: Said) -> bool:
    who, channel = decision["customer_id"], decision["channel"]
    on_it = [
        each for each in side.contacts[who] if each.channel == channel and (each.reached or each.answered)
    ]
    return (
        int(said["all"]) == len(on_it)
        and int(said["yes"]) == sum(each.answered for each in on_it)
        and said["last"] == str(max(each.at for each in on_it).date())
        and near(said["prior"], 100 * side.expected(who, channel))
        and expects(side, decision, said)
    )


def expects(side: Side, decision: Row, said: Said) -> bool:
    chance = side.response(decision["customer_id"], decision["channel"], decision["content_id"])
    return said["channel"] == side.channels[decision["channel"]]["channel_name"] and near(
        said["share"], 100 * chance
    )


def made_for(side: Side, decision: Row, said: Said) -> bool:
    content = side.contents[decision["content_id"]]
    return (
        said["title"] == content["title"]
        and said["made_for"] == side.stages[content["stage"]]
        and said["product"] == side.products[decision["product_id"]]
    )


@claim(
    "Nothing is known yet about the stage for {product:text}; '{title:text}' is made for the stage {made_for:text}."
)
def no_stage(side: Side, decision: Row, said: Said) -> bool:
    beliefs = side.beliefs.get((decision["customer_id"], decision["product_id"]))
    return not beliefs and made_for(side, decision, said)


@claim(
    "Most likely at the stage {stage:text} for {product:text} ({share:int}%), last moved by '{event:text}' on "
    "{moved:day}; '{title:text}' is made for the stage {made_for:text}."
)
def stage(side: Side, decision: Row, said: Said) -> bool:
    who, product = decision["customer_id"], decision["product_id"]
    likeliest = max(side.beliefs[who, product], key=lambda row: row["probability"])
    return (
        said["stage"] == side.stages[likeliest["stage"]]
        and near(said["share"], 100 * likeliest["probability"])
        and (said["event"], date.fromisoformat(said["moved"])) == side.last_event(who, product)
        and made_for(side, decision, said)
    )


@claim(
    "Potential counts {factor:number} times for prescribing: {mine:number} {measure:text} of {product:text} in the "
    "last year, the average customer {usual:number}."
)
def prescribing(side: Side, decision: Row, said: Said) -> bool:
    if decision["product_id"] not in side.outcomes:
        return False
    figures = side.prescribing(decision["customer_id"], decision["product_id"])
    return (
        all(near(said[name], true) for name, true in zip(("factor", "mine", "usual"), figures, strict=True))
        and said["measure"] == side.policy["outcome_measure"]
        and said["product"] == side.products[decision["product_id"]]
    )


@claim("Never contacted by us; more contacts with companies than {share:int}% of customers.")
def never(side: Side, decision: Row, said: Said) -> bool:
    who = decision["customer_id"]
    return not side.reaches.get(who) and near(said["share"], 100 * side.activity_rank(who))


@claim(
    "Contacted by us {count:count} in the last {days:int} days; the last contact was {ago:text} on {last:day}."
)
@claim("{count:text} by us in the last {days:int} days; the last contact was {ago:text} on {last:day}.")
def pressure(side: Side, decision: Row, said: Said) -> bool:
    mine = side.reaches.get(decision["customer_id"], [])
    window = side.policy["fatigue_window_days"]
    recent = sum(side.age(each.at) < window for each in mine)
    last = max((each.at for each in mine), default=None)
    if last is None or int(said["days"]) != window:
        return False
    counted = said["count"] == "Not contacted" if not recent else is_count(said["count"], recent)
    days = side.age(last)
    ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    return counted and (said["ago"], said["last"]) == (ago, str(last.date()))


def is_count(text: str, number: int) -> bool:
    return re.fullmatch(COUNT, text) is not None and times(text) == number


@claim("Weighted x{factor:number} by the playbook's levers: {levers:text}.")
def weighted(side: Side, decision: Row, said: Said) -> bool:
    mine = side.levers.get(tuple(decision[name] for name in ("customer_id", "product_id", "channel")), [])
    bounded = min(
        max(prod(row["factor"] for row in mine), side.policy["lever_least"]), side.policy["lever_most"]
    )
    named = [f"{row['lever_name']} x{row['factor']}" for row in sorted(mine, key=lambda row: row["lever_id"])]
    return near(said["factor"], bounded) and said["levers"] == ", ".join(named)


@claim(
    "Chosen to learn: {plan:text} was expected to be worth {planned:money} EUR after all costs, this {this:money} EUR; "
    "drawn with probability {share:number}%."
)
def learns(side: Side, decision: Row, said: Said) -> bool:
    """The plan named is the plan of the customer, and the draw had that chance."""
    (drawn,) = (
        row
        for row in side.draws[(decision["customer_id"],)]
        if row["is_drawn"]
        and (row["product_id"], row["channel"]) == (decision["product_id"], decision["channel"])
    )
    (plan,) = (
        row
        for row in side.choices[(decision["customer_id"],)]
        if (row["product_id"], row["channel"]) == (drawn["planned_product_id"], drawn["planned_channel"])
    )
    best = min(
        side.slots.get((plan["customer_id"], plan["channel"]), []),
        key=lambda row: row["slot_place"],
        default=None,
    )
    return (
        said["plan"] == planned(side, plan, best["slot"] if best else None)
        and near(said["planned"], side.left(side.chosen(plan)))
        and near(said["this"], side.expects(side.chosen(decision), decision["slot"]))
        and near(said["share"], 100 * drawn["propensity"])
        and 0 < drawn["propensity"] < 1
    )


def planned(side: Side, plan: Row, slot: str | None) -> str:
    weekday, _, part = (slot or "").partition("_")
    days = {name[:3].lower(): name for name in calendar.day_name}
    at = f" on {days[weekday]} {part}" if slot else ""
    title = side.contents[plan["content_id"]]["title"]
    return f"{side.products[plan['product_id']]} by {side.channels[plan['channel']]['channel_name']} with '{title}'{at}"


@claim("There is no usual action: no {purpose:text} channel was used with this customer in the last year.")
def no_usual(side: Side, decision: Row, said: Said) -> bool:
    return said["purpose"] == side.purpose and side.usual(decision["customer_id"]) is None


def is_usual(side: Side, decision: Row, said: Said) -> bool:
    usual = side.usual(decision["customer_id"])
    return usual is not None and (said["channel"], times(said["count"])) == (
        side.channels[usual[0]]["channel_name"],
        usual[1],
    )


def the_usual(side: Side, decision: Row) -> list[Row]:
    """Return the permitted actions with the same product on the usual channel."""
    usual = side.usual(decision["customer_id"])
    actions = side.actions[(decision["customer_id"],)]
    key = (decision["product_id"], usual[0] if usual else None)
    return [row for row in actions if (row["product_id"], row["channel"]) == key]


@claim("This is the usual {channel:text} ({count:count} in the last year).")
def same(side: Side, decision: Row, said: Said) -> bool:
    usual = side.usual(decision["customer_id"])
    return is_usual(side, decision, said) and usual is not None and usual[0] == decision["channel"]


@claim("Not the usual {channel:text} ({count:count} in the last year): {because:text}.")
def stopped(side: Side, decision: Row, said: Said) -> bool:
    usual = side.usual(decision["customer_id"])
    if usual is None or the_usual(side, decision) or not is_usual(side, decision, said):
        return False
    key = decision["customer_id"], decision["product_id"], usual[0]
    gates = [row["blocked_by"] for row in side.candidates.get(key, [])]
    words = {str(GATE_WORDS[gate]) for gate in gates if gate in GATE_WORDS}
    return said["because"] in (words or {"it is not permitted for this customer"})


def compares(side: Side, decision: Row, said: Said) -> bool:
    usual = the_usual(side, decision)
    return (
        bool(usual)
        and is_usual(side, decision, said)
        and near(said["theirs"], max(map(side.left, usual)))
        and near(said["mine"], side.left(side.chosen(decision)))
        and said["currency"] == side.policy["currency"]
    )


@claim(
    "Not the usual {channel:text} ({count:count} in the last year): after prices it is worth {theirs:money} "
    "{currency:text}, this {mine:money} EUR."
)
def dearer(side: Side, decision: Row, said: Said) -> bool:
    return compares(side, decision, said) and float(said["mine"]) >= float(said["theirs"])


@claim(
    "Not the usual {channel:text} ({count:count} in the last year): after prices worth {theirs:money} {currency:text} "
    "against {mine:money} EUR, but a limit leaves no room for it."
)
def no_room(side: Side, decision: Row, said: Said) -> bool:
    return compares(side, decision, said) and float(said["mine"]) <= float(said["theirs"])


@claim(
    "Not the usual {channel:text} ({count:count} in the last year): after prices worth {theirs:money} {currency:text} "
    "against {mine:money} EUR, but this was drawn to learn."
)
def drawn_instead(side: Side, decision: Row, said: Said) -> bool:
    return no_room(side, decision, said) and decision["explored"]


def rival(side: Side, decision: Row, other: str) -> float | None:
    """Return what the best rival is worth after prices, 0 for doing nothing; None if it is not the one named."""
    rivals = side.rivals(decision)
    best = max(map(side.left, rivals), default=0.0)
    if best <= 0:
        return 0.0 if other.lower() == "doing nothing" else None
    named = {
        f"the runner-up {row['product_id']}/{row['channel']}" for row in rivals if side.left(row) == best
    }
    return best if f"{other[0].lower()}{other[1:]}" in named else None


@claim(
    "{other:text} would be worth more, after prices, if the response probability fell from {now:number}% below "
    "{then:number}%."
)
def flips(side: Side, decision: Row, said: Said) -> bool:
    """The order really turns round at the probability named, and nowhere else."""
    mine, best = side.chosen(decision), rival(side, decision, said["other"])
    chance = side.response(decision["customer_id"], decision["channel"], decision["content_id"])
    then = float(said["then"]) / 100
    return (
        best is not None
        and near(said["now"], 100 * chance)
        and side.left(mine, then + 0.0006) > best > side.left(mine, then - 0.0006)
    )


@claim(
    "{other:text} would be worth more, after prices, if this lost more than {lost:money} EUR of its value."
)
def loses(side: Side, decision: Row, said: Said) -> bool:
    best = rival(side, decision, said["other"])
    shared = said["other"].endswith(f"/{decision['channel']}")
    return best is not None and shared and near(said["lost"], side.left(side.chosen(decision)) - best)


@claim(
    "Already worth less, after prices, than {other:text} ({mine:money} against {theirs:money} EUR); chosen because a "
    "limit leaves no room for that."
)
def limited(side: Side, decision: Row, said: Said) -> bool:
    best, left = rival(side, decision, said["other"]), side.left(side.chosen(decision))
    return best is not None and left < best and near(said["mine"], left) and near(said["theirs"], best)


@claim(
    "Already worth less, after prices, than {other:text} ({mine:money} against {theirs:money} EUR); chosen to learn."
)
def worth_less(side: Side, decision: Row, said: Said) -> bool:
    return limited(side, decision, said) and decision["explored"]


@claim("No response probability, however low: the goals it serves keep it above {other:text}, after prices.")
def always(side: Side, decision: Row, said: Said) -> bool:
    best = rival(side, decision, said["other"])
    return best is not None and side.left(side.chosen(decision), 0.0) >= best


def statements(side: Side, decision: Row) -> list[Row]:
    """Return what was stated about the channel, purpose and product of a decision."""
    about = {"channel": decision["channel"], "purpose": side.purpose, "product_id": decision["product_id"]}
    return [
        row
        for row in side.read("consent")
        if row["customer_id"] == decision["customer_id"]
        and row["stated_at"] <= side.clock
        and all(row[name] in ("all", value) for name, value in about.items())
    ]


@claim("not required on this channel; no statement against it")
def not_required(side: Side, decision: Row, _: Said) -> bool:
    standing = [row for row in statements(side, decision) if row["status"] != "pending"]
    return side.channels[decision["channel"]]["consent"] == "not_required" and not standing


@claim("{status:text} on {stated:day}, source {source:text}, evidence {evidence:text}")
@claim("{status:text} on {stated:day} until {until:day}, source {source:text}, evidence {evidence:text}")
def proof(side: Side, decision: Row, said: Said) -> bool:
    def told(row: Row) -> tuple[object, ...]:
        lapsed = row["status"] == "granted" and row["expires_at"] and row["expires_at"] <= side.clock
        until = row["expires_at"] and str(row["expires_at"].date())
        return (
            "expired" if lapsed else row["status"],
            str(row["stated_at"].date()),
            until,
            row["source"],
            row["evidence"] or "not given",
        )

    wanted = (said["status"], said["stated"], said.get("until"), said["source"], said["evidence"])
    return wanted in [told(row) for row in statements(side, decision)]
