"""What several verbs share: finding the project, options, printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from unisono.errors import UsageError
from unisono.project import Project, open_project

if TYPE_CHECKING:
    from rich.console import Console

    from unisono.decide.published import PublishedPlan
    from unisono.store import Snapshot

F = TypeVar("F", bound=Callable[..., Any])

project_argument = click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
page_option = click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as one page to this file.",
)
SIDES = click.Choice(["commercial", "medical"])


def data_option(function: F) -> F:
    """Add `--data`."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="UNISONO_DATA",
        help="Folder to use instead of the project's data/ (or set UNISONO_DATA).",
    )(function)


def project_and_rest(words: Sequence[str], most: int) -> tuple[Project, list[str]]:
    """Split `[DIR] WORDS...`: the first word is the project if it is a folder with one, else the project is here."""
    rest = list(words)
    folder = Path(rest.pop(0)) if rest and (Path(rest[0]) / "unisono.yaml").is_file() else Path()
    if len(rest) > most:
        raise UsageError("UN5004", f"too many words: {' '.join(rest[most:])}", hint="see --help")
    return open_project(folder), rest


def side_plan(snapshot: Snapshot, side: str) -> PublishedPlan:
    """Return the plan of one side of the wall, to be solved anew."""
    from unisono.decide.published import PLAN_TABLES, read_plan

    prefix = "medical_" if side == "medical" else ""
    return read_plan({name: snapshot.table(f"{prefix}{name}") for name in PLAN_TABLES})


def instant(text: str | None) -> datetime:
    """Return `--as-of` as UTC without zone; the present instant if it was not given."""
    if text is None:
        return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "write 2015-01-01 or 2015-01-01T08:00 (UTC)"
        raise UsageError(
            "UN5005", f"'{text}' is not a date or instant", where="--as-of", hint=hint
        ) from error
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def clock_from(text: str | None) -> Callable[[], datetime]:
    """Return a clock (UTC, without zone): the present instant, or `--as-of` and what has gone by since."""
    if text is None:
        return lambda: instant(None)
    behind = instant(None) - instant(text)
    return lambda: instant(None) - behind


def echo_json(data: object) -> None:
    """Print data as JSON; instants and dates in ISO 8601."""
    click.echo(json.dumps(data, indent=2, default=str, ensure_ascii=False))


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[str] = ()
) -> None:
    """Print a table for people; columns in `numbers` are aligned right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    right = set(numbers)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    out = console()
    out.print(title, style="bold", markup=False)
    out.print(table)


def console() -> Console:
    """Return the console for people; 120 columns wide where the width is not known."""
    from rich.console import Console

    wide = Console(highlight=False)
    return wide if wide.is_terminal else Console(width=120, highlight=False)


def label(simulated: bool) -> str:
    """Return the label that everything simulated carries on screen."""
    return " [simulated data]" if simulated else ""
