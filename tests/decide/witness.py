"""What sentences of a decision claim, worked out anew from touchpoints, statements, outcomes, beliefs and prices.

Nothing here reads `decision_fact`, from which the sentences are made, nor the terms that a decision states of itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from math import prod, sqrt

from tests.build import Row
from unisono.tables import EVENTS

WORDS = {event.name: event for event in EVENTS}
TERMS = ("potential", "priority", "fit", "novelty", "response_probability", "stage_gain", "lever")
Read = Callable[[str], list[Row]]


@dataclass(frozen=True)
class Contact:
    """The touchpoints of one contact."""

    customer: str
    channel: str
    is_own: bool
    at: datetime
    reached: bool
    answered: bool


def folded(touchpoints: Iterable[Row]) -> list[Contact]:
    """Return contacts, each dated by the latest time the company reached out in it."""
    groups: dict[tuple[str, str, bool, str], list[Row]] = defaultdict(list)
    for row in touchpoints:
        groups[row["customer_id"], row["channel"], row["is_own"], row["contact_id"]].append(row)
    found = []
    for (customer, channel, is_own, _), rows in groups.items():
        out = [
            row["occurred_at"]
            for row in rows
            if WORDS[row["event"]].is_contact and row["direction"] == "outbound"
        ]
        answered = any(WORDS[row["event"]].is_response and row["is_human"] for row in rows)
        at = max(out, default=min(row["occurred_at"] for row in rows))
        found.append(Contact(customer, channel, is_own, at, bool(out), answered))
    return found


def by(rows: Iterable[Row], *columns: str) -> dict[tuple[object, ...], list[Row]]:
    """Return rows grouped by columns."""
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


class Side:
    """One side of the wall, seen from its tables."""

    def __init__(self, read: Read, purpose: str, clock: datetime) -> None:
        self.read, self.purpose, self.clock = read, purpose, clock
        prefix = "medical_" if purpose == "medical" else ""
        self.own = lambda name: read(prefix + name)
        (self.policy,) = read("playbook_policy")
        self.contents = {row["content_id"]: row for row in read("playbook_content")}
        self.stages = {row["stage"]: row["stage_name"] for row in read("playbook_ladder")}
        self.channels = {row["channel"]: row for row in read("playbook_channel")}
        self.products = {row["product_id"]: row["product_name"] for row in read("playbook_product")}
        self.customers = {row["customer_id"]: row for row in read("customer")}

    @cached_property
    def touchpoints(self) -> dict[tuple[object, ...], list[Row]]:
        """Touchpoints of this side by customer."""
        return by(self.own("touchpoint"), "customer_id")

    @cached_property
    def contacts(self) -> dict[str, list[Contact]]:
        """Contacts of this side by customer, with any company."""
        groups: dict[str, list[Contact]] = defaultdict(list)
        for each in folded(self.own("touchpoint")):
            groups[each.customer].append(each)
        return groups

    @cached_property
    def reaches(self) -> dict[str, list[Contact]]:
        """The company's own contacts of both sides by customer."""
        groups: dict[str, list[Contact]] = defaultdict(list)
        for name in ("touchpoint", "medical_touchpoint"):
            for each in folded(self.read(name)):
                if each.is_own and each.reached:
                    groups[each.customer].append(each)
        return groups

    @cached_property
    def preferences(self) -> dict[tuple[object, ...], list[Row]]:
        """Preferences by customer and dimension."""
        return by(self.own("preference"), "customer_id", "dimension")

    @cached_property
    def beliefs(self) -> dict[tuple[object, ...], list[Row]]:
        """Beliefs by customer and product."""
        return by(self.own("belief"), "customer_id", "product_id")

    @cached_property
    def candidates(self) -> dict[tuple[object, ...], list[Row]]:
        """Candidates by customer, product and channel."""
        return by(self.own("candidate"), "customer_id", "product_id", "channel")

    @cached_property
    def options(self) -> dict[tuple[object, ...], list[Row]]:
        """Permitted actions with every content by customer."""
        return by(self.own("content_option"), "customer_id")

    @cached_property
    def actions(self) -> dict[tuple[object, ...], list[Row]]:
        """Permitted actions by customer."""
        return by(self.own("action"), "customer_id")

    @cached_property
    def choices(self) -> dict[tuple[object, ...], list[Row]]:
        """Choices by customer."""
        return by(self.own("choice"), "customer_id")

    @cached_property
    def prices(self) -> dict[tuple[str, str], float]:
        """Prices by resource and owner; a goal's is negative."""
        return {
            (row["resource"], row["owner"]): row["price"] * (-1 if row["resource"] == "goal" else 1)
            for row in self.own("price")
        }

    @cached_property
    def limits(self) -> dict[tuple[object, ...], list[Row]]:
        """Uses of budgets, quotas and goals by action."""
        return by(self.own("limit_use"), "customer_id", "product_id", "channel", "rep_id")

    def age(self, moment: datetime) -> int:
        """Return how many midnights ago something was."""
        return (self.clock.date() - moment.date()).days

    def response(self, who: str, channel: str, content: str) -> float:
        """Return the expected response probability: of the channel, its odds moved by the content's topics."""
        known = {row["value"]: row["mean"] for row in self.preferences.get((who, "channel"), [])}
        mean = known.get(channel, self.expected(who, channel))
        topics = self.preferences.get((who, "topic"), [])
        about = {
            row["value"]
            for row in self.read("playbook_content_tag")
            if row["content_id"] == content and row["tag"] == "topic"
        }
        shares = [row["mean"] for row in topics if row["value"] in about]
        if not shares:
            return mean
        trials = sum(row["evidence_count"] for row in topics)
        level = sum(row["mean"] * row["evidence_count"] for row in topics) / trials
        odds = mean / (1 - mean) * min(max(sum(shares) / len(shares) / level, 0.8), 1.25)
        return odds / (1 + odds)

    def expected(self, who: str, channel: str) -> float:
        """Return the share of contacts on a channel that the customer's segment answers."""
        segment = (self.customers[who]["specialty"] or "unknown").strip().lower()
        prior = {
            row["segment"]: row["mean"]
            for row in self.own("preference_prior")
            if (row["dimension"], row["value"]) == ("channel", channel)
        }
        return prior.get(segment, prior["*"])

    def last_event(self, who: str, product: str) -> tuple[str, date]:
        """Return the latest event that tells of the decision stage, and its day."""
        telling = {row["event"] for row in self.read("playbook_ladder_evidence")}
        seen = [
            row
            for row in self.touchpoints[(who,)]
            if row["product_id"] == product and row["is_own"] and row["is_human"] and row["event"] in telling
        ]
        last = max(row["occurred_at"] for row in seen)
        return min(row["event"] for row in seen if row["occurred_at"] == last), last.date()

    @cached_property
    def outcomes(self) -> dict[str, dict[str, float]]:
        """Outcomes of own products in the last year by product and professional; none on the medical side."""
        own = {row["product_id"] for row in self.read("playbook_product") if row["is_own"]}
        amounts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for row in self.read("outcome") if self.purpose == "commercial" else ():
            days = (self.clock.date() - row["period_on"]).days
            counted = row["product_id"] in own and row["customer_id"] in self.professionals
            if counted and row["measure"] == self.policy["outcome_measure"] and 0 <= days < 365:
                amounts[row["product_id"]][row["customer_id"]] += row["value"]
        return amounts

    @cached_property
    def professionals(self) -> set[str]:
        """Customers who are healthcare professionals."""
        return {who for who, row in self.customers.items() if row["kind"] == "hcp"}

    def prescribing(self, who: str, product: str) -> tuple[float, float, float]:
        """Return the factor, the customer's outcomes of a product and the average customer's."""
        usual = {key: sum(found.values()) / len(self.professionals) for key, found in self.outcomes.items()}
        mine = {key: found.get(who, 0.0) for key, found in self.outcomes.items()}
        of_product = (mine[product] + 1) / (usual[product] + 1)
        of_all = (sum(mine.values()) + 1) / (sum(usual.values()) + 1)
        return min(sqrt(of_product * of_all), 3.0), mine[product], usual[product]

    def activity_rank(self, who: str) -> float:
        """Return the share of other professionals with fewer contacts in the last year."""
        counts = {
            each: sum(self.age(contact.at) < 365 for contact in self.contacts.get(each, []))
            for each in self.professionals
        }
        return sum(count < counts[who] for count in counts.values()) / max(len(counts) - 1, 1)

    def usual(self, who: str) -> tuple[str, int] | None:
        """Return the channel the company used most with a customer in the last year, and how often."""
        counts: dict[str, int] = defaultdict(int)
        for contact in self.reaches.get(who, []):
            channel = self.channels[contact.channel]
            if (
                self.age(contact.at) < 365
                and channel["owner"] != "none"
                and channel["purpose"] == self.purpose
            ):
                counts[contact.channel] += 1
        return min(counts.items(), key=lambda item: (-item[1], item[0])) if counts else None

    def paid(self, action: Row) -> float:
        """Return the prices of everything an action uses."""
        rep, key = (
            action["rep_id"],
            tuple(action[name] for name in ("customer_id", "product_id", "channel", "rep_id")),
        )
        if rep is None:
            own = self.prices.get(("channel_sends", action["channel"]), 0.0)
        else:
            own = self.prices["rep_minutes", rep] * action["minutes"] + self.prices["rep_suggestions", rep]
        uses = self.limits.get(key, [])
        return own + sum(self.prices[row["resource"], row["owner"]] * row["amount"] for row in uses)

    def left(self, action: Row, probability: float | None = None) -> float:
        """Return what an action is worth after prices, at another response probability if one is given."""
        terms = {name: action[name] for name in TERMS} | (
            {} if probability is None else {"response_probability": probability}
        )
        return prod(terms.values()) - action["fatigue_cost"] - action["unit_cost"] - self.paid(action)

    def chosen(self, decision: Row) -> Row:
        """Return the permitted action that was chosen, with the content that was chosen."""
        names = ("product_id", "channel", "rep_id", "content_id")
        (option,) = (
            row
            for row in self.options[(decision["customer_id"],)]
            if all(row[name] == decision[name] for name in names)
        )
        return option

    def rivals(self, decision: Row) -> list[Row]:
        """Return the permitted actions that could take the place of a decision."""
        mine = self.choices[(decision["customer_id"],)]
        chosen = {(row["product_id"], row["channel"]) for row in mine}
        taken = {part(row) for row in mine} - {part(decision)}
        return [
            row
            for row in self.actions[(decision["customer_id"],)]
            if (row["product_id"], row["channel"]) not in chosen and part(row) not in taken
        ]


def part(action: Row) -> str:
    """Return what a customer is suggested one of at most: representatives' actions, or those of a central channel."""
    return "" if action["rep_id"] else str(action["channel"])
