"""A world's life without its files: what calibration and the tests of the hidden truth look at."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import unisono
from unisono.playbook import load_playbook
from unisono.world import set_options
from unisono.world.country import Country
from unisono.world.delivery import Delivery
from unisono.world.events import EVENT, Events
from unisono.world.history import Part, live_history

PLAYBOOK = Path(unisono.__file__).parent / "templates/demo/playbook"
CLOCK = np.datetime64("2026-01-05", "s")


@dataclass(frozen=True)
class Lived:
    """One country of one chunk, after its history."""

    country: Country
    part: Part

    @property
    def delivery(self) -> Delivery:
        return self.part.delivery

    @property
    def events(self) -> Events:
        return self.part.delivery.events

    def truth(self, name: str) -> dict[str, np.ndarray]:
        table = self.part.truth[name]
        return {column: table[column].to_numpy(zero_copy_only=False) for column in table.column_names}

    def expected(self) -> float:
        """Expected new prescriptions of the whole history."""
        return float(sum(week["expected"].sum() for week in self.part.sums))

    def count(self, *events: str, channel: str | None = None, by_rep: bool | None = None) -> int:
        """Number of events of some kinds."""
        found = np.isin(self.events.event, [EVENT[event] for event in events])
        if channel:
            found &= self.events.channel == self.country.brand.channels.index(channel)
        if by_rep is not None:
            found &= (self.events.rep >= 0) == by_rep
        return int(found.sum())


def make_country(*options: str, seed: int = 1, customers: int = 2000, weeks: int = 52) -> Country:
    begin = CLOCK - weeks * np.timedelta64(7 * 86400, "s")
    return Country(seed, customers, begin, weeks, set_options(options), load_playbook(PLAYBOOK))


@cache
def lived(*options: str, seed: int = 1, customers: int = 2000, weeks: int = 52) -> Lived:
    """Live a history in one chunk."""
    country = make_country(*options, seed=seed, customers=customers, weeks=weeks)
    return Lived(country, live_history(country, (0, country.places.msls)))
