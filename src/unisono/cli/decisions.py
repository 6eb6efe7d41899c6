"""unisono decisions"""

from __future__ import annotations

from pathlib import Path

import click

from unisono.cli.common import console, echo_json, json_option, label, project_argument
from unisono.errors import UsageError, did_you_mean
from unisono.project import open_project

QUERY = """
select d.*, c.full_name, c.city, r.rep_name, p.product_name, h.channel_name, k.title
from decision as d
inner join customer as c on c.customer_id = d.customer_id
left join rep as r on r.rep_id = d.rep_id
inner join playbook_product as p on p.product_id = d.product_id
inner join playbook_channel as h on h.channel = d.channel
inner join playbook_content as k on k.content_id = d.content_id
where $rep = '' or d.rep_id = $rep
order by d.rep_id nulls last, d.rank, d.decision_id
"""


@click.command(name="decisions")
@project_argument
@click.option("--rep", default="", help="Only the suggestions of one representative.")
@click.option("--top", type=click.IntRange(1), help="Only the first so many, best first.")
@json_option
def command(folder: Path, rep: str, top: int | None, as_json: bool) -> None:
    """List the suggestions of the published run of the project in DIR (default: here)."""
    snapshot = open_project(folder).snapshot()
    known = snapshot.table("rep")["rep_id"].to_pylist()
    if rep and rep not in known:
        raise UsageError("UN5006", f"no representative is called '{rep}'", hint=did_you_mean(rep, known))
    found = snapshot.read(QUERY, {"rep": rep}).to_pylist()
    if top and not rep:
        found.sort(key=lambda row: (-row["reduced_value"], row["decision_id"]))
    found = found[:top]
    if as_json:
        echo_json(found)
        return
    mark = label(snapshot.manifest["simulated"])
    out = console()
    out.print(f"Next best actions as of {snapshot.manifest['clock'][:10]}{mark}", style="bold", markup=False)
    for place, row in enumerate(found, 1):
        who = f"{row['full_name'] or row['customer_id']}{', ' + row['city'] if row['city'] else ''}"
        actor = row["rep_name"] or row["rep_id"] or "central team"
        out.print()
        out.print(f"{place}. {row['channel_name']}: {who}", style="bold", markup=False)
        out.print(f"   {row['product_name']}, '{row['title']}'", markup=False)
        out.print(
            f"   by {actor}, worth {row['value']:.2f} {row['currency']}, {row['decision_id']}", markup=False
        )
        for reason in (*row["reasons"], row["why_not_usual"]):
            out.print(f"   - {reason}", markup=False)
    out.print()
    if found:
        out.print(f"Next: unisono why {folder} {found[0]['decision_id']}", markup=False)
    else:
        out.print(
            "No suggestions; 'unisono why --customer ID' tells why one customer got none.", markup=False
        )
