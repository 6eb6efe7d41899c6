"""unisono resolve quality"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unisono.cli.common import echo_json, json_option, label, print_table, project_argument
from unisono.project import open_project

if TYPE_CHECKING:
    from unisono.store import Snapshot

Row = dict[str, Any]
FIELDS_WITH_EXAMPLES = 12
EXAMPLES_PER_FIELD = 5
QUALITY = "select * from source_quality order by system, kind, field"
EXAMPLES = """
select
    r.system, r.source_record_id, '{field}' as field, r.{field} as value, g.value as believed,
    g.system || ':' || g.source_record_id as believed_from, g.rule, x.customer_id
from source_record as r
inner join customer_xref as x on x.system = r.system and x.source_record_id = r.source_record_id
inner join golden_value as g on g.customer_id = x.customer_id and g.field = '{field}'
where r.system = $system and r.kind = $kind and trim(r.{field}) <> ''
    and replace(lower(r.{field}), ' ', '') <> replace(lower(g.value), ' ', '')
order by g.rivals desc, r.source_record_id
limit $most
"""


@click.command(name="quality")
@project_argument
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as one page to this file, with examples of what to clean.",
)
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it into this file.")
@json_option
def command(folder: Path, page: Path | None, svg: Path | None, as_json: bool) -> None:
    """Show how complete the records of each system are, and how often others say otherwise.

    A conflict is a value that differs, whatever the case and blanks, from what is believed of the customer. Only
    records whose customer has a value from another record can be compared.
    """
    snapshot = open_project(folder).snapshot()
    rows = snapshot.read(QUALITY).to_pylist()
    name, simulated = snapshot.manifest["name"], snapshot.manifest["simulated"]
    if svg is not None:
        from unisono.charts import quality_chart

        quality_chart(rows, svg, simulated=simulated)
    if page is not None:
        from unisono.charts import quality_page

        text = quality_page(name, rows, examples(snapshot, rows), simulated=simulated)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    if as_json:
        echo_json(rows)
        return
    print_quality(rows, label(simulated))
    for written in (page, svg):
        if written is not None:
            click.echo(f"Wrote {written}")


def examples(snapshot: Snapshot, rows: list[Row]) -> list[Row]:
    """Return a few conflicts of each of the fields that have the highest share of them."""
    worst = sorted(
        (row for row in rows if row["conflicting"]),
        key=lambda row: (-row["conflicting"] / row["compared"], row["system"], row["kind"], row["field"]),
    )
    return [
        found
        for row in worst[:FIELDS_WITH_EXAMPLES]
        for found in snapshot.read(
            EXAMPLES.format(field=row["field"]),
            {"system": row["system"], "kind": row["kind"], "most": EXAMPLES_PER_FIELD},
        ).to_pylist()
    ]


def print_quality(rows: list[Row], mark: str) -> None:
    """Print one table for each system and kind of customer."""
    for system, kind in dict.fromkeys((row["system"], row["kind"]) for row in rows):
        mine = [row for row in rows if (row["system"], row["kind"]) == (system, kind)]
        print_table(
            f"{system}: {mine[0]['records']:,} records of kind {kind}{mark}",
            ["field", "filled", "complete", "different values", "compared", "conflicts", "conflict rate"],
            [
                (
                    row["field"],
                    f"{row['filled']:,}",
                    f"{row['filled'] / row['records']:.0%}",
                    f"{row['distinct_values']:,}",
                    f"{row['compared']:,}",
                    f"{row['conflicting']:,}",
                    f"{row['conflicting'] / row['compared']:.0%}" if row["compared"] else "",
                )
                for row in mine
            ],
            ["filled", "complete", "different values", "compared", "conflicts", "conflict rate"],
        )
