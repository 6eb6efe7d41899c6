"""The door: a suggestion was permitted when it was decided; is it still, now that somebody wants to act on it?

Asked are the newest published run, and the collected events that it has not read as touchpoints: those that came since,
and those it put into quarantine. What is not known to be permitted is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from unisono.ledger.events import of_users
from unisono.ledger.instants import instant
from unisono.wording import say

if TYPE_CHECKING:
    from unisono.ledger import Database
    from unisono.store import Snapshot

Row = dict[str, Any]
Decision = Mapping[str, Any]
Reason = Literal["expired", "customer", "channel", "consent", "suppression", "content"]

OF_CUSTOMERS = "where list_contains(string_split($customers, ' '), customer_id)"
ASKED = {
    "customer": f"select customer_id from customer {OF_CUSTOMERS} and kind = 'hcp'",  # noqa: S608 - constant text
    "record": f"select customer_id, source_record_id from customer_xref {OF_CUSTOMERS}",  # noqa: S608
    "read": f"select touchpoint_id from touchpoint {OF_CUSTOMERS}"  # noqa: S608
    f" union all select touchpoint_id from medical_touchpoint {OF_CUSTOMERS}",
    "consent": f"select * from consent_status {OF_CUSTOMERS}",  # noqa: S608
    "unsubscription": f"select * from unsubscription {OF_CUSTOMERS}",  # noqa: S608
    "channel": "select channel, purpose, consent from playbook_channel where owner <> 'none'",
    "content": "select c.content_id, g.channel, c.version, c.valid_from, c.valid_until from playbook_content as c"
    " inner join content_gate as g on g.content_id = c.content_id"
    " where g.blocked_by is null or g.blocked_by in ('expired', 'not_yet_valid')",
}
EVER = datetime.min  # noqa: DTZ901 - instants are UTC without zone
REFUSING = re.compile(r"unsubscrib|opt(ed)?[ _-]?out|consent|do[ _-]?not[ _-]?contact", re.IGNORECASE)


class Detail(StrEnum):
    """What the door may say that it saw; every template is in the catalogues of the other languages."""

    EXPIRED = "it was usable until {until:instant}"
    UNKNOWN = "the customer is no longer known as a professional by this id"
    NO_CHANNEL = "the playbook no longer has the channel"
    REFUSED = "consent is {status:word} since {since:day}"
    NO_CONSENT = "consent for the channel is {status:word}"
    UNSUBSCRIBED = "unsubscribed on {at:instant}"
    COLLECTED = "'{event}' came in at {at:instant}"
    NOT_APPROVED = "the content is no longer approved for the channel"
    NOT_VALID = "the content is valid until {until:day}"
    OTHER_VERSION = "the approved version is now {version}"


@dataclass(frozen=True)
class Refusal:
    """Why a suggestion may not go out: the gate that stops it now, and what it saw, in English."""

    reason: Reason
    detail: str


@dataclass(frozen=True)
class Known:
    """What is known at the door: rows of the tables in `ASKED`, the market's zone, and what was collected since."""

    tables: Mapping[str, Sequence[Row]]
    time_zone: str
    collected: Mapping[str, Sequence[Row]]
    """Events by customer: `received_at` and the event's JSON as `body`."""

    def rows(self, table: str, **wanted: object) -> list[Row]:
        """Return the rows of a table with these values."""
        return [
            row for row in self.tables[table] if all(row[name] == value for name, value in wanted.items())
        ]


def check(
    snapshot: Snapshot, database: Database, decisions: Sequence[Decision], at: datetime
) -> dict[str, Refusal]:
    """Return decision_id -> why it may not go out at an instant (UTC, without zone), of those that may not."""
    known = known_of(snapshot, database, sorted({str(one["customer_id"]) for one in decisions}))
    found = ((str(one["decision_id"]), refusal(one, known, at)) for one in decisions)
    return {decision_id: stopped for decision_id, stopped in found if stopped}


def known_of(snapshot: Snapshot, database: Database, customers: Sequence[str]) -> Known:
    """Read what is known of some customers."""
    values = {"customers": " ".join(customers)}
    tables = {
        name: snapshot.read(sql, values if "$customers" in sql else {}).to_pylist()
        for name, sql in ASKED.items()
    }
    owner = {row["source_record_id"]: row["customer_id"] for row in tables["record"]}
    read = {row["touchpoint_id"] for row in tables["read"]}
    collected: dict[str, list[Row]] = {customer: [] for customer in customers}
    for event in of_users(database, sorted(owner), EVER):
        if json.loads(event["body"]).get("messageId") not in read:
            collected[owner[event["user_id"]]].append(event)
    (policy,) = snapshot.read("select time_zone from playbook_policy").to_pylist()
    return Known(tables, policy["time_zone"], collected)


def refusal(decision: Decision, known: Known, at: datetime) -> Refusal | None:
    """Return why a suggestion may not go out at an instant, None if it may."""
    expires_at = _moment(decision["expires_at"])
    if expires_at <= at:
        return _refusal("expired", Detail.EXPIRED, until=_minute(expires_at))
    if not known.rows("customer", customer_id=decision["customer_id"]):
        return _refusal("customer", Detail.UNKNOWN)
    channel = known.rows("channel", channel=decision["channel"], purpose=decision["purpose"])
    if not channel:
        return _refusal("channel", Detail.NO_CHANNEL)
    return (
        _consent(decision, known, at, required=channel[0]["consent"] == "required")
        or _collected(decision, known)
        or _content(decision, known, at)
    )


def _consent(decision: Decision, known: Known, at: datetime, *, required: bool) -> Refusal | None:
    about = {name: decision[name] for name in ("customer_id", "channel", "product_id")}
    standing = known.rows("consent", **about, purpose=decision["purpose"])
    status = standing[0]["status"] if standing else "none"
    if status == "granted" and standing[0]["expires_at"] and standing[0]["expires_at"] <= at:
        status = "expired"
    if status in ("denied", "withdrawn"):
        return _refusal("suppression", Detail.REFUSED, status=status, since=standing[0]["stated_at"].date())
    if required and status != "granted":
        return _refusal("consent", Detail.NO_CONSENT, status=status)
    for row in known.rows("unsubscription", **about):
        return _refusal("suppression", Detail.UNSUBSCRIBED, at=_minute(row["unsubscribed_at"]))
    return None


def _collected(decision: Decision, known: Known) -> Refusal | None:
    """Ask what was collected and no run has read; what may be a refusal is one until a run does."""
    channels = {row["channel"] for row in known.tables["channel"]}
    for event in known.collected.get(decision["customer_id"], ()):
        body = json.loads(event["body"])
        properties = body.get("properties") or {}
        name = str(body.get("event") or "")
        if not REFUSING.search(name) or str(properties.get("status", "")).lower() == "granted":
            continue
        about = properties.get("channel") or properties.get("surface")
        if about == decision["channel"] or about not in channels:
            return _refusal(
                "suppression", Detail.COLLECTED, event=name, at=_minute(instant(event["received_at"]))
            )
    return None


def _content(decision: Decision, known: Known, at: datetime) -> Refusal | None:
    content = known.rows("content", content_id=decision["content_id"], channel=decision["channel"])
    if not content:
        return _refusal("content", Detail.NOT_APPROVED)
    today = at.replace(tzinfo=UTC).astimezone(ZoneInfo(known.time_zone)).date()
    if not content[0]["valid_from"] <= today <= content[0]["valid_until"]:
        return _refusal("content", Detail.NOT_VALID, until=content[0]["valid_until"])
    if content[0]["version"] != decision["content_version"]:
        return _refusal("content", Detail.OTHER_VERSION, version=content[0]["version"])
    return None


def _refusal(reason: Reason, detail: Detail, **values: object) -> Refusal:
    return Refusal(reason, str(say(detail, **values)))


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
