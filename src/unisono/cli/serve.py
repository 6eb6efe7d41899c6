"""unisono serve"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import clock_from, instant, project_argument
from unisono.errors import UsageError
from unisono.project import open_project

EPILOG = """\b
What it answers:
  GET  /                          the workbench: inbox, customers, decisions, overview
  POST /v1/track, /v1/batch ...   events of SDKs of Segment, RudderStack, Jitsu, Dittofeed, PostHog and Snowplow
  GET  /healthz                   the process is up
  GET  /readyz                    the ledger can be written, a run is published
  GET  /metrics                   counters for Prometheus
  GET  /openapi.json              the description of what is collected

\b
Try it:
  unisono key create demo portal        prints a write key
  unisono serve demo
  curl -u WRITE_KEY: -H 'Content-Type: application/json' http://127.0.0.1:8000/v1/track \\
    -d '{"userId": "u1", "event": "Document Viewed"}'
"""


@click.command(name="serve", epilog=EPILOG)
@project_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on."
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Processes; more than one is for a ledger on PostgreSQL.",
)
@click.option(
    "--events-per-second",
    default=20_000,
    show_default=True,
    type=click.IntRange(min=1),
    help="What one write key may send on average, twice that at once.",
)
@click.option(
    "--body-kib",
    default=500,
    show_default=True,
    type=click.IntRange(min=1),
    help="Largest request, decompressed.",
)
@click.option(
    "--refresh-seconds",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0),
    help="How often to look for new events and decide anew for whom they are about; 0 for never.",
)
@click.option(
    "--workbench/--no-workbench",
    default=True,
    show_default=True,
    help="Show pages to people, or only collect events.",
)
@click.option(
    "--as-of", help="Where the clock begins (UTC), to look into a simulated world; the present if left out."
)
def command(
    folder: Path,
    host: str,
    port: int,
    workers: int,
    events_per_second: int,
    body_kib: int,
    refresh_seconds: float,
    workbench: bool,
    as_of: str | None,
) -> None:
    """Serve a project: collect events, decide anew within seconds, show the workbench.

    The first time, it makes an account for an administrator and prints the password for one sign-in. To those who send
    events, an answer of 200 means that they are on disk. SIGTERM and Ctrl-C stop it in order. Logs go to stderr, one
    JSON object a line. It speaks plain HTTP: put it behind a proxy that speaks TLS.
    """
    project = open_project(folder)
    try:
        from unisono.collector import Limits
        from unisono.service import Serving, serve
        from unisono.workbench.accounts import first_run_admin, start
    except ModuleNotFoundError as error:
        raise UsageError(
            "UN5501", f"the service needs {error.name}", hint="install it: pip install 'unisono[web]'"
        ) from error
    admin = None
    if workbench:
        start(project)
        admin = first_run_admin(project)
    click.echo(f"{project.settings.name}: serving {folder} on http://{host}:{port}\n", err=True)
    if workbench:
        click.echo(f"  open the workbench    http://{host}:{port}/", err=True)
    click.echo(
        f"  make a write key      unisono key create {folder} SOURCE\n"
        f"  point an SDK at       http://{host}:{port}   (its 'host', 'endpoint' or 'data plane URL')\n"
        f"  see that it is ready  curl http://{host}:{port}/readyz\n"
        "  stop                  Ctrl-C\n",
        err=True,
    )
    if admin:
        click.echo(
            "  the first account     {} with the password {} for one sign-in\n".format(*admin), err=True
        )
    limits = Limits(
        body_bytes=body_kib * 1024, events_per_second=events_per_second, burst_events=2 * events_per_second
    )
    behind = (instant(None) - clock_from(as_of)()).total_seconds()
    serving = Serving(str(folder.resolve()), limits, round(behind), workbench)
    serve(serving, host=host, port=port, workers=workers, refresh_seconds=refresh_seconds)
