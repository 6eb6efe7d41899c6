"""All gates once more, in plain Python over the raw tables: an independent reading of what may be suggested."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from unisono.playbook import Playbook
from unisono.playbook.models import Channel
from unisono.tables import EVENTS

Row = dict[str, Any]
REACHING_OUT = {event.name for event in EVENTS if event.is_contact}
SCOPE = ("source_record_id", "channel", "purpose", "product", "channel_value")
SEVERITY = ("granted", "expired", "pending", "denied", "withdrawn")
LONG_AGO = datetime.fromisoformat("1900-01-01")
Candidate = tuple[str, str, str, str | None]
"""A record, product, channel and representative."""


def contact_of(touch: Row) -> tuple[str, str, str]:
    return touch["source_record_id"], touch["channel"], touch["contact_id"]


def is_reaching_out(touch: Row) -> bool:
    return touch["event"] in REACHING_OUT and touch["direction"] == "outbound"


@dataclass(frozen=True)
class Oracle:
    """What may be suggested to the people behind `records`, each of whom is a customer of its own."""

    book: Playbook
    data: Mapping[str, Sequence[Row]]
    clock: datetime
    held_out: frozenset[str] = frozenset()

    def permitted(self) -> set[Candidate]:
        """Return every candidate that no gate stops."""
        found: set[Candidate] = set()
        if self.is_stale():
            return found
        for person in self.data["source_record"]:
            key = person["source_record_id"]
            if person["kind"] != "hcp" or key in self.held_out:
                continue
            for channel in self.book.channels:
                if self.has_too_many_contacts(key, channel):
                    continue
                for product in self.book.products:
                    if (
                        self.is_allowed((key,), channel, product.id)
                        and self.has_content(key, channel, product.id)
                        and not self.is_too_soon(key, channel, product.id)
                    ):
                        found |= {
                            (key, product.id, channel.id, who) for who in self.who_acts(person, channel)
                        }
        return found

    def day(self, moment: datetime) -> date:
        """Return the day that a clock on the wall shows at an instant of UTC."""
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.book.company.time_zone)).date()

    @property
    def today(self) -> date:
        return self.day(self.clock)

    def age(self, moment: datetime) -> int:
        return (self.today - self.day(moment)).days

    def own(self, key: str | None = None) -> list[Row]:
        touches = [row for row in self.data["source_touchpoint"] if row["company"] == "self"]
        return [row for row in touches if key in (None, row["source_record_id"])]

    @cached_property
    def medical_contacts(self) -> set[tuple[str, str, str]]:
        """Contacts of which any touchpoint is medical by its channel, its content or its representative."""
        channels = {channel.id for channel in self.book.channels if channel.purpose == "medical"}
        contents = {content.id for content in self.book.content if content.purpose == "medical"}
        reps = {rep["rep_id"] for rep in self.data["rep"] if rep["role"] == "msl"}
        return {
            contact_of(row)
            for row in self.data["source_touchpoint"]
            if row["channel"] in channels or row["content_id"] in contents or row["rep_id"] in reps
        }

    def is_medical(self, touch: Row) -> bool:
        return contact_of(touch) in self.medical_contacts

    def is_stale(self) -> bool:
        ages = [self.age(row["occurred_at"]) for row in self.own() if is_reaching_out(row)]
        return not ages or min(ages) > self.book.policy.stale_after_days

    def who_acts(self, person: Row, channel: Channel) -> set[str | None]:
        if channel.owner != "rep":
            return {None} if channel.owner == "central" else set()
        role = "msl" if channel.purpose == "medical" else "sales"
        return {rep["rep_id"] for rep in self.data["rep"] if rep["role"] == role and self.covers(rep, person)}

    def covers(self, rep: Row, person: Row) -> bool:
        for place in self.data["territory_area"]:
            mine = place["territory_id"] == rep["territory_id"]
            if mine and place["area"].lower() == (person[place["field"]] or "").lower():
                return True
        return any(
            row["rep_id"] == rep["rep_id"]
            and row["source_record_id"] == person["source_record_id"]
            and (row["starts_on"] or date.min) <= self.today <= (row["ends_on"] or date.max)
            for row in self.data["source_assignment"]
        )

    def standing(self, key: str, channel: Channel, product: str) -> tuple[str, datetime]:
        """Return the standing of the latest applicable statement, the strictest of several, and when it was made."""
        best = ("none", LONG_AGO)
        for row in self.data["source_consent"]:
            applies = (
                row["source_record_id"] == key
                and row["stated_at"] <= self.clock
                and row["channel"] in (channel.id, "all")
                and row["purpose"] in (channel.purpose, "all")
                and self.concerns(row, product)
                and not self.corrected(row)
            )
            if not applies or (row["status"] == "pending" and channel.consent == "not_required"):
                continue
            lapsed = row["status"] == "granted" and row["expires_at"] and row["expires_at"] <= self.clock
            said = ("expired" if lapsed else row["status"], row["stated_at"])
            if best[0] == "none" or (said[1], SEVERITY.index(said[0])) > (best[1], SEVERITY.index(best[0])):
                best = said
        return best

    def concerns(self, row: Row, product: str) -> bool:
        """Whether a statement is about a product.

        One about a product nobody knows grants nothing, and refuses all until the same is granted.
        """
        named = (row["product"] or product).lower()
        known = {each.id for each in self.book.products}
        return named == product or (
            named not in known and row["status"] != "granted" and not self.taken_back(row)
        )

    def corrected(self, row: Row) -> bool:
        """Whether the source told, at the same instant, another word about the same thing under a later id."""
        return row["statement_id"] is not None and any(
            all(other[name] == row[name] for name in (*SCOPE, "source", "stated_at"))
            and (other["statement_id"] or "") > row["statement_id"]
            for other in self.data["source_consent"]
        )

    def taken_back(self, refusal: Row) -> bool:
        """Whether the record granted later, in force at the clock, what it refused in the very same words."""
        return any(
            all(row[name] == refusal[name] for name in SCOPE)
            and row["status"] == "granted"
            and refusal["stated_at"] < row["stated_at"] <= self.clock
            and (row["expires_at"] is None or row["expires_at"] > self.clock)
            for row in self.data["source_consent"]
        )

    def is_allowed(self, keys: Collection[str], channel: Channel, product: str) -> bool:
        """Whether consent lets somebody be contacted who is known as these records: each keeps what it refused."""
        worst = "none"
        for key in keys:
            status, stated_at = self.standing(key, channel, product)
            left = [
                row["occurred_at"]
                for row in self.own(key)
                if row["event"] == "unsubscribed" and row["channel"] == channel.id
            ]
            if left and not (status == "granted" and stated_at > max(left)):
                return False
            if status != "none" and (worst == "none" or SEVERITY.index(status) > SEVERITY.index(worst)):
                worst = status
        return worst == "granted" if channel.consent == "required" else worst not in ("denied", "withdrawn")

    def has_content(self, key: str, channel: Channel, product: str) -> bool:
        used = {
            row["content_id"]
            for row in self.own(key)
            if self.age(row["occurred_at"]) < self.book.policy.repeat_content_days
            and self.is_medical(row) == (channel.purpose == "medical")
        }
        return any(
            content.product == product
            and channel.id in content.channels
            and content.purpose == channel.purpose
            and content.status == "approved"
            and content.valid_from <= self.today <= content.valid_until
            and self.book.company.market in content.markets
            and "hcp" in content.kinds
            and content.id not in used
            for content in self.book.content
        )

    def has_too_many_contacts(self, key: str, channel: Channel) -> bool:
        latest: dict[tuple[str, str], datetime] = defaultdict(lambda: LONG_AGO)
        for row in self.own(key):
            if is_reaching_out(row):
                contact = (row["channel"], row["contact_id"])
                latest[contact] = max(latest[contact], row["occurred_at"])
        ages = {contact: self.age(moment) for contact, moment in latest.items()}
        on_it = [age for (name, _), age in ages.items() if name == channel.id]
        if channel.rest_days is not None and any(age < channel.rest_days for age in on_it):
            return True
        limits = [(on_it, cap) for cap in channel.caps]
        limits += [(list(ages.values()), cap) for cap in self.book.policy.caps]
        return any(sum(age < cap.days for age in ages) >= cap.at_most for ages, cap in limits)

    def is_too_soon(self, key: str, channel: Channel, product: str) -> bool:
        """Whether a separation keeps a product on a channel off something of late."""
        for rule in self.book.separations:
            if channel.id in rule.never.channels and product in (rule.never.products or [product]):
                for row in self.own(key):
                    felt = (
                        row["event"] in rule.of.events
                        and self.is_medical(row) == (channel.purpose == "medical")
                        if rule.of.events
                        else is_reaching_out(row)
                    )
                    if (
                        felt
                        and row["channel"] in rule.of.channels
                        and self.age(row["occurred_at"]) < rule.within_days
                    ):
                        return True
        return False
