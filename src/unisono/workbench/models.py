"""Who signs in. Roles are one field; what a role may do is in `access`."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does here."""

    REP = "rep", _("Representative")
    MSL = "msl", _("Medical science liaison")
    MANAGER = "manager", _("Manager")
    MARKETER = "marketer", _("Marketer")
    COMPLIANCE = "compliance", _("Compliance")
    ADMIN = "admin", _("Administrator")


class User(AbstractUser):
    """A person with a role; `rep_id` and `territory_id` are those of tables `rep` and `assignment`."""

    role: models.CharField[str, str] = models.CharField(max_length=20, choices=Role.choices)
    rep_id: models.CharField[str, str] = models.CharField(max_length=200, blank=True)
    territory_id: models.CharField[str, str] = models.CharField(max_length=200, blank=True)
    language: models.CharField[str, str] = models.CharField(max_length=10, blank=True)
    password_is_temporary: models.BooleanField[bool, bool] = models.BooleanField(default=False)
