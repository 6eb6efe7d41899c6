"""unisono world"""

from __future__ import annotations

import os
from pathlib import Path

import click

from unisono.cli.common import echo_json, instant, json_option, print_table
from unisono.cli.world_play import play
from unisono.cli.world_step import step

DEFAULT_CLOCK = "2026-01-05"


@click.group(name="world")
def command() -> None:
    """Make a simulated brand to try everything on, live in it, and let policies compete in it."""


command.add_command(step)
command.add_command(play)


@command.command(name="new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--customers",
    type=click.IntRange(10, 1_000_000),
    default=2000,
    show_default=True,
    help="How many people there are in it.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same seed, same bytes.")
@click.option("--weeks", type=click.IntRange(1, 520), default=52, show_default=True, help="Weeks of history.")
@click.option("--as-of", default=DEFAULT_CLOCK, show_default=True, help="The world's clock (UTC).")
@click.option(
    "--set",
    "options",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a constant of the world, e.g. confounding=0; can be repeated.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, os.cpu_count() or 1, clamp=True),
    default=1,
    show_default=True,
    help="Make it in so many processes; the bytes are the same.",
)
@json_option
def new(
    folder: Path,
    customers: int,
    seed: int,
    weeks: int,
    as_of: str,
    options: tuple[str, ...],
    processes: int,
    as_json: bool,
) -> None:
    """Write a simulated brand into DIR: playbook, sources.yaml and messy source files.

    Everything in it is made up and labelled simulated, on screen and in every table. What really goes on in it
    is in DIR/truth, which no run ever reads.
    """
    from unisono.world import new_world, set_options

    made = new_world(
        folder,
        customers=customers,
        seed=seed,
        weeks=weeks,
        as_of=instant(as_of),
        settings=set_options(options),
        processes=processes,
    )
    if as_json:
        echo_json(made)
        return
    rows = [(name, f"{count:,}") for name, count in made["files"].items()]
    print_table(f"A simulated brand in {folder} (seed {seed})", ["file", "rows"], rows, ["rows"])
    click.echo(f"Next: unisono run {folder} --as-of {as_of}")
