"""The explorer of decisions: search them by customer, representative, day and channel, and take them along."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from unisono.ledger import audit
from unisono.ledger.search import Search, count, find
from unisono.read.sheet import write_sheet
from unisono.workbench.access import page, person, sides_of
from unisono.workbench.office import office
from unisono.workbench.pages import cards
from unisono.workbench.pages.names import named
from unisono.workbench.pages.scoped import own

Row = dict[str, Any]

KNOWN = "select customer_id from customer where list_contains(string_split($customers, ' '), customer_id)"
SHOWN = 50
COUNTED = 10_000
EXPORTED = 1_000  # at a time


@require_safe
@page("decisions")
def decisions(request: HttpRequest) -> HttpResponse:
    """Show a page of the decisions searched for, the newest and most valuable first."""
    snapshot, search, sides = office().snapshot(), _search(request), sides_of(person(request))
    found = find(office().database, search, SHOWN + 1, request.GET.get("after"))
    channels = snapshot.read(
        "select channel, channel_name, purpose from playbook_channel order by 2"
    ).to_pylist()
    reps = snapshot.read("select rep_id, rep_name, role from rep order by 2").to_pylist()
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "found": _rows(found[:SHOWN]),
        "last": found[SHOWN - 1]["decision_id"] if len(found) > SHOWN else None,
        "is_first": "after" not in request.GET,
        "count": count(office().database, search, COUNTED + 1),
        "most": COUNTED,
        "asked": request.GET,
        "query": query.urlencode(),
        "channels": [row for row in channels if row["purpose"] in sides],
        "reps": [row for row in reps if ("medical" if row["role"] == "msl" else "commercial") in sides],
    }
    return render(request, "workbench/decisions.html", context)


@require_safe
@page("decisions")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Return the decisions searched for as a file of JSON or CSV; the audit notes how many."""
    if form not in ("csv", "json"):
        raise Http404
    search = _search(request)
    audit.record(
        office().database,
        actor=person(request).get_username(),
        action="decisions.export",
        subject=form,
        at=office().now(),
        detail={"decisions": count(office().database, search), "asked": request.GET.dict()},
    )
    return Streamed(
        _csv(search) if form == "csv" else _json(search),
        content_type="text/csv; charset=utf-8" if form == "csv" else "application/json",
        headers={"Content-Disposition": f'attachment; filename="decisions.{form}"'},
    )


class Streamed(StreamingHttpResponse):
    """An answer sent piece by piece, made by a synchronous iterator under either kind of server."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Make each piece in the thread in which views run."""
        pieces = iter(self)
        following = sync_to_async(lambda: next(pieces, None))
        while (piece := await following()) is not None:
            yield piece


def _rows(found: list[Row]) -> list[Row]:
    """Return records with names, when they were decided, and whether the run still knows the customer."""
    ids = " ".join(row["customer_id"] for row in found)
    known = set(office().snapshot().read(KNOWN, {"customers": ids})["customer_id"].to_pylist())
    return [
        {**row, "decided": cards.moment(row["decided_at"]), "is_known": row["customer_id"] in known}
        for row in named(found)
    ]


def _search(request: HttpRequest) -> Search:
    asked = request.GET
    since, until = _day(asked.get("on", ""))
    return own(
        person(request),
        asked.get("customer", ""),
        rep_id=asked.get("rep"),
        channel=asked.get("channel"),
        since=since,
        until=until,
    )


def _day(text: str) -> tuple[datetime | None, datetime | None]:
    """Return the begin and end of the market's day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, None
    begin = datetime.combine(day, time.min, office().time_zone)
    return begin.astimezone(UTC), (begin + timedelta(days=1)).astimezone(UTC)


def _pages(search: Search) -> Iterator[list[Row]]:
    """Return all that is found with names, some at a time, so that any number takes no more memory."""
    after = None
    try:
        while found := find(office().database, search, EXPORTED, after):
            yield named(found)
            after = found[-1]["decision_id"]
    finally:
        office().database.close()  # the request that opened it is over


def _json(search: Search) -> Iterator[str]:
    before = "["
    for rows in _pages(search):
        yield before + ",\n".join(json.dumps(row, default=str, ensure_ascii=False) for row in rows)
        before = ",\n"
    yield "[]" if before == "[" else "]"


def _csv(search: Search) -> Iterator[str]:
    columns: list[str] = []
    for rows in _pages(search):
        text = io.StringIO()
        write_sheet(text, rows, columns)
        columns = columns or list(rows[0])
        yield text.getvalue()
