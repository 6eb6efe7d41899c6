"""Who may see what: the one place. Pages declare themselves with `page`; the middleware asks here at every request.

What is not allowed is 403 where the page is not one's own, and 404 where the customer or suggestion is not: whoever may
not see somebody does not learn that they exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from unisono.errors import UsageError
from unisono.ledger import decisions
from unisono.workbench.models import Role, User
from unisono.workbench.office import office

Row = dict[str, Any]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])

FIELD = frozenset({Role.REP, Role.MSL})
DESK = frozenset({Role.MANAGER, Role.MARKETER})
CONTROL = frozenset({Role.COMPLIANCE, Role.ADMIN})
EVERYBODY = FIELD | DESK | CONTROL

PAGES: Mapping[str, frozenset[Role]] = {
    "home": EVERYBODY,
    "inbox": FIELD,
    "customers": EVERYBODY,
    "decision": EVERYBODY,
    "decisions": CONTROL | {Role.MANAGER},
    "lawful": CONTROL | {Role.MANAGER},
    "overview": CONTROL | DESK,
    "desk": EVERYBODY,
    "audit": CONTROL,
}
PUBLIC = frozenset({"account_login", "account_logout", "account_inactive", "mfa_authenticate", "language"})
OWN_ACCOUNT = frozenset(
    {
        "account_change_password",
        "account_reauthenticate",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
"""Addresses without a declared page: before signing in, and about nobody but oneself."""

SIDES: Mapping[Role, tuple[str, ...]] = {
    Role.REP: ("commercial",),
    Role.MSL: ("medical",),
    Role.MANAGER: ("commercial",),
    Role.MARKETER: ("commercial",),
    Role.COMPLIANCE: ("commercial", "medical"),
    Role.ADMIN: ("commercial", "medical"),
}
PROVE_TWICE = DESK | CONTROL
"""Roles that must have a second factor; it is offered to all others."""


def page(name: str) -> Callable[[View], View]:
    """Declare which page a view belongs to; without it nobody gets there."""
    if name not in PAGES:
        raise ValueError(f"'{name}' is not in the table of pages")

    def declare(view: View) -> View:
        view.page = name  # type: ignore[attr-defined]
        return view

    return declare


def person(request: HttpRequest) -> User:
    """Return who is signed in; PermissionDenied if nobody is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def must_prove_twice(user: User) -> bool:
    """Return whether somebody may not work without a second factor."""
    return Role(user.role) in PROVE_TWICE


def lacks_second_factor(user: User) -> bool:
    """Return whether somebody has yet to set up the second factor that they must have."""
    return must_prove_twice(user) and not is_mfa_enabled(user)


def pages_of(user: User) -> list[str]:
    """Return the pages of somebody's role, in their order."""
    return [name for name, roles in PAGES.items() if user.role in roles]


def sides_of(user: User) -> tuple[str, ...]:
    """Return the sides of the wall between medical and commercial that somebody may look at."""
    return SIDES[Role(user.role)]


def visible(user: User, rows: Iterable[Row]) -> list[Row]:
    """Return the rows, with a `side` or a `purpose`, of the sides that somebody may look at."""
    allowed = {*sides_of(user), "all", None}
    return [row for row in rows if row.get("side") in allowed and row.get("purpose") in allowed]


def scope(user: User, column: str = "customer_id") -> tuple[str, dict[str, str]]:
    """Return the SQL condition on a column of customers that somebody's own meet, and its parameters."""
    if user.role in FIELD:
        mine = "select customer_id from assignment where rep_id = $my_rep_id"
        return f"{column} in ({mine})", {"my_rep_id": user.rep_id}
    if user.role in DESK and user.territory_id:
        mine = "select customer_id from assignment where territory_id = $my_territory_id"
        return f"{column} in ({mine})", {"my_territory_id": user.territory_id}
    return "true", {}


def may_see_customer(user: User, customer_id: str) -> bool:
    """Return whether a customer exists and is one of somebody's own."""
    mine, values = scope(user)
    found = (
        office()
        .snapshot()
        .read(
            f"select 1 as found from customer where customer_id = $who and {mine}",  # noqa: S608 - constant text
            {"who": customer_id, **values},
        )
    )
    return bool(found.num_rows)


def find_decision(decision_id: str) -> Row:
    """Return a decision record of the published run, or as it was published earlier; Http404 if there is none."""
    found: list[Row] = (
        office()
        .snapshot()
        .read("select * from decision where decision_id = $id", {"id": decision_id})
        .to_pylist()
    )
    if found:
        return found[0]
    try:
        return decisions.published(office().database, decision_id)
    except UsageError as error:
        raise Http404 from error


def may_see_decision(user: User, decision: Row) -> bool:
    """Return whether a decision is on somebody's side of the wall and about one of their customers."""
    if decision["purpose"] not in sides_of(user):
        return False
    if user.role in FIELD and decision["rep_id"] != user.rep_id:
        return False
    return may_see_customer(user, decision["customer_id"])


def require(request: HttpRequest, name: str | None, subjects: Mapping[str, Any]) -> None:
    """Raise PermissionDenied or Http404 unless somebody may see a page about a customer or decision of their own."""
    user = person(request)
    if name is None or user.role not in PAGES[name]:
        raise PermissionDenied
    if "customer_id" in subjects and not may_see_customer(user, subjects["customer_id"]):
        raise Http404
    if "decision_id" in subjects and not may_see_decision(user, find_decision(subjects["decision_id"])):
        raise Http404
