"""unisono schema"""

from __future__ import annotations

import click

from unisono.cli.common import echo_json


@click.command(name="schema")
@click.argument("what", type=click.Choice(["playbook", "sources", "project"]))
def command(what: str) -> None:
    """Print the JSON Schema of playbook files, sources.yaml or unisono.yaml.

    Save it and point your editor at it: with the YAML language server, put
    `# yaml-language-server: $schema=playbook.schema.json` on the first line of a file.
    """
    if what == "playbook":
        from unisono.playbook import json_schema

        echo_json(json_schema())
    elif what == "sources":
        from unisono.ingest.spec import Sources

        echo_json(Sources.model_json_schema())
    else:
        from unisono.project import Settings

        echo_json(Settings.model_json_schema())
