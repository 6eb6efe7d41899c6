"""Instants as the ledger writes them: text in ISO 8601, UTC, microseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def written(instant: datetime) -> str:
    """Return an instant as text; one without zone is UTC."""
    in_utc = instant.astimezone(UTC) if instant.tzinfo else instant
    return in_utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(text: str) -> datetime:
    """Return a written instant as UTC without zone."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
