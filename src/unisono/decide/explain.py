"""Turn chosen actions into decision records: reasons in plain words, and what an auditor needs.

The record has every sentence in English, and in `wording` what it was made of, for readers of other languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from unisono.decide.sentences import Fact, consent_proof, flip_condition, levers, reasons, why_not_usual
from unisono.tables.arrow import schema
from unisono.wording import written


def explain(
    tables: Mapping[str, pa.Table], *, run_id: str, as_of: datetime, data_version: str, code_version: str
) -> pa.Table:
    """Kernel: `decision_fact` -> `decision`, of one side of the wall."""
    versions = {
        "run_id": run_id,
        "data_version": data_version,
        "model_version": code_version,
        "decided_at": as_of,
    }
    rows = [
        {**fact, **versions, **_record(fact, run_id, as_of)} for fact in tables["decision_fact"].to_pylist()
    ]
    wanted = schema("decision")
    return pa.Table.from_pylist([{name: row[name] for name in wanted.names} for row in rows], schema=wanted)


def _record(fact: Fact, run_id: str, as_of: datetime) -> dict[str, object]:
    key = "|".join((run_id, fact["customer_id"], fact["product_id"], fact["channel"], fact["rep_id"] or ""))
    why = reasons(fact, as_of)
    sentences = {
        "why_not_usual": why_not_usual(fact),
        "flip_condition": flip_condition(fact),
        "consent_proof": consent_proof(fact),
    }
    return {
        "decision_id": "D" + hashlib.sha256(key.encode()).hexdigest()[:16],
        "reasons": [str(reason) for reason in why],
        **{name: str(sentence) for name, sentence in sentences.items()},
        "wording": written({"reasons": why, **{name: [one] for name, one in sentences.items()}}),
        "levers": levers(fact),
        "consent_status": fact["consent_status"]
        or ("none" if fact["consent_rule"] == "required" else "not_required"),
        "expires_at": _expiry(fact, as_of),
    }


def _expiry(fact: Fact, as_of: datetime) -> datetime:
    ends = [as_of + timedelta(days=fact["decision_valid_days"])]
    last = datetime.combine(
        fact["content_valid_until"] + timedelta(days=1), time.min, ZoneInfo(fact["time_zone"])
    )
    ends.append(last.astimezone(UTC).replace(tzinfo=None))
    if fact["consent_expires_at"] is not None and fact["consent_status"] == "granted":
        ends.append(fact["consent_expires_at"])
    return min(ends)
