"""unisono key create"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import click

from unisono.cli.common import instant, json_option
from unisono.cli.key_list import by_option, folder_argument, print_key
from unisono.project import open_project


@click.command(name="create")
@folder_argument
@click.argument("source")
@click.option("--days", type=click.IntRange(min=1), help="Days until it ends; without it, it has no end.")
@by_option
@json_option
def command(folder: str, source: str, days: int | None, by: str, as_json: bool) -> None:
    """Make a key that may send events of SOURCE, which a source in sources.yaml reads: `collected: SOURCE`."""
    from unisono.ledger import open_database, write_keys

    project, now = open_project(folder), instant(None)
    is_read = (project.folder / "sources.yaml").exists() and source in project.systems
    with closing(open_database(project.ledger_url)) as ledger:
        ends = now + timedelta(days=days) if days else None
        made = write_keys.create(ledger, source, actor=by, at=now, expires_at=ends)
    print_key(made, as_json)
    if not is_read:
        click.echo(
            f"No source of sources.yaml reads what is collected as '{source}': it is kept until one says"
            f" 'collected: {source}'.",
            err=True,
        )
