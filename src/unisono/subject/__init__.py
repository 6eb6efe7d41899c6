"""Requests of data subjects: show everything that is known of a person, or forget it, with proof for every table.

What a person's own systems hold (the files that `sources.yaml` names) is theirs to delete; until they have, records of
somebody forgotten are dropped when they are read.
"""

from unisono.subject.erase import erase
from unisono.subject.person import Person, find_person
from unisono.subject.show import show

__all__ = ["Person", "erase", "find_person", "show"]
