"""What every page shows around its content: menu, freshness of the data, languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from unisono.errors import StoreError
from unisono.workbench.access import pages_of
from unisono.workbench.models import User
from unisono.workbench.office import office

MENU = {
    "inbox": _("Inbox"),
    "customers": _("Customers"),
    "decisions": _("Decisions"),
    "overview": _("Overview"),
    "desk": _("Desk"),
    "audit": _("Audit"),
}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template needs."""
    user = getattr(request, "user", None)
    mine = pages_of(user) if isinstance(user, User) else []
    found: dict[str, Any] = {
        "menu": [(name, words) for name, words in MENU.items() if name in mine],
        "languages": settings.LANGUAGES,
        "now": office().now().replace(tzinfo=UTC),
    }
    try:
        manifest = office().snapshot().manifest
    except StoreError:
        return found
    as_of = datetime.fromisoformat(manifest["clock"]).replace(tzinfo=UTC)
    return {**found, "as_of": as_of, "simulated": manifest["simulated"]}
