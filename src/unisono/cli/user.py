"""unisono user"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import console, echo_json, json_option, print_table, project_argument
from unisono.project import open_project

ROLES = ("rep", "msl", "manager", "marketer", "compliance", "admin")
LANGUAGES = ("en", "it", "tr", "zh-hans")

folder_argument = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
name_argument = click.argument("name", metavar="NAME")


@click.group(name="user")
def command() -> None:
    """Accounts of the workbench."""


@command.command(name="add")
@folder_argument
@name_argument
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person does.")
@click.option("--rep-id", default="", help="Which representative of the roster a rep or msl is.")
@click.option("--territory-id", default="", help="The only territory that a manager or marketer sees.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def add(folder: Path, name: str, role: str, rep_id: str, territory_id: str, language: str) -> None:
    """Add an account; its password is shown once and changed at the first sign-in."""
    from unisono.workbench.accounts import add_user

    password = add_user(
        open_project(folder), name, role, rep_id=rep_id, territory_id=territory_id, language=language
    )
    click.echo(f"Added {name} ({role}). Password for the first sign-in: {password}")


@command.command(name="list")
@project_argument
@json_option
def list_(folder: Path, as_json: bool) -> None:
    """List the accounts."""
    from unisono.workbench.accounts import users

    found = [
        {
            "name": user.get_username(),
            "role": user.role,
            "rep_id": user.rep_id,
            "territory_id": user.territory_id,
            "active": user.is_active,
            "last_sign_in": user.last_login,
        }
        for user in users(open_project(folder))
    ]
    if as_json:
        echo_json(found)
    elif found:
        print_table("Accounts", list(found[0]), [list(row.values()) for row in found])
    else:
        console().print("No accounts. Next: unisono user add DIR NAME --role admin", markup=False)


@command.command(name="disable")
@folder_argument
@name_argument
def disable(folder: Path, name: str) -> None:
    """End an account; what it did stays in the audit."""
    from unisono.workbench import accounts

    accounts.disable(open_project(folder), name)
    click.echo(f"Disabled {name}")


@command.command(name="reset")
@folder_argument
@name_argument
def reset(folder: Path, name: str) -> None:
    """Give an account a new password for one sign-in, and let its second factor be set up anew."""
    from unisono.workbench import accounts

    click.echo(f"Password for the next sign-in of {name}: {accounts.reset(open_project(folder), name)}")
