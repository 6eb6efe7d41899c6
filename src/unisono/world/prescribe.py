"""What customers prescribe, and how contacts, ours and competitors', bear on it.

A successful contact adds its weight to the customer's goodwill for a product, which decays by a third a month
(Mizik and Jacobson 2004, drug B), and may move the customer up the ladder. New prescriptions in a week are Poisson:

    rate = potential x interest x stage x (1 + g log(1 + goodwill)) x exp(-c log(1 + pressure)) x season
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unisono.world.brand import Bools, Floats, Ints
from unisono.world.country import WEEK, Country
from unisono.world.events import SECOND
from unisono.world.people import People
from unisono.world.state import State

WEEKS_A_MONTH = 365.25 / 12 / 7
_RIVAL_CHANNELS = np.array([0.7, 0.2, 0.1])  # visit, mail, congress


@dataclass(frozen=True)
class Rivals:
    """Competitors' contacts that panel members report."""

    who: Ints
    at: np.ndarray  # datetime64[s]
    rival: Ints  # position in brand.rivals
    channel: Ints  # 0 visit, 1 mail, 2 congress


def kept(country: Country) -> float:
    """Return the share of goodwill left after a week."""
    return float(country.settings.goodwill_kept ** (1 / WEEKS_A_MONTH))


def ground(country: Country, people: People, pressure: Floats, week: int) -> Floats:
    """Return the weekly rate but for stage and goodwill (n x P)."""
    settings = country.settings
    day = country.week_begin(week).astype("datetime64[D]")
    into = (day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(int)
    season = 1 + settings.season * np.cos(2 * np.pi * (into - 15) / 365.25)
    rivalry = np.exp(-settings.competition * settings.competition_rx * np.log1p(pressure))
    base = settings.base_rx / WEEKS_A_MONTH * people.potential[:, None] * people.interest
    return np.asarray(base * season * rivalry)


def stage_factor(country: Country, stage: Ints) -> Floats:
    """Return the factor of the rate that a stage brings; stages above the last have the last one's."""
    factors = np.array(country.settings.stage_rx)
    at = stage * (len(factors) - 1) / (len(country.brand.stages) - 1)
    return np.asarray(np.interp(at, np.arange(len(factors)), factors))


def goodwill_factor(country: Country, goodwill: Floats) -> Floats:
    """Return the factor of the rate that goodwill brings."""
    return np.asarray(1 + country.settings.goodwill * np.log1p(goodwill))


def compete(country: Country, people: People, state: State, week: int) -> Rivals:
    """Let competitors make their contacts; return what the panel sees of it."""
    chance, number = country.chance, people.number
    weekly = country.settings.rival_weekly * np.minimum(np.sqrt(people.potential), 2.0)
    who = np.nonzero(chance.uniform("rival", number, week) < weekly)[0]
    rival = chance.integer("which rival", max(1, len(country.brand.rivals)), number[who], week)
    state.pressure *= kept(country)
    np.add.at(state.pressure, (who, rival % state.pressure.shape[1]), 1.0)
    in_panel = (chance.uniform("panel", number[who]) < country.settings.panel) & people.in_crm[who]
    seen = who[in_panel]
    seconds = chance.integer("rival at", int(WEEK / SECOND), number[seen], week)
    return Rivals(
        who=seen,
        at=country.week_begin(week) + seconds * SECOND,
        rival=rival[in_panel],
        channel=chance.pick("rival's way", _RIVAL_CHANNELS, number[seen], week),
    )


@dataclass(frozen=True)
class Meetings:
    """Meetings held, one entry each, with what their content did or would have done."""

    who: Ints
    product: Ints
    week: Ints
    is_shown: Bools
    stage: Ints  # when they met
    weight: Floats  # without content
    lift: Floats  # factor of weight and advance with content
    advance: Floats  # chance to move up without content


@dataclass(frozen=True)
class Past:
    """What went into the rates: weeks x n x P."""

    ground: Floats
    stage: Ints
    goodwill: Floats
    new_rx: Ints


def meeting_outcomes(
    country: Country, past: Past, meetings: Meetings, weeks: int
) -> tuple[Ints, Floats, Floats]:
    """Return new prescriptions in so many weeks after meetings: realised, expected with, and without content.

    Later contacts and later moves on the ladder are held as they were; what content changes is the meeting's weight
    in goodwill and the chance that the meeting moved the customer up.
    """
    who, product, top = meetings.who, meetings.product, len(country.brand.stages) - 1
    sums = np.zeros((3, len(who)))
    extra = meetings.weight * (meetings.lift - 1)
    moved = past.stage[np.minimum(meetings.week + 1, len(past.stage) - 1), who, product] - meetings.stage
    for lag in range(1, weeks + 1):
        at = meetings.week + lag
        decay = kept(country) ** (lag - 1)
        base = past.ground[at, who, product]
        later = past.stage[at, who, product] - meetings.stage - moved  # moves after the meeting's own week
        stays = stage_factor(country, np.clip(meetings.stage + later, 0, top))
        rises = stage_factor(country, np.clip(meetings.stage + 1 + later, 0, top))
        goodwill = past.goodwill[at, who, product] - meetings.is_shown * extra * decay
        sums[0] += past.new_rx[at, who, product]
        for row, shown in ((1, 1.0), (2, 0.0)):
            up = np.minimum(meetings.advance * np.where(shown, meetings.lift, 1.0), 0.9)
            factor = goodwill_factor(country, np.maximum(goodwill + shown * extra * decay, 0.0))
            sums[row] += base * factor * ((1 - up) * stays + up * rises)
    return sums[0].astype(np.int64), sums[1], sums[2]


def contact_gain(
    country: Country,
    people: People,
    state: State,
    week: int,
    who: Ints,
    product: Ints,
    weight: Floats,
    advance: Floats,
    horizon: int,
) -> Floats:
    """Return new prescriptions that successes now would bring over a horizon of weeks if nothing else happened."""
    stage, goodwill = state.stage[who, product], state.goodwill[who, product]
    now, above = stage_factor(country, stage), stage_factor(country, stage + (advance > 0))
    gain = np.zeros(len(who))
    for lag in range(1, horizon + 1):
        base = ground(country, people, state.pressure * kept(country) ** lag, week + lag)[who, product]
        left = kept(country) ** (lag - 1)
        stays = (1 - country.settings.slip) ** (lag - 1)
        without = goodwill_factor(country, goodwill * left * kept(country))
        factor = goodwill_factor(country, goodwill * left * kept(country) + weight * left)
        gain += base * (factor * (now + advance * stays * (above - now)) - without * now)
    return gain
