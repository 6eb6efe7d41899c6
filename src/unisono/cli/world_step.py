"""unisono world step"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unisono.cli.common import console, echo_json, json_option, label, print_table, project_argument
from unisono.project import Project, open_project

if TYPE_CHECKING:
    from unisono.store import Snapshot
    from unisono.trial import Week

adherence_option = click.option(
    "--adherence",
    type=click.FloatRange(0, 1),
    help="Share of suggestions that representatives carry out, instead of each one's own.",
)


@click.command(name="step")
@project_argument
@click.option("--weeks", type=click.IntRange(1, 520), default=1, show_default=True, help="Weeks to live.")
@click.option(
    "--policy",
    type=click.Choice(["unisono", "usual", "random", "greedy", "oracle"]),
    default="unisono",
    show_default=True,
    help="Whose suggestions the representatives get; usual: nobody's.",
)
@adherence_option
@json_option
def step(folder: Path, weeks: int, policy: str, adherence: float | None, as_json: bool) -> None:
    """Live one or more weeks of the simulated world in DIR (default: here).

    Representatives and channels carry out the published decisions, or not, and do what they always did beside
    it; what comes of it arrives as new files in DIR/data. Where no run is published for the world's clock, one is
    made first. No run of the pipeline reads DIR/truth; the oracle and the audit by person do.
    """
    from unisono.trial import step as live
    from unisono.world import world_state

    world_state(folder)  # says how to make a world before anybody misses the project
    project, lived = open_project(folder), []
    for _ in range(weeks):
        snapshot = None if policy == "usual" else _decided(project, quiet=as_json)
        week, summary = live(folder, policy, snapshot=snapshot, adherence=adherence)
        lived.append(asdict(week) | {"world": summary})
        if not as_json:
            click.echo(week_line(week))
    if as_json:
        echo_json({"simulated": True, "weeks": lived})
        return
    _tell(folder, lived)


def _decided(project: Project, *, quiet: bool) -> Snapshot:
    """Return the published run if it is of the world's clock; else run the project now, and say so."""
    from unisono.cli.run import Lines
    from unisono.world import world_state

    clock = datetime.fromisoformat(world_state(project.folder)["clock"])
    published = project.store.current()
    if published is not None and published.manifest["clock"] == clock.isoformat():
        return published
    if not quiet:
        why = (
            "Nothing has been run yet" if published is None else f"Run {published.run_id} is of another clock"
        )
        click.echo(f"{why}: running as of {clock:%Y-%m-%d} first.", err=True)
    return project.run(as_of=clock, progress=None if quiet else Lines())


def week_line(week: Week) -> str:
    """Return a week in one line."""
    return (
        f"{week.clock[:10]} {week.policy:<8} {week.suggestions:>6,} suggested {week.executed:>6,} carried out "
        f"{week.contacts:>7,} contacts {week.responses:>6,} responses {week.new_rx:>6,} new prescriptions "
        f"{week.violations:>3} violations"
    )


def by_person(weeks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return in words what the violations by person are in the week with most persons; nothing if there are none."""
    most = max((findings["by_person"] for findings in weeks), key=lambda found: found["persons"])
    persons, unmatched = most["persons"], most["unmatched"]
    if not persons:
        return []
    return [
        f"By person: at most {persons:,} in a week, {unmatched:,} of them known as two records that share no exact "
        f"key, so that the run takes them for two customers; {persons - unmatched:,} had contacts in rows that no "
        "run could read."
    ]


def _tell(folder: Path, lived: list[dict[str, Any]]) -> None:
    """Print what is not in the weekly lines: the files written, findings, the new clock."""
    last = lived[-1]["world"]
    print_table(
        f"Files of the last week{label(True)}",
        ["file", "rows"],
        [(name, f"{rows:,}") for name, rows in last["files"].items()],
        ["rows"],
    )
    out = console()
    for row in lived:
        for reading, found in row["findings"].items():
            for example in found["examples"]:
                out.print(f"{row['clock'][:10]} {reading.replace('_', ' ')}: {example}", markup=False)
    for line in by_person(row["findings"] for row in lived):
        out.print(line, markup=False)
    out.print(f"The world's clock is now {last['clock']}{label(True)}", markup=False)
    out.print(f"Next: unisono run {folder} --as-of {last['clock']}", markup=False)
