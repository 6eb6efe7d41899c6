"""What the ledger knows of one person, to be shown to them or taken out; the audit stays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from unisono.ledger.database import Database, Row, Transaction

OF_DECISIONS = ("response", "feedback", "delivery")


def known(database: Database, customer_id: str, users: Mapping[str, Sequence[str]]) -> dict[str, list[Row]]:
    """Return table -> rows about a customer; `users` are their ids by source of events."""
    decided = "decision_id in (select decision_id from published_decision where customer_id = :customer_id)"
    found = {
        "event": [
            row for source, ids in users.items() for one in ids for row in _events(database, source, one)
        ],
        "published_decision": database.read(
            "select * from published_decision where customer_id = :customer_id", {"customer_id": customer_id}
        ),
        **{
            table: database.read(
                f"select * from {table} where {decided}",  # noqa: S608 - constant names
                {"customer_id": customer_id},
            )
            for table in OF_DECISIONS
        },
        "desk_question": database.read(
            "select * from desk_question where customer_id = :customer_id", {"customer_id": customer_id}
        ),
        "audit": database.read(
            "select number, occurred_at, actor, action from audit where subject = :customer_id order by number",
            {"customer_id": customer_id},
        ),
    }
    return {table: rows for table, rows in found.items() if rows}


def take_out(
    transaction: Transaction, customer_id: str, users: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Delete all rows about a customer but those of the audit; return table -> rows deleted."""
    who = {"customer_id": customer_id}
    decided = "decision_id in (select decision_id from published_decision where customer_id = :customer_id)"
    asked = f"(customer_id = :customer_id or {decided})"
    gone = {
        "desk_answer": transaction.write(
            f"delete from desk_answer where question_id in (select question_id from desk_question where {asked})",  # noqa: S608
            [who],
        ),
        "desk_question": transaction.write(f"delete from desk_question where {asked}", [who]),  # noqa: S608
        **{
            table: transaction.write(f"delete from {table} where {decided}", [who])  # noqa: S608
            for table in OF_DECISIONS
        },
    }
    gone["published_decision"] = transaction.write(
        "delete from published_decision where customer_id = :customer_id", [who]
    )
    ids = [{"source": source, "user_id": one} for source, some in users.items() for one in some]
    gone["event"] = sum(
        transaction.write("delete from event where source = :source and user_id = :user_id", [one])
        for one in ids
    )
    gone["refused_event"] = sum(
        transaction.write(
            "delete from refused_event where source = :source and replace(raw, :text, '') <> raw",
            [{"source": one["source"], "text": text}],
        )
        for one in ids
        for text in _spelled(one["user_id"])
    )
    return gone


def _events(database: Database, source: str, user_id: str) -> list[dict[str, Any]]:
    return database.read(
        "select * from event where source = :source and user_id = :user_id order by event_id",
        {"source": source, "user_id": user_id},
    )


def _spelled(user_id: str) -> set[str]:
    """Return the ways in which an id may stand in JSON: other characters escaped or not, a number without quotes."""
    numbers = [f"{before}{user_id}{after}" for before in (":", ": ") for after in ",}"]
    texts = {json.dumps(user_id), json.dumps(user_id, ensure_ascii=False)}
    return texts | set(numbers if user_id.isdecimal() else ())
