"""unisono resolve split"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import click

from unisono.cli.common import json_option
from unisono.cli.resolve_decide import (
    at_option,
    by_option,
    find_record,
    known_records,
    reason_option,
    record,
)
from unisono.errors import UsageError, did_you_mean
from unisono.project import open_project


@click.command(name="split")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("customer")
@click.argument("leaving", metavar="RECORD...", nargs=-1, required=True)
@by_option
@reason_option
@at_option
@json_option
def command(
    folder: Path,
    customer: str,
    leaving: tuple[str, ...],
    by: str,
    reason: str | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Take records, each named system:id, out of CUSTOMER; those that leave are one customer.

    Each of them is recorded as not the same as each record that stays. If what is split was merged before, both get
    their former ids back.
    """
    from unisono.resolve.steward import Proposal

    project = open_project(folder)
    records = known_records(project.snapshot())
    together = sorted(key for key, row in records.items() if row["customer_id"] == customer)
    if not together:
        known = {row["customer_id"] for row in records.values()}
        raise UsageError("UN5010", f"no customer is called '{customer}'", hint=did_you_mean(customer, known))
    gone = sorted(set(leaving))
    for key in gone:
        if find_record(records, key)["customer_id"] != customer:
            raise UsageError(
                "UN5202",
                f"'{key}' is no record of {customer}",
                hint=f"its records: {', '.join(together[:12])}",
            )
    staying = sorted(set(together) - set(gone))
    if not staying:
        raise UsageError(
            "UN5202", f"no record of {customer} would stay", hint="leave out one record at least"
        )
    apart = [Proposal(left=key, right=other, decision="not_same") for key in gone for other in staying]
    tied = [Proposal(left=key, right=other, decision="same") for key, other in pairwise(gone)]
    record(project, [*apart, *tied], records, by=by, reason=reason, at=at, as_json=as_json)
