"""unisono tables"""

from __future__ import annotations

from pathlib import Path

import click
import pyarrow as pa

from unisono.cli.common import echo_json, json_option, print_table, project_and_rest, project_argument
from unisono.errors import UsageError
from unisono.project import open_project
from unisono.tables import TABLES


@click.group(name="tables")
def command() -> None:
    """List, show or export the tables of the published run."""


@command.command(name="list")
@project_argument
@json_option
def list_tables(folder: Path, as_json: bool) -> None:
    """List the tables with their rows and what one row is."""
    from unisono.engine.parts import count

    snapshot = open_project(folder).snapshot()
    found = [
        {
            "table": name,
            "made_by": TABLES[name].made_by,
            "rows": count(snapshot.path(name)),
            "one_row_is": TABLES[name].row,
        }
        for name in TABLES
        if name in snapshot.tables
    ]
    if as_json:
        echo_json(found)
        return
    print_table(
        f"Tables of run {snapshot.run_id}",
        ["table", "made by", "rows", "one row is"],
        [(row["table"], row["made_by"], f"{row['rows']:,}", row["one_row_is"]) for row in found],
        ["rows"],
    )


@command.command(name="show")
@click.argument("words", metavar="[DIR] TABLE", nargs=-1, required=True)
@click.option("--rows", type=click.IntRange(1, 1000), default=10, show_default=True, help="Rows to show.")
@json_option
def show(words: tuple[str, ...], rows: int, as_json: bool) -> None:
    """Show the columns of a table and its first rows."""
    project, rest = project_and_rest(words, most=1)
    name = _name(rest)
    data = project.snapshot().table(name)
    first = data.slice(0, rows).to_pylist()
    if as_json:
        echo_json(first)
        return
    columns = TABLES[name].columns
    print_table(
        f"{name}: {TABLES[name].row}; {data.num_rows:,} rows",
        ["column", "type", "unit", "meaning"],
        [(c.name, c.type, c.unit, c.meaning) for c in columns],
    )
    for number, row in enumerate(first, 1):
        click.echo(
            f"row {number}: " + ", ".join(f"{key}={value}" for key, value in row.items() if value is not None)
        )


@command.command(name="export")
@click.argument("words", metavar="[DIR] TABLE FILE", nargs=-1, required=True)
def export(words: tuple[str, ...]) -> None:
    """Write a whole table to FILE, as CSV or Parquet by its ending."""
    import pyarrow.csv
    import pyarrow.parquet as pq

    project, rest = project_and_rest(words, most=2)
    if len(rest) < 2:
        raise UsageError(
            "UN5004", "a table and a file are needed", hint="unisono tables export DIR decision out.csv"
        )
    name, target = _name(rest), Path(rest[1])
    data = project.snapshot().table(name)
    if target.suffix == ".parquet":
        pq.write_table(data, target)
    elif target.suffix == ".csv":
        pyarrow.csv.write_csv(_without_lists(data), target)
    else:
        raise UsageError(
            "UN5007",
            f"'{target.suffix}' cannot be written",
            where=str(target),
            hint="end it in .csv or .parquet",
        )
    click.echo(f"Wrote {data.num_rows:,} rows to {target}")


def _name(rest: list[str]) -> str:
    if not rest:
        raise UsageError("UN5004", "a table is needed", hint="unisono tables list DIR")
    return rest[0]


def _without_lists(data: pa.Table) -> pa.Table:
    for index, field in enumerate(data.schema):
        if pa.types.is_list(field.type):
            joined = ["; ".join(cell) if cell is not None else None for cell in data[field.name].to_pylist()]
            data = data.set_column(index, field.name, pa.array(joined, pa.string()))
    return data
