"""What the raw exports say, as plain facts; what the audit reasons about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

Record = tuple[str, str]
"""System, and the customer's id in it."""


def mail_record(number: str) -> Record:
    """Return a record of the mail platform, in whose ids letter case means nothing."""
    return "mail", number.strip().upper()


@dataclass(frozen=True)
class Contact:
    """The company reached out to somebody; the `day` is the one written in the export, or the market's at an instant.

    `is_sound` is false where the row, or one of the same contact, breaks its file's own rules: ingestion keeps such
    rows out until they are mended, so no run can know of them.
    """

    record: Record
    contact_id: str
    channel: str
    day: date
    is_sound: bool = True


@dataclass(frozen=True)
class Statement:
    """What somebody said about being contacted; `address` None is about no address in particular."""

    record: Record
    channel: str
    purpose: str
    product: str
    status: str
    stated_at: datetime
    lapses_at: datetime | None = None
    address: str | None = None

    def standing(self, clock: datetime) -> str:
        """Return its status at an instant: a grant that lapsed is expired."""
        lapsed = self.status == "granted" and self.lapses_at is not None and self.lapses_at <= clock
        return "expired" if lapsed else self.status


@dataclass(frozen=True)
class Employment:
    """A representative's weekly minutes and days of work; None where there is no such day."""

    rep_id: str
    minutes: float
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass
class Facts:
    """Everything read: `licences` and `addresses` by record, `people` who a record truly is.

    `unreadable` are those of whom a statement cannot be read.
    """

    contacts: list[Contact] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    unsubscribed: list[tuple[Record, str, datetime]] = field(default_factory=list)
    licences: dict[Record, str] = field(default_factory=dict)
    addresses: dict[Record, set[str]] = field(default_factory=lambda: defaultdict(set))
    unreadable: set[Record] = field(default_factory=set)
    roster: dict[str, Employment] = field(default_factory=dict)
    people: dict[Record, str] = field(default_factory=dict)

    def customers(self) -> dict[Record, str]:
        """Return records by customer: those that carry one licence are one customer, others stand alone."""
        return {
            record: f"licence {licence.strip().upper()}"
            for record, licence in self.licences.items()
            if licence.strip(" 0-")
        }

    def minutes(self, today: date) -> dict[str, float]:
        """Return the weekly minutes of every representative employed on a day."""
        return {
            each.rep_id: each.minutes
            for each in self.roster.values()
            if (each.starts_on or date.min) <= today <= (each.ends_on or date.max)
        }
