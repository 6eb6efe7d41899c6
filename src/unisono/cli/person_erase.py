"""unisono person erase"""

from __future__ import annotations

from contextlib import closing, nullcontext
from pathlib import Path

import click

from unisono.cli.common import echo_json, instant, json_option, print_table, project_argument
from unisono.project import open_project


@click.command(name="erase")
@project_argument
@click.argument("customer_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def command(folder: Path, customer_id: str, yes: bool, as_json: bool) -> None:
    """Forget a customer: in the ledger, the collected files and the published run. It cannot be undone.

    Runs before the published one are deleted. The files of your own sources stay as they are: delete the person there
    too. Until then, runs drop those records when they read them. The audit keeps the count of every table as proof, and
    the customer's id, which names nobody.
    """
    import getpass

    from unisono.ledger import open_database
    from unisono.subject import erase, find_person

    project = open_project(folder)
    person = find_person(project.snapshot(), customer_id)
    if not yes:
        names = ", ".join(f"{system} {record}" for system, record in person.records)
        click.confirm(f"Forget {customer_id} ({names})? This cannot be undone", abort=True)
    opened = closing(open_database(project.ledger_url)) if project.has_ledger else nullcontext()
    with opened as ledger:
        actor, at = getpass.getuser(), instant(None)
        proof = erase(project.folder, project.store, ledger, person, project.systems, actor=actor, at=at)
    if as_json:
        echo_json(proof)
        return
    deleted = [(place, f"{rows:,}") for place, rows in proof.items() if rows]
    print_table(f"Forgot {customer_id}: rows deleted", ["where", "rows"], deleted, ["rows"])
    click.echo(f"Looked in {len(proof)} places. Next: unisono run {folder}")
