"""unisono customer"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import (
    console,
    echo_json,
    json_option,
    label,
    page_option,
    print_table,
    project_and_rest,
)
from unisono.errors import UsageError
from unisono.read.customer import read_customer


@click.command(name="customer")
@click.argument("words", metavar="[DIR] ID", nargs=-1, required=True)
@page_option
@click.option(
    "--top", type=click.IntRange(1), default=20, show_default=True, help="Latest touchpoints to show."
)
@json_option
def command(words: tuple[str, ...], page: Path | None, top: int, as_json: bool) -> None:
    """Show one customer: what is believed and on whose word, records, history, touchpoints, consent and stage.

    ID is a customer's id, or system:id of one of its records. Touchpoints tell which side of the wall between
    commercial and medical they belong to.
    """
    project, rest = project_and_rest(words, most=1)
    if not rest:
        raise UsageError("UN5004", "a customer is needed", hint="unisono customer DIR ID")
    about = read_customer(project.snapshot(), rest[0])
    if as_json:
        echo_json(about)
        return
    if page:
        from unisono.charts import customer_page

        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(customer_page(about, top), encoding="utf-8")
        click.echo(f"Wrote {page}")
        return
    from unisono.charts.customer import sections

    out = console()
    name = about["full_name"] or about["customer_id"]
    out.print(f"{name}{label(about['simulated'])}", style="bold", markup=False)
    known = [about["customer_id"], about["kind"], f"{about['record_count']} records"]
    out.print(" · ".join(known), markup=False)
    for section in sections(about, top):
        if section.rows:
            print_table(section.title, section.columns, section.rows, section.numbers)
