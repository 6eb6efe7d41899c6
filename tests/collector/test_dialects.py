"""Six wire dialects become one: what real SDKs sent, and what Segment's pages show, is found in the ledger."""

from __future__ import annotations

import gzip
import json
from base64 import urlsafe_b64encode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.collector.calls import Desk, basic, track

SHARED = Path(__file__).parents[3] / "shared/acceptance"
beside = pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded requests are not beside the project")


def recorded() -> list[dict[str, Any]]:
    file = SHARED / "clients_raw.jsonl"
    return (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []
    )


def with_key(request: dict[str, Any], key: str) -> tuple[bytes, dict[str, str]]:
    """The recorded request with our key where its SDK has it."""
    body, headers = dict(request["body"]), {name.lower(): text for name, text in request["headers"].items()}
    if "api_key" in body:
        body["api_key"] = key
    elif "authorization" in headers:
        plain = "/apps/" in request["path"]  # Dittofeed
        headers["authorization"] = f"Basic {key}" if plain else basic(key)
    elif "x-write-key" in headers:
        headers["x-write-key"] = f"{key}:s"
    raw = json.dumps(body).encode()
    return (gzip.compress(raw) if request["wire_encoding"] == "gzip" else raw), headers


@pytest.mark.shared
@beside
def test_what_nine_sdks_sent_is_kept(collecting: Desk) -> None:
    sent: list[dict[str, Any]] = []
    for request in recorded():
        body, headers = with_key(request, collecting.key)
        query = f"key={collecting.key}" if "snowplow" in request["path"] else ""
        answer = collecting.send(request["path"], body, headers, query=query)
        assert answer.status == 200, (request, answer)
        assert answer.json()["refused"] == 0
        content = request["body"]
        sent += content.get("batch") or content.get("data") or [content]
    kept = collecting.events()
    assert collecting.refused() == []
    ids = [event.get("messageId") or event.get("uuid") or event.get("eid") for event in sent]
    assert [row["message_id"] for row in kept] == ids
    assert {row["user_id"] or row["body"]["anonymousId"] for row in kept} == {"hcp-001", "anon-42"}
    assert set(Counter(row["type"] for row in kept)) >= {"track", "identify", "page", "screen", "group"}
    opened = [row["body"] for row in kept if row["body"].get("event") == "Approved Email Opened"]
    assert len(opened) >= 6
    assert {body["properties"]["contentId"] for body in opened} == {"c-9"}
    assert collecting.key not in str(kept)


@pytest.mark.shared
@beside
def test_segments_examples_are_kept_or_say_whom_they_lack(collecting: Desk) -> None:
    cases = json.loads((SHARED / "segment_spec_examples.json").read_text(encoding="utf-8"))["cases"]
    nobody, kept = [], 0
    for number, case in enumerate(cases):
        event = {**case["payload"], "messageId": f"m{number}"}  # the pages use one id for many
        answer = collecting.send("/v1/batch", {"batch": [event]})
        assert answer.status == 200
        if any(event.get(name) for name in ("userId", "user_id", "anonymousId")):
            kept += 1
        else:  # an excerpt: SDKs always send who it was
            nobody.append(event)
            collecting.send("/v1/batch", {"batch": [event | {"anonymousId": "a1"}]})
    assert [row["reason"] for row in collecting.refused()] == ["no_user"] * len(nobody)
    assert len(collecting.events()) == kept + len(nobody) == len(cases)
    for row in collecting.events():
        payload = cases[int(row["message_id"][1:])]["payload"]
        same = ("event", "name", "properties", "traits", "groupId", "previousId", "channel", "integrations")
        assert {name: row["body"].get(name) for name in same} == {name: payload.get(name) for name in same}


def test_a_url_names_the_type(collecting: Desk) -> None:
    calls = ["track", "identify", "page", "screen", "group", "alias"]
    for prefix in ("/v1", "/api/s", "/api/s/s2s", "/api/public/apps"):
        for call in calls:
            body = {"userId": "u1", "messageId": prefix + call, "previousId": "u0", "groupId": "g1"}
            assert collecting.send(f"{prefix}/{call}", body).status == 200
    kept = collecting.events()
    assert [row["type"] for row in kept] == [row["body"]["type"] for row in kept] == calls * 4
    assert {(row["source"], row["original"]) for row in kept} == {("portal", None)}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"event": "$identify", "properties": {"$set": {"city": "Milano"}, "$anon_distinct_id": "a1"}},
            {"type": "identify", "traits": {"city": "Milano"}, "anonymousId": "a1", "userId": "u1"},
        ),
        (
            {"event": "$create_alias", "properties": {"distinct_id": "u1", "alias": "u2"}},
            {"type": "alias", "previousId": "u1", "userId": "u2"},
        ),
        (
            {"event": "$groupidentify", "properties": {"$group_key": "g1", "$group_set": {"tier": "A"}}},
            {"type": "group", "groupId": "g1", "traits": {"tier": "A"}},
        ),
        (
            {"event": "$pageview", "properties": {"$current_url": "https://x.org", "title": "Dosing"}},
            {
                "type": "page",
                "name": "Dosing",
                "context": {"page": {"url": "https://x.org", "title": "Dosing"}},
            },
        ),
        ({"event": "$screen", "properties": {"$screen_name": "Home"}}, {"type": "screen", "name": "Home"}),
        ({"event": "Viewed", "properties": {"n": 1}}, {"type": "track", "event": "Viewed", "userId": "u1"}),
        ({"event": "Viewed", "properties": {"$device_id": "u1"}}, {"type": "track", "anonymousId": "u1"}),
    ],
)
def test_posthogs_events_in_segments_words(
    collecting: Desk, said: dict[str, Any], expected: dict[str, Any]
) -> None:
    event = {"distinct_id": "u1", "uuid": "m1", "timestamp": "2026-03-03T08:00:00Z", **said}
    sent = {"api_key": collecting.key, "sent_at": "2026-03-03T09:00:00Z", **event}
    assert collecting.send("/i/v0/e/", sent, {}).status == 200
    (row,) = collecting.events()
    assert expected.items() <= row["body"].items()
    assert row["body"]["timestamp"] == "2026-03-03T08:00:00.000000Z"
    assert collecting.key not in row["original"]
    assert json.loads(row["original"])["event"] == said["event"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"e": "pv", "page": "Dosing"}, {"type": "page", "name": "Dosing"}),
        ({"e": "pp", "url": "https://x.org"}, {"type": "track", "event": "Page Ping"}),
        (
            {"e": "se", "se_ca": "email", "se_ac": "open", "se_va": "1"},
            {
                "type": "track",
                "event": "open",
                "properties": {"category": "email", "action": "open", "value": "1"},
            },
        ),
        (
            {
                "e": "ue",
                "ue_pr": '{"data": {"schema": "iglu:org.x/visit/jsonschema/1-0-0", "data": {"rep": "r1"}}}',
            },
            {"type": "track", "event": "visit", "properties": {"rep": "r1"}},
        ),
    ],
)
def test_snowplows_events_in_segments_words(
    collecting: Desk, said: dict[str, Any], expected: dict[str, Any]
) -> None:
    event = {"uid": "u1", "eid": "m1", "dtm": "1772524800000", "stm": "1772528400000", **said}
    if "ue_pr" in event:
        event["ue_px"] = urlsafe_b64encode(event.pop("ue_pr").encode()).decode().rstrip("=")
    sent = {"schema": "iglu:x", "data": [event | {"aid": collecting.key}]}
    assert collecting.send("/com.snowplowanalytics.snowplow/tp2", sent, {}).status == 200
    (row,) = collecting.events()
    assert expected.items() <= row["body"].items()
    assert row["body"]["timestamp"] == "2026-03-03T08:00:00.000000Z"  # an hour before it was sent


def test_what_is_said_once_for_a_batch_holds_for_its_events(collecting: Desk) -> None:
    own = track("m2", context={"ip": "2"}, sentAt="2026-03-03T09:00:00Z", timestamp="2026-03-03T08:00:00Z")
    batch = [track("m1", timestamp="2026-03-03T08:00:00Z"), own]
    collecting.send("/v1/batch", {"batch": batch, "context": {"ip": "1"}, "sentAt": "2026-03-03T08:30:00Z"})
    first, second = collecting.bodies()
    assert (first["context"], second["context"]) == ({"ip": "1"}, {"ip": "2"})
    assert first["timestamp"] == "2026-03-03T08:30:00.000000Z"  # its clock is half an hour slow
    assert second["timestamp"] == "2026-03-03T08:00:00.000000Z"


def test_older_names_of_fields_are_understood(collecting: Desk) -> None:
    collecting.send("/v1/batch", {"batch": [{"user_id": "u1", "action": "track", "event": "Email Opened"}]})
    (row,) = collecting.events()
    assert (row["type"], row["user_id"], row["body"]["event"]) == ("track", "u1", "Email Opened")
