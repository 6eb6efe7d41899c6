"""unisono person show"""

from __future__ import annotations

from contextlib import closing, nullcontext
from pathlib import Path

import click

from unisono.cli.common import echo_json, instant, json_option, project_argument
from unisono.project import open_project


@click.command(name="show")
@project_argument
@click.argument("customer_id")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The archive; person-ID.zip if left out.",
)
@json_option
def command(folder: Path, customer_id: str, file: Path | None, as_json: bool) -> None:
    """Write everything known of a customer to a ZIP archive: a CSV file a table, and a page that explains each.

    Who asked, and when, goes into the audit.
    """
    import getpass

    from unisono.ledger import audit, open_database
    from unisono.subject import find_person, show

    project = open_project(folder)
    snapshot = project.snapshot()
    person = find_person(snapshot, customer_id)
    file = file or Path(f"person-{customer_id}.zip")
    opened = closing(open_database(project.ledger_url)) if project.has_ledger else nullcontext()
    with opened as ledger:
        if ledger is not None:
            audit.record(
                ledger, actor=getpass.getuser(), action="person.show", subject=customer_id, at=instant(None)
            )
        counts = show(snapshot, ledger, person, project.systems, file, instant(None))
    if as_json:
        echo_json({"file": str(file), "rows": counts})
        return
    click.echo(f"Wrote {sum(counts.values()):,} rows of {len(counts)} tables to {file}")
