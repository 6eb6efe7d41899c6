"""unisono voice"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import console, echo_json, json_option, label, print_table, project_argument
from unisono.project import open_project

QUERY = """
select
    v.quarter, v.company_id, c.company_name, c.is_own, v.product_id, p.product_name, v.touchpoints, v.mentions,
    v.touchpoints / sum(v.touchpoints) over (partition by v.quarter) as share
from voice as v
inner join playbook_company as c on c.company_id = v.company_id
left join playbook_product as p on p.product_id = v.product_id
order by v.quarter, c.is_own desc, v.company_id, v.touchpoints desc, v.product_id
"""


@click.command(name="voice")
@project_argument
@click.option("--by", type=click.Choice(["company", "product"]), default="company", show_default=True)
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Also draw it into this file.")
@json_option
def command(folder: Path, by: str, svg: Path | None, as_json: bool) -> None:
    """Show the share of voice by quarter against the competitors of the playbook.

    Counts touchpoints (rows of the sources) by the product named first; mentions count any position. It describes
    who was heard how often; it says nothing about effects.
    """
    snapshot = open_project(folder).snapshot()
    data = snapshot.read(QUERY)
    rows = data.to_pylist()
    if svg is not None:
        from unisono.charts import voice_chart

        voice_chart(data, svg, simulated=snapshot.manifest["simulated"])
    if as_json:
        echo_json(rows)
        return
    quarters = sorted({row["quarter"] for row in rows})
    names = {"company": "company_name", "product": "product_name"}[by]
    total: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        key = (row[names] or f"other ({row['company_name']})", row["quarter"])
        seen = total.get(key, (0, 0))
        total[key] = (seen[0] + row["touchpoints"], seen[1] + row["mentions"])
    order = sorted(
        {key[0] for key in total},
        key=lambda name: (-sum(n[0] for k, n in total.items() if k[0] == name), name),
    )
    sums = {quarter: sum(n[0] for (_, q), n in total.items() if q == quarter) for quarter in quarters}

    def cell(name: str, quarter: str) -> str:
        touchpoints, mentions = total.get((name, quarter), (0, 0))
        also = f" (+{mentions - touchpoints})" if by == "product" and mentions > touchpoints else ""
        return (
            f"{touchpoints:,}{also} {touchpoints / sums[quarter]:.0%}"
            if sums[quarter]
            else f"{touchpoints:,}{also}"
        )

    note = ", in brackets: also named after another product" if by == "product" else ""
    print_table(
        f"Touchpoints and share of voice by quarter and {by}{note}{label(snapshot.manifest['simulated'])}",
        [by, *quarters],
        [(name, *(cell(name, quarter) for quarter in quarters)) for name in order],
        quarters,
    )
    if svg is not None:
        console().print(f"Drew {svg}", markup=False)
