"""Write keys: which source may send events. Only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from unisono.errors import UsageError
from unisono.ledger import audit
from unisono.ledger.database import Database, Row
from unisono.ledger.instants import written


@dataclass(frozen=True)
class WriteKey:
    """A key as it is shown once, when it is made."""

    key_id: str
    source: str
    key: str


def create(
    database: Database,
    source: str,
    *,
    actor: str,
    at: datetime,
    expires_at: datetime | None = None,
    make: Callable[[], str] = secrets.token_urlsafe,
) -> WriteKey:
    """Make a key for a source of `sources.yaml`; `make` returns a new secret."""
    key = f"wk_{make()}"
    hashed = hashed_key(key)
    made = WriteKey(hashed[:12], source, key)
    with database.transaction() as transaction:
        transaction.execute(
            "insert into write_key (key_id, source, key_hash, hint, created_at, expires_at)"
            " values (:key_id, :source, :key_hash, :hint, :created_at, :expires_at)",
            {
                "key_id": made.key_id,
                "source": source,
                "key_hash": hashed,
                "hint": key[-4:],
                "created_at": written(at),
                "expires_at": expires_at and written(expires_at),
            },
        )
        audit.add(transaction, actor=actor, action="write_key.create", subject=made.key_id, at=at)
    return made


def revoke(database: Database, key_id: str, *, actor: str, at: datetime) -> None:
    """End a key now; UsageError UN5203 if there is none of that id."""
    with database.transaction() as transaction:
        if not transaction.execute("select 1 from write_key where key_id = :key_id", {"key_id": key_id}):
            raise UsageError(
                "UN5203", f"no write key has the id '{key_id}'", hint="list them: unisono key list"
            )
        transaction.execute(
            "update write_key set revoked_at = :at where key_id = :key_id and revoked_at is null",
            {"key_id": key_id, "at": written(at)},
        )
        audit.add(transaction, actor=actor, action="write_key.revoke", subject=key_id, at=at)


def rotate(database: Database, key_id: str, *, actor: str, at: datetime, until: datetime) -> WriteKey:
    """Make a new key for the same source; the old one ends at `until`, so that senders can change over."""
    found = [row for row in listed(database) if row["key_id"] == key_id]
    if not found:
        raise UsageError("UN5203", f"no write key has the id '{key_id}'", hint="list them: unisono key list")
    made = create(database, found[0]["source"], actor=actor, at=at)
    with database.transaction() as transaction:
        transaction.execute(
            "update write_key set expires_at = :until where key_id = :key_id",
            {"key_id": key_id, "until": written(until)},
        )
        audit.add(transaction, actor=actor, action="write_key.rotate", subject=key_id, at=at)
    return made


def listed(database: Database) -> list[Row]:
    """Return every key without its secret, by source."""
    return database.read(
        "select key_id, source, hint, created_at, expires_at, revoked_at from write_key order by source, created_at"
    )


def valid(database: Database, at: datetime) -> dict[str, str]:
    """Return hash -> source of the keys that may be used at an instant."""
    found = database.read(
        "select key_hash, source from write_key"
        " where revoked_at is null and (expires_at is null or expires_at > :at)",
        {"at": written(at)},
    )
    return {row["key_hash"]: row["source"] for row in found}


def hashed_key(key: str) -> str:
    """Return what is kept of a key. Keys are long and random, so a plain hash cannot be turned back."""
    return hashlib.sha256(key.encode()).hexdigest()
