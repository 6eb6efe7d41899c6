"""unisono init"""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--template",
    type=click.Choice(["demo", "open-payments", "blank"]),
    default="blank",
    show_default=True,
    help="blank: a small commented start; demo: a made-up brand; open-payments: US public data.",
)
def command(folder: Path, template: str) -> None:
    """Make a new project in DIR from a template.

    The project is plain files: unisono.yaml, playbook/*.yaml and sources.yaml. Edit them, then
    `unisono check DIR` and `unisono run DIR`.
    """
    from unisono.templates import copy_template

    copy_template(template, folder)
    click.echo(f"Made {folder} from the template '{template}'.")
    if template == "demo":
        click.echo("It has no data yet; 'unisono world new DIR' makes a demo project with simulated data.")
    click.echo(f"Next: unisono check {folder}")
