"""Every code name in the glossary exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from tests.docs.pages import DOCS, ROOT
from unisono.ingest import Sources
from unisono.playbook import Playbook, load_playbook
from unisono.tables import EVENTS, TABLES

ROWS = [
    line.split("|")[1].strip()
    for line in (DOCS / "glossary.md").read_text("utf-8").splitlines()
    if "|" in line
]
NAMES = [found[1] for row in ROWS if (found := re.fullmatch(r"`(\w+)`", row))]


def test_it_is_long_enough_and_says_nothing_twice() -> None:
    assert len(NAMES) >= 40
    assert sorted(set(NAMES)) == sorted(NAMES)


def test_every_name_exists() -> None:
    demo = load_playbook(ROOT / "src/unisono/templates/demo/playbook")
    known = {event.name for event in EVENTS} | set(TABLES)
    for table in TABLES.values():
        known |= {word for column in table.columns for word in (column.name, *column.values)}
    known |= set(keys(Playbook.model_json_schema())) | set(keys(Sources.model_json_schema()))
    known |= set(ids(demo)) | set(demo.channel_matrix)
    assert [name for name in NAMES if name not in known] == []


def keys(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from keys(part)


def ids(model: object) -> Iterator[str]:
    if isinstance(model, BaseModel):
        yield from ([model.id] if hasattr(model, "id") else [])
        for field in type(model).model_fields:
            yield from ids(getattr(model, field))
    elif isinstance(model, list):
        for entry in model:
            yield from ids(entry)
