"""Instants as the ledger writes them: text in ISO 8601, UTC, microseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def written(instant: datetime) -> str:
    """Return an instant as text; one without zone is UTC."""
    in_utc = instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
    return f"{in_utc.isoformat(timespec='microseconds')}Z"


def instant(text: str) -> datetime:
    """Return a written instant as UTC without zone."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
