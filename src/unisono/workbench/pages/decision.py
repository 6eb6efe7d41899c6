"""One decision replayed: from the run that made it where that is kept, else as it was published."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from unisono.deliver import standing_on
from unisono.ledger import decisions as ledger
from unisono.read.decision import find_decisions
from unisono.store import Snapshot
from unisono.tables.vocabulary import GATES
from unisono.workbench import draw
from unisono.workbench.access import find_decision, page
from unisono.workbench.office import office
from unisono.workbench.pages import cards
from unisono.workbench.pages.names import named

Row = dict[str, Any]

DROPPED = """
select blocked_by as gate, count(*) as candidates from {candidate} where customer_id = $who group by blocked_by
"""
RIVALS = """
select a.*, p.reduced_value, a.value - p.reduced_value as prices
from {side}action as a
inner join {side}priced_action as p
    on p.customer_id = a.customer_id and p.product_id = a.product_id and p.channel = a.channel
    and p.rep_id is not distinct from a.rep_id
where a.customer_id = $who
order by p.reduced_value desc, a.product_id, a.channel, a.rep_id
limit 20
"""
FACTORS = {
    "potential": _("potential"),
    "priority": _("priority"),
    "fit": _("fit of the channel"),
    "novelty": _("novelty of the content"),
    "response_probability": _("response probability"),
    "lever": _("levers"),
}
VERSIONS = {
    "content_version": _("content"),
    "policy_version": _("policy"),
    "model_version": _("model"),
    "data_version": _("data"),
    "run_id": _("run"),
}


@require_safe
@page("decision")
def decision(request: HttpRequest, decision_id: str) -> HttpResponse:
    """Show how one suggestion came about, what proved its consent, and what became of it."""
    record = find_decision(decision_id)
    run = _run_of(record)
    database = office().database
    context: dict[str, Any] = {
        "card": cards.card(named([record])[0]),
        "steps": steps(record),
        "versions": [(words, record[name]) for name, words in VERSIONS.items()],
        "decided_at": cards.moment(record["decided_at"]),
        "answers": ledger.responses(database, [decision_id])[decision_id],
        "feedback": ledger.feedback_to(database, decision_id),
        "deliveries": ledger.deliveries_of(database, decision_id),
        "replayed": run is not None,
    }
    if run is not None:
        context |= _replay(run, record)
    return render(request, "workbench/decision.html", context)


def _run_of(record: Row) -> Snapshot | None:
    """Return the run that made a decision: the published one kept open, an older one if it is still there."""
    published = office().snapshot()
    return published if published.run_id == record["run_id"] else office().project.store.run(record["run_id"])


def _replay(run: Snapshot, record: Row) -> dict[str, Any]:
    side = "medical_" if record["purpose"] == "medical" else ""
    who = {"who": record["customer_id"]}
    dropped = {
        row["gate"]: row["candidates"]
        for row in run.read(DROPPED.format(candidate=f"{side}candidate"), who).to_pylist()
    }
    rivals = named(run.read(RIVALS.format(side=side), who).to_pylist())
    about = ("product_id", "channel", "rep_id")
    standing = standing_on(
        run, record["customer_id"], cards.moment(record["decided_at"]).replace(tzinfo=None)
    )
    return {
        "found": find_decisions(run, "decision_id", record["decision_id"])[0],
        "entering": sum(dropped.values()),
        "dropped": [(gate, dropped[gate]) for gate in GATES if gate in dropped],
        "rivals": [{**row, "chosen": all(row[name] == record[name] for name in about)} for row in rivals],
        "standing": [
            row
            for row in standing
            if row["channel"] == record["channel"] and row["product_id"] == record["product_id"]
        ],
    }


def steps(record: Row) -> list[Row]:
    """Return how the value comes about: the gain, factor after factor, less costs and prices, to what is left."""
    at = record["stage_gain"]
    made: list[Row] = [{"name": _("gain of a stage"), "sign": "", "number": at, "total": at}]
    for term, words in FACTORS.items():
        at *= record[term]
        made.append({"name": words, "sign": "×", "number": record[term], "total": at})
    for term, words in (("fatigue_cost", _("cost of fatigue")), ("unit_cost", _("cost of the contact"))):
        at -= record[term]
        made.append({"name": words, "sign": "−", "number": record[term], "total": at})
    value, left = record["value"], record["reduced_value"]
    made.append({"name": _("prices of time and limits"), "sign": "−", "number": value - left, "total": left})
    greatest = max(abs(step["total"]) for step in made) or 1.0
    for step in made:
        width = 100 * abs(step["total"]) / greatest
        step["marks"] = [draw.Mark(0, width, "bar" if step["total"] >= 0 else "minus", "")]
    return made
