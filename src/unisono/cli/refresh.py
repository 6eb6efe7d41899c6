"""unisono refresh"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unisono.cli.common import clock_from, echo_json, json_option, label, project_argument
from unisono.errors import StoreError
from unisono.project import Project, open_project

if TYPE_CHECKING:
    from unisono.refresh import Refreshed


@click.command(name="refresh")
@project_argument
@click.option("--every", type=click.FloatRange(0.1), help="Look again after so many seconds, until stopped.")
@click.option("--as-of", help="The clock (UTC), e.g. 2015-01-01T08:00; the present instant if left out.")
@json_option
def command(folder: Path, every: float | None, as_of: str | None, as_json: bool) -> None:
    """Decide anew for the customers that newly collected events are about.

    Takes seconds, because only those customers are looked at: what the last run learnt from everybody (who is who,
    priors, prices) stays as it is until the next `unisono run`. Events of people whom the last run does not know wait
    for that run too.
    """
    project = open_project(folder)
    clock = clock_from(as_of)
    if every is None:
        tell(project.refresh(as_of=clock()), folder, as_json)
        return
    while True:
        look(project, clock, folder, as_json)
        time.sleep(every)


def look(project: Project, clock: Callable[[], datetime], folder: Path, as_json: bool) -> None:
    """Refresh once among many times: where a run is writing or is needed first, say so and go on."""
    try:
        refreshed = project.refresh(as_of=clock())
    except StoreError as error:
        click.echo(str(error), err=True)
        return
    if refreshed is not None:
        tell(refreshed, folder, as_json)


def tell(refreshed: Refreshed | None, folder: Path, as_json: bool) -> None:
    """Print what a refresh did."""
    if refreshed is None:
        if as_json:
            echo_json({"published": None, "customers": 0, "unknown": 0})
        else:
            click.echo("Nothing was collected since the last run.")
        return
    snapshot = refreshed.snapshot
    if as_json:
        echo_json(
            {"published": snapshot.run_id, "customers": refreshed.customers, "unknown": refreshed.unknown}
        )
        return
    mark = label(snapshot.manifest["simulated"])
    click.echo(
        f"Published {snapshot.run_id} as of {snapshot.manifest['clock']}{mark}: {refreshed.customers:,} customers anew."
    )
    if refreshed.unknown:
        click.echo(
            f"{refreshed.unknown:,} people are not known yet; their events wait for: unisono run {folder}"
        )
