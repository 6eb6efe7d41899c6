"""The audit: every row carries the hash of the row before it, so that none can be changed or taken out unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from unisono.errors import LedgerError
from unisono.ledger.database import Database, Row, Transaction
from unisono.ledger.instants import written

FIRST = "0" * 64  # what the first row has for a hash before it
CHAINED = ("number", "occurred_at", "actor", "action", "subject", "detail", "previous_hash")
PAGE = 10_000


def record(
    database: Database,
    *,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one row: who (`actor`) did what (`action`, e.g. 'customer.read') to whom or what (`subject`)."""
    with database.transaction() as transaction:
        add(transaction, actor=actor, action=action, subject=subject, at=at, detail=detail)


def add(
    transaction: Transaction,
    *,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one row within a transaction, so that it is there if and only if what it tells of is."""
    transaction.in_turn()
    last = transaction.execute("select number, hash from audit order by number desc limit 1")
    row: Row = {
        "number": last[0]["number"] + 1 if last else 1,
        "occurred_at": written(at),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": json.dumps(detail or {}, sort_keys=True, ensure_ascii=False),
        "previous_hash": last[0]["hash"] if last else FIRST,
    }
    transaction.execute(
        "insert into audit (number, occurred_at, actor, action, subject, detail, previous_hash, hash) values"
        " (:number, :occurred_at, :actor, :action, :subject, :detail, :previous_hash, :hash)",
        {**row, "hash": _hash(row)},
    )


def rows(
    database: Database, *, subject: str | None = None, before: int | None = None, last: int = 200
) -> list[Row]:
    """Return the newest rows first, of one subject if it is named, and those before a number."""
    asked = {"subject = :subject": subject, "number < :before": before}
    conditions = " and ".join(text for text, value in asked.items() if value is not None)
    where = f"where {conditions}" if conditions else ""
    return database.read(
        f"select * from audit {where} order by number desc limit :last",  # noqa: S608 - constant text
        {"subject": subject, "before": before, "last": last},
    )


def verify(database: Database) -> int:
    """Return the number of rows; LedgerError UN6004 names the first that was changed, or after which one is missing."""
    number, before = 0, FIRST
    for row in _all(database):
        if row["number"] != number + 1 or row["previous_hash"] != before or row["hash"] != _hash(row):
            raise LedgerError(
                "UN6004",
                f"row {number + 1} of the audit was changed or is missing",
                where=f"audit, number {row['number']}",
                hint="compare with a backup: rows before it are as they were written",
            )
        number, before = row["number"], row["hash"]
    return number


def _all(database: Database) -> Iterator[Row]:
    after = 0
    while page := database.read(
        "select * from audit where number > :after order by number limit :page",
        {"after": after, "page": PAGE},
    ):
        yield from page
        after = page[-1]["number"]


def _hash(row: Row) -> str:
    text = json.dumps([row[column] for column in CHAINED], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
