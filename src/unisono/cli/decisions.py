"""unisono decisions"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from unisono.cli.common import console, echo_json, json_option, label, project_argument
from unisono.errors import UsageError, did_you_mean
from unisono.project import open_project
from unisono.wording import english

Row = dict[str, Any]

QUERY = """
select d.*, a.due_on, a.position, c.full_name, c.city, r.rep_name, p.product_name, h.channel_name, k.title
from decision as d
inner join customer as c on c.customer_id = d.customer_id
left join agenda as a on a.decision_id = d.decision_id
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
    """List the suggestions of the published run of the project in DIR (default: here).

    Those of one representative come as an agenda: for which working day each is meant, and what waits.
    """
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
    if rep:
        print_agenda(found)
    else:
        for place, row in enumerate(found, 1):
            print_suggestion(row, place)
    out.print()
    if found:
        out.print(f"Next: unisono why {folder} {found[0]['decision_id']}", markup=False)
    else:
        out.print(
            "No suggestions; 'unisono why --customer ID' tells why one customer got none.", markup=False
        )


def print_agenda(found: list[Row]) -> None:
    """Print the suggestions of one representative, in their order, under the day each is meant for."""
    out = console()
    for due_on, rows in groupby(sorted(found, key=_by_day), key=lambda row: row["due_on"]):
        out.print()
        out.print(f"{due_on:%A, %Y-%m-%d}" if due_on else "Waiting", style="bold underline", markup=False)
        for row in rows:
            print_suggestion(row, row["position"])


def print_suggestion(row: Row, place: int) -> None:
    """Print one suggestion with its reasons."""
    out = console()
    who = f"{row['full_name'] or row['customer_id']}{', ' + row['city'] if row['city'] else ''}"
    actor = row["rep_name"] or row["rep_id"] or "central team"
    out.print()
    out.print(f"{place}. {row['channel_name']}: {who}", style="bold", markup=False)
    time = f", best on {english('slot', row['slot'])}" if row["slot"] else ""
    out.print(f"   {row['product_name']}, '{row['title']}'{time}", markup=False)
    out.print(
        f"   by {actor}, worth {row['value']:.2f} {row['currency']}, {row['decision_id']}", markup=False
    )
    for reason in (*row["reasons"], row["why_not_usual"]):
        out.print(f"   - {reason}", markup=False)


def _by_day(row: Row) -> tuple[bool, date, int]:
    return row["due_on"] is None, row["due_on"] or date.max, row["position"]
