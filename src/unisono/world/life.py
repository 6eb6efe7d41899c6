"""Weeks go by: contacts, responses, prescriptions, and what they leave behind in the customers of one chunk."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from unisono.world.brand import Bools, Floats, Ints
from unisono.world.contacts import Contacts, join_contacts
from unisono.world.country import Country
from unisono.world.delivery import Outcomes
from unisono.world.events import Log
from unisono.world.people import People
from unisono.world.permission import Permission
from unisono.world.prescribe import (
    Meetings,
    Past,
    Rivals,
    compete,
    goodwill_factor,
    ground,
    kept,
    stage_factor,
)
from unisono.world.respond import Response, choose_content, respond
from unisono.world.state import State
from unisono.world.usual import usual_contacts

_HABIT_KEPT = 0.9  # of what representatives know of prescriptions, from one week to the next


@dataclass
class Diary:
    """What one chunk's weeks leave to be told, a list entry per week."""

    log: Log = field(default_factory=Log)
    rivals: list[Rivals] = field(default_factory=list)
    outcomes: list[Outcomes] = field(default_factory=list)
    meetings: list[Meetings] = field(default_factory=list)
    past: list[tuple[Floats, Ints, Floats, Ints]] = field(default_factory=list)  # see Past
    sums: list[dict[str, Ints | Floats]] = field(default_factory=list)  # by product


@dataclass(frozen=True)
class Lived:
    """How a week's contacts ended."""

    contacts: Contacts
    response: Response


class Life:
    """One chunk's customers; `state` and `permission` are as of the last week lived."""

    def __init__(self, country: Country, people: People, permission: Permission, state: State) -> None:
        self.country, self.people = country, people
        self.permission, self.state = permission, state
        self.diary = Diary()

    def allowed(self, week: int) -> Bools:
        """Return who may be contacted where all week (customers x channels), as far as their statements go."""
        begin, end = self.country.week_begin(week), self.country.week_begin(week + 1)
        allowed = np.ones(self.permission.status.shape, bool)
        for channel in np.nonzero(self.country.brand.needs_consent)[0].tolist():
            allowed[:, channel] = self.permission.allows(channel, begin, end)
        return allowed

    def listed(self) -> Bools:
        """Return who is known to the system that a channel needs (customers x channels)."""
        people = self.people
        return np.where(self.country.ways.in_mail, people.in_mail[:, None], people.in_crm[:, None])

    def minutes(self, week: int) -> Floats:
        """Return the customer-facing minutes of each seat in a week."""
        force = self.country.force
        present = force.present(week)
        return np.where(present >= 0, force.capacity_minutes[present], 0.0)

    def live(self, week: int, planned: Contacts | None = None, minutes: Floats | None = None) -> Lived:
        """Live one week with planned contacts, if there is a plan, and what teams do with the rest of their time."""
        country, people, state = self.country, self.people, self.state
        new_rx, expected = self._prescribe(week)
        self.diary.rivals.append(compete(country, people, state, week))
        busy = np.zeros(len(people), bool)
        if planned is not None:
            busy[planned.who[planned.rep >= 0]] = True
        own = usual_contacts(
            country,
            people,
            state,
            week,
            allowed=self.allowed(week),
            minutes=self.minutes(week) if minutes is None else minutes,
            busy=busy,
            is_planned=planned is not None,
        )
        contacts = own if planned is None else join_contacts([planned, own])
        contacts = choose_content(country, people, state, week, contacts)
        response = respond(country, people, self.permission, state, week, contacts, self.diary.log)
        self._note_meetings(week, contacts, response)
        self._feel(week, contacts, response)
        self._count(week, contacts, response, new_rx, expected)
        return Lived(contacts, response)

    def past(self) -> Past:
        """Return what went into the weeks' rates."""
        return Past(*(np.array(part) for part in zip(*self.diary.past, strict=True)))

    def meetings(self) -> Meetings:
        """Return all meetings held."""
        parts = self.diary.meetings
        return Meetings(
            **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Meetings)}
        )

    def _prescribe(self, week: int) -> tuple[Ints, Floats]:
        """Return the week's new prescriptions and their mean (n x P); note months that end."""
        country, people, state = self.country, self.people, self.state
        base = ground(country, people, state.pressure, week)
        mean = base * stage_factor(country, state.stage) * goodwill_factor(country, state.goodwill)
        products = np.arange(mean.shape[1])
        new_rx = country.chance.poisson("new rx", mean, people.number[:, None], products, week)
        self.diary.past.append((base, state.stage.copy(), state.goodwill.copy(), new_rx))
        state.recent_rx = state.recent_rx * _HABIT_KEPT + new_rx
        state.month_rx = state.month_rx + new_rx
        if country.month(week + 1) != country.month(week):
            who, product = np.nonzero(state.month_rx)
            month = np.full(len(who), country.month(week))
            self.diary.outcomes.append(Outcomes(who, product, month, state.month_rx[who, product]))
            state.month_rx = np.zeros_like(state.month_rx)
        return new_rx, mean

    def _feel(self, week: int, contacts: Contacts, response: Response) -> None:
        """Let contacts and responses change the customers."""
        country, state, n = self.country, self.state, len(self.people)
        products = state.stage.shape[1]
        is_sent = country.ways.first[contacts.channel] >= 0
        load = np.bincount(contacts.who, minlength=n)
        mails = np.bincount(contacts.who[is_sent], minlength=n)
        state.load = state.load * country.settings.fatigue_kept + load
        state.sends = np.concatenate([mails[:, None], state.sends[:, :-1]], axis=1)
        lift = np.where(contacts.is_shown, response.lift, 1.0)
        weight = response.succeeded * country.ways.weight[contacts.channel] * lift
        cell = contacts.who * products + contacts.product
        added = np.bincount(cell, weight, minlength=n * products).reshape(n, products)
        state.goodwill = state.goodwill * kept(country) + added
        rises = np.minimum(response.advance * lift, 0.9)
        luck = country.chance.uniform("rises", contacts.contact)
        up = np.bincount(cell[response.succeeded & (luck < rises)], minlength=n * products) > 0
        slips = country.chance.uniform("slips", self.people.number[:, None], np.arange(products), week)
        down = (slips < country.settings.slip) & ~up.reshape(n, products)
        state.stage = np.clip(state.stage + up.reshape(n, products) - down, 0, len(country.brand.stages) - 1)

    def _note_meetings(self, week: int, contacts: Contacts, response: Response) -> None:
        held = response.succeeded & self.country.ways.is_meeting[contacts.channel]
        who, product = contacts.who[held], contacts.product[held]
        self.diary.meetings.append(
            Meetings(
                who=who,
                product=product,
                week=np.full(len(who), week),
                is_shown=contacts.is_shown[held],
                stage=self.state.stage[who, product],
                weight=self.country.ways.weight[contacts.channel[held]],
                lift=response.lift[held],
                advance=response.advance[held],
            )
        )

    def _count(
        self, week: int, contacts: Contacts, response: Response, new_rx: Ints, expected: Floats
    ) -> None:
        products = len(self.country.brand.products)
        self.diary.sums.append(
            {
                "week": np.full(products, week),
                "contacts": np.bincount(contacts.product, minlength=products),
                "responses": np.bincount(contacts.product[response.succeeded], minlength=products),
                "new_rx": new_rx.sum(axis=0),
                "expected": expected.sum(axis=0),
            }
        )
