"""The workbench as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """Registers the model of users and what is noted when they sign in."""

    name = "unisono.workbench"
    label = "workbench"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers of signals."""
        from unisono.workbench import signing_in  # noqa: F401
