"""Pages for what went wrong: each says what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from unisono.errors import UnisonoError


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a form that did not come from our own page, or came too late."""
    return render(request, "workbench/error.html", {"kind": "forged"}, status=403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer who asks for a page that their role does not have."""
    return render(request, "workbench/error.html", {"kind": "forbidden"}, status=403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer who asks for what does not exist, or may not be known to them."""
    return render(request, "workbench/error.html", {"kind": "missing"}, status=404)


def unavailable(request: HttpRequest, error: UnisonoError) -> HttpResponse:
    """Answer when the ledger or the run cannot be read or written."""
    return render(request, "workbench/error.html", {"kind": "unavailable", "code": error.code}, status=503)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when we made a mistake."""
    return render(request, "workbench/error.html", {"kind": "broken"}, status=500)
