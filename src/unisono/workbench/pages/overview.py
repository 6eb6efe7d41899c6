"""The overview: what became of suggestions, who can be reached, how stages moved, how fresh the data is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from unisono.store import Snapshot
from unisono.workbench.access import page, person, scope, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages import execution
from unisono.workbench.pages.charts import Chart, bar_chart
from unisono.workbench.pages.reachable import reachable
from unisono.workbench.pages.stages import stages

Row = dict[str, Any]

SUGGESTED = """
select h.channel, h.channel_name, count(*) as suggestions
from decision as d
inner join playbook_channel as h on h.channel = d.channel
where list_contains(string_split($sides, ' '), d.purpose) and {scope}
group by h.channel, h.channel_name
order by suggestions desc, h.channel_name
"""
LATEST = """
select source, max(occurred_at) as latest_at from touchpoint group by source
"""
SET_ASIDE = (
    "select source, file, count(*) as rows from quarantine where reason = 'set_aside' group by source, file"
)


@require_safe
@page("overview")
def overview(request: HttpRequest) -> HttpResponse:
    """Show how the suggestions of somebody's territories fare."""
    user, snapshot = person(request), office().snapshot()
    counted = execution.counted(user)
    context = {
        "groups": [
            [execution.fates(counted), execution.reasons(counted), _mix(user, snapshot, counted)],
            reachable(user, snapshot),
            stages(user, snapshot),
        ],
        "executions": execution.executions(user, snapshot, counted),
        "fates": execution.FATES,
        "sources": _sources(snapshot),
        "weeks": execution.WEEKS - 1,
    }
    return render(request, "workbench/overview.html", context)


def _mix(user: User, snapshot: Snapshot, counted: Sequence[Row]) -> Chart:
    mine, values = scope(user, "d.customer_id")
    sql = SUGGESTED.format(scope=mine)
    suggested = snapshot.read(sql, {"sides": " ".join(sides_of(user)), **values}).to_pylist()
    done = Counter[str]()
    for row in counted:
        done[row["channel"]] += row["suggestions"] if row["fate"] in ("planned", "done") else 0
    return bar_chart(
        _("Channels of the open suggestions"),
        (_("channel"), _("suggested"), _("planned or done")),
        [(row["channel_name"], row["suggestions"], done[row["channel"]]) for row in suggested],
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
