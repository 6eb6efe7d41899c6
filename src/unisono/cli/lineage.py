"""unisono lineage"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from unisono.cli.common import echo_json, json_option, print_table, project_and_rest
from unisono.errors import UsageError

if TYPE_CHECKING:
    from unisono.ingest import Sources


@click.command(name="lineage")
@click.argument("words", metavar="[DIR] TABLE.COLUMN", nargs=-1, required=True)
@json_option
def command(words: tuple[str, ...], as_json: bool) -> None:
    """Follow a column back to the columns of the sources.

    Prints the tree of tables and columns its values are made from, and which expression of sources.yaml fills each
    column at its roots. Says too whether its table can be traced to medical data, by joins and filters as well.
    """
    from unisono.checks.wall import told, ways_to_medical
    from unisono.engine.lineage import column_lineage
    from unisono.pipeline import STEPS

    project, rest = project_and_rest(words, most=1)
    table, dot, column = rest[0].partition(".") if rest else ("", "", "")
    if not dot:
        hint = "for example: unisono lineage DIR decision.value"
        raise UsageError("UN5004", "a table and a column are needed", hint=hint)
    origin = column_lineage(table, column, STEPS)
    roots = mapped(project.sources(), sorted(origin.leaves()))
    ways = ways_to_medical(STEPS)
    medical = told(ways[table]) if table in ways else ""
    if as_json:
        leaves = sorted(origin.leaves())
        echo_json({"column": origin.name, "leaves": leaves, "sources": roots, "medical": medical})
        return
    for line in origin.lines():
        click.echo(line)
    click.echo()
    cells = [(row["column"], row["source"], row["file"], row["expression"]) for row in roots]
    print_table("Filled from", ["column", "source", "file", "expression"], cells)
    click.echo(f"Medical: {medical or f'nothing of {table} can be traced to medical data'}")


def mapped(sources: Sources, leaves: list[str]) -> list[dict[str, str]]:
    """Return which source fills each ingested column, and by which expression over its own columns."""
    found = []
    for leaf in leaves:
        table, _, column = leaf.partition(".")
        for source in sources.sources:
            if source.table != table:
                continue
            expressions = [source.columns[column]] if column in source.columns else []
            expressions += [
                each.source for each in source.maps if any(column in to for to in each.to.values())
            ]
            for expression in expressions:
                files = ", ".join(source.files) or f"collected: {source.collected}"
                found.append({"column": leaf, "source": source.name, "file": files, "expression": expression})
    return found
