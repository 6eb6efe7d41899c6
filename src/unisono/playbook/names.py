"""How sources may write companies and products: ids, names and aliases in lower case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from unisono.playbook.document import Loc
from unisono.playbook.models import Company, Competitor, CompetitorProduct, Playbook, Product

OWN = "self"
"""What a source may write for the company itself."""


class Name(NamedTuple):
    """One way to write something, where the playbook says so, and the id it stands for."""

    loc: Loc
    alias: str
    owner: str


def company_names(playbook: Playbook) -> Iterator[Name]:
    """Yield every way to write every company, own first; the same alias may come up twice."""
    yield Name(("company",), OWN, playbook.company.id)
    yield from _names(playbook.company, ("company",))
    for index, rival in enumerate(playbook.competitors):
        yield from _names(rival, ("competitors", index))


def product_names(playbook: Playbook) -> Iterator[Name]:
    """Yield every way to write every product, own first; the same alias may come up twice."""
    for index, product in enumerate(playbook.products):
        yield from _names(product, ("products", index))
    for index, rival in enumerate(playbook.competitors):
        for nested, other in enumerate(rival.products):
            yield from _names(other, ("competitors", index, "products", nested))


def _names(thing: Company | Competitor | Product | CompetitorProduct, loc: Loc) -> Iterator[Name]:
    yield Name((*loc, "id"), thing.id, thing.id)
    yield Name((*loc, "name"), tidy(thing.name), thing.id)
    for index, alias in enumerate(thing.aliases):
        yield Name((*loc, "aliases", index), tidy(alias), thing.id)


def tidy(word: str) -> str:
    """Return a word as names are compared: outer blanks removed, lower case."""
    return word.strip().lower()
