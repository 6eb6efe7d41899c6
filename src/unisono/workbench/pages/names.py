"""Names for what decision records name by id: customer, product, channel, content, representative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unisono.workbench.office import office

Row = dict[str, Any]

CUSTOMERS = """
select customer_id, full_name, specialty, institution, city, email from customer
where list_contains(string_split($customers, ' '), customer_id)
"""
LOOKED_UP = {
    "product_id": "select product_id, product_name from playbook_product",
    "channel": "select channel, channel_name, mode = 'online' and contact = 'non_personal' as is_sending"
    " from playbook_channel",
    "content_id": "select content_id, title, key_message, valid_until from playbook_content",
    "rep_id": "select rep_id, rep_name from rep",
}


def named(rows: Sequence[Row]) -> list[Row]:
    """Return decision records with names beside their ids; what is no longer known keeps its id for a name."""
    snapshot = office().snapshot()
    ids = " ".join(sorted({row["customer_id"] for row in rows}))
    tables = {"customer_id": snapshot.read(CUSTOMERS, {"customers": ids}).to_pylist()}
    tables |= {key: snapshot.read(sql).to_pylist() for key, sql in LOOKED_UP.items()}
    found = {key: {row[key]: row for row in table} for key, table in tables.items()}
    return [_named(row, found) for row in rows]


def _named(row: Row, found: dict[str, dict[str, Row]]) -> Row:
    names = {
        "full_name": row["customer_id"],
        "product_name": row["product_id"],
        "channel_name": row["channel"],
        "is_sending": False,
        "title": row["content_id"],
        "rep_name": row["rep_id"],
    }
    for key, known in found.items():
        names |= {name: value for name, value in known.get(row[key], {}).items() if value is not None}
    return {**names, **row}
