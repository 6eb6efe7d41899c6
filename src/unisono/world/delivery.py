"""One chunk of the world on its way into the exports: what happened in a span of time, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unisono.world.brand import Brand, Ints
from unisono.world.chance import Chance
from unisono.world.events import Events
from unisono.world.force import Force
from unisono.world.people import People
from unisono.world.permission import Permission
from unisono.world.places import Places
from unisono.world.prescribe import Rivals
from unisono.world.settings import WorldSettings


@dataclass(frozen=True)
class Outcomes:
    """New prescriptions in months that have ended, by customer and product; none where there were none."""

    who: Ints
    product: Ints
    month: np.ndarray  # datetime64[M]
    new_rx: Ints

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True)
class Delivery:
    """Whole areas' customers and what happened in [begin, until).

    Events are sorted by area, time, contact and kind; they hold facts about people only: what machines and systems
    add to them is drawn from `chance`, keyed by contact. The first delivery tells of all people, later ones only of
    what is new.
    """

    chance: Chance
    begin: np.datetime64
    until: np.datetime64
    first: bool
    weeks: tuple[int, int]  # of the world, from the first to before the last, that were lived
    areas: tuple[int, int]  # of the people in it
    people: People
    permission: Permission
    events: Events
    decisions: tuple[str, ...]  # ids of the suggestions that events carried out
    outcomes: Outcomes
    rivals: Rivals
    brand: Brand
    places: Places
    force: Force
    settings: WorldSettings
