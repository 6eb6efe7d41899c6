"""unisono resolve"""

from __future__ import annotations

import click

from unisono.cli import Verbs


class Resolve(Verbs):
    """What a steward does about customers, in the order of the work; then what a source's owner looks at."""

    verbs = {  # noqa: RUF012 - read by the group, never changed
        "queue": "List pairs of records that wait for a decision.",
        "decide": "Record that two records are the same customer, or are not.",
        "split": "Take records out of a customer.",
        "explain": "Explain why two records are one customer, or are not.",
        "quality": "Show how complete the sources are, and where they disagree.",
    }
    module = "unisono.cli.resolve_"


EPILOG = """\b
A steward's round:
  unisono resolve queue demo --top 5                            what to look at first
  unisono resolve explain demo crm:17 mail:4                    why these two are one customer, or are not
  unisono resolve decide demo crm:17 mail:4 same --by Ann       these two are one customer
  unisono resolve split demo C0123456789abcdef mail:9 --by Ann  this record is somebody else's
  unisono run demo                                              applies what was decided
"""


@click.group(name="resolve", cls=Resolve, epilog=EPILOG)
def command() -> None:
    """Decide which records are one customer.

    Runs join records by identifiers and by likeness. A steward's decision wins over both, and can be taken back. All
    decisions are lines of the project's file stewardship/identity.jsonl, which is only ever added to: keep it with
    the playbook.
    """
