"""A chunk's history: people come to be and live under the usual policy, and what is to be told of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from unisono.world.brand import Floats, Ints
from unisono.world.country import Country
from unisono.world.delivery import Delivery, Outcomes
from unisono.world.events import Events, join_events
from unisono.world.life import Diary, Life
from unisono.world.memory import Waiting, state_table, waiting_table
from unisono.world.people import People
from unisono.world.prescribe import Rivals
from unisono.world.state import State, first_state
from unisono.world.truth import customers_table, meetings_table


@dataclass(frozen=True)
class Part:
    """What one chunk adds to a world's files."""

    delivery: Delivery
    truth: dict[str, pa.Table]  # by file below truth/
    sums: list[dict[str, Ints | Floats]]  # a week's sums by product
    state: State  # of the customers, at the end


def live_history(country: Country, areas: tuple[int, int]) -> Part:
    """Return a chunk's life from the first week to the clock; nothing but the arguments bears on it."""
    people = country.people(areas)
    life = Life(
        country, people, country.permission(people), first_state(country.chance, people, country.settings)
    )
    for week in range(country.weeks):
        life.live(week)
    delivery, later = deliver(life, areas, (0, country.weeks), Waiting(life.diary.log.take(), ()))
    truth = {
        "customers.parquet": customers_table(country, people, life.state.stage),
        "meetings.parquet": meetings_table(life),
        "state/customers.parquet": state_table(life),
        "state/waiting.parquet": waiting_table(people, later, ()),
    }
    return Part(delivery, truth, life.diary.sums, life.state)


def deliver(
    life: Life, areas: tuple[int, int], weeks: tuple[int, int], told: Waiting
) -> tuple[Delivery, Events]:
    """Return what weeks [from, until) delivered, and the events that lie after them."""
    country, people = life.country, life.people
    until = country.week_begin(weeks[1])
    events = told.events.sorted_by(people.area)
    diary = life.diary
    delivery = Delivery(
        chance=country.chance,
        begin=country.week_begin(weeks[0]),
        until=until,
        first=weeks[0] == 0,
        weeks=weeks,
        areas=areas,
        people=people,
        permission=life.permission,
        events=events.only(events.at < until),
        decisions=told.decisions,
        outcomes=_outcomes(diary, people),
        rivals=_rivals(diary, people),
        brand=country.brand,
        places=country.places,
        force=country.force,
        settings=country.settings,
    )
    return delivery, events.only(events.at >= until)


def join_waiting(old: Waiting, new: Waiting) -> Waiting:
    """Return events with one list of suggestions."""
    shift = len(old.decisions)
    moved = np.where(new.events.decision < 0, -1, new.events.decision + shift)
    return Waiting(
        join_events([old.events, replace(new.events, decision=moved)]), (*old.decisions, *new.decisions)
    )


def _outcomes(diary: Diary, people: People) -> Outcomes:
    """Return the months that ended, by area, customer, product and month."""
    empty = Outcomes(*(np.zeros(0, np.int64),) * 2, np.zeros(0, "datetime64[M]"), np.zeros(0, np.int64))
    parts = [empty, *diary.outcomes]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(empty)}
    order = np.lexsort((columns["product"], columns["who"], columns["month"], people.area[columns["who"]]))
    return Outcomes(**{name: column[order] for name, column in columns.items()})


def _rivals(diary: Diary, people: People) -> Rivals:
    """Return competitors' contacts by area and time."""
    names = vars(diary.rivals[0])
    columns = {name: np.concatenate([getattr(part, name) for part in diary.rivals]) for name in names}
    order = np.lexsort((columns["who"], columns["at"], people.area[columns["who"]]))
    return Rivals(**{name: column[order] for name, column in columns.items()})
