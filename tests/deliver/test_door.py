"""The door: whatever is not known to be permitted now does not go out."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from unisono.deliver.door import Known, refusal

NOW = datetime(2026, 1, 5, 9, 0)
DECISION = {
    "decision_id": "D1",
    "customer_id": "C1",
    "product_id": "ours",
    "channel": "email",
    "purpose": "commercial",
    "content_id": "leaflet",
    "content_version": "1.0",
    "expires_at": NOW + timedelta(days=2),
}
GRANTED = {
    "customer_id": "C1",
    "channel": "email",
    "purpose": "commercial",
    "product_id": "ours",
    "status": "granted",
    "stated_at": datetime(2025, 1, 1),
    "expires_at": None,
}
CONTENT = {
    "content_id": "leaflet",
    "channel": "email",
    "version": "1.0",
    "valid_from": date(2025, 1, 1),
    "valid_until": date(2026, 1, 5),
}


def known(collected: list[dict[str, Any]] | None = None, **tables: list[dict[str, Any]]) -> Known:
    permitted: dict[str, list[dict[str, Any]]] = {
        "customer": [{"customer_id": "C1"}],
        "record": [],
        "consent": [GRANTED],
        "unsubscription": [],
        "channel": [
            {"channel": "email", "purpose": "commercial", "consent": "required"},
            {"channel": "visit", "purpose": "commercial", "consent": "not_required"},
        ],
        "content": [CONTENT, CONTENT | {"channel": "visit"}],
    }
    return Known(permitted | tables, "Europe/Rome", {"C1": collected or []})


def event(name: str, **properties: str) -> list[dict[str, Any]]:
    body = {"type": "track", "event": name, "properties": properties}
    return [{"received_at": "2026-01-05T08:00:00.000000Z", "body": json.dumps(body)}]


def why(given: Known, at: datetime = NOW, **changed: object) -> str | None:
    found = refusal(DECISION | changed, given, at)
    return found.reason if found else None


def test_what_is_permitted_goes_out() -> None:
    assert why(known()) is None
    assert why(known(consent=[]), channel="visit") is None
    assert why(known(), expires_at="2026-01-07 09:00:00") is None  # as the ledger keeps it


@pytest.mark.parametrize(
    ("reason", "given"),
    [
        ("customer", known(customer=[])),
        ("channel", known(channel=[])),
        ("consent", known(consent=[])),
        ("consent", known(consent=[GRANTED | {"product_id": "theirs"}])),
        ("consent", known(consent=[GRANTED | {"status": "pending"}])),
        ("consent", known(consent=[GRANTED | {"expires_at": NOW}])),
        ("suppression", known(consent=[GRANTED | {"status": "withdrawn"}])),
        (
            "suppression",
            known(
                unsubscription=[
                    {"customer_id": "C1", "channel": "email", "product_id": "ours", "unsubscribed_at": NOW}
                ]
            ),
        ),
        ("suppression", known(event("Unsubscribed"))),
        ("suppression", known(event("Email Opted Out", channel="email"))),
        ("suppression", known(event("Consent Changed", status="withdrawn"))),
        ("suppression", known(event("Unsubscribed", channel="a channel nobody knows"))),
        ("content", known(content=[])),
        ("content", known(content=[CONTENT | {"channel": "visit"}])),
        ("content", known(content=[CONTENT | {"valid_until": date(2026, 1, 4)}])),
        ("content", known(content=[CONTENT | {"version": "2.0"}])),
    ],
)
def test_whatever_changed_stops_it(reason: str, given: Known) -> None:
    assert why(given) == reason


def test_a_refusal_stops_what_needs_no_consent() -> None:
    refused = [GRANTED | {"channel": "visit", "status": "denied"}]
    assert why(known(consent=refused), channel="visit") == "suppression"
    assert why(known(event("Unsubscribed"), consent=[]), channel="visit") == "suppression"


@pytest.mark.parametrize(
    "given",
    [event("Unsubscribed", channel="visit"), event("Consent Given", status="granted"), event("Page Viewed")],
)
def test_what_is_no_refusal_of_the_channel_stops_nothing(given: list[dict[str, Any]]) -> None:
    assert why(known(given)) is None


def test_it_ends_when_it_expires() -> None:
    assert why(known(), DECISION["expires_at"] - timedelta(seconds=1), content_id="leaflet") in (
        None,
        "content",
    )
    assert why(known(), DECISION["expires_at"]) == "expired"


def test_content_ends_with_its_day_in_the_market() -> None:
    assert why(known(), datetime(2026, 1, 5, 22, 59)) is None
    assert why(known(), datetime(2026, 1, 5, 23, 0)) == "content"  # midnight in Rome
