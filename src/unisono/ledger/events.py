"""Events as collected. Of several with one source and message id the first stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from unisono.ledger.database import Database, Row, Transaction, listed
from unisono.ledger.instants import written

PAGE = 50_000


class Event(NamedTuple):
    """One event in Segment's words: `body` is its JSON, `original` that of what came, where it came in other words."""

    source: str
    message_id: str
    type: str
    user_id: str | None
    received_at: str
    body: str
    original: str | None = None


class RefusedEvent(NamedTuple):
    """Something collected that cannot be understood: a stable `reason`, what was seen and expected, and all of it."""

    source: str
    received_at: str
    reason: str
    detail: str
    raw: str


def append(transaction: Transaction, events: Sequence[Event], refused: Sequence[RefusedEvent] = ()) -> int:
    """Add events and what was refused; return how many events were new.

    PostgreSQL numbers rows before they are committed: writers take turns, so that who reads on from a number
    never misses one that was committed late.
    """
    transaction.in_turn()
    new = 0
    if events:
        new = transaction.insert("event", Event._fields, events, once=("source", "message_id"))
    if refused:
        transaction.insert("refused_event", RefusedEvent._fields, refused)
    return new


def after(database: Database, source: str, event_id: int) -> list[Row]:
    """Return the next events of a source, at most `PAGE`, in the order they were committed."""
    return database.read(
        "select event_id, received_at, body from event where source = :source and event_id > :event_id"
        " order by event_id limit :page",
        {"source": source, "event_id": event_id, "page": PAGE},
    )


def refused(database: Database, last: int = 200) -> list[Row]:
    """Return what was refused, newest first."""
    return database.read("select * from refused_event order by refused_id desc limit :last", {"last": last})


def of_users(database: Database, user_ids: Sequence[str], since: datetime) -> list[Row]:
    """Return the events of some users received at or after `since`, in the order they came."""
    if not user_ids:
        return []
    wanted, names = listed(user_ids)
    return database.read(
        f"select user_id, received_at, body from event where user_id in ({wanted})"  # noqa: S608 - names only
        " and received_at >= :since order by event_id",
        {**names, "since": written(since)},
    )
