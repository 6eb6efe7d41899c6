"""The field force: who works where and when, for how long each week, and how they take suggestions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world import names
from unisono.world.brand import Bools, Floats, Ints
from unisono.world.chance import Chance
from unisono.world.people import DAY
from unisono.world.places import Places
from unisono.world.settings import WorldSettings
from unisono.world.text import joined, numbered, pick

GENERATIONS = 8  # people who can follow one another in one territory
FOREVER = 100_000  # weeks
_WEEKS_A_YEAR = 52.18
_WEEK = 7 * DAY


@dataclass(frozen=True, eq=False)
class Force:
    """All who ever work in the field, a territory's people one after another, then the areas' science liaisons.

    Arrays are one entry per person; a seat is a territory or, after those, an area.
    """

    begin: np.datetime64  # of week 0
    seats: int
    territories: int
    seat: Ints
    generation: Ints
    from_week: Ints
    until_week: Ints
    capacity_minutes: Floats  # with customers in a week
    skill: Floats  # standard normal
    adherence: Floats  # share of suggestions carried out, at the beginning
    given: pa.Array
    family: pa.Array
    first_holiday: Ints  # start of the two weeks in August, in days after its 1st
    other_holidays: Ints  # two weeks of the year, n x 2; -1 where holidays are switched off
    _present: dict[int, Ints] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.seat)

    @property
    def is_msl(self) -> Bools:
        """Whether they are science liaisons."""
        return np.asarray(self.seat >= self.territories)

    @property
    def id(self) -> pa.Array:
        """Ids: R0007 is the first in the seventh territory, R0007B the second; M001 the first liaison."""
        later = pick(
            [chr(ord("A") + n) for n in range(GENERATIONS)],
            np.where(self.generation > 0, self.generation, -1),
        )
        sales = numbered("R", self.seat + 1, 4)
        msl = numbered("M", self.seat - self.territories + 1, 3)
        return joined("", pc.if_else(pa.array(self.is_msl), msl, sales), later)

    @property
    def name(self) -> pa.Array:
        """Given and family names."""
        return joined(" ", self.given, self.family)

    def hired(self, week: int) -> Bools:
        """Return who began before the end of a week."""
        return np.asarray((self.from_week <= week) & (self.until_week > 0))

    def away(self, week: int) -> Bools:
        """Return who is on holiday in a week."""
        monday = (self.begin + week * _WEEK).astype("datetime64[D]")
        year = monday.astype("datetime64[Y]")
        into = (monday - year.astype("datetime64[D]")).astype(int)
        august = (
            (monday - (year.astype("datetime64[M]") + 7).astype("datetime64[D]")).astype(int)
        ) - self.first_holiday
        at_christmas = 354 <= into < 361
        others = (self.other_holidays == into // 7).any(axis=1)
        return np.asarray(
            (self.other_holidays[:, 0] >= 0) & (others | at_christmas | ((august >= 0) & (august < 14)))
        )

    def present(self, week: int) -> Ints:
        """Return who works in each seat in a week, -1 where nobody does."""
        if week not in self._present:
            works = (self.from_week <= week) & (week < self.until_week) & ~self.away(week)
            seat = np.full(self.seats, -1)
            seat[self.seat[works]] = np.nonzero(works)[0]
            self._present[week] = seat
        return self._present[week]

    def time_off(self, begin: int, until: int) -> tuple[Ints, Ints]:
        """Return persons and weeks of all holidays in weeks [begin, until)."""
        weeks = np.arange(begin, until)
        off = np.array(
            [self.away(week) & (self.from_week <= week) & (week < self.until_week) for week in weeks.tolist()]
        )
        at, person = np.nonzero(off.reshape(len(weeks), len(self)))
        return person, weeks[at]


def make_force(chance: Chance, places: Places, settings: WorldSettings, begin: np.datetime64) -> Force:
    """Return the people of all seats, for all time; `begin` is where week 0 begins."""
    territories, seats = places.reps, places.reps + places.msls
    seat = np.repeat(np.arange(seats), GENERATIONS)
    generation = np.tile(np.arange(GENERATIONS), seats)
    person = np.arange(len(seat))
    from_week, until_week = _terms(chance, person.reshape(seats, GENERATIONS), settings)
    skill = chance.normal("skill", person)
    is_msl = seat >= territories
    sales, msl = np.array(settings.capacity_minutes), np.array(settings.msl_minutes)
    luck = chance.uniform("capacity", person)
    return Force(
        begin=begin,
        seats=seats,
        territories=territories,
        seat=seat,
        generation=generation,
        from_week=from_week,
        until_week=until_week,
        capacity_minutes=np.where(
            is_msl, msl[(luck * len(msl)).astype(int)], sales[(luck * len(sales)).astype(int)]
        ),
        skill=skill,
        adherence=_adherence(chance, person, skill, settings),
        given=pick(names.ITALIAN_GIVEN, chance.integer("rep given", len(names.ITALIAN_GIVEN), person)),
        family=pick(names.ITALIAN_FAMILY, chance.integer("rep family", len(names.ITALIAN_FAMILY), person)),
        first_holiday=7 * chance.integer("august", 3, person) - 3,
        other_holidays=np.where(
            settings.holidays, chance.integer("holiday", 50, person[:, None], np.arange(2)), -1
        ),
    )


def _terms(chance: Chance, person: Ints, settings: WorldSettings) -> tuple[Ints, Ints]:
    """Return first weeks and weeks after the last, for persons by seat and generation; vacancies last to 4 weeks."""
    if not settings.turnover:
        first = np.where(np.arange(person.shape[1]) == 0, 0, FOREVER) + np.zeros_like(person)
        return first.reshape(-1), np.full(person.size, FOREVER)
    stays = np.ceil(chance.exponential("stays", person) * _WEEKS_A_YEAR / settings.turnover).astype(np.int64)
    vacant = chance.integer("vacant", 5, person)
    until = (stays + vacant).cumsum(axis=1) - vacant
    first = np.concatenate([np.zeros((len(person), 1), np.int64), (until + vacant)[:, :-1]], axis=1)
    until[:, -1] = FOREVER
    return first.reshape(-1), until.reshape(-1)


def _adherence(chance: Chance, person: Ints, skill: Floats, settings: WorldSettings) -> Floats:
    """Return shares of suggestions carried out: logistic normal, about as spread as a Beta of that concentration."""
    mean = np.clip(settings.adherence - settings.adherence_of_skill * skill, 0.02, 0.98)
    spread = 1 / np.sqrt(mean * (1 - mean) * (settings.adherence_concentration + 1))
    middle = np.log(mean / (1 - mean)) * np.sqrt(1 + np.pi / 8 * spread**2)
    return np.asarray(1 / (1 + np.exp(-middle - spread * chance.normal("adherence", person))))
