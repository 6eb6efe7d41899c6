"""unisono key list, and what the verbs about keys share"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from getpass import getuser
from typing import TYPE_CHECKING

import click

from unisono.cli.common import echo_json, json_option, print_table
from unisono.project import open_project

if TYPE_CHECKING:
    from unisono.ledger.write_keys import WriteKey

folder_argument = click.argument("folder", metavar="DIR", type=click.Path())
by_option = click.option("--by", default=getuser, show_default="you", help="Who does it, for the audit.")


def print_key(made: WriteKey, as_json: bool) -> None:
    """Print a new key: the only time that it is seen."""
    if as_json:
        echo_json(asdict(made))
        return
    click.echo(made.key)
    click.echo(
        f"\nIt may send events of the source '{made.source}'; its id is {made.key_id}. It is shown only now: put it"
        " where your SDK\nreads its write key, and point the SDK at the address of unisono serve.",
        err=True,
    )


@click.command(name="list")
@folder_argument
@json_option
def command(folder: str, as_json: bool) -> None:
    """List the keys by source, without their secrets."""
    from unisono.ledger import open_database, write_keys

    with closing(open_database(open_project(folder).ledger_url)) as ledger:
        keys = write_keys.listed(ledger)
    if as_json:
        echo_json(keys)
        return
    columns = ("key_id", "source", "hint", "created_at", "expires_at", "revoked_at")
    print_table("Write keys", columns, [[key[column] for column in columns] for key in keys])
