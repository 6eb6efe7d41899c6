"""One chunk of the world on its way into the exports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from unisono.world.behaviour import EVENT, Events
from unisono.world.brand import Bools, Brand, Ints
from unisono.world.people import People
from unisono.world.permission import Permission
from unisono.world.places import Places
from unisono.world.settings import WorldSettings
from unisono.world.text import numbered, pick


@dataclass(frozen=True)
class Delivery:
    """Customers, what they stated and what happened to them before an instant."""

    rng: np.random.Generator
    begin: np.datetime64
    before: np.datetime64
    people: People
    permission: Permission
    events: Events
    stage: Ints  # customers x products, at the end
    brand: Brand
    places: Places
    settings: WorldSettings

    def on(self, *channels: str) -> Events:
        """Return the events on some channels."""
        return self.events.only(
            np.isin(self.events.channel, [self.brand.channels.index(c) for c in channels])
        )

    def content(self, events: Events) -> pa.Array:
        """Return the id of the content that events were about."""
        return pick(self.brand.contents, events.content)

    def product(self, events: Events) -> pa.Array:
        """Return products as somebody wrote them: by id, name or alias, the same within a contact."""
        ways = np.array([len(written) for written in self.brand.written])
        first = ways.cumsum() - ways
        position = first[events.product] + events.contact % ways[events.product]
        return pick([way for written in self.brand.written for way in written], position)

    def rep(self, events: Events) -> pa.Array:
        """Return who made the contacts: the territory's representative, or the city's science liaison."""
        people, places = self.people, self.places
        sales = places.territory[people.city, people.postal][events.who]
        msl = places.reps + (people.city % places.msls)[events.who]
        return rep_id(np.where(self.brand.is_medical[events.channel], msl, sales), places)


def rep_id(position: Ints, places: Places) -> pa.Array:
    """Return representatives' ids; positions after the sales force are science liaisons."""
    ids = [f"R{n + 1:04d}" for n in range(places.reps)] + [f"M{n + 1:03d}" for n in range(places.msls)]
    return pick(ids, position)


def event_words(events: Events, words: dict[str, str]) -> pa.Array:
    """Return the events in a system's own words."""
    position = np.full(len(EVENT), -1)
    for index, event in enumerate(words):
        position[EVENT[event]] = index
    return pick(list(words.values()), position[events.event])


def channel_words(delivery: Delivery, events: Events, words: dict[str, str]) -> pa.Array:
    """Return the channels in a system's own words."""
    known = list(words)
    position = np.array([known.index(c) if c in words else -1 for c in delivery.brand.channels])
    return pick(list(words.values()), position[events.channel])


def touch_id(prefix: str, events: Events) -> pa.Array:
    """Return the id of each event: no contact has one event twice, except once by a machine."""
    return numbered(prefix, (events.contact * len(EVENT) + events.event) * 2 + ~events.is_human)


def row_of(mask: Bools) -> Ints:
    """Return the positions where a mask holds."""
    return np.nonzero(mask)[0]
