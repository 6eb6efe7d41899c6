"""unisono voice"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from unisono.cli.common import console, echo_json, json_option, label, print_table, project_argument
from unisono.project import open_project

QUERY = """
select v.quarter, v.company_id, c.company_name, c.is_own, v.product_id, p.product_name, v.touchpoints, v.mentions
from voice as v
inner join playbook_company as c on c.company_id = v.company_id
left join playbook_product as p on p.product_id = v.product_id
order by v.quarter, c.is_own desc, v.company_id, v.product_id
"""

Counts = Mapping[tuple[str, str], int]


@click.command(name="voice")
@project_argument
@click.option("--by", type=click.Choice(["company", "product"]), default="company", show_default=True)
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Also draw the shares into this file."
)
@json_option
def command(folder: Path, by: str, svg: Path | None, as_json: bool) -> None:
    """Show the share of voice by quarter against the competitors of the playbook.

    A share is the part of all mentions of the playbook's products, at any position of a touchpoint. It describes
    who was heard how often; it says nothing about effects.
    """
    snapshot = open_project(folder).snapshot()
    data = snapshot.read(QUERY)
    simulated = snapshot.manifest["simulated"]
    if svg is not None:
        from unisono.charts import voice_chart

        voice_chart(data, svg, simulated=simulated, source=snapshot.manifest["name"])
    rows = data.to_pylist()
    if as_json:
        echo_json(rows)
        return
    mark = label(simulated)
    name = f"{by}_name"
    in_market = [row for row in rows if row["product_name"]]
    first = _total(rows if by == "company" else in_market, name, "touchpoints")
    print_counts(
        f"Touchpoints by the {by} named first{mark}" if by == "product" else f"Touchpoints{mark}", by, first
    )
    mentions = _total(in_market, name, "mentions")
    print_counts(f"Mentions of the market's products, and share of voice{mark}", by, mentions, share=True)
    if svg is not None:
        console().print(f"Drew {svg}", markup=False)


def print_counts(title: str, by: str, counts: Counts, *, share: bool = False) -> None:
    """Print counts of (name, quarter) as names by quarters, largest first; with shares of the quarter if asked."""
    quarters = sorted({quarter for _, quarter in counts})
    sums = {quarter: sum(count for (_, q), count in counts.items() if q == quarter) for quarter in quarters}
    overall = {name: sum(count for (n, _), count in counts.items() if n == name) for name, _ in counts}

    def cell(name: str, quarter: str) -> str:
        count = counts.get((name, quarter), 0)
        return f"{count:,} {count / sums[quarter]:4.0%}" if share and sums[quarter] else f"{count:,}"

    names = sorted(overall, key=lambda name: (-overall[name], name))
    rows = [(name, *(cell(name, quarter) for quarter in quarters), f"{overall[name]:,}") for name in names]
    print_table(title, [by, *quarters, "all"], rows, [*quarters, "all"])


def _total(rows: Iterable[Mapping[str, Any]], name: str, measure: str) -> Counts:
    total: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row[name], row["quarter"])
        total[key] = total.get(key, 0) + row[measure]
    return total
