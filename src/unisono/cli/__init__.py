"""The command line: one thin file per verb, imported only when its verb is used."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from unisono import __version__
from unisono.errors import UnisonoError

VERBS = {
    "init": "Make a new project from a template.",
    "world": "Make a simulated brand to try everything on.",
    "check": "Check a project without running it.",
    "run": "Read the sources, decide the next best actions, publish a snapshot.",
    "refresh": "Take in what was collected since, and decide anew for whom it is about.",
    "resolve": "Decide which records are one customer.",
    "decisions": "List the suggestions of the published run.",
    "customer": "Show one customer: values, records, history and consent.",
    "person": "Answer a person's request: show all that is known of them, or forget it.",
    "why": "Explain a decision, or why a customer got none.",
    "prices": "Show what time, money and goals are worth, and how good the plan is.",
    "sensitivity": "Show how much of the plan hangs on one term of the value.",
    "tables": "List, show or export the tables of the published run.",
    "lineage": "Follow a column back to the columns of the sources.",
    "voice": "Show the share of voice by quarter against competitors.",
    "key": "Say who may send events to the collector.",
    "serve": "Serve a project: collect events from SDKs.",
    "user": "Add, list, disable or reset accounts of the workbench.",
    "schema": "Print the JSON Schema of a project's files, for editors.",
}


class Verbs(click.Group):
    """Commands loaded when used, so that --help stays quick: `verbs` with their help, each in a module of its name."""

    verbs: Mapping[str, str] = VERBS
    module = "unisono.cli."

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the verbs in the order of the loop."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import and return one verb; None if there is none of that name."""
        if name not in self.verbs:
            return None
        command: click.Command = import_module(f"{self.module}{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.verbs.items()))


EPILOG = """\b
Start here:
  unisono world new demo              a simulated brand in ./demo
  unisono run demo --as-of 2026-01-05 decide what to do next
  unisono decisions demo --top 5      who, which channel, which content, why
"""


@click.group(
    cls=Verbs,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="unisono")
def app() -> None:
    """Unisono: from raw touchpoints to explained next best actions."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors made on purpose are printed without a traceback and exit with 2."""
    try:
        app(args=arguments, auto_envvar_prefix="UNISONO")
    except UnisonoError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
