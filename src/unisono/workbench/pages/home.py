"""The first page of one's role, and the choice of language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from unisono.workbench.access import page, pages_of, person
from unisono.workbench.models import User

FIRST = ("inbox", "overview", "decisions", "customers")


@require_safe
@page("home")
def home(request: HttpRequest) -> HttpResponse:
    """Go to the first page of one's role."""
    mine = pages_of(person(request))
    return redirect(next(name for name in FIRST if name in mine))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages: for this browser, and for oneself if signed in."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, httponly=True, samesite="Lax")
        if isinstance(request.user, User):
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response
