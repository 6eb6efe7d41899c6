"""The audit: who read or did what, and whether the chain of hashes is whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from unisono.errors import LedgerError
from unisono.ledger import audit as ledger
from unisono.workbench.access import page
from unisono.workbench.office import office

SHOWN = 50
LONGEST = 18  # digits of a number that databases hold


@require_safe
@page("audit")
def audit(request: HttpRequest) -> HttpResponse:
    """Show a page of rows, the newest first, of one subject if it is named; `?verify` also verifies every row."""
    subject, before = request.GET.get("subject", "").strip(), request.GET.get("before", "")
    rows = ledger.rows(
        office().database,
        subject=subject or None,
        before=int(before) if before.isdecimal() and len(before) < LONGEST else None,
        last=SHOWN + 1,
    )
    query = request.GET.copy()
    for name in ("before", "verify"):
        query.pop(name, None)
    context: dict[str, Any] = {
        "subject": subject,
        "rows": rows[:SHOWN],
        "last": rows[SHOWN - 1]["number"] if len(rows) > SHOWN else None,
        "is_first": not before,
        "query": query.urlencode(),
    }
    if "verify" in request.GET:
        context |= _verified()
    return render(request, "workbench/audit.html", context)


def _verified() -> dict[str, Any]:
    try:
        return {"verified": ledger.verify(office().database)}
    except LedgerError as error:
        if error.code != "UN6004":
            raise
        return {"broken": error.where}
