"""unisono resolve explain"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import console, echo_json, json_option, label, page_option, print_table
from unisono.cli.resolve_explain_read import read_pair
from unisono.project import open_project


@click.command(name="explain")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("left")
@click.argument("right")
@page_option
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw what each comparison adds into this file.",
)
@json_option
def command(folder: Path, left: str, right: str, page: Path | None, svg: Path | None, as_json: bool) -> None:
    """Explain why the records LEFT and RIGHT, each named system:id, are one customer or are not.

    Weights are in bits: each bit doubles the odds of one customer. Records are shown as they are compared.
    """
    from unisono.charts.match import match_chart, match_page, sections

    snapshot = open_project(folder).snapshot()
    pair = read_pair(snapshot, left, right)
    if svg is not None:
        match_chart(pair, svg)
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(match_page(pair), encoding="utf-8")
    if as_json:
        echo_json(pair)
        return
    out = console()
    out.print(f"{left} and {right}{label(pair['simulated'])}", style="bold", markup=False)
    out.print(pair["outcome"], markup=False)
    for section in sections(pair):
        if section.rows:
            print_table(section.title, section.columns, section.rows, section.numbers)
        else:
            out.print(section.title, markup=False)
    for written in (page, svg):
        if written is not None:
            click.echo(f"Wrote {written}")
