"""The workbench as an ASGI application, to be mounted at `/` beside the collector."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from unisono.project import Project
from unisono.workbench.office import Clock, open_office

Application = Callable[[Any, Any, Any], Awaitable[None]]


def workbench(project: Project, clock: Clock | None = None) -> Application:
    """Return the application for a project; its tables are made or renewed first.

    `clock` returns the instant (UTC, without zone) that pages take for now. One process serves one project.
    """
    from unisono.workbench.accounts import start

    with ThreadPoolExecutor(1) as pool:  # Django's database is not used from the thread that serves
        pool.submit(start, project).result()
    open_office(project, clock)

    from django.core.asgi import get_asgi_application
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    static = StaticFiles(packages=[("django_htmx", "static"), ("unisono.workbench", "static")])
    pages: Any = get_asgi_application()  # typed by another standard than Starlette's
    application: Application = Starlette(routes=[Mount("/static", static), Mount("/", pages)])
    return application
