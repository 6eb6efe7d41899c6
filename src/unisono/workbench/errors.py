"""Pages for what went wrong: each says what it is and what to do next, in the reader's language."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from unisono.errors import UnisonoError

REFUSED = "UN6003"  # what the ledger's own errors say when the database does not do what it was asked
EMPTY = {400: "unreadable", 405: "method"}
"""Statuses that views and Django answer with nothing to read."""

log = logging.getLogger(__name__)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what cannot be read: too much, malformed, or sent to another address than the workbench's."""
    return _page(request, "address" if isinstance(exception, DisallowedHost) else "unreadable", 400)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a form that did not come from our own page, or came too late."""
    return _page(request, "forged", 403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer who asks for a page that their role does not have."""
    return _page(request, "forbidden", 403)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer who asks for what does not exist, or may not be known to them."""
    return _page(request, "missing", 404)


def unavailable(request: HttpRequest, error: UnisonoError) -> HttpResponse:
    """Answer when the ledger or the run cannot be read or written."""
    return _page(request, "unavailable", 503, code=error.code)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when we made a mistake, or the database did not answer Django."""
    if isinstance(sys.exc_info()[1], DatabaseError):
        return _page(request, "unavailable", 503, code=REFUSED)
    return _page(request, "broken", 500)


def filled(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the answer, with a page where it is a refusal without a word."""
    kind = EMPTY.get(response.status_code)
    if kind is None or response.streaming or response.content:
        return response
    page = _page(request, kind, response.status_code)
    if "Allow" in response:
        page["Allow"] = response["Allow"]
    return page


def _page(request: HttpRequest, kind: str, status: int, **more: str) -> HttpResponse:
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        try:
            page = render(request, "workbench/error.html", {"kind": kind, **more}, status=status)
        except Exception:  # what broke the page may break the frame of this one
            log.exception("%s %s: no frame for the page '%s'", request.method, request.path, kind)
            page = HttpResponse(
                render_to_string("workbench/error.html", {"kind": kind, **more}), status=status
            )
    page["Content-Language"] = language
    return page
