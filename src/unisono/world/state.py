"""What changes as the weeks go by: one chunk's customers now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unisono.world.brand import Floats, Ints
from unisono.world.chance import Chance
from unisono.world.people import People
from unisono.world.settings import WorldSettings

_FIRST_LOAD = 2.0
SENDS_WEEKS = 4  # weeks for which mails are counted one by one


@dataclass
class State:
    """Arrays of n customers by P products, where not said otherwise; `stage` and the rest at the clock."""

    stage: Ints
    goodwill: Floats  # weight of our contacts, decaying
    pressure: Floats  # the same of competitors' contacts
    recent_rx: Floats  # new prescriptions of the last months, decaying: what representatives know of them
    month_rx: Ints  # new prescriptions in the month that is under way
    load: Floats  # n: recent contacts, decaying
    sends: Ints  # n x SENDS_WEEKS: mails in the last weeks, newest first


def first_state(chance: Chance, people: People, settings: WorldSettings) -> State:
    """Return how customers are when their history begins: not as if nobody had ever called on them."""
    n, shape = len(people), people.stage.shape
    number, products = people.number[:, None], np.arange(shape[1])
    return State(
        stage=people.stage.copy(),
        goodwill=settings.goodwill_begin * chance.exponential("first goodwill", number, products),
        pressure=settings.pressure_begin * chance.exponential("first pressure", number, products),
        recent_rx=np.zeros(shape),
        month_rx=np.zeros(shape, np.int64),
        load=np.full(n, _FIRST_LOAD),
        sends=np.zeros((n, SENDS_WEEKS), np.int64),
    )
