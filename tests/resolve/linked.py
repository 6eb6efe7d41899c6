"""Records, links and decisions made by hand, clustered by the steps of a run."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from tests.build import CLOCK, Row, Tables, filled, playbook, run
from unisono.resolve import STEPS

MADE = ("mentioned_record", "entity_record", "customer_xref", "identity_event", "match_queue")


def person(key: str, kind: str = "hcp") -> Row:
    """A record as it is compared; `key` is system:id."""
    system, _, record_id = key.partition(":")
    said = {"record_key": key, "system": system, "source_record_id": record_id, "kind": kind}
    return filled("match_record", said | {"content_hash": content(key)})


def content(text: str) -> int:
    """Return a hash of what is compared of a record."""
    return int.from_bytes(sha256(text.encode()).digest()[:7], "big")


def value(key: str, what: str, position: int = 1) -> Row:
    """A value that identifies a record."""
    return filled(
        "identifier", {"record_key": key, "field": f"f{position}", "value": what, "position": position}
    )


def pair(one: str, other: str, bits: float) -> Row:
    """Two records and how much speaks for their being one customer."""
    keys = {"left_key": min(one, other), "right_key": max(one, other)}
    return filled("match_pair", keys | {"weight": bits, "probability": 1 / (1 + 2**-bits)})


def decided(one: str, other: str, decision: str, number: int = 1, standing: bool = True) -> Row:
    """What a steward decided about two records."""
    keys = {"left_key": min(one, other), "right_key": max(one, other), "decision_id": f"D{number}"}
    said = {"decision": decision, "decided_by": "Ann", "decided_at": CLOCK, "standing": standing}
    return filled("steward_decision", keys | said)


def clustered(
    people: Sequence[Row],
    values: Sequence[Row] = (),
    pairs: Sequence[Row] = (),
    decisions: Sequence[Row] = (),
    *,
    previous: Tables | None = None,
    run_id: str = "run-1",
    made: Sequence[str] = MADE,
    identity: dict[str, Any] | None = None,
    **data: Any,
) -> Tables:
    """Make the tables `made`: cluster and name customers; `identity` is the playbook's section."""
    known = previous.previous() if previous else {}
    seen = {row["content_hash"] for row in known.get("previous_match_record", ())}
    new = {row["record_key"] for row in people if row["content_hash"] not in seen}
    data |= known
    data |= {"match_record": people, "identifier": values, "match_pair": pairs, "steward_decision": decisions}
    data["match_new_pair"] = [row for row in pairs if new & {row["left_key"], row["right_key"]}]
    data |= {"match_model": []}
    steps = [step for step in STEPS if step.table in ("match_change", *made)]
    return run(data, playbook(identity=identity or {}), steps=steps, run_id=run_id)


def entities(made: Tables) -> set[frozenset[str]]:
    """Return which records are together."""
    found: dict[str, set[str]] = {}
    for row in made["entity_record"]:
        found.setdefault(row["entity"], set()).add(row["record_key"])
    return set(map(frozenset, found.values()))


def names(made: Tables) -> dict[str, str]:
    """Return the customer of each record."""
    return {f"{row['system']}:{row['source_record_id']}": row["customer_id"] for row in made["customer_xref"]}
