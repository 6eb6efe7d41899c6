"""unisono key rotate"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import click

from unisono.cli.common import instant, json_option
from unisono.cli.key_list import by_option, folder_argument, print_key
from unisono.project import open_project


@click.command(name="rotate")
@folder_argument
@click.argument("key_id")
@click.option(
    "--days", type=click.IntRange(min=0), default=7, show_default=True, help="Days the old one still works."
)
@by_option
@json_option
def command(folder: str, key_id: str, days: int, by: str, as_json: bool) -> None:
    """Make a new key for the source of KEY_ID; the old one ends when senders had time to change over."""
    from unisono.ledger import open_database, write_keys

    now = instant(None)
    with closing(open_database(open_project(folder).ledger_url)) as ledger:
        made = write_keys.rotate(ledger, key_id, actor=by, at=now, until=now + timedelta(days=days))
    print_key(made, as_json)
