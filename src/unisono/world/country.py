"""What all customers share: the brand, the map, the field force, the calendar and the luck."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from unisono.playbook import Playbook
from unisono.world.brand import Bools, Brand, Floats, Ints, make_brand
from unisono.world.chance import Chance
from unisono.world.events import EVENT
from unisono.world.force import Force, make_force
from unisono.world.people import DAY, People, sample_people
from unisono.world.permission import Permission, sample_permission
from unisono.world.places import Places, make_places
from unisono.world.settings import WorldSettings

MEETINGS = ("f2f_visit", "remote_call", "hospital_meeting", "msl_visit")
"""Channels on which a representative may show content or not."""
MAIL = "approved_email"
SLOTS = 32  # contacts a customer can have in one week, one per channel, and the last for central mails
MOST_WEEKS = 1000
WEEK = 7 * DAY


@dataclass(frozen=True)
class Ways:
    """The settings' habits as arrays by channel."""

    first: Ints  # event, -1 where there is none
    success: Ints
    failure: Ints  # event, -1 where there is none
    follow_ups: dict[int, Floats]  # event: chance after a success
    lag_seconds: Floats
    minutes: Floats  # NaN where it does not apply
    weight: Floats
    depth: Floats
    weekly: Floats
    share: Floats
    in_mail: Bools  # needs the mail platform
    is_meeting: Bools


@dataclass(frozen=True)
class Country:
    """A world's constants; everything else of it follows from them."""

    seed: int
    customers: int
    begin: np.datetime64  # of week 0
    weeks: int  # of history
    settings: WorldSettings
    playbook: Playbook
    brand: Brand = field(init=False)
    places: Places = field(init=False)
    force: Force = field(init=False)
    chance: Chance = field(init=False)
    ways: Ways = field(init=False)
    quality: Floats = field(init=False)  # by content: factor of the lift

    def __post_init__(self) -> None:
        brand, chance = make_brand(self.playbook), Chance(self.seed)
        places = make_places(self.customers, self.settings)
        contents = np.arange(len(brand.contents))
        made: dict[str, object] = {
            "brand": brand,
            "places": places,
            "chance": chance,
            "force": make_force(chance, places, self.settings, self.begin),
            "ways": _make_ways(brand, self.settings),
            "quality": np.exp(self.settings.content_quality * chance.normal("quality", contents)),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def week_begin(self, week: int) -> np.datetime64:
        """Return the midnight with which a week begins."""
        return self.begin + week * WEEK

    def month(self, week: int) -> np.datetime64:
        """Return the month a week's prescriptions count in: the one most of its days are in."""
        return cast("np.datetime64", (self.week_begin(week) + 3 * DAY).astype("datetime64[M]"))

    def people(self, areas: tuple[int, int]) -> People:
        """Return the customers of a range of areas."""
        first, until = self.places.first_customer[list(areas)]
        return sample_people(
            self.chance,
            np.arange(first, until),
            self.brand,
            self.places,
            self.settings,
            self.begin,
            self.weeks,
        )

    def permission(self, people: People) -> Permission:
        """Return what customers have said before the history ends, but for their unsubscribing."""
        return sample_permission(
            self.chance, people.number, self.brand, self.week_begin(self.weeks), self.settings
        )


def to_utc(local: np.ndarray) -> np.ndarray:
    """Return instants of Italian local time in UTC; summer lasts from March to October."""
    offset = np.full(local.shape, 3600)
    years = local.astype("datetime64[Y]")
    for year in np.unique(years):
        january = year.astype("datetime64[M]")
        is_summer = (local >= _last_sunday(january + 2)) & (local < _last_sunday(january + 9))
        offset[is_summer] = 7200
    return np.asarray(local - offset * np.timedelta64(1, "s"))


def weekday(day: np.ndarray | np.datetime64) -> Ints:
    """Return the day of the week, 0 for Monday."""
    return np.asarray((day.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def _last_sunday(month: np.datetime64) -> np.datetime64:
    last = (month + 1).astype("datetime64[D]") - 1
    return cast("np.datetime64", last - int(weekday(last) + 1) % 7)


def _make_ways(brand: Brand, settings: WorldSettings) -> Ways:
    habits = [settings.habits[channel] for channel in brand.channels]

    def numbers(name: str) -> Floats:
        return np.array([getattr(habit, name) for habit in habits], float)

    def events(name: str) -> Ints:
        return np.array([EVENT.get(getattr(habit, name), -1) for habit in habits])

    following = sorted({event for habit in habits for event in habit.follow_ups})
    return Ways(
        first=events("first"),
        success=events("success"),
        failure=events("failure"),
        follow_ups={
            EVENT[e]: np.array([habit.follow_ups.get(e, 0.0) for habit in habits]) for e in following
        },
        lag_seconds=numbers("lag_hours") * 3600,
        minutes=np.where(numbers("minutes") > 0, numbers("minutes"), np.nan),
        weight=numbers("weight"),
        depth=numbers("depth"),
        weekly=numbers("weekly"),
        share=numbers("share"),
        in_mail=np.array([habit.system == "mail" for habit in habits]),
        is_meeting=np.isin(brand.channels, MEETINGS),
    )
