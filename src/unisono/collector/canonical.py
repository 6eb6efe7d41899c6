"""One event as the ledger keeps it, in Segment's words; or why it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from unisono.ledger.events import Event, RefusedEvent
from unisono.ledger.instants import written

TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
ALIASES = {  # as Segment's older pages and libraries write them
    "action": "type",
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "message_id": "messageId",
    "group_id": "groupId",
    "previous_id": "previousId",
    "original_timestamp": "originalTimestamp",
    "sent_at": "sentAt",
}
LONGEST_ID = 255  # characters; ids are indexed
ZERO, LOST = "\x00", "\ufffd"  # PostgreSQL keeps no 0; what stands for a lost character is nobody's for sure
Fields = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Unreadable(Exception):  # noqa: N818 - says what is wrong
    """An event cannot be understood: a stable `reason`, and what was seen and expected."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(reason, detail)


class Arrival(NamedTuple):
    """What an event does not say itself: how it came."""

    source: str
    received_at: datetime  # UTC, without zone
    received: str  # the same, written
    sent_at: datetime | None  # of the batch
    context: object  # of the batch
    call: str | None  # the type that the URL names
    translate: Callable[[Fields], Fields] | None  # into Segment's words
    event_bytes: int  # the most an event may have
    new_id: Callable[[], str]


def canonical(item: bytes | memoryview, arrival: Arrival) -> Event | RefusedEvent:
    """Return one event, given as JSON, as the ledger keeps it; or the refusal with its reason."""
    try:
        return _canonical(item, arrival)
    except Unreadable as why:
        text = str(item, "utf-8")
        return RefusedEvent(arrival.source, arrival.received, why.reason, why.detail, text)


def _canonical(item: bytes | memoryview, arrival: Arrival) -> Event:
    if len(item) > arrival.event_bytes:
        raise Unreadable("too_large", f"{len(item):,} bytes; at most {arrival.event_bytes:,} are taken")
    try:
        event = _decode(item)
    except (ValueError, RecursionError) as error:
        raise Unreadable("unreadable_json", str(error)) from error
    if not isinstance(event, dict):
        raise Unreadable("not_an_object", f"an event is an object, not {_shown(event)}")
    if arrival.translate:
        event = arrival.translate(event)
    for other in ALIASES.keys() & event.keys():
        if ALIASES[other] not in event:
            event[ALIASES[other]] = event.pop(other)
    if arrival.context is not None:
        event.setdefault("context", arrival.context)
    kind = event["type"] = _type(event.get("type") or arrival.call)
    user = _id(event, "userId")
    if not (_id(event, "anonymousId") or user):
        raise Unreadable("no_user", "neither userId nor anonymousId says who did it")
    message = _id(event, "messageId")
    said = _set_times(event, arrival)
    if message is None:
        message = event["messageId"] = _derived(item) if said else arrival.new_id()
    original = str(item, "utf-8") if arrival.translate else None
    return Event(arrival.source, message, kind, user, event["receivedAt"], _encode(event).decode(), original)


def _type(said: object) -> str:
    if said is None:
        raise Unreadable("no_type", f"an event has a type: {', '.join(sorted(TYPES))}")
    kind = said.lower() if isinstance(said, str) else ""
    if kind not in TYPES:
        raise Unreadable("unknown_type", f"a type is one of {', '.join(sorted(TYPES))}, not {_shown(said)}")
    return kind


def _id(event: Fields, name: str) -> str | None:
    """Return an id as text, and write it so; None, and nothing written, if it is missing or empty."""
    said = event.get(name)
    if type(said) is int:
        said = event[name] = str(said)
    elif isinstance(said, str):  # as runs read ids: what is known of somebody is found by theirs
        said = event[name] = said.strip()
    if not said and (said is None or said == ""):
        event.pop(name, None)
        return None
    if not isinstance(said, str) or len(said) > LONGEST_ID or ZERO in said or LOST in said:
        raise Unreadable(
            "unreadable_id",
            f"{name} is a text of at most {LONGEST_ID} characters, without 0 and U+FFFD, not {_shown(said)}",
        )
    return said


def _set_times(event: Fields, arrival: Arrival) -> bool:
    """Write the four times; return whether the event said itself when it happened.

    The sender's clock is mended by Segment's rule, timestamp = receivedAt - (sentAt - what the sender said), if it is
    known when it was sent. Nothing happened after it was received: what lies later is taken for the moment of receipt,
    or a refusal would wait for its day. What the sender said stays in `originalTimestamp`.
    """
    said = _instant(event, "timestamp") or _instant(event, "originalTimestamp")
    sent = _instant(event, "sentAt") or arrival.sent_at
    event["receivedAt"] = event["timestamp"] = arrival.received
    if sent:
        event["sentAt"] = written(sent)
    if said:
        happened = min(_mended(said, sent, arrival.received_at), arrival.received_at)
        event["timestamp"] = written(happened)
        if event.get("originalTimestamp") is None:
            event["originalTimestamp"] = event["timestamp"] if happened == said else written(said)
    return said is not None


def _mended(said: datetime, sent: datetime | None, received: datetime) -> datetime:
    if sent is None:
        return said
    try:
        return received - (sent - said)
    except OverflowError as error:
        raise Unreadable("unreadable_timestamp", "the clock of the sender is absurdly wrong") from error


def _instant(event: Fields, name: str) -> datetime | None:
    said = event.get(name)
    try:
        return None if said is None else instant_of(said)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(
            "unreadable_timestamp", f"{name} is an instant in ISO 8601, not {_shown(said)}"
        ) from error


def instant_of(said: object) -> datetime | None:
    """Return an instant, ISO 8601 or milliseconds since 1970, as UTC without zone; None if the text is empty.

    Raises TypeError, ValueError or OverflowError if it is none.
    """
    if isinstance(said, str):
        moment = datetime.fromisoformat(said) if said else None
        return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment
    if isinstance(said, int | float) and not isinstance(said, bool):
        return datetime(1970, 1, 1) + timedelta(milliseconds=said)  # noqa: DTZ001 - UTC without zone
    raise TypeError


def _derived(item: bytes | memoryview) -> str:
    """Return an id made of all the event says but when it was sent, so that a retry is the same event."""
    said = {name: value for name, value in _decode(item).items() if name not in ("sentAt", "sent_at", "stm")}
    return f"derived-{hashlib.sha256(_encode(said)).hexdigest()[:32]}"


def _shown(value: object) -> str:
    text = _encode(value).decode()
    return text if len(text) <= 80 else f"{text[:80]}..."
