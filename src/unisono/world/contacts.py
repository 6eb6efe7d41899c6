"""Contacts of one week before anybody has answered."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from unisono.world.brand import Bools, Ints
from unisono.world.country import MOST_WEEKS, SLOTS, Country, weekday
from unisono.world.events import SECOND
from unisono.world.people import DAY, People


@dataclass(frozen=True)
class Contacts:
    """One entry per contact of a chunk's customers."""

    who: Ints
    channel: Ints
    product: Ints
    content: Ints  # what is shown if anything is; -1 where there is nothing to show
    is_shown: Bools
    rep: Ints  # person of the force, -1 for central marketing and customers themselves
    decision: Ints  # position among the decisions, -1 for own initiative
    group: Ints
    contact: Ints
    local: np.ndarray  # when, datetime64[s] in local time

    def __len__(self) -> int:
        return len(self.who)

    def only(self, chosen: Bools | Ints) -> Contacts:
        """Return the chosen contacts."""
        return Contacts(**{name: column[chosen] for name, column in vars(self).items()})


def join_contacts(parts: list[Contacts]) -> Contacts:
    """Return contacts one after another."""
    return Contacts(
        **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Contacts)}
    )


def make_contacts(
    country: Country,
    people: People,
    week: int,
    who: Ints,
    channel: Ints,
    *,
    rep: Ints | int = -1,
    product: Ints | int = -1,
    group: Ints | int = -1,
    decision: Ints | int = -1,
    content: Ints | int = -1,
    slot: int | None = None,
) -> Contacts:
    """Return contacts with these customers; where no product is given, one they care for."""
    n = len(who)
    chance, number = country.chance, people.number[who]
    contact = contact_id(number, week, channel if slot is None else np.full(n, slot))
    drawn = chance.pick("product", people.interest[who], contact)
    return Contacts(
        who=who,
        channel=channel,
        product=np.where(np.broadcast_to(product, n) < 0, drawn, product),
        content=np.broadcast_to(content, n).copy(),
        is_shown=np.zeros(n, bool),
        rep=np.broadcast_to(rep, n).copy(),
        decision=np.broadcast_to(decision, n).copy(),
        group=np.broadcast_to(group, n).copy(),
        contact=contact,
        local=_when(country, week, contact),
    )


def contact_id(number: Ints, week: int, slot: Ints) -> Ints:
    """Return the ids of contacts: a customer has at most one per week and slot."""
    return np.asarray((number * MOST_WEEKS + week) * SLOTS + slot)


def _when(country: Country, week: int, contact: Ints) -> np.ndarray:
    """Return times of working days, 8 to 19 o'clock."""
    days = country.week_begin(week) + np.arange(7) * DAY
    working = days[weekday(days) < 5]
    day = working[country.chance.integer("day", len(working), contact)]
    return np.asarray(day + (8 * 3600 + country.chance.integer("time", 11 * 3600, contact)) * SECOND)
