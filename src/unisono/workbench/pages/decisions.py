"""The explorer of decisions: search them by customer, representative, day and channel, and take them along."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from unisono.ledger import audit
from unisono.ledger import decisions as ledger
from unisono.read.sheet import write_sheet
from unisono.workbench.access import page, person, scope, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages import cards
from unisono.workbench.pages.names import named

Row = dict[str, Any]

MINE = "select customer_id, lower(coalesce(full_name, '')) as name from customer where {scope}"
MOST = 2000
SHOWN = 100


@require_safe
@page("decisions")
def decisions(request: HttpRequest) -> HttpResponse:
    """Show the decisions searched for, the newest and most valuable first."""
    found = search(person(request), request.GET.dict())
    snapshot = office().snapshot()
    sides = sides_of(person(request))
    channels = snapshot.read(
        "select channel, channel_name, purpose from playbook_channel order by 2"
    ).to_pylist()
    reps = snapshot.read("select rep_id, rep_name, role from rep order by 2").to_pylist()
    context = {
        "found": named(found[:SHOWN]),
        "count": len(found),
        "shown": SHOWN,
        "asked": request.GET,
        "query": request.GET.urlencode(),
        "channels": [row for row in channels if row["purpose"] in sides],
        "reps": [row for row in reps if ("medical" if row["role"] == "msl" else "commercial") in sides],
    }
    return render(request, "workbench/decisions.html", context)


@require_safe
@page("decisions")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Return the decisions searched for as a file of JSON or CSV; the audit notes how many."""
    if form not in ("csv", "json"):
        raise Http404
    found = named(search(person(request), request.GET.dict()))
    audit.record(
        office().database,
        actor=person(request).get_username(),
        action="decisions.export",
        subject=form,
        at=office().now(),
        detail={"decisions": len(found), "asked": request.GET.dict()},
    )
    response = HttpResponse(
        content_type="text/csv; charset=utf-8" if form == "csv" else "application/json",
        headers={"Content-Disposition": f'attachment; filename="decisions.{form}"'},
    )
    if form == "json":
        json.dump(found, response, default=str, ensure_ascii=False, indent=1)
    else:
        write_sheet(response, found)
    return response


def search(user: User, asked: dict[str, str]) -> list[Row]:
    """Return the records that somebody may see and asked for: of the published run, and as published earlier."""
    mine, values = scope(user)
    customers = office().snapshot().read(MINE.format(scope=mine), values).to_pylist()
    wanted = asked.get("customer", "").strip().lower()
    allowed = {
        row["customer_id"]
        for row in customers
        if wanted in row["name"] or wanted == row["customer_id"].lower()
    }
    current = office().snapshot().read("select * from decision order by reduced_value desc").to_pylist()
    known = {row["decision_id"] for row in current}
    earlier = [row for row in ledger.newest(office().database, MOST) if row["decision_id"] not in known]
    kept = [*current, *(json.loads(row["body"]) for row in earlier)]
    on = _day(asked.get("on", ""))
    return [
        row
        for row in kept
        if row["customer_id"] in allowed
        and row["purpose"] in sides_of(user)
        and asked.get("rep") in (None, "", row["rep_id"])
        and asked.get("channel") in (None, "", row["channel"])
        and (on is None or on[0] <= cards.moment(row["decided_at"]) < on[1])
    ]


def _day(text: str) -> tuple[datetime, datetime] | None:
    """Return the begin and end of the market's day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    begin = datetime.combine(day, time.min, office().time_zone)
    return begin.astimezone(UTC), (begin + timedelta(days=1)).astimezone(UTC)
