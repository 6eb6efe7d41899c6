"""The overview: what became of suggestions, who can be reached, how stages moved, how fresh the data is."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from unisono.ledger import decisions as ledger
from unisono.store import Snapshot
from unisono.workbench.access import page, person, scope, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages.charts import Chart, bar_chart
from unisono.workbench.pages.inbox import DISMISSALS
from unisono.workbench.pages.reachable import reachable
from unisono.workbench.pages.stages import stages

Row = dict[str, Any]

PERIOD = timedelta(days=28)
SUGGESTED = """
select d.decision_id, d.channel, h.channel_name, d.minutes, d.reduced_value
from decision as d
inner join playbook_channel as h on h.channel = d.channel
where list_contains(string_split($sides, ' '), d.purpose) and {scope}
"""
LATEST = """
select source, max(occurred_at) as latest_at from touchpoint group by source
"""
SET_ASIDE = (
    "select source, file, count(*) as rows from quarantine where reason = 'set_aside' group by source, file"
)
MINE = "select customer_id from customer where {scope}"


@require_safe
@page("overview")
def overview(request: HttpRequest) -> HttpResponse:
    """Show how the suggestions of somebody's territories fare."""
    user, snapshot = person(request), office().snapshot()
    context = {
        "groups": [
            [_responses(user, snapshot), _reasons(user, snapshot), _mix(user, snapshot)],
            reachable(user, snapshot),
            stages(user, snapshot),
        ],
        "sources": _sources(snapshot),
        "days": PERIOD.days,
    }
    return render(request, "workbench/overview.html", context)


def _suggested(user: User, snapshot: Snapshot) -> list[Row]:
    mine, values = scope(user, "d.customer_id")
    sql = SUGGESTED.format(scope=mine)
    rows: list[Row] = snapshot.read(sql, {"sides": " ".join(sides_of(user)), **values}).to_pylist()
    return rows


def _answered(user: User, snapshot: Snapshot) -> list[Row]:
    """Return the last answer to each suggestion answered lately, of customers and sides that somebody may see."""
    mine, values = scope(user)
    allowed = set(snapshot.read(MINE.format(scope=mine), values)["customer_id"].to_pylist())
    rows = ledger.responded(office().database, office().now() - PERIOD)
    latest = {
        row["decision_id"]: row
        for row in rows
        if row["customer_id"] in allowed and row["purpose"] in sides_of(user)
    }
    return list(latest.values())


def _responses(user: User, snapshot: Snapshot) -> Chart:
    counts = Counter(row["response"] for row in _answered(user, snapshot))
    names = {
        "shown": _("shown, not answered"),
        "accepted": _("planned"),
        "done": _("done"),
        "snoozed": _("later"),
        "dismissed": _("dismissed"),
        "withdrawn": _("withdrawn"),
    }
    rows = [(words, counts[name]) for name, words in names.items()]
    return bar_chart(_("What became of suggestions"), (_("state"), _("suggestions")), rows)


def _reasons(user: User, snapshot: Snapshot) -> Chart:
    counts = Counter(row["reason"] for row in _answered(user, snapshot) if row["response"] == "dismissed")
    rows = [(str(words), counts[name]) for name, words in DISMISSALS.items()]
    return bar_chart(_("Why suggestions were dismissed"), (_("reason"), _("suggestions")), rows)


def _mix(user: User, snapshot: Snapshot) -> Chart:
    suggested = _suggested(user, snapshot)
    done = Counter(
        row["channel"] for row in _answered(user, snapshot) if row["response"] in ("accepted", "done")
    )
    names = {row["channel"]: row["channel_name"] for row in suggested}
    counts = Counter(row["channel"] for row in suggested).most_common()
    rows = [(names[channel], count, done[channel]) for channel, count in counts]
    return bar_chart(
        _("Channels of the open suggestions"), (_("channel"), _("suggested"), _("planned or done")), rows
    )


def _sources(snapshot: Snapshot) -> list[Row]:
    """Return what came from each file; the manifest counts rows set aside among those in quarantine."""
    latest = {row["source"]: row["latest_at"] for row in snapshot.read(LATEST).to_pylist()}
    aside = {(row["source"], row["file"]): row["rows"] for row in snapshot.read(SET_ASIDE).to_pylist()}
    found = []
    for source in snapshot.manifest["sources"]:
        rows = aside.get((source["name"], source["file"]), 0)
        counts = {"set_aside": rows, "quarantined": source["quarantined"] - rows}
        found.append({**source, **counts, "latest_at": latest.get(source["name"])})
    return found
