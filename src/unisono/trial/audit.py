"""A second opinion on a week's suggestions, from the raw exports alone.

Nothing of the pipeline is used: `exports` reads the files, the rules are those of the playbook as written. Limits of a
customer are asked twice. As records with exact keys in common resolve it (`findings`), none may be broken. By the
person that the truth knows (`by_person`), and counting rows that no run could read, some may: whoever is known as two
unmatched records may be reached more often than either record allows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from unisono.playbook import Playbook
from unisono.playbook.models import Channel, Content
from unisono.trial.facts import Contact, Facts, Record, Statement, mail_record

Suggestion = Mapping[str, Any]
EXAMPLES = 3
REFUSALS = ("denied", "withdrawn")
STRICTNESS = ("granted", "expired", "pending", *REFUSALS)


@dataclass(frozen=True)
class Finding:
    """A suggestion that breaks a rule: which `kind` of rule, what stands against it, and `who` it is about.

    `who` is empty where a list is too long or its content may not be used.
    """

    kind: str
    decision_id: str
    because: str
    who: str = ""


@dataclass(frozen=True)
class Audit:
    """What was found, by resolved customer and by person; `several` are persons among these with unmatched records."""

    findings: list[Finding] = field(default_factory=list)
    by_person: list[Finding] = field(default_factory=list)
    several: frozenset[str] = frozenset()

    def persons(self) -> int:
        """Return how many persons the findings by person are about."""
        return len({finding.who for finding in self.by_person} - {""})

    def summary(self) -> dict[str, Any]:
        """Return counts by kind, and a few examples, of both readings.

        Of persons also how many there are, and how many of them are `unmatched`: known as several records that share
        no exact key. The others had contacts of which no run could read the rows.
        """
        known = {"persons": self.persons(), "unmatched": len(self.several)}
        return {"by_customer": _summary(self.findings), "by_person": _summary(self.by_person) | known}


def _summary(findings: Sequence[Finding]) -> dict[str, Any]:
    kinds = Counter(finding.kind for finding in findings)
    examples = [f"{each.kind} {each.decision_id}: {each.because}" for each in findings[:EXAMPLES]]
    return {"violations": len(findings), "kinds": dict(sorted(kinds.items())), "examples": examples}


def audit(suggestions: Sequence[Suggestion], facts: Facts, book: Playbook, clock: datetime) -> Audit:
    """Check a week's suggestions against what was known before `clock` (UTC)."""
    windows = [days for _, _, days, _ in _limits(book)]
    longest = max(windows + [rule.within_days for rule in book.separations], default=0)
    today = _today(book, clock)
    since = today - timedelta(days=longest)
    recent = [contact for contact in facts.contacts if since < contact.day <= today]
    sound = [contact for contact in recent if contact.is_sound]
    customers = _Reading(facts, facts.customers(), sound, book, clock)
    people = _Reading(facts, facts.people, recent, book, clock)
    lists = [*_content(suggestions, book, clock), *_capacity(suggestions, facts, book, clock)]
    by_person = [*lists, *people.findings(suggestions)]
    several = _several(facts, {finding.who for finding in by_person})
    return Audit([*lists, *customers.findings(suggestions)], by_person, several)


def _several(facts: Facts, persons: set[str]) -> frozenset[str]:
    """Return which of these persons have records that make more than one customer."""
    customers, known = facts.customers(), defaultdict[str, set[str]](set)
    met = {contact.record for contact in facts.contacts}
    for record in met | {said.record for said in facts.statements} | facts.addresses.keys():
        known[facts.people.get(record, "")].add(customers.get(record, "/".join(record)))
    return frozenset(who for who in persons if who and len(known[who]) > 1)


class _Reading:
    """What is known about each customer, under one way of telling which records are one."""

    def __init__(
        self,
        facts: Facts,
        owner: Mapping[Record, str],
        contacts: Iterable[Contact],
        book: Playbook,
        clock: datetime,
    ) -> None:
        self.book, self.clock, self.owner = book, clock, owner
        self.contacts: dict[str, dict[tuple[str, str], Contact]] = defaultdict(dict)
        self.statements: dict[str, dict[Record, list[Statement]]] = defaultdict(lambda: defaultdict(list))
        self.addresses: dict[str, set[str]] = defaultdict(set)
        self.left: dict[tuple[str, str], list[tuple[Record, datetime]]] = defaultdict(list)
        self.unreadable = {self._who(record) for record in facts.unreadable}
        for contact in contacts:
            mine = self.contacts[self._who(contact.record)]
            mine[contact.channel, contact.contact_id] = contact
        for said in facts.statements:
            self.statements[self._who(said.record)][said.record].append(said)
        for record, addresses in facts.addresses.items():
            self.addresses[self._who(record)] |= addresses
        for record, channel, at in facts.unsubscribed:
            self.left[self._who(record), channel].append((record, at))

    def findings(self, suggestions: Sequence[Suggestion]) -> Iterator[Finding]:
        """Yield every breach of consent and of the limits of a customer."""
        channels = {channel.id: channel for channel in self.book.channels}
        by_customer: dict[str, list[Suggestion]] = defaultdict(list)
        for row in suggestions:
            number = row["source_record_id"]
            record = mail_record(number) if row["system"] == "mail" else (row["system"], number)
            by_customer[self._who(record)].append(row)
        for who, rows in by_customer.items():
            for row in rows:
                against = self._refusal(who, channels[row["channel"]], row["product_id"])
                if against:
                    yield Finding("consent", row["decision_id"], against, who)
            yield from self._too_many(who, rows)
            yield from self._too_soon(who, rows)

    def _too_many(self, who: str, rows: Sequence[Suggestion]) -> Iterator[Finding]:
        """Yield the limits that suggestions break together with the contacts in the days up to the clock's."""
        last = rows[-1]["decision_id"]
        if len(rows) > self.book.policy.per_customer:
            yield Finding("per_customer", last, f"{len(rows)} suggestions for one customer", who)
        for kind, channel, days, at_most in _limits(self.book):
            here = [row for row in rows if channel in (row["channel"], "all")]
            if not here:
                continue
            made = sum(channel in (contact.channel, "all") for contact in self._within(days, who))
            if made + len(here) > at_most:
                because = f"{made} contacts on {channel} in {days} days and {len(here)} suggested, at most {at_most}"
                yield Finding(kind, here[-1]["decision_id"], because, who)

    def _too_soon(self, who: str, rows: Sequence[Suggestion]) -> Iterator[Finding]:
        """Yield suggestions that a separation keeps off a contact or off another suggestion.

        Exports are not searched for the events that some separations ask for: those are left out.
        """
        for rule, row in product(self.book.separations, rows):
            about = row["channel"] in rule.never.channels and row["product_id"] in (
                rule.never.products or [row["product_id"]]
            )
            if rule.of.events or not about:
                continue
            met = [contact.channel for contact in self._within(rule.within_days, who)]
            met += [other["channel"] for other in rows if other["channel"] != row["channel"]]
            found = next((channel for channel in met if channel in rule.of.channels), None)
            if found:
                because = f"{row['channel']} within {rule.within_days} days of {found}"
                yield Finding("separation", row["decision_id"], because, who)

    def _within(self, days: int, who: str) -> list[Contact]:
        """Return the contacts with somebody in so many days, the clock's day being the last."""
        today = _today(self.book, self.clock)
        return [each for each in self.contacts[who].values() if 0 <= (today - each.day).days < days]

    def _refusal(self, who: str, channel: Channel, product: str) -> str:
        """Return what of all that was stated speaks against a contact; empty if nothing does.

        Each record's own statements are read by themselves: only they lift what it refused.
        """
        if who in self.unreadable:
            return "a statement cannot be read, and may be a refusal"
        is_granted = False
        for record in self.statements[who].keys() | {record for record, _ in self.left[who, channel.id]}:
            granted_at, against = self._own_refusal(who, record, channel, product)
            if against:
                return against
            is_granted |= granted_at is not None
        if channel.consent == "required" and not is_granted:
            return f"{channel.id} needs consent, and nobody gave it"
        return ""

    def _own_refusal(
        self, who: str, record: Record, channel: Channel, product: str
    ) -> tuple[datetime | None, str]:
        """Return when one record granted a contact, if that stands, and what of its statements speaks against it."""
        said = [each for each in self.statements[who][record] if self._applies(each, channel, product)]
        elsewhere = [each for each in said if self._is_elsewhere(who, each)]
        here = self._latest(each for each in said if each not in elsewhere)
        status = here.standing(self.clock) if here else "none"
        granted_at = here.stated_at if here and status == "granted" else None
        if status in REFUSALS or (channel.consent == "required" and status not in ("none", "granted")):
            return None, f"{channel.id} is not consented to, the latest word is {status}"
        if not (granted_at and here and here.address):
            for address in {each.address for each in elsewhere}:
                there = self._latest(each for each in elsewhere if each.address == address)
                if there and there.status in REFUSALS and not (granted_at and granted_at > there.stated_at):
                    return None, f"{channel.id} was refused for {address} and not granted since"
        left = max((at for whose, at in self.left[who, channel.id] if whose == record), default=None)
        if left and not (granted_at and granted_at > left):
            return None, f"unsubscribed from {channel.id} on {left:%Y-%m-%d}"
        return granted_at, ""

    def _applies(self, said: Statement, channel: Channel, product: str) -> bool:
        concerned = (
            said.channel in (channel.id, "all")
            and said.purpose in (channel.purpose, "all")
            and said.product in (product, "all")
        )
        says_nothing = said.status == "pending" and channel.consent == "not_required"
        return concerned and said.stated_at <= self.clock and not says_nothing

    def _latest(self, said: Iterable[Statement]) -> Statement | None:
        """Return the latest statement, the strictest of several made at once."""
        return max(
            said,
            key=lambda each: (each.stated_at, STRICTNESS.index(each.standing(self.clock))),
            default=None,
        )

    def _is_elsewhere(self, who: str, said: Statement) -> bool:
        """Return whether a statement is about an address that is not the customer's own.

        Where no address of that sort is known, it counts as the customer's.
        """
        if said.address is None:
            return False
        same_sort = {own for own in self.addresses[who] if ("@" in own) == ("@" in said.address)}
        return bool(same_sort) and said.address not in same_sort

    def _who(self, record: Record) -> str:
        return self.owner.get(record, "/".join(record))


def _today(book: Playbook, clock: datetime) -> date:
    """Return the market's calendar day at an instant of UTC."""
    return clock.replace(tzinfo=UTC).astimezone(ZoneInfo(book.company.time_zone)).date()


def _limits(book: Playbook) -> Iterator[tuple[str, str, int, int]]:
    """Yield kind, channel, days and most contacts of every cap and rest; after a contact at rest there is one more."""
    for cap in book.policy.caps:
        yield "cap", "all", cap.days, cap.at_most
    for channel in book.channels:
        for cap in channel.caps:
            yield "cap", channel.id, cap.days, cap.at_most
        if channel.rest_days is not None:
            yield "rest", channel.id, channel.rest_days, 1


def _content(suggestions: Iterable[Suggestion], book: Playbook, clock: datetime) -> Iterator[Finding]:
    """Yield suggestions of content that may not be used."""
    contents = {content.id: content for content in book.content}
    channels = {channel.id: channel for channel in book.channels}
    for row in suggestions:
        content = contents.get(row["content_id"])
        wrong = (
            "not in the playbook"
            if content is None
            else _unfit(content, row, channels[row["channel"]], book, clock)
        )
        if wrong:
            yield Finding("content", row["decision_id"], f"content {row['content_id']} is {wrong}")


def _unfit(content: Content, row: Suggestion, channel: Channel, book: Playbook, clock: datetime) -> str:
    if content.status != "approved":
        return content.status
    if not content.valid_from <= _today(book, clock) <= content.valid_until:
        return f"valid from {content.valid_from} until {content.valid_until}"
    if content.product != row["product_id"] or channel.id not in content.channels:
        return f"not made for {row['product_id']} on {channel.id}"
    if content.purpose != channel.purpose:
        return "of the other side of the wall between medical and commercial"
    if book.company.market not in content.markets or "hcp" not in content.kinds:
        return "not approved for this market and audience"
    return ""


def _capacity(
    suggestions: Iterable[Suggestion], facts: Facts, book: Playbook, clock: datetime
) -> Iterator[Finding]:
    """Yield suggestions beyond the minutes of the roster, the length of a list, or a channel's capacity."""
    channels = {channel.id: channel for channel in book.channels}
    roster = facts.minutes(_today(book, clock))
    spent: dict[str, float] = defaultdict(float)
    listed = Counter[str]()
    for row in suggestions:
        channel, rep, decision = channels[row["channel"]], row["rep_id"], row["decision_id"]
        owner = channel.id if rep is None else rep
        spent[owner] += channel.minutes
        listed[owner] += 1
        if channel.owner == "none" or (channel.owner == "rep") != (rep is not None):
            yield Finding("owner", decision, f"{channel.id} is acted on by {channel.owner}, not by {rep}")
        elif rep is None:
            if channel.capacity is not None and listed[owner] > channel.capacity:
                yield Finding("sends", decision, f"{channel.id} has room for {channel.capacity}")
        elif rep not in roster:
            yield Finding("roster", decision, f"{rep} is not employed on {clock:%Y-%m-%d}")
        elif spent[owner] > roster[rep] + 1e-6:
            yield Finding("minutes", decision, f"{spent[owner]:g} minutes of {rep}, who has {roster[rep]:g}")
        elif listed[owner] > book.policy.per_rep:
            yield Finding("per_rep", decision, f"{listed[owner]} suggestions for {rep}")
