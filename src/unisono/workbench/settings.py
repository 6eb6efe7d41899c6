"""Django's settings, made from a project: nothing is read from a settings module or the working folder."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from unisono.ledger.database import SQLITE
from unisono.project import Project

HERE = Path(__file__).parent
ADDRESS = "UNISONO_URL"
"""Environment variable: the address people type, e.g. https://unisono.example.com, where it is not this machine's."""

LANGUAGES = [("en", "English"), ("it", "Italiano"), ("tr", "Türkçe"), ("zh-hans", "简体中文")]
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
frame-ancestors 'none'"
SESSION_HOURS = 12


def configure(project: Project, time_zone: str) -> None:
    """Set Django up for a project, once in a process."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            **_of_project(project),
            **_application(time_zone),
            **_accounts(),
            **_security(os.environ.get(ADDRESS, "")),
        )
        django.setup()


def _of_project(project: Project) -> dict[str, Any]:
    return {
        "SECRET_KEY": _secret_key(project.folder / "secret.key"),
        "DATABASES": {"default": _database(project.ledger_url)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "AUTH_USER_MODEL": "workbench.User",
    }


def _secret_key(path: Path) -> str:
    """Return the key that signs sessions, made once; only the owner of the file may read it."""
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="utf-8")


def _database(url: str) -> dict[str, Any]:
    """Return the ledger's own database as Django names it: SQLite's file, or PostgreSQL."""
    if url.startswith(SQLITE):
        options = {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": "pragma journal_mode = wal",
        }
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix(SQLITE), "OPTIONS": options}
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _application(time_zone: str) -> dict[str, Any]:
    return {
        "INSTALLED_APPS": [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "unisono.workbench.apps.WorkbenchConfig",  # before allauth: its templates come first
            "allauth",
            "allauth.account",
            "allauth.mfa",
        ],
        "MIDDLEWARE": [
            "unisono.workbench.middleware.Outermost",
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "unisono.workbench.middleware.Language",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "allauth.account.middleware.AccountMiddleware",
            "unisono.workbench.middleware.Access",
        ],
        "ROOT_URLCONF": "unisono.workbench.urls",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "unisono.workbench.frame.frame",
                    ]
                },
            }
        ],
        "STATIC_URL": "/static/",
        "USE_TZ": True,
        "TIME_ZONE": time_zone,
        "USE_I18N": True,
        "LANGUAGE_CODE": "en",
        "LANGUAGES": LANGUAGES,
        "LOCALE_PATHS": [HERE / "locale"],
        "LOGGING_CONFIG": None,
        "CACHES": {
            # Counts of failed sign-ins: in the database, so that several workers count together.
            "default": {
                "BACKEND": "django.core.cache.backends.db.DatabaseCache",
                "LOCATION": "workbench_cache",
            }
        },
    }


def _accounts() -> dict[str, Any]:
    validators = "django.contrib.auth.password_validation."
    return {
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"{validators}MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": f"{validators}CommonPasswordValidator"},
            {"NAME": f"{validators}UserAttributeSimilarityValidator"},
        ],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        "LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_ADAPTER": "unisono.workbench.signing_in.AccountAdapter",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_RATE_LIMITS": {"login_failed": "30/m/ip,5/900s/key"},
        "MFA_ADAPTER": "unisono.workbench.signing_in.SecondFactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes"],
        "MFA_TOTP_ISSUER": "Unisono",
        "MFA_TOTP_TOLERANCE": 1,
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "SESSION_COOKIE_AGE": SESSION_HOURS * 3600,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    }


def _security(address: str) -> dict[str, Any]:
    """Return what keeps others out; with an https address cookies travel by https only."""
    secure = address.startswith("https://")
    host = urlsplit(address).hostname
    return {
        "DEBUG": False,
        "ALLOWED_HOSTS": [host] if host else ["localhost", "127.0.0.1", "[::1]"],
        "CSRF_TRUSTED_ORIGINS": [address.rstrip("/")] if address else [],
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if secure else None,
        "SECURE_HSTS_SECONDS": 31_536_000 if secure else 0,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_FAILURE_VIEW": "unisono.workbench.errors.forged",
        "X_FRAME_OPTIONS": "DENY",
    }
