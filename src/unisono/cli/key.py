"""unisono key"""

from __future__ import annotations

import click

from unisono.cli import Verbs


class Key(Verbs):
    """What is done with write keys, in the order of a key's life."""

    verbs = {  # noqa: RUF012 - read by the group, never changed
        "create": "Make a key for a source; it is shown once.",
        "list": "List the keys, without their secrets.",
        "rotate": "Make a new key and let the old one end later.",
        "revoke": "End a key now.",
    }
    module = "unisono.cli.key_"


EPILOG = """\b
A key's life:
  unisono key create demo portal                   a key that may send events of the source 'portal'
  unisono key list demo                            ids, sources, when each ends
  unisono key rotate demo 1a2b3c4d5e6f --days 7    a new key; the old one works for a week more
  unisono key revoke demo 1a2b3c4d5e6f             it stops within seconds, on running servers too
"""


@click.group(name="key", cls=Key, epilog=EPILOG)
def command() -> None:
    """Say who may send events to the collector.

    A write key belongs to one source: what is sent with it is an event of that source and of no other. Only a hash of
    it is kept, so a key that is lost is rotated. Every change goes into the audit.
    """
