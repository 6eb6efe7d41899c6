"""Any text in any field: an event is kept as it was sent, or refused with its reason; and what is kept stays text."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.collector.calls import NOW, Desk
from unisono.collector import Limits, canonical, dialects
from unisono.ingest import COLLECTED, ingest, read_sources
from unisono.ledger import Database
from unisono.ledger.export import export_events

TEXTS = {
    "sql": "'; drop table event; --",
    "sql or": '" or 1=1 %(source)s %s :name $1',
    "markup": "\"'><script>alert(1)</script>",
    "template": "{{7*7}} {% load x %} ${x} \\u0000 \\",
    "formula": "=cmd|' /C calc'!A0\t@SUM(1)\r",
    "controls": "\x01\x1f\x7f\x85\u2028\u2029",
    "bidi": "\u202e\u2066\U0001f600王丽 Yıldız",
    "nul": "a\x00b",
    "lone surrogate": "cut \ud83d",
    "reversed surrogates": "\ude00\ud83d",
    "longer than an id": "x" * 300,
    "longer than an event": "x" * Limits().event_bytes,
}
SKELETONS: dict[str, dict[str, Any]] = {  # what an event of a dialect must have to be kept
    "/v1/batch": {"type": "track", "userId": "u1", "event": "Content Viewed"},
    "/batch": {"event": "Viewed", "distinct_id": "u1"},
    "/com.snowplowanalytics.snowplow/tp2": {"e": "pv", "uid": "u1"},
}
REASONS = {"unknown_type", "unreadable_id", "unreadable_timestamp", "unreadable_payload", "too_large"}
NAME = re.compile(r"\$?[A-Za-z]\w*")


def fields() -> list[str]:
    """Every name that the collector or the preset of its events looks for: a new one is here by itself."""
    said = {
        *re.findall(
            r"->> '(\w+)'", files("unisono.ingest").joinpath("presets/segment.yaml").read_text("utf-8")
        )
    }
    for module in (canonical, dialects):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            match node:
                case ast.Constant(str(text)) if NAME.fullmatch(text):
                    said.add(text)
    return sorted(said)


FIELDS = fields()


IDS = {"/v1/batch": "messageId", "/batch": "uuid", "/com.snowplowanalytics.snowplow/tp2": "eid"}


def events(path: str, kind: str, text: str) -> Iterator[dict[str, Any]]:
    """Events that have a text in one field each, in one of its properties, or for a name."""
    for field in FIELDS:
        yield {**SKELETONS[path], IDS[path]: f"{kind} {field}", field: text}
        properties = {field: text, "x": {text: [text]}}
        yield {**SKELETONS[path], IDS[path]: f"{kind} in {field}", "properties": properties}
    yield {**SKELETONS[path], IDS[path]: kind, text: text}


def send(desk: Desk, path: str) -> list[dict[str, Any]]:
    """Send events with every text in every field, and return them."""
    listed = "data" if "snowplow" in path else "batch"
    sent = []
    for kind, text in TEXTS.items():
        made = list(events(path, kind, text))
        size = 5 if len(text) > 1000 else 100
        for at in range(0, len(made), size):
            some = made[at : at + size]
            answer = desk.send(path, {listed: some})
            assert answer.status == 200, (kind, answer)
            said = answer.json()
            assert said["accepted"] + said["refused"] == len(some), kind
        sent += made
    return sent


def whole(said: dict[str, Any]) -> dict[str, Any]:
    """What was said, with U+FFFD for half a character."""
    text = json.dumps(said, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.loads(text)


def others(ledger: Database) -> list[Any]:
    """What is in the tables that no event goes to."""
    names = ("write_key", "published_decision", "response", "feedback", "delivery", "desk_question", "audit")
    return [ledger.read(f"select * from {name}") for name in names]


def said_in(row: dict[str, Any], sent: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a row says was sent: all of it where it came in other words, else what stands under the names of today."""
    if row["original"] is not None:
        return json.loads(row["original"])
    body = row["body"]
    said = sent[row["message_id"]]
    names = {name: name if name in body else canonical.ALIASES[name] for name in said}
    kept = {name: body[names[name]] for name in said}
    trimmed = {
        name: said[name] for name in said if names[name].endswith("Id") and said[name].strip() == kept[name]
    }
    return {
        **kept,
        **trimmed,
        **{name: said[name] for name in ("receivedAt",) if name in said},
    }  # that is ours


@pytest.mark.parametrize("path", SKELETONS)
def test_any_text_in_any_field_is_kept_as_it_was_or_refused(collecting: Desk, path: str) -> None:
    before = others(collecting.ledger)
    sent = [whole(one) for one in send(collecting, path)]
    by_id = {one.get(IDS[path], "").strip(): one for one in sent}
    kept = [said_in(row, by_id) for row in collecting.events()]
    refused = [json.loads(row["raw"]) for row in collecting.refused()]
    in_order = [json.dumps(one, sort_keys=True) for one in sent]
    assert sorted(json.dumps(one, sort_keys=True) for one in kept + refused) == sorted(in_order)
    assert len(kept) > len(sent) / 2
    assert {row["reason"] for row in collecting.refused()} <= REASONS
    assert others(collecting.ledger) == before


LIVE = "sources: [{name: live, preset: segment, system: mail, collected: portal}]"


def test_what_was_kept_stays_text_in_a_run(collecting: Desk, tmp_path: Path) -> None:
    send(collecting, "/v1/batch")
    kept = {row["message_id"]: row["body"] for row in collecting.events()}
    file = export_events(
        collecting.ledger, "portal", tmp_path / COLLECTED / "portal", NOW + timedelta(days=1)
    )
    assert file is not None
    assert [json.loads(line) for line in file.read_bytes().splitlines()] == list(kept.values())
    sources = tmp_path / "sources.yaml"
    sources.write_text(LIVE, encoding="utf-8")
    made = tmp_path / "made"
    (count,) = ingest(
        read_sources(sources),
        project=tmp_path,
        data=tmp_path / "data",
        target=made,
        as_of=NOW + timedelta(days=1),
        channels={"portal"},
        simulated=False,
    )
    assert count.rows_in == len(kept)
    assert count.duplicates == 0
    touchpoints = pq.read_table(made / "source_touchpoint").to_pylist()
    assert len(touchpoints) == count.accepted > len(kept) / 2
    for row in touchpoints:
        said = kept[row["touchpoint_id"]]
        named = said["properties"] if isinstance(said.get("properties"), dict) else {}
        assert row["source_record_id"] == said["userId"]
        assert (row["content_id"] or "").strip() == named.get("content_id", "").strip()
