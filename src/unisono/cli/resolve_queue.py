"""unisono resolve queue"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unisono.cli.common import console, echo_json, json_option, label, print_table, project_argument
from unisono.project import open_project
from unisono.tables.columns import PERSON

if TYPE_CHECKING:
    from unisono.store import Snapshot

Row = dict[str, Any]

QUESTIONS = {
    "unsure": "neither likely nor unlikely enough",
    "kept_apart": "likely, but kept apart: two kinds, two records of one curated system, or an earlier decision",
    "bridge": "likely, but nothing else ties the records around them together",
}
QUEUE = """
with activity as (
    select system || ':' || source_record_id as record_key, count(*) as touchpoints
    from source_touchpoint
    group by system, source_record_id
)
select
    q.*, l.customer_id as left_customer_id, r.customer_id as right_customer_id,
    coalesce(a.touchpoints, 0) + coalesce(b.touchpoints, 0) as touchpoints
from match_queue as q
inner join customer_xref as l on l.system || ':' || l.source_record_id = q.left_key
inner join customer_xref as r on r.system || ':' || r.source_record_id = q.right_key
left join activity as a on a.record_key = q.left_key
left join activity as b on b.record_key = q.right_key
order by touchpoints desc, q.probability desc, q.left_key, q.right_key
"""
RECORDS = """
select s.system || ':' || s.source_record_id as record_key, s.*
from source_record as s
where s.system || ':' || s.source_record_id in (
    select left_key from match_queue union select right_key from match_queue
)
"""
FIELDS = tuple(column.name for column in PERSON)


@click.command(name="queue")
@project_argument
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="Only the first so many.")
@json_option
def command(folder: Path, top: int, as_json: bool) -> None:
    """List pairs of records of the project in DIR (default: here) that wait for a steward's decision.

    Those with most touchpoints come first: a wrong answer there spoils most. Each pair is shown side by side;
    fields that differ are marked.
    """
    snapshot = open_project(folder).snapshot()
    queue = read_queue(snapshot, top)
    if as_json:
        echo_json(queue)
        return
    out = console()
    mark = label(snapshot.manifest["simulated"])
    waiting = snapshot.table("match_queue").num_rows
    title = f"{waiting:,} pairs of records wait for a decision as of {snapshot.manifest['clock'][:10]}{mark}"
    out.print(title, style="bold", markup=False)
    for place, pair in enumerate(queue, 1):
        print_pair(place, pair)
    if queue:
        keys = f"{queue[0]['left_key']} {queue[0]['right_key']}"
        out.print(f"Next: unisono resolve decide {folder} {keys} same|not-same --by NAME", markup=False)


def read_queue(snapshot: Snapshot, top: int) -> list[Row]:
    """Return the first pairs that wait, each with what is written in its two records."""
    queue: list[Row] = snapshot.read(QUEUE).slice(0, top).to_pylist()
    wanted = [pair[key] for pair in queue for key in ("left_key", "right_key")]
    records = {
        row["record_key"]: row for row in snapshot.read(RECORDS).to_pylist() if row["record_key"] in wanted
    }
    return [
        {**pair, "left": records[pair["left_key"]], "right": records[pair["right_key"]]} for pair in queue
    ]


def print_pair(place: int, pair: Row) -> None:
    """Print two records side by side: fields that either has, marked where both have one and they differ."""
    left, right = pair["left"], pair["right"]
    console().print(
        f"{place}. {pair['probability']:.1%} likely one customer; {pair['touchpoints']:,} touchpoints\n"
        f"   {QUESTIONS[pair['question']]}",
        markup=False,
    )
    filled = [name for name in FIELDS if left[name] or right[name]]
    print_table(
        "",
        ["field", pair["left_key"], pair["right_key"], ""],
        [
            (name, left[name], right[name], "differs" if _differ(left[name], right[name]) else "")
            for name in filled
        ],
    )


def _differ(left: str | None, right: str | None) -> bool:
    return bool(left and right and left.strip().casefold() != right.strip().casefold())
