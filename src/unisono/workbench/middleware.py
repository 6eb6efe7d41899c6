"""What happens at every request: access and audit, language, headers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

from unisono.errors import UnisonoError
from unisono.ledger import audit
from unisono.workbench import access, errors
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.settings import POLICY

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)


class Outermost:
    """Headers on every answer, and the connections of this request's thread closed after it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        try:
            response = self.get_response(request)
        finally:
            office().database.close()
        response["Content-Security-Policy"] = POLICY
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response["Cache-Control"] = "no-store"  # personal data stays in no cache
        if response.status_code in (301, 302) and "HX-Request" in request.headers:
            response = _moved(response)
        return response


def _moved(response: HttpResponse) -> HttpResponse:
    """Return a redirect that htmx follows with the whole page instead of putting it into a card."""
    moved = HttpResponse(headers={**response.headers, "HX-Redirect": response["Location"]})
    moved.cookies = response.cookies
    del moved["Location"]
    return moved


class Language:
    """The language that somebody chose, else the browser's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        chosen = request.user.language if isinstance(request.user, User) else ""
        request.LANGUAGE_CODE = chosen or translation.get_language_from_request(request)
        with translation.override(request.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response


class Access:
    """Nobody sees a page that `access` does not grant, and nothing is shown that the audit cannot note."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return errors.filled(request, self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Return where somebody has to go first, None where the page may be shown."""
        if _holds_nul(request):  # PostgreSQL keeps none, and nobody types it
            return errors.unreadable(request)
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in access.PUBLIC:
            return None
        if not isinstance(request.user, User):
            return HttpResponseRedirect(
                f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
            )
        if name in access.OWN_ACCOUNT:
            return None
        if request.user.password_is_temporary:
            return HttpResponseRedirect(reverse("account_change_password"))
        if access.lacks_second_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        try:
            return self._page(request, view, kwargs)
        except UnisonoError as error:  # Django hands on to `process_exception` only what a view raises
            return self.process_exception(request, error)

    def _page(
        self, request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        page = getattr(view, "page", None)
        try:
            access.require(request, page, kwargs)
        except (PermissionDenied, Http404) as error:
            _note(request, "refused", str(page), kwargs)
            return (
                errors.missing(request, error)
                if isinstance(error, Http404)
                else errors.forbidden(request, error)
            )
        if page != "home":
            _note(request, "write" if request.method == "POST" else "read", str(page), kwargs)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return a page for what was raised on purpose: nothing is shown, and it says what to do next."""
        if isinstance(error, UnisonoError):
            log.error("%s %s: %s", request.method, request.path, error)
            return errors.unavailable(request, error)
        return None


def _holds_nul(request: HttpRequest) -> bool:
    said = [
        request.path,
        *(value for form in (request.GET, request.POST) for some in form.lists() for value in some[1]),
    ]
    return any("\x00" in text for text in said)


def _note(request: HttpRequest, action: str, page: str, kwargs: dict[str, Any]) -> None:
    audit.record(
        office().database,
        actor=access.person(request).get_username(),
        action=f"{page}.{action}",
        subject=next((str(value) for value in kwargs.values()), page),
        at=office().now(),
        detail={"asked": request.GET.dict()} if request.GET else None,
    )
