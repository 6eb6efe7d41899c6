"""The six wire dialects: where each has its events, its key and its times; each event put into Segment's words."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from unisono.collector.canonical import Fields, Unreadable, instant_of

CALLS = ("track", "identify", "page", "screen", "group", "alias")
KEYS = ("writeKey", "api_key")
ESCAPED = re.compile(
    rb"\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)"
)
"""One escaped character of JSON; its group is half a character, a lone surrogate."""


class Envelope(msgspec.Struct):
    """What may be around the events; the event itself where a request has one."""

    writeKey: Any = None  # noqa: N815 - as on the wire
    api_key: Any = None
    sentAt: Any = None  # noqa: N815 - as on the wire
    sent_at: Any = None


class Batch(Envelope, kw_only=True):
    """Events of Segment, RudderStack, Dittofeed, PostHog."""

    batch: list[Raw]
    context: Any = None


class Payload(Envelope, kw_only=True):
    """Events of Snowplow."""

    data: list[Raw]


class Dialect(NamedTuple):
    """How one path is read: its envelope, the type that it names, the translation into Segment's words."""

    envelope: type[Envelope]
    call: str | None = None
    translate: Callable[[Fields], Fields] | None = None


class Delivery(NamedTuple):
    """One request's events, each as JSON, and what is said once for all of them."""

    items: list[bytes | Raw]
    keys: list[str]
    sent_at: datetime | None
    context: object


def opened(body: bytes, dialect: Dialect) -> Delivery:
    """Take a body apart. Raises ValueError or RecursionError if it is not JSON of the dialect's shape."""
    body.decode()  # msgspec does not look into what it leaves raw
    try:
        envelope = DECODERS[dialect.envelope](body)
    except (
        ValueError
    ):  # a text cut within a character, as titles are, must not cost the other events of its batch
        body = _whole_characters(body)
        envelope = DECODERS[dialect.envelope](body)
    keys = [key for name in KEYS if isinstance(key := getattr(envelope, name), str) and key]
    sent_at = _sent(envelope)
    if isinstance(envelope, Batch):
        return Delivery(list(envelope.batch), keys, sent_at, envelope.context)
    if isinstance(envelope, Payload):
        return Delivery(list(envelope.data), keys + _app_ids(envelope.data), sent_at, None)
    return Delivery([_without_keys(body) if keys else body], keys, sent_at, None)


DECODERS = {kind: msgspec.json.Decoder(kind).decode for kind in (Envelope, Batch, Payload)}


def _whole_characters(body: bytes) -> bytes:
    """Return JSON with U+FFFD in the place of every lone surrogate, as browsers write what they cannot encode."""
    return ESCAPED.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def _sent(envelope: Envelope) -> datetime | None:
    said = envelope.sentAt or envelope.sent_at
    try:
        return instant_of(said) if said else None
    except (TypeError, ValueError, OverflowError):
        return None  # then the clock of the sender cannot be mended; that is no fault of the events


def _without_keys(body: bytes) -> bytes:
    return msgspec.json.encode({name: raw for name, raw in _fields(body).items() if name not in KEYS})


_fields = msgspec.json.Decoder(dict[str, Raw]).decode


def _app_ids(items: list[Raw]) -> list[str]:
    """Snowplow has no keys; its app id can be one."""
    try:
        first = msgspec.json.decode(items[0]) if items else None
    except (ValueError, RecursionError):  # the event is refused with its reason, and costs no other
        return []
    app_id = first.get("aid") if isinstance(first, dict) else None
    return [app_id] if isinstance(app_id, str) else []


def from_posthog(said: Fields) -> Fields:
    """PostHog: one kind of event, whose name and properties say what it is."""
    properties = _object(said.get("properties"))
    person = said.get("distinct_id") or properties.get("distinct_id")
    unknown = person is not None and properties.get("$device_id") == person
    event: Fields = {
        "anonymousId" if unknown else "userId": person,
        "messageId": said.get("uuid"),
        "timestamp": said.get("timestamp"),
        "properties": properties,
        "context": _without_nothing(
            library=_without_nothing(name=properties.get("$lib"), version=properties.get("$lib_version")),
            page=_without_nothing(url=properties.get("$current_url"), title=properties.get("title")),
        ),
    }
    match said.get("event"):
        case "$identify" | "$set":
            traits = {**_object(properties.get("$set_once")), **_object(properties.get("$set"))}
            more: Fields = {"type": "identify", "traits": {**traits, **_object(said.get("$set"))}}
            more |= _without_nothing(anonymousId=properties.get("$anon_distinct_id"))
        case "$create_alias":
            more = {"type": "alias", "userId": properties.get("alias"), "previousId": person}
        case "$groupidentify":
            traits = _object(properties.get("$group_set"))
            more = {"type": "group", "groupId": properties.get("$group_key"), "traits": traits}
        case "$pageview":
            more = {"type": "page", "name": properties.get("title")}
        case "$screen":
            more = {"type": "screen", "name": properties.get("$screen_name")}
        case name:
            more = {"type": "track", "event": name}
    return event | more


def from_snowplow(said: Fields) -> Fields:
    """Snowplow's tracker protocol: short names, times in milliseconds, self-describing events in base64."""
    event: Fields = {
        "userId": said.get("uid"),
        "anonymousId": said.get("duid") or said.get("nuid"),
        "messageId": said.get("eid"),
        "timestamp": _milliseconds(said, "dtm"),
        "sentAt": _milliseconds(said, "stm"),
        "context": _without_nothing(
            app=_without_nothing(name=said.get("aid")),
            library=_without_nothing(name=said.get("tna"), version=said.get("tv")),
            page=_without_nothing(url=said.get("url"), title=said.get("page"), referrer=said.get("refr")),
        ),
    }
    match said.get("e"):
        case "pv":
            properties = _without_nothing(url=said.get("url"), title=said.get("page"))
            return event | {"type": "page", "name": said.get("page"), "properties": properties}
        case "pp":
            return event | {"type": "track", "event": "Page Ping", "properties": {"url": said.get("url")}}
        case "se":
            names = {
                "category": "se_ca",
                "action": "se_ac",
                "label": "se_la",
                "property": "se_pr",
                "value": "se_va",
            }
            properties = _without_nothing(**{name: said.get(short) for name, short in names.items()})
            return event | {"type": "track", "event": said.get("se_ac"), "properties": properties}
        case "ue":
            return event | _self_describing(said)
        case kind:
            return event | {"type": kind}


def _self_describing(said: Fields) -> Fields:
    try:
        text = said.get("ue_pr") or base64.urlsafe_b64decode(said["ue_px"] + "==")
        inner = msgspec.json.decode(text)["data"]
        schema, data = inner["schema"], inner["data"]
        name = schema.removeprefix("iglu:").split("/")[1]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Unreadable(
            "unreadable_payload", "ue_px or ue_pr is no self-describing event of Snowplow"
        ) from error
    kind = {"page_view": "page", "screen_view": "screen"}.get(name, "track")
    named = {"event": name} if kind == "track" else {"name": _object(data).get("name")}
    return {"type": kind, **named, "properties": data, "context": {"schema": schema}}


def _milliseconds(said: Fields, name: str) -> object:
    """Return an instant in ISO 8601; what cannot be read stays as it is, to be refused with its reason."""
    value = said.get(name)
    try:
        return (datetime(1970, 1, 1) + timedelta(milliseconds=int(value))).isoformat()  # type: ignore[arg-type]  # noqa: DTZ001
    except (TypeError, ValueError, OverflowError):
        return value


def _object(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _without_nothing(**fields: object) -> Fields:
    return {name: value for name, value in fields.items() if value not in (None, {})}


def _paths() -> dict[str, Dialect]:
    segment = {f"/v1/{call}": Dialect(Envelope, call) for call in CALLS}
    short = {f"/v1/{call[0]}": Dialect(Envelope, call) for call in CALLS}  # as browsers' SDKs write them
    jitsu = {f"/api/s/{call}": Dialect(Envelope, call) for call in CALLS}
    server = {f"/api/s/s2s/{call}": Dialect(Envelope, call) for call in CALLS}
    dittofeed = {f"/api/public/apps/{call}": Dialect(Envelope, call) for call in CALLS}
    batches = {
        path: Dialect(Batch) for path in ("/v1/batch", "/v1/b", "/v1/import", "/api/public/apps/batch")
    }
    posthog = {path: Dialect(Envelope, None, from_posthog) for path in ("/capture", "/e", "/i/v0/e")}
    posthog["/batch"] = Dialect(Batch, None, from_posthog)
    snowplow = {"/com.snowplowanalytics.snowplow/tp2": Dialect(Payload, None, from_snowplow)}
    return segment | short | jitsu | server | dittofeed | batches | posthog | snowplow


PATHS = _paths()
