"""Signing in and out: what is written to the audit, and what allauth may not do here."""

from __future__ import annotations

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from unisono.ledger import audit
from unisono.workbench.access import must_prove_twice
from unisono.workbench.models import User
from unisono.workbench.office import office


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth is not typed for strict
    """Nobody makes an account for themselves: `unisono user add` does."""

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Say nothing: where one is after signing in or out says it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Return that it is closed."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Whoever must have a second factor cannot take it away; its secrets are kept under the key of `secret.key`."""

    def encrypt(self, text: str) -> str:
        """Return a secret as the database keeps it."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that the database keeps."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether its owner may do without it."""
        return not must_prove_twice(authenticator.user)


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.SECRET_KEY.encode()).digest()))


def _note(action: str, who: str, **detail: object) -> None:
    audit.record(office().database, actor=who, action=action, subject=who, at=office().now(), detail=detail)


@receiver(user_logged_in)
def signed_in(user: User, **_: object) -> None:
    """Note who signed in."""
    _note("account.sign_in", user.get_username())


@receiver(user_logged_out)
def signed_out(user: User | None, **_: object) -> None:
    """Note who signed out."""
    if user is not None:
        _note("account.sign_out", user.get_username())


@receiver(user_login_failed)
def refused(credentials: dict[str, str], **_: object) -> None:
    """Note a name that was tried with a wrong password."""
    _note("account.refused", str(credentials.get("username") or "?")[:150])


@receiver(password_changed)
def changed(user: User, **_: object) -> None:
    """A password of one's own is no longer temporary."""
    user.password_is_temporary = False
    user.save(update_fields=["password_is_temporary"])
    _note("account.password", user.get_username())


@receiver(authenticator_added)
@receiver(authenticator_removed)
def second_factor(user: User, authenticator: Authenticator, **_: object) -> None:
    """Note a change of somebody's second factor."""
    kept = Authenticator.objects.filter(pk=authenticator.pk).exists()
    _note("account.second_factor", user.get_username(), type=authenticator.type, added=kept)
