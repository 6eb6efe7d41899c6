"""unisono resolve decide"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unisono.cli.common import echo_json, instant, json_option
from unisono.errors import UsageError, did_you_mean
from unisono.project import Project, open_project

if TYPE_CHECKING:
    from unisono.resolve.steward import Proposal
    from unisono.store import Snapshot

RECORDS = """
select e.record_key, e.system, x.customer_id, coalesce(r.kind, 'unknown') as kind
from entity_record as e
inner join customer_xref as x on x.system = e.system and x.source_record_id = e.source_record_id
left join source_record as r on r.system = e.system and r.source_record_id = e.source_record_id
"""
Records = dict[str, dict[str, Any]]


def _somebody(context: click.Context, option: click.Parameter, name: str) -> str:  # noqa: ARG001 - click's signature
    if not name.strip():
        raise click.BadParameter("say who decides")
    return name


by_option = click.option("--by", required=True, callback=_somebody, help="Who decides.")
reason_option = click.option("--reason", help="Why; shown with the decision.")
at_option = click.option("--at", help="When it was decided (UTC); the present instant if left out.")


@click.command(name="decide")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("left")
@click.argument("right")
@click.argument("decision", type=click.Choice(["same", "not-same", "open"]))
@by_option
@reason_option
@at_option
@json_option
def command(
    folder: Path,
    left: str,
    right: str,
    decision: str,
    by: str,
    reason: str | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Record whether the records LEFT and RIGHT, each named system:id, are the same customer.

    same: they are one customer from the next run on, whatever they look like. not-same: they never are. open: takes
    back what was decided, and the run judges anew. What contradicts decisions that stand is refused.
    """
    from unisono.resolve.steward import Proposal

    project = open_project(folder)
    records = known_records(project.snapshot())
    find_pair(records, left, right)
    words = {"same": "same", "not-same": "not_same", "open": "open"}
    proposal = Proposal.model_validate({"left": left, "right": right, "decision": words[decision]})
    record(project, [proposal], records, by=by, reason=reason, at=at, as_json=as_json)


def known_records(snapshot: Snapshot) -> Records:
    """Return the records of a run by key, with system, customer and kind."""
    return {row["record_key"]: row for row in snapshot.read(RECORDS).to_pylist()}


def find_pair(records: Records, left: str, right: str) -> None:
    """Raise UsageError UN5201 if the run has not both records, and UN5202 if they are one record."""
    for key in (left, right):
        find_record(records, key)
    if left == right:
        raise UsageError("UN5202", f"'{left}' is one record", hint="name two records")


def find_record(records: Records, key: str) -> dict[str, Any]:
    """Return a record; UsageError UN5201 if the published run has none of that key."""
    if key not in records:
        near = did_you_mean(key, records)
        raise UsageError(
            "UN5201", f"no record is called '{key}'", hint=f"records are named system:id; {near}"
        )
    return records[key]


def record(
    project: Project,
    proposals: Sequence[Proposal],
    records: Records,
    *,
    by: str,
    reason: str | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Write decisions down and print them."""
    from unisono.resolve.steward import record_decisions

    kinds = {key: row["kind"] for key, row in records.items()}
    made = record_decisions(project.folder, proposals, by=by, at=instant(at), reason=reason, kinds=kinds)
    if as_json:
        echo_json([decision.model_dump(mode="json") for decision in made])
        return
    for decision in made:
        click.echo(f"Recorded {decision}.")
    click.echo(f"The next run applies it: unisono run {project.folder}")
