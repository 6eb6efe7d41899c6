"""The overview: what became of suggestions, the mix of channels, the flow between stages, how fresh the data is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from unisono.ledger import decisions as ledger
from unisono.store import Snapshot
from unisono.workbench import draw
from unisono.workbench.access import page, person, scope, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages.inbox import DISMISSALS

Row = dict[str, Any]

PERIOD = timedelta(days=28)
SUGGESTED = """
select d.decision_id, d.channel, h.channel_name, d.minutes, d.reduced_value
from decision as d
inner join playbook_channel as h on h.channel = d.channel
where list_contains(string_split($sides, ' '), d.purpose) and {scope}
"""
STAGES = """
select p.product_name, l.stage_name, l.position, count(*) as customers
from belief as b
inner join playbook_product as p on p.product_id = b.product_id
inner join playbook_ladder as l on l.stage = b.stage
where b.most_likely and p.is_own and {scope}
group by p.product_name, l.stage_name, l.position
order by p.product_name, l.position
"""
LATEST = """
select source, max(occurred_at) as latest_at from touchpoint group by source
"""
SET_ASIDE = (
    "select source, file, count(*) as rows from quarantine where reason = 'set_aside' group by source, file"
)
MINE = "select customer_id from customer where {scope}"


@dataclass(frozen=True)
class Chart:
    """Bars and the table behind them."""

    title: str
    lines: Sequence[draw.Line]
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""


@require_safe
@page("overview")
def overview(request: HttpRequest) -> HttpResponse:
    """Show how the suggestions of somebody's territories fare."""
    user, snapshot = person(request), office().snapshot()
    context = {
        "charts": [
            _responses(user, snapshot),
            _reasons(user, snapshot),
            _mix(user, snapshot),
            *_stages(user, snapshot),
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
    return _chart(_("What became of suggestions"), (_("state"), _("suggestions")), rows)


def _reasons(user: User, snapshot: Snapshot) -> Chart:
    counts = Counter(row["reason"] for row in _answered(user, snapshot) if row["response"] == "dismissed")
    rows = [(str(words), counts[name]) for name, words in DISMISSALS.items()]
    return _chart(_("Why suggestions were dismissed"), (_("reason"), _("suggestions")), rows)


def _mix(user: User, snapshot: Snapshot) -> Chart:
    suggested = _suggested(user, snapshot)
    done = Counter(
        row["channel"] for row in _answered(user, snapshot) if row["response"] in ("accepted", "done")
    )
    names = {row["channel"]: row["channel_name"] for row in suggested}
    counts = Counter(row["channel"] for row in suggested).most_common()
    rows = [(names[channel], count, done[channel]) for channel, count in counts]
    return _chart(
        _("Channels of the open suggestions"), (_("channel"), _("suggested"), _("planned or done")), rows
    )


def _stages(user: User, snapshot: Snapshot) -> list[Chart]:
    """Return for each product how many customers are most likely at each stage, and the change since the run before."""
    if "commercial" not in sides_of(user):
        return []
    now = _stage_counts(user, snapshot)
    previous = office().project.store.run(snapshot.manifest.get("previous_run") or "-")
    before = (
        {(row["product_name"], row["stage_name"]): row["customers"] for row in _stage_counts(user, previous)}
        if (previous)
        else {}
    )
    charts = []
    for product in sorted({row["product_name"] for row in now}):
        rows = [
            (
                row["stage_name"],
                row["customers"],
                row["customers"] - before.get((product, row["stage_name"]), 0),
            )
            for row in now
            if row["product_name"] == product
        ]
        if previous is None:
            rows = [(stage, count, "") for stage, count, _change in rows]
        columns = (_("stage"), _("customers"), _("since the run before"))
        charts.append(_chart(_("Stages, {product}").format(product=product), columns, rows))
    return charts


def _stage_counts(user: User, snapshot: Snapshot) -> list[Row]:
    mine, values = scope(user, "b.customer_id")
    rows: list[Row] = snapshot.read(STAGES.format(scope=mine), values).to_pylist()
    return rows


def _chart(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Chart:
    lines = draw.bars([(str(row[0]), float(row[1]), f"{row[1]:,}") for row in rows])
    return Chart(title, lines, columns, rows)


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
