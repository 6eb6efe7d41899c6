"""What the collector takes and answers, and its description in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

import msgspec

from unisono.collector.dialects import PATHS, Dialect

RETRY = {"Retry-After": "Seconds after which to send it again"}


class Taken(msgspec.Struct):
    """The events are on disk, but for those that could not be understood, which are kept apart."""

    success: bool
    accepted: int
    refused: int


class Declined(msgspec.Struct):
    """Nothing of the request was kept, and why."""

    success: bool
    message: str


ANSWERS: dict[str, tuple[type[msgspec.Struct], str, dict[str, str]]] = {
    "200": (Taken, "The events are on disk; `refused` counts those that could not be understood", {}),
    "400": (Declined, "The body is no JSON of this dialect", {}),
    "401": (Declined, "No write key, or none that is valid", {"WWW-Authenticate": "How a key may be sent"}),
    "405": (Declined, "Another method than POST", {"Allow": "POST, OPTIONS"}),
    "413": (Declined, "The body is too large, as it came or when decompressed", {}),
    "429": (Declined, "The key sends more than it may", RETRY),
    "503": (Declined, "The ledger cannot be written now; nothing was kept", RETRY),
}
KEYS = {
    "basic": {"type": "http", "scheme": "basic", "description": "The key as the user, without password"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Write-Key"},
    "url": {"type": "apiKey", "in": "query", "name": "key"},
    "url_write_key": {"type": "apiKey", "in": "query", "name": "writeKey"},
}
ABOUT = """Takes what the SDKs of Segment, RudderStack, Jitsu, Dittofeed, PostHog and Snowplow send.

A body is JSON, also with another label, and may be compressed with gzip. The key may also stand in it, as `writeKey` or
`api_key`. An event that cannot be understood is kept apart with its reason and does not cost the others of its request.
"""


def description() -> dict[str, Any]:
    """Return the description of every path that takes events."""
    kinds = list({dialect.envelope for dialect in PATHS.values()} | {Taken, Declined})
    named, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schemas = dict(zip(kinds, named, strict=True))
    answers = {
        status: _answer(schemas[kind], words, headers) for status, (kind, words, headers) in ANSWERS.items()
    }
    components = {"schemas": dict(sorted(components.items())), "responses": answers, "securitySchemes": KEYS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Unisono collector", "version": "1", "description": ABOUT},
        "paths": {path: {"post": _post(dialect, schemas)} for path, dialect in PATHS.items()},
        "components": components,
        "security": [{name: []} for name in KEYS],
    }


def _post(dialect: Dialect, schemas: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    words = (
        f"One event, a {dialect.call} if it names no type" if dialect.call else str(dialect.envelope.__doc__)
    )
    body = {"required": True, "content": {"application/json": {"schema": schemas[dialect.envelope]}}}
    answers = {status: {"$ref": f"#/components/responses/{status}"} for status in ANSWERS}
    return {"summary": words, "requestBody": body, "responses": answers}


def _answer(schema: dict[str, Any], words: str, headers: dict[str, str]) -> dict[str, Any]:
    told = {name: {"description": about, "schema": {"type": "string"}} for name, about in headers.items()}
    content = {"application/json": {"schema": schema}}
    return {"description": words, **({"headers": told} if told else {}), "content": content}
