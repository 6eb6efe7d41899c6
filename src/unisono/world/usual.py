"""What the company does when nobody suggests anything: every team plans alone."""

from __future__ import annotations

import numpy as np

from unisono.world.brand import Bools, Floats, Ints
from unisono.world.contacts import Contacts, join_contacts, make_contacts
from unisono.world.country import MAIL, MOST_WEEKS, SLOTS, Country
from unisono.world.events import HOUR
from unisono.world.people import People
from unisono.world.state import State


def usual_contacts(
    country: Country,
    people: People,
    state: State,
    week: int,
    *,
    allowed: Bools,
    minutes: Floats,
    busy: Bools,
    is_planned: bool,
) -> Contacts:
    """Return the contacts that teams and customers make of their own accord.

    Args:
        country: The world's constants.
        people: The customers.
        state: How they are as the week begins.
        week: The week.
        allowed: Customers x channels that may be contacted as far as the company knows.
        minutes: By seat, what its person has left of the week; spent here.
        busy: Customers whom a representative has contacted this week.
        is_planned: Whether central marketing follows a plan instead of its own ideas.
    """
    present = country.force.present(week)
    meetings = _hospital_meetings(country, people, week, present, minutes)
    busy = busy.copy()
    busy[meetings.who] = True
    here = ~(people.from_elsewhere & (people.moved_at > country.week_begin(week)))
    free = people.in_crm & here & ~busy
    parts = [meetings, _sales_visits(country, people, state, week, allowed, minutes, free)]
    parts.append(_medical_visits(country, people, week, minutes, free))
    parts += [_central(country, people, week, channel, allowed) for channel in _own(country, is_planned)]
    return join_contacts(parts)


def _own(country: Country, is_planned: bool) -> list[int]:
    """Return the channels on which central marketing or customers act of their own accord."""
    by_plan = [is_planned and owner == "central" for owner in country.brand.owner]
    return np.nonzero((country.ways.weekly > 0) & ~np.array(by_plan))[0].tolist()


def _sales_visits(
    country: Country,
    people: People,
    state: State,
    week: int,
    allowed: Bools,
    minutes: Floats,
    free: Bools,
) -> Contacts:
    """Return how sales representatives fill their weeks: each customer at most once, favourites first."""
    ways, settings = country.ways, country.settings
    who = np.nonzero(free & (minutes[people.territory] > 0))[0]
    open_ways = ways.share * allowed[who] * np.where(ways.in_mail, people.in_mail[who, None], True)
    channel = country.chance.pick("way of a visit", open_ways, people.number[who], week)
    visit = country.brand.channels.index("f2f_visit")
    liking = settings.confounding * (
        -settings.prefer_receptive * np.log1p(np.exp(-people.log_odds[who, visit]))
        + settings.prefer_potential * np.log(people.potential[who])
        + settings.prefer_prescribers * np.log1p(state.recent_rx[who].sum(axis=1))
    )
    return _fill(country, people, week, who, channel, people.territory[who], liking, minutes)


def _medical_visits(country: Country, people: People, week: int, minutes: Floats, free: Bools) -> Contacts:
    """Return science liaisons' visits to those they cover."""
    seat = country.force.territories + people.area
    who = np.nonzero(free & people.has_msl & (minutes[seat] > 0))[0]
    channel = np.full(len(who), country.brand.channels.index("msl_visit"))
    return _fill(country, people, week, who, channel, seat[who], np.zeros(len(who)), minutes)


def _fill(
    country: Country,
    people: People,
    week: int,
    who: Ints,
    channel: Ints,
    seat: Ints,
    liking: Floats,
    minutes: Floats,
) -> Contacts:
    """Return contacts drawn without replacement by exp(liking) until the minutes of each seat are spent.

    Adding Gumbel noise and taking the highest is such a draw (Yellott 1977).
    """
    luck = -np.log(country.chance.exponential("whom to see", people.number[who], week))
    order = np.lexsort((-(liking + luck), seat))
    spent = cumulated(country.brand.minutes[channel[order]], seat[order])
    chosen = order[spent <= minutes[seat[order]]]
    chosen.sort()
    np.subtract.at(minutes, seat[chosen], country.brand.minutes[channel[chosen]])
    rep = country.force.present(week)[seat[chosen]]
    return make_contacts(country, people, week, who[chosen], channel[chosen], rep=rep)


def cumulated(amount: Floats, key: Ints) -> Floats:
    """Return running totals within runs of equal keys."""
    total = amount.cumsum()
    begins = np.concatenate([[True], key[1:] != key[:-1]])[: len(key)]
    before = np.where(begins, total - amount, 0.0)
    return np.asarray(total - np.maximum.accumulate(before))


def _hospital_meetings(
    country: Country, people: People, week: int, present: Ints, minutes: Floats
) -> Contacts:
    """Return the meetings of institutions to which a representative asks those who work there."""
    chance, settings = country.chance, country.settings
    channel = country.brand.channels.index("hospital_meeting")
    place = people.institution
    meets = (place >= 0) & (chance.uniform("meeting", place, week) < settings.meeting)
    asked = chance.uniform("asked to a meeting", people.number, week) < settings.attendance
    comes = meets & people.in_crm & asked & (minutes[people.territory] >= country.brand.minutes[channel])
    who = np.nonzero(comes)[0]
    seats = people.territory[who[np.unique(place[who], return_index=True)[1]]]
    np.subtract.at(minutes, seats, country.brand.minutes[channel])
    made = make_contacts(
        country,
        people,
        week,
        who,
        np.full(len(who), channel),
        rep=present[people.territory[who]],
        product=chance.integer("product of a meeting", len(country.brand.products), place[who], week),
        group=place[who] * MOST_WEEKS + week,
    )
    made.local[:] = _day_of(country, week, place[who]).astype("datetime64[s]") + 13 * HOUR
    return made


def _day_of(country: Country, week: int, place: Ints) -> np.ndarray:
    """Return the working day of a meeting."""
    days = country.week_begin(week).astype("datetime64[D]") + np.arange(7)
    working = days[np.is_busday(days)]
    return np.asarray(working[country.chance.integer("day of a meeting", len(working), place, week)])


def _central(country: Country, people: People, week: int, channel: int, allowed: Bools) -> Contacts:
    """Return central marketing's contacts on a channel, or what customers do themselves."""
    ways, brand = country.ways, country.brand
    luck = country.chance.uniform("central", people.number, week, channel)
    reached = people.in_mail if ways.in_mail[channel] else people.in_crm
    who = np.nonzero(reached & allowed[:, channel] & (luck < ways.weekly[channel]))[0]
    is_mail = brand.channels[channel] == MAIL
    made = make_contacts(
        country, people, week, who, np.full(len(who), channel), slot=SLOTS - 1 if is_mail else None
    )
    if brand.channels[channel] == "webinar":
        made.group[:] = made.product * MOST_WEEKS + week
    return made
