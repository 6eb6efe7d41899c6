"""What customers do when they are contacted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unisono.world.brand import Bools, Floats, Ints
from unisono.world.contacts import Contacts
from unisono.world.country import MAIL, WEEK, Country, to_utc, weekday
from unisono.world.events import EVENT, HOUR, SECOND, Log
from unisono.world.people import DAY, People
from unisono.world.permission import Permission
from unisono.world.state import State

_USUAL_LOAD = 2.0  # of recent contacts, at which fatigue neither adds nor takes
_AFTER_MAIL = 40 * SECOND  # bounced or arrived


@dataclass(frozen=True)
class Response:
    """How contacts ended, one entry per contact."""

    succeeded: Bools
    chance: Floats
    lift: Floats  # factor of the weight if the content is shown
    advance: Floats  # chance that a success without content moves the customer up


def choose_content(country: Country, people: People, state: State, week: int, contacts: Contacts) -> Contacts:
    """Return contacts with the content that could be shown, and whether it is."""
    chance = country.chance
    usable = _usable(country, country.week_begin(week).astype("datetime64[D]"))
    candidates = usable[contacts.channel, contacts.product]
    taste = people.taste[contacts.who[:, None], candidates] * (candidates >= 0)
    at = chance.pick("content", taste, contacts.contact)
    drawn = np.where(at < 0, -1, candidates[np.arange(len(contacts)), at])
    is_given = contacts.content >= 0
    is_meeting = country.ways.is_meeting[contacts.channel]
    shown = chance.uniform("content shown", contacts.contact) < _show(country, people, state, contacts)
    content = np.where(is_given, contacts.content, drawn)
    return replace(contacts, content=content, is_shown=(content >= 0) & (is_given | ~is_meeting | shown))


def _usable(country: Country, day: np.datetime64) -> Ints:
    """Return what can be shown on a day, by channel and product; rows are filled up with -1."""
    brand = country.brand
    usable = np.array([brand.usable(channel, day) for channel in range(len(brand.channels))])
    fits = usable[:, None, :] & (brand.content_product == np.arange(len(brand.products))[:, None])
    order = np.argsort(~fits, axis=2, kind="stable")[:, :, : max(1, int(fits.sum(axis=2).max()))]
    return np.where(np.take_along_axis(fits, order, axis=2), order, -1)


def _show(country: Country, people: People, state: State, contacts: Contacts) -> Floats:
    """Return the chance that a representative shows content: rather to those who prescribe most anyway."""
    settings, who = country.settings, contacts.who
    drawn_to = (
        0.9 * np.log(people.potential[who])
        + 0.35 * (state.stage[who, contacts.product] - 1.3)
        + 0.25 * people.log_odds[who, contacts.channel]
    )
    slope = settings.confounding * settings.content_choice
    share = np.clip(settings.content_shown, 1e-9, 1 - 1e-9)
    middle = np.log(share / (1 - share)) * np.sqrt(1 + np.pi / 8 * slope**2)
    return np.asarray(1 / (1 + np.exp(-middle - slope * (drawn_to - settings.content_centre))))


def response_chance(
    country: Country, people: People, state: State, contacts: Contacts, *, at_any_time: bool = False
) -> Floats:
    """Return the planted probability of a success, at the contact's time or at an average one."""
    settings, brand, who = country.settings, country.brand, contacts.who
    shown = np.where(contacts.is_shown, contacts.content, -1)
    taste = people.taste[who, shown] - 1
    formats = people.format_odds[who, brand.content_format[shown]]
    hour = (contacts.local - contacts.local.astype("datetime64[D]")) / HOUR
    timing = np.cos(2 * np.pi / 5 * (weekday(contacts.local) - people.best_day[who]))
    timing = (timing + np.cos(2 * np.pi / 12 * (hour - people.best_hour[who]))) / 2
    is_central = (contacts.rep < 0) & (contacts.channel == brand.channels.index(MAIL))
    odds = (
        people.log_odds[who, contacts.channel]
        + np.where(shown >= 0, settings.taste * np.clip(taste, -1, 1) + formats, 0.0)
        + (0.0 if at_any_time else settings.timing * timing)
        + 0.1 * (state.stage[who, contacts.product] - 1.3)
        - settings.fatigue * settings.fatigue_odds * (state.load[who] - _USUAL_LOAD)
        + np.where(contacts.rep >= 0, settings.skill * country.force.skill[contacts.rep], 0.0)
        + np.where(is_central, np.log(max(settings.central_mail, 1e-9)), 0.0)
    )
    return np.asarray(np.clip(1 / (1 + np.exp(-odds)), 0.01, 0.97))


def content_lift(country: Country, state: State, contacts: Contacts) -> Floats:
    """Return the factor of a contact's weight if its content is shown: more if made for the customer's stage."""
    stage = state.stage[contacts.who, contacts.product]
    apart = np.abs(country.brand.content_stage[contacts.content] - stage)
    match = np.array([1.3, 0.8, 0.4])[np.minimum(apart, 2)]
    lift = (country.settings.content_lift - 1) * country.quality[contacts.content] * match
    return np.where(contacts.content >= 0, np.maximum(1 + lift, 0.0), 1.0)


def advance_chance(country: Country, stage: Ints, channel: Ints) -> Floats:
    """Return the chance that a success without content moves a customer up."""
    depth = country.ways.depth[channel]
    return np.asarray(np.minimum(country.brand.advance[stage] * depth * country.settings.advance, 0.9))


def respond(
    country: Country,
    people: People,
    permission: Permission,
    state: State,
    week: int,
    contacts: Contacts,
    log: Log,
) -> Response:
    """Let customers respond, and note all that happens."""
    at = to_utc(contacts.local)
    arrived = _deliver(country, permission, state, contacts, at, log)
    probability = response_chance(country, people, state, contacts)
    succeeded = arrived & (country.chance.uniform("response", contacts.contact) < probability)
    _note(country, week, contacts, at, succeeded, log)
    return Response(
        succeeded=succeeded,
        chance=probability,
        lift=content_lift(country, state, contacts),
        advance=advance_chance(country, state.stage[contacts.who, contacts.product], contacts.channel),
    )


def _note(
    country: Country, week: int, contacts: Contacts, at: np.ndarray, succeeded: Bools, log: Log
) -> None:
    """Write down how contacts begin, end and are followed up."""
    chance, ways, channel = country.chance, country.ways, contacts.channel
    about = _about(country, contacts, succeeded)
    begun = np.nonzero(ways.first[channel] >= 0)[0]
    log.add(begun, ways.first[channel[begun]], at[begun], about)
    failed = np.nonzero(~succeeded & (ways.failure[channel] >= 0))[0]
    log.add(failed, ways.failure[channel[failed]], at[failed], about)
    well = np.nonzero(succeeded)[0]
    answered, minutes = at.copy(), np.full(len(at), np.nan)
    answered[well] += _wait(country, contacts, well, "answer")
    minutes[well] = ways.minutes[channel[well]] * np.exp(
        0.4 * chance.normal("minutes", contacts.contact[well])
    )
    personal = np.where(ways.failure[channel[well]] >= 0, minutes[well], np.nan)
    log.add(well, ways.success[channel[well]], answered[well], about, personal)
    shown = np.nonzero(succeeded & contacts.is_shown & ways.is_meeting[channel])[0]
    log.add(shown, EVENT["slide_viewed"], answered[shown] + 60 * SECOND, about)
    for event, share in ways.follow_ups.items():
        rows = well[share[channel[well]] > 0]
        rows = rows[chance.uniform("follow up", contacts.contact[rows], event) < share[channel[rows]]]
        if event == EVENT["attended"]:  # on Thursday evening of the week after the invitation
            log.add(rows, event, np.maximum(answered[rows], _webinar(country, week)), about, minutes[rows])
        else:
            wait = _wait(country, contacts, rows, f"follow up {event}")
            log.add(rows, event, answered[rows] + wait, about)


def _about(country: Country, contacts: Contacts, succeeded: Bools) -> dict[str, Ints]:
    """Return the facts that all events of a contact share; nothing was shown where nobody was met."""
    is_shown = contacts.is_shown & (succeeded | ~country.ways.is_meeting[contacts.channel])
    columns = ("who", "channel", "product", "contact", "group", "rep", "decision")
    facts: dict[str, Ints] = {name: getattr(contacts, name) for name in columns}
    return facts | {"content": np.where(is_shown, contacts.content, -1)}


def _deliver(
    country: Country, permission: Permission, state: State, contacts: Contacts, at: np.ndarray, log: Log
) -> Bools:
    """Note whether mails arrive and who unsubscribes after one; return which contacts reach the customer."""
    settings, chance = country.settings, country.chance
    channel = country.brand.channels.index(MAIL)
    mails = np.nonzero(contacts.channel == channel)[0]
    contact, about = contacts.contact[mails], _about(country, contacts, np.ones(len(contacts), bool))
    arrives = chance.uniform("delivered", contact) < settings.delivered
    at = at[mails] + _AFTER_MAIL
    log.add(mails[~arrives], EVENT["bounced"], at[~arrives], about)
    log.add(mails[arrives], EVENT["delivered"], at[arrives], about)
    sends = state.sends[contacts.who[mails]].sum(axis=1)
    hazard = settings.unsubscribe * np.exp(settings.fatigue * settings.unsubscribe_growth * sends)
    leaves = np.nonzero(arrives & (chance.uniform("unsubscribes", contact) < hazard))[0]
    days = chance.exponential("leaves after", contact[leaves])
    left_at = at[leaves] + (days * (DAY / SECOND)).astype(np.int64) * SECOND
    log.add(mails[leaves], EVENT["unsubscribed"], left_at, about)
    permission.unsubscribe(contacts.who[mails[leaves]], channel, left_at)
    reached = np.ones(len(contacts), bool)
    reached[mails] = arrives
    return reached


def _wait(country: Country, contacts: Contacts, rows: Ints, what: str) -> np.ndarray:
    """Return how long customers wait: two minutes where somebody is there."""
    lag = country.ways.lag_seconds[contacts.channel[rows]]
    seconds = lag * country.chance.exponential(f"wait: {what}", contacts.contact[rows])
    return np.asarray(np.where(lag > 0, seconds, 120.0).astype(np.int64) * SECOND)


def _webinar(country: Country, week: int) -> np.datetime64:
    """Return when the webinar that a week invites to begins."""
    days = country.week_begin(week) + WEEK + np.arange(7) * DAY
    return np.datetime64(to_utc(days[weekday(days) == 3] + 18 * HOUR)[0])
