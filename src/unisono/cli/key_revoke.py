"""unisono key revoke"""

from __future__ import annotations

from contextlib import closing

import click

from unisono.cli.common import instant
from unisono.cli.key_list import by_option, folder_argument
from unisono.project import open_project


@click.command(name="revoke")
@folder_argument
@click.argument("key_id")
@by_option
def command(folder: str, key_id: str, by: str) -> None:
    """End KEY_ID now. Servers that run stop taking it within seconds."""
    from unisono.ledger import open_database, write_keys

    with closing(open_database(open_project(folder).ledger_url)) as ledger:
        write_keys.revoke(ledger, key_id, actor=by, at=instant(None))
    click.echo(f"{key_id} is revoked.")
