"""The playbook's section `identity` as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from unisono.playbook.names import tidy

if TYPE_CHECKING:
    from unisono.playbook.models import Playbook

Row = dict[str, object]


def _identity(playbook: Playbook) -> Iterator[Row]:
    identity = playbook.identity
    spec = identity.matching.model_dump_json() if identity.matching else None
    yield {"accept": identity.accept, "review": identity.review, "matching": spec}


def _identifiers(playbook: Playbook) -> Iterator[Row]:
    for position, each in enumerate(playbook.identity.identifiers, 1):
        yield {
            "position": position,
            "field": each.field,
            "at_most": each.at_most,
            "agree": list(dict.fromkeys(each.agree)),
            "blocked": list(dict.fromkeys(map(tidy, each.blocked))),
        }


def _curated(playbook: Playbook) -> Iterator[Row]:
    for system in dict.fromkeys(playbook.identity.curated):
        yield {"system": system}


def _nicknames(playbook: Playbook) -> Iterator[Row]:
    """A name of several entries goes with the first."""
    known: dict[str, str] = {}
    for names in playbook.identity.nicknames:
        for name in names:
            known.setdefault(tidy(name), tidy(names[0]))
    for name, stands_for in known.items():
        yield {"name": name, "stands_for": stands_for}


def _ranks(playbook: Playbook) -> Iterator[Row]:
    for field, systems in playbook.identity.ranks.items():
        for position, system in enumerate(dict.fromkeys(systems), 1):
            yield {"field": field, "system": system, "position": position}


def _institution_types(playbook: Playbook) -> Iterator[Row]:
    for position, each in enumerate(playbook.identity.institutions.types, 1):
        yield {
            "type_id": each.id,
            "position": position,
            "name": each.name,
            "people_at_least": each.people_at_least,
            "specialties_at_least": each.specialties_at_least,
            "name_contains": list(dict.fromkeys(map(tidy, each.name_contains))),
        }


def _decision_makers(playbook: Playbook) -> Iterator[Row]:
    who = playbook.identity.institutions.decision_makers
    for field, words in (("specialty", who.specialties), ("title", who.titles)):
        for value in dict.fromkeys(map(tidy, words)):
            yield {"field": field, "value": value}


IDENTITY: Mapping[str, Callable[[Playbook], Iterator[Row]]] = {
    "playbook_identity": _identity,
    "playbook_identifier": _identifiers,
    "playbook_curated": _curated,
    "playbook_nickname": _nicknames,
    "playbook_source_rank": _ranks,
    "playbook_institution_type": _institution_types,
    "playbook_decision_maker": _decision_makers,
}
