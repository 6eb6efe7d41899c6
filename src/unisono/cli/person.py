"""unisono person"""

from __future__ import annotations

import click

from unisono.cli import Verbs


class PersonVerbs(Verbs):
    """What can be done for a person who asks."""

    verbs = {  # noqa: RUF012 - read by the group, never changed
        "show": "Write all that is known of a person to an archive they can read.",
        "erase": "Forget a person, with a count for every table as proof.",
    }
    module = "unisono.cli.person_"


@click.group(name="person", cls=PersonVerbs)
def command() -> None:
    """Answer the request of a data subject: access, or erasure.

    Both take a customer's id; `unisono customer DIR SYSTEM:RECORD` finds it.
    """
