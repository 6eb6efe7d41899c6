"""Accounts, for the command line and the first start. Passwords made here are for one sign-in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from unisono.errors import UsageError, did_you_mean
from unisono.ledger import audit
from unisono.project import Project

if TYPE_CHECKING:
    from unisono.workbench.models import User

BY = "command line"


def start(project: Project) -> None:
    """Set Django up for a project and make or renew the tables it needs in the ledger's database."""
    from django.core.management import call_command
    from django.db import connection

    from unisono.workbench.office import open_office
    from unisono.workbench.settings import configure

    office = open_office(project)
    configure(project, office.time_zone.key)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    connection.close()


def add_user(
    project: Project, name: str, role: str, *, rep_id: str = "", territory_id: str = "", language: str = ""
) -> str:
    """Add an account and return its password, to be changed at the first sign-in.

    UsageError UN5401 if the name is taken, UN5402 if a representative is missing or not one of the published run.
    """
    start(project)
    from unisono.workbench.models import User

    if User.objects.filter(username=name).exists():
        raise UsageError(
            "UN5401", f"there is an account '{name}' already", hint="list them: unisono user list"
        )
    _check_rep(project, role, rep_id)
    password = secrets.token_urlsafe(12)
    User.objects.create_user(
        name,
        password=password,
        role=role,
        rep_id=rep_id,
        territory_id=territory_id,
        language=language,
        password_is_temporary=True,
    )
    _note("account.add", name, role=role, rep_id=rep_id, territory_id=territory_id)
    return password


def _check_rep(project: Project, role: str, rep_id: str) -> None:
    if role not in ("rep", "msl"):
        return
    wanted = "sales" if role == "rep" else "msl"
    rows = project.snapshot().table("rep").select(["rep_id", "role"]).to_pylist()
    known = [row["rep_id"] for row in rows if row["role"] == wanted]
    if rep_id not in known:
        hint = did_you_mean(rep_id, known) or "say which with --rep-id"
        raise UsageError("UN5402", f"no {wanted} representative is called '{rep_id}'", hint=hint)


def users(project: Project) -> list[User]:
    """Return every account by name."""
    start(project)
    from unisono.workbench.models import User

    return list(User.objects.order_by("username"))


def disable(project: Project, name: str) -> None:
    """End an account: nobody signs in with it, and its sessions end. UsageError UN5403 if there is none."""
    user = _find(project, name)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _note("account.disable", name)


def reset(project: Project, name: str) -> str:
    """Return a new password for one sign-in; the second factor has to be set up anew. UsageError UN5403 if none."""
    user = _find(project, name)
    from allauth.mfa.models import Authenticator

    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.password_is_temporary = True
    user.is_active = True
    user.save()
    Authenticator.objects.filter(user=user).delete()
    _note("account.reset", name)
    return password


def first_run_admin(project: Project) -> tuple[str, str] | None:
    """Make an administrator where there is no account yet; return name and password, None if there was one."""
    return None if users(project) else ("admin", add_user(project, "admin", "admin"))


def _find(project: Project, name: str) -> User:
    found = [user for user in users(project) if user.get_username() == name]
    if not found:
        raise UsageError("UN5403", f"there is no account '{name}'", hint="list them: unisono user list")
    return found[0]


def _note(action: str, name: str, **detail: object) -> None:
    from unisono.workbench.office import office

    audit.record(office().database, actor=BY, action=action, subject=name, at=office().now(), detail=detail)
