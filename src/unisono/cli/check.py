"""unisono check"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import data_option, project_argument
from unisono.project import open_project


@click.command(name="check")
@project_argument
@data_option
def command(folder: Path, data: Path | None) -> None:
    """Check the project in DIR (default: here) without running it.

    Reads unisono.yaml, the whole playbook and sources.yaml, and looks for the source files. All problems of the
    playbook are shown at once, each with file, line and a hint.
    """
    from unisono.ingest import source_files

    project = open_project(folder)
    playbook = project.playbook()
    click.echo(
        f"playbook  fine: {len(playbook.products)} products, {len(playbook.channels)} channels, "
        f"{len(playbook.content)} contents, {len(playbook.ladder.stages)} stages"
    )
    sources = project.sources()
    click.echo(f"sources   fine: {len(sources.sources)} sources declared")
    files = source_files(sources, project=project.folder, data=data or project.folder / "data")
    click.echo(f"files     fine: {len(files)} found")
