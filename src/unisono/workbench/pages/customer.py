"""One customer: everything that somebody's side of the wall knows, and whether contact was lawful on a day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from unisono.deliver import standing_on
from unisono.ledger import decisions as ledger
from unisono.read.customer import read_customer
from unisono.tables.vocabulary import GATES
from unisono.workbench import draw
from unisono.workbench.access import page, pages_of, person, sides_of, visible
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages import cards
from unisono.workbench.pages.names import named

Row = dict[str, Any]

DROPPED = """
select 'commercial' as side, blocked_by as gate, count(*) as candidates from candidate
where customer_id = $who group by blocked_by
union all
select 'medical' as side, blocked_by as gate, count(*) as candidates from medical_candidate
where customer_id = $who group by blocked_by
"""
CHANNELS = "select channel, channel_name, purpose, consent, owner from playbook_channel"
STAGES = "select stage, stage_name, position from playbook_ladder order by position"
OPEN = "select * from decision where customer_id = $who order by rank"
YEAR = timedelta(days=365)
SHOWN = 40
UNANSWERED = ("sent", "delivered", "bounced", "invited", "declined")


@require_safe
@page("customers")
def customer(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show one customer."""
    user, snapshot = person(request), office().snapshot()
    about = read_customer(snapshot, customer_id)
    for part in ("touchpoints", "belief", "preference", "consent"):
        about[part] = visible(user, about[part])
    channels = {row["channel"]: row for row in visible(user, snapshot.read(CHANNELS).to_pylist())}
    context = {
        "about": about,
        "sources": sorted({row["system"] for row in about["records"]}),
        "match": min((row["probability"] for row in about["records"]), default=None),
        "beliefs": _beliefs(about["belief"]),
        "standing": _standing(about["standing"], channels),
        "statements": about["consent"],
        **_timeline(about["touchpoints"], channels),
        "preferences": _preferences(about["preference"], channels),
        **_suggestions(user, customer_id),
        **_dropped(user, customer_id),
        "pages": pages_of(user),
    }
    return render(request, "workbench/customer.html", context)


@require_safe
@page("lawful")
def lawful(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show whether contact on each channel was lawful at the end of a day, and on what statement."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = cards.today()
    end = (
        datetime.combine(on + timedelta(days=1), time.min, office().time_zone)
        .astimezone(UTC)
        .replace(tzinfo=None)
    )
    rows = visible(person(request), standing_on(office().snapshot(), customer_id, end))
    (customer,) = named([_only(customer_id)])
    context = {"customer": customer, "on": on, "rows": rows}
    return render(request, "workbench/lawful.html", context)


def _only(customer_id: str) -> Row:
    return {"customer_id": customer_id, "product_id": "", "channel": "", "content_id": "", "rep_id": ""}


def _beliefs(belief: list[Row]) -> list[Row]:
    """Return for each product and side its stages as a bar, the likeliest, and what moved it last."""
    ladder = office().snapshot().read(STAGES).to_pylist()
    products = office().snapshot().read("select product_id, product_name from playbook_product").to_pylist()
    names = {row["product_id"]: row["product_name"] for row in products}
    found = []
    for side, product in sorted({(row["side"], row["product_id"]) for row in belief}):
        rows = {row["stage"]: row for row in belief if (row["side"], row["product_id"]) == (side, product)}
        parts = [
            (step["stage_name"], rows[step["stage"]]["probability"])
            for step in ladder
            if step["stage"] in rows
        ]
        likeliest = max(parts, key=lambda part: part[1])
        one = next(iter(rows.values()))
        found.append(
            {
                "product": names.get(product, product),
                "side": side,
                "marks": draw.shares(parts),
                "likeliest": likeliest,
                "parts": parts,
                "moved_by": one["moved_by"],
                "moved_at": one["moved_at"],
            }
        )
    return found


def _standing(standing: list[Row], channels: dict[str, Row]) -> list[Row]:
    """Return what permission there is now for each channel, of all products together where they are alike."""
    found = []
    for channel, known in channels.items():
        if known["owner"] == "none":
            continue
        of_channel = [row for row in standing if row["channel"] == channel]
        alike = {
            (row["status"], row["stated_at"], row["expires_at"], row["evidence"]): row for row in of_channel
        }
        rows = list(alike.values()) if len(alike) == 1 else of_channel
        names = {
            "channel_name": known["channel_name"],
            "rule": known["consent"],
            "alone": len(alike) == 1,
        }
        found += [{**row, **names} for row in rows or [{"status": "none"}]]
    return found


def _timeline(touchpoints: list[Row], channels: dict[str, Row]) -> dict[str, Any]:
    now = office().now()
    recent = [row for row in touchpoints if now - YEAR <= row["occurred_at"] <= now]
    drawn = [
        {
            "occurred_at": row["occurred_at"],
            "channel_name": channels.get(row["channel"], {}).get("channel_name", row["channel"]),
            "kind": _kind(row),
            "words": f"{row['occurred_at']:%Y-%m-%d} {row['event']}",
        }
        for row in recent
    ]
    return {
        "lines": draw.timeline(drawn, now - YEAR, now),
        "months": draw.months(now - YEAR, now),
        "touchpoints": [
            {**row, "channel_name": channels.get(row["channel"], {}).get("channel_name", row["channel"])}
            for row in touchpoints[:SHOWN]
        ],
        "touchpoint_count": len(touchpoints),
        "simulated_touchpoints": any(row["simulated"] for row in recent),
    }


def _kind(row: Row) -> str:
    if not row["is_own"]:
        return "rival"
    return "hollow" if not row["is_human"] or row["event"] in UNANSWERED else "dot"


def _preferences(preference: list[Row], channels: dict[str, Row]) -> list[draw.Line]:
    """Return how likely an answer is on each channel: a band, a dot, and from how many contacts that is known."""
    return [
        draw.Line(
            str(channels.get(row["value"], row).get("channel_name", row["value"])),
            draw.interval(row["mean"], row["sd"]),
            ngettext("%(n)d contact", "%(n)d contacts", row["evidence_count"]) % {"n": row["evidence_count"]},
        )
        for row in sorted(preference, key=lambda row: -row["mean"])
        if row["dimension"] == "channel"
    ]


def _suggestions(user: User, customer_id: str) -> dict[str, Any]:
    """Return the suggestions of the published run and the earlier ones, each with the answers to it."""
    database, sides = office().database, sides_of(user)
    rows = office().snapshot().read(OPEN, {"who": customer_id}).to_pylist()
    current = {row["decision_id"] for row in rows}
    earlier = [
        json.loads(row["body"])
        for row in ledger.of_customer(database, customer_id)
        if row["decision_id"] not in current
    ]
    every = [row for row in [*rows, *earlier] if row["purpose"] in sides]
    answers = ledger.responses(database, [row["decision_id"] for row in every])
    told = [
        {
            **cards.card(row),
            "answers": [one for one in answers[row["decision_id"]] if one["response"] != "shown"],
            "state": cards.state(answers[row["decision_id"]]),
        }
        for row in named(every)
    ]
    now = office().now().replace(tzinfo=UTC)
    is_open = [row["decision_id"] in current and row["ends_at"] > now for row in told]
    return {
        "open": [row for row, yes in zip(told, is_open, strict=True) if yes],
        "past": [row for row, yes in zip(told, is_open, strict=True) if not yes],
    }


def _dropped(user: User, customer_id: str) -> dict[str, Any]:
    rows = visible(user, office().snapshot().read(DROPPED, {"who": customer_id}).to_pylist())
    by_gate = {gate: sum(row["candidates"] for row in rows if row["gate"] == gate) for gate in (*GATES, None)}
    passed = by_gate.pop(None)
    return {
        "dropped": [(gate, count) for gate, count in by_gate.items() if count],
        "dropped_count": sum(by_gate.values()),
        "passed_count": passed,
    }
