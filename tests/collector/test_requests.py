"""What is taken, what is refused with which status, and that one bad event does not cost the others."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from tests.collector.calls import NOW, Desk, at, basic, desk, track
from unisono.collector import Limits
from unisono.ledger import Database, write_keys

BAD = [
    (["track"], "not_an_object"),
    ({"messageId": "m", "userId": "u"}, "no_type"),
    (track(type="delete"), "unknown_type"),
    (track(type=7), "unknown_type"),
    (track(userId=""), "no_user"),
    (track(userId={"id": 1}), "unreadable_id"),
    (track(userId=True), "unreadable_id"),
    (track("a\x00b"), "unreadable_id"),
    (track("x" * 256), "unreadable_id"),
    (track(timestamp="yesterday"), "unreadable_timestamp"),
    (track(timestamp=[1]), "unreadable_timestamp"),
    (track(timestamp="9999-12-31T23:59:59Z", sentAt="0001-01-01T00:00:00Z"), "unreadable_timestamp"),
    (track(properties={"text": "x" * 32 * 1024}), "too_large"),
]


def test_bad_events_are_kept_aside_with_their_reasons(collecting: Desk) -> None:
    events = [event for event, _ in BAD]
    answer = collecting.send("/v1/batch", {"batch": [track("good1"), *events, track("good2")]})
    assert (answer.status, answer.json()) == (200, {"success": True, "accepted": 2, "refused": len(BAD)})
    refused = collecting.refused()
    assert [row["reason"] for row in refused] == [reason for _, reason in BAD]
    assert [json.loads(row["raw"]) for row in refused] == events
    assert {row["source"] for row in refused} == {"portal"}
    assert [row["message_id"] for row in collecting.events()] == ["good1", "good2"]


def test_a_number_beyond_all_bounds_costs_only_its_own_event(collecting: Desk) -> None:
    bad = b'{"type": "track", "userId": "u", "properties": {"n": 1e999}, "context": {"n": 1e999}}'
    listed = b"[" + bad + b', {"type": "track", "userId": "u", "e": "pv", "uid": "u"}]'
    assert collecting.send("/v1/batch", b'{"batch": ' + listed + b"}").json()["refused"] == 1
    assert (
        collecting.send("/com.snowplowanalytics.snowplow/tp2", b'{"data": ' + listed + b"}").json()["refused"]
        == 1
    )
    assert collecting.send("/v1/track", bad).json()["refused"] == 1
    assert {row["reason"] for row in collecting.refused()} == {"unreadable_json"}


UNREADABLE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"batch": 3}',
    b'{"x": 1}',
    b"\xff",
    b'{"batch": ["\xff"]}',
    b"\x1f\x8bxx",
    b"NaN",
    b"[" * 100_000,
    gzip.compress(b"{}" * 999)[:-9],
]


def test_a_body_that_cannot_be_read_is_a_bad_request(collecting: Desk) -> None:
    assert [collecting.send("/v1/batch", body).status for body in UNREADABLE] == [400] * len(UNREADABLE)
    assert collecting.events() == collecting.refused() == []


def test_bodies_have_a_limit_also_when_decompressed(collecting: Desk) -> None:
    limit = Limits().body_bytes
    text = json.dumps({"batch": [track()]}).encode()
    assert collecting.send("/v1/batch", text.ljust(limit)).status == 200
    assert collecting.send("/v1/batch", text.ljust(limit + 1)).status == 413
    assert collecting.send("/v1/batch", gzip.compress(text.ljust(limit))).status == 200
    assert collecting.send("/v1/batch", gzip.compress(text.ljust(limit + 1))).status == 413
    bomb = zlib.compressobj(9, wbits=31)
    packed = b"".join(bomb.compress(b" " * 2**20) for _ in range(50)) + bomb.flush()
    assert len(packed) < limit < 50 * 2**20
    assert collecting.send("/v1/batch", packed).status == 413


def test_labels_do_not_matter(collecting: Desk) -> None:
    packed = gzip.compress(json.dumps({"batch": [track()]}).encode())
    for label in ("application/x-www-form-urlencoded", "text/plain", "application/json", ""):
        for encoding in ("gzip", "", "identity"):
            names = {"content-type": label, "content-encoding": encoding}
            headers = {"authorization": basic(collecting.key), **names}
            assert collecting.send("/v1/batch", packed, headers).status == 200
            assert collecting.send("/v1/track", track("m2"), headers).status == 200
    assert len(collecting.events()) == 2


def test_an_event_is_kept_once_however_often_and_in_what_order_it_comes(collecting: Desk) -> None:
    events = [track(f"m{number}", properties={"n": number}) for number in range(20)]
    for batch in (events[:10], events[::-1], events[5:] * 2, [track("m3", event="Another")]):
        assert collecting.send("/v1/batch", {"batch": batch}).status == 200
    assert sorted(row["message_id"] for row in collecting.events()) == sorted(
        event["messageId"] for event in events
    )
    assert {row["body"]["event"] for row in collecting.events()} == {"Viewed"}  # the first stands
    metrics = collecting.collector.metrics
    assert metrics.value("unisono_events_accepted_total", source="portal") == 20
    assert metrics.value("unisono_events_duplicate_total", source="portal") == 10 + 30 + 1


def test_events_without_an_id_get_one(ledger: Database) -> None:
    timed = {"type": "track", "userId": "u1", "event": "Viewed", "timestamp": "2026-03-03T08:00:00Z"}
    numbers = count(1)
    with desk(ledger, new_id=lambda: f"new-{next(numbers)}") as collecting:
        for sent_at in ("2026-03-03T08:00:01Z", "2026-03-03T08:00:09Z"):  # a retry is the same event
            collecting.send("/v1/batch", {"batch": [timed | {"sentAt": sent_at}]})
        collecting.send("/v1/batch", {"batch": [timed | {"event": "Saved"}]})
        for _ in range(2):  # whether these two are one event nobody can tell: none is lost
            collecting.send("/v1/track", {"userId": "u1", "event": "Viewed"})
        ids = [row["message_id"] for row in collecting.events()]
    assert ids[2:] == ["new-1", "new-2"]
    assert len({*ids}) == 4
    assert all(one.startswith("derived-") for one in ids[:2])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, NOW),
        ({"timestamp": "2026-03-03T08:00:00"}, NOW - timedelta(hours=1)),
        ({"timestamp": "2026-03-03T10:00:00+02:00"}, NOW - timedelta(hours=1)),
        ({"originalTimestamp": "2026-03-02", "sentAt": "2026-03-03"}, NOW - timedelta(days=1)),
        ({"timestamp": "2030-01-01T00:00:00Z", "sentAt": "2030-01-01T00:00:05Z"}, NOW - timedelta(seconds=5)),
        ({"timestamp": 1772524800000}, NOW - timedelta(hours=1)),
        ({"timestamp": "2026-03-04T09:00:00Z"}, NOW),  # not yet: a refusal must not wait for its day
    ],
)
def test_the_senders_clock_is_mended(collecting: Desk, said: dict[str, Any], expected: Any) -> None:
    collecting.send("/v1/track", track(**said))
    (body,) = collecting.bodies()
    assert at(body["timestamp"]) == expected
    assert at(body["receivedAt"]) == NOW
    assert ("originalTimestamp" in body) == bool(said)


PLACES: list[tuple[dict[str, str], str]] = [
    ({"authorization": "Basic {basic}"}, ""),
    ({"authorization": "Basic {key}"}, ""),
    ({"authorization": "Bearer {key}"}, ""),
    ({"x-write-key": "{key}"}, ""),
    ({"x-write-key": "{key}:secret"}, ""),
    ({"x-write-key": "id:{key}"}, ""),
    ({}, "key={key}"),
    ({}, "writeKey={key}"),
]


def test_where_a_key_may_be(collecting: Desk) -> None:
    def filled(text: str, key: str) -> str:
        return text.format(key=key, basic=basic(key).removeprefix("Basic "))

    for number, (headers, query) in enumerate(PLACES):
        for key, status in ((collecting.key, 200), ("wk_wrong", 401), ("", 401)):
            shown = {name: filled(text, key) for name, text in headers.items()}
            sent = track(f"{number}{key}")
            assert collecting.send("/v1/track", sent, shown, query=filled(query, key)).status == status
    kept = [row["message_id"] for row in collecting.events()]
    assert kept == [f"{number}{collecting.key}" for number in range(len(PLACES))]


@pytest.mark.parametrize("name", ["writeKey", "api_key"])
def test_a_key_in_the_body_is_not_kept(collecting: Desk, name: str) -> None:
    assert collecting.send("/v1/track", track() | {name: collecting.key}, {}).status == 200
    assert collecting.send("/v1/track", track(type="x") | {name: collecting.key}, {}).status == 200
    assert collecting.send("/v1/batch", {"batch": [track("m2")], name: collecting.key}, {}).status == 200
    assert collecting.send("/v1/batch", {"batch": [track("m3")], name: "wk_wrong"}, {}).status == 401
    assert [row["message_id"] for row in collecting.events()] == ["m1", "m2"]
    assert collecting.key not in str(collecting.events()) + str(collecting.refused())


def test_a_key_writes_only_to_its_source_and_only_while_it_is_valid(collecting: Desk) -> None:
    ledger, clock = collecting.ledger, collecting.clock
    chat = write_keys.create(ledger, "chat", actor="ann", at=NOW, expires_at=NOW + timedelta(days=1))
    clock.now += timedelta(seconds=2)

    def status(key: str, message: str) -> int:
        sent = track(message, source="portal", context={"source": "portal"})
        return collecting.send("/v1/track", sent, {"x-write-key": key}).status

    assert (status(collecting.key, "a"), status(chat.key, "a")) == (200, 200)
    assert [row["source"] for row in collecting.events()] == ["portal", "chat"]
    newer = write_keys.rotate(ledger, chat.key_id, actor="ann", at=NOW, until=NOW + timedelta(hours=1))
    clock.now += timedelta(seconds=2)
    assert (status(chat.key, "b"), status(newer.key, "c")) == (200, 200)
    clock.now += timedelta(hours=1)
    assert (status(chat.key, "d"), status(newer.key, "e")) == (401, 200)
    write_keys.revoke(ledger, newer.key_id, actor="ann", at=clock.now)
    clock.now += timedelta(seconds=2)
    assert (status(newer.key, "f"), status(collecting.key, "g")) == (401, 200)
    assert len(collecting.events()) == 6


def test_a_key_that_sends_too_fast_waits_and_others_do_not(ledger: Database) -> None:
    limits = Limits(events_per_second=10, burst_events=20)
    with desk(ledger, limits=limits) as collecting:
        other = {"x-write-key": write_keys.create(ledger, "chat", actor="ann", at=NOW).key}
        batch = [track(f"m{number}") for number in range(50)]
        assert collecting.send("/v1/batch", {"batch": batch}).status == 200
        answer = collecting.send("/v1/track", track("late"))
        assert (answer.status, answer.headers["retry-after"]) == (429, "4")
        assert collecting.send("/v1/track", track("chat"), other).status == 200
        collecting.clock.now -= timedelta(hours=1)  # a clock set back does not lock anybody out
        assert collecting.send("/v1/track", track("late")).status == 429
        collecting.clock.now += timedelta(seconds=4)
        assert collecting.send("/v1/track", track("late")).status == 200
        assert len(collecting.events()) == 52


def test_browsers_of_any_site_may_send(collecting: Desk) -> None:
    preflight = collecting.send("/v1/t", b"", {"origin": "https://x.org"}, method="OPTIONS")
    assert preflight.status == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for answer in (preflight, collecting.send("/v1/t", track()), collecting.send("/v1/t", b"{")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_other_methods_and_paths_are_not_there(collecting: Desk) -> None:
    assert collecting.send("/v1/track", b"", method="GET").status == 405
    assert collecting.send("/v1/delete", track()).status == 404
