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

LAST = 200


@require_safe
@page("audit")
def audit(request: HttpRequest) -> HttpResponse:
    """Show the newest rows, of one subject if it is named, and verify every row."""
    subject = request.GET.get("subject", "").strip()
    context: dict[str, Any] = {"subject": subject, "last": LAST}
    try:
        context["verified"] = ledger.verify(office().database)
    except LedgerError as error:
        if error.code != "UN6004":
            raise
        context["broken"] = error.where
    context["rows"] = ledger.rows(office().database, subject=subject or None, last=LAST)
    return render(request, "workbench/audit.html", context)
