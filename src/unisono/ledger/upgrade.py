"""Columns that older ledgers lack, added and filled from what their rows say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from unisono.ledger.instants import written

if TYPE_CHECKING:
    from unisono.ledger.database import Database, Transaction

ADDED = {"product_id": "text", "decided_at": "text", "reduced_value": "double precision"}
"""Column of `published_decision` -> its type."""
ROWS = 1000


def upgrade(database: Database, transaction: Transaction) -> None:
    """Add the columns of `ADDED` where decisions were published without them, and fill them from the records."""
    known = database.columns("published_decision")
    lacking = ADDED.keys() - known
    if not known or not lacking:
        return
    for column in sorted(lacking):
        transaction.execute(f"alter table published_decision add column {column} {ADDED[column]}")
    while rows := transaction.execute(
        "select decision_id, body from published_decision where decided_at is null limit :most",
        {"most": ROWS},
    ):
        transaction.write(
            "update published_decision set product_id = :product_id, decided_at = :decided_at,"
            " reduced_value = :reduced_value where decision_id = :decision_id",
            [{"decision_id": row["decision_id"], **searched_by(json.loads(row["body"]))} for row in rows],
        )


def searched_by(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of `ADDED` of a decision record."""
    at = decision["decided_at"]
    return {
        "product_id": decision["product_id"],
        "decided_at": written(at if isinstance(at, datetime) else datetime.fromisoformat(at)),
        "reduced_value": decision["reduced_value"],
    }
