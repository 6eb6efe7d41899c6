"""unisono resolve"""

from __future__ import annotations

import click

from unisono.cli.resolve_quality import command as quality


@click.group(name="resolve")
def command() -> None:
    """Look after who is who, and after what sources say."""


command.add_command(quality)
