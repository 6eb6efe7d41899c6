"""What happens week by week: who is contacted, who responds, and how responses move customers up the ladder."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from unisono.tables import EVENTS
from unisono.world.brand import Bools, Brand, Floats, Ints, draw
from unisono.world.people import People
from unisono.world.permission import DAY, Permission
from unisono.world.settings import Habit, WorldSettings

EVENT = {event.name: position for position, event in enumerate(EVENTS)}
SECOND = np.timedelta64(1, "s")
Instants = np.ndarray


@dataclass(frozen=True)
class Events:
    """What happened to one chunk, in order of time; arrays are one entry per event."""

    who: Ints  # position in the chunk
    at: Instants  # datetime64[s], UTC on the mail platform and local time in the CRM
    channel: Ints
    event: Ints  # position in the vocabulary
    product: Ints
    content: Ints  # -1 where none was used
    contact: Ints
    group: Ints  # meeting or webinar; -1 where the contact was for one customer
    minutes: Floats
    is_human: Bools

    def __len__(self) -> int:
        return len(self.who)

    def only(self, chosen: Bools) -> Events:
        """Return the chosen events."""
        return Events(**{name: column[chosen] for name, column in vars(self).items()})


@dataclass
class _Log:
    """Collects events; a column per field of Events."""

    columns: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def add(self, size: int, **columns: object) -> None:
        for name, values in columns.items():
            self.columns.setdefault(name, []).append(np.broadcast_to(np.asarray(values), size))

    def close(self, before: np.datetime64) -> Events:
        events = Events(**{name: np.concatenate(parts) for name, parts in self.columns.items()})
        events = events.only(events.at < before)
        order = np.lexsort((events.event, events.contact, events.at))
        return Events(**{name: column[order] for name, column in vars(events).items()})


class Simulation:
    """One chunk's customers living through the weeks.

    `stage` and `permission` change as they respond and unsubscribe.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        people: People,
        permission: Permission,
        brand: Brand,
        settings: WorldSettings,
    ) -> None:
        self.rng, self.people, self.permission = rng, people, permission
        self.brand, self.settings = brand, settings
        self.stage = people.stage.copy()
        self._taste = np.minimum(people.affinity @ brand.content_topics, 2.0)  # customers x contents, mean 1
        self._rate = self._contact_rate()
        self._log = _Log()

    def run(self, before: np.datetime64, weeks: int) -> Events:
        """Return everything that happened in the weeks up to an instant."""
        monday = before.astype("datetime64[D]") - (before.astype("datetime64[D]").astype(int) + 3) % 7
        for week in range(weeks + 1):  # the last one is cut short by the instant
            begin = (monday - 7 * (weeks - week)).astype("datetime64[s]")
            allowed = ~self.brand.needs_consent | self.permission.allows(begin, begin + 7 * DAY)
            for channel in range(len(self.brand.channels)):
                self._contact(channel, week, begin, self._rate[:, channel] * allowed[:, channel])
            self.stage -= (self.rng.random(self.stage.shape) < self.settings.slip) & (self.stage > 0)
        return self._log.close(before)

    def _contact_rate(self) -> Floats:
        """Return the weekly chance of a contact, customers x channels; confounded with receptivity."""
        people, settings = self.people, self.settings
        habits = [settings.habits[channel] for channel in self.brand.channels]
        weekly = np.array([habit.weekly for habit in habits])
        mean = np.array([habit.receptivity for habit in habits])
        is_crm = np.array([habit.system == "crm" for habit in habits])
        known = np.where(is_crm, people.in_crm[:, None], people.in_mail[:, None])
        rapport = (people.receptivity / mean) ** settings.confounding
        attention = np.where(is_crm, np.sqrt(people.potential)[:, None] * (0.4 + 0.6 * rapport), 1.0)
        for_msl = np.where(self.brand.is_medical, people.has_msl[:, None], True)
        return np.asarray(np.minimum(weekly * attention * known * for_msl, 0.9))

    def _contact(self, channel: int, week: int, begin: np.datetime64, rate: Floats) -> None:
        """Let the company, or on the portal the customer, make this week's contacts on one channel."""
        rng, brand, people = self.rng, self.brand, self.people
        name = brand.channels[channel]
        habit = self.settings.habits[name]
        meeting = name == "hospital_meeting"
        if meeting:
            rate = rate * self._holds_meeting(week)
        who = np.nonzero(rng.random(len(rate)) < rate)[0]
        product = draw(rng, brand.interest[people.specialty[who]])
        usable = brand.usable(channel, begin.astype("datetime64[D]"))
        content = draw(rng, self._taste[who] * (usable & (brand.content_product == product[:, None])))
        group = product if name == "webinar" else people.institution[who]
        in_office = (
            begin + rng.integers(0, 5, len(who)) * DAY + rng.integers(8 * 3600, 19 * 3600, len(who)) * SECOND
        )
        facts = _Contacts(
            habit=habit,
            week_begins=begin,
            who=who,
            at=begin + (group % 5) * DAY + 13 * 3600 * SECOND if meeting else in_office,
            columns={
                "channel": np.full(len(who), channel),
                "product": product,
                "content": content,
                "contact": (people.number[who] * 1000 + week) * len(brand.channels) + channel,
                "group": group * 1000 + week if meeting or name == "webinar" else np.full(len(who), -1),
            },
        )
        arrived = self._deliver(facts) if name == "approved_email" else np.ones(len(who), bool)
        responded = arrived & (rng.random(len(who)) < self._chance(channel, who, product, content))
        self._respond(facts, responded)
        chance = brand.advance[self.stage[who, product]] * self.settings.advance
        self.stage[who, product] += responded & (rng.random(len(who)) < chance)

    def _holds_meeting(self, week: int) -> Bools:
        """Return whose institution meets this week: a hash, so that all chunks agree."""
        institution = self.people.institution
        mixed = (institution * 2_654_435_761 + week * 40_503 * 65_537) % 2**32
        return np.asarray((institution >= 0) & (mixed < self.settings.meeting * 2**32))

    def _chance(self, channel: int, who: Ints, product: Ints, content: Ints) -> Floats:
        """Return the planted probability of a response."""
        taste = np.where(content >= 0, self._taste[who, content], 1.0)
        warmth = 0.85 + 0.1 * self.stage[who, product]
        chance = self.people.receptivity[who, channel] * (0.5 + 0.5 * taste) * warmth
        return np.asarray(np.clip(chance, 0.01, 0.97))

    def _deliver(self, mails: _Contacts) -> Bools:
        """Write what happens to mails without a person's doing; return which arrived."""
        rng, settings = self.rng, self.settings
        n = len(mails.who)
        arrived = rng.random(n) < settings.delivered
        mails.write(self._log, ~arrived, "bounced", mails.at + 40 * SECOND)
        mails.write(self._log, arrived, "delivered", mails.at + 60 * SECOND)
        by_machine = arrived & (rng.random(n) < settings.machine_open)
        mails.write(self._log, by_machine, "opened", mails.at + 75 * SECOND, is_human=False)
        scanned = arrived & (rng.random(n) < settings.machine_click)
        mails.write(self._log, scanned, "clicked", mails.at + 80 * SECOND, is_human=False)
        leaves = arrived & (rng.random(n) < settings.unsubscribe)
        left_at = mails.at + 2 * DAY
        mails.write(self._log, leaves, "unsubscribed", left_at)
        self.permission.withdraw(
            mails.who[leaves], self.brand.channels.index("approved_email"), left_at[leaves]
        )
        return arrived

    def _respond(self, contacts: _Contacts, responded: Bools) -> None:
        """Write how contacts begin, end and are followed up."""
        rng, habit, n = self.rng, contacts.habit, len(responded)
        everyone = np.ones(n, bool)
        if habit.first:
            contacts.write(self._log, everyone, habit.first, contacts.at)
        if habit.failure:
            contacts.write(self._log, ~responded, habit.failure, contacts.at)
        minutes = habit.minutes * rng.lognormal(0.0, 0.4, n) if habit.minutes else np.full(n, np.nan)
        answered_at = contacts.at + _wait(rng, habit, n)
        contacts.write(self._log, responded, habit.success, answered_at, minutes if habit.failure else np.nan)
        for event, share in habit.follow_ups.items():
            follows = responded & (rng.random(n) < share)
            if event == "attended":  # on Thursday evening of the week after the invitation
                at = np.maximum(answered_at, contacts.week_begins + 10 * DAY + 18 * 3600 * SECOND)
                contacts.write(self._log, follows, event, at, minutes)
            else:
                contacts.write(self._log, follows, event, answered_at + _wait(rng, habit, n))


@dataclass(frozen=True)
class _Contacts:
    """One week's contacts on one channel; arrays are one entry per contact."""

    habit: Habit
    week_begins: np.datetime64
    who: Ints
    at: Instants
    columns: dict[str, np.ndarray]

    def write(
        self,
        log: _Log,
        chosen: Bools,
        event: str,
        at: Instants,
        minutes: Floats | float = np.nan,
        *,
        is_human: bool = True,
    ) -> None:
        """Log an event of the chosen contacts."""
        log.add(
            int(chosen.sum()),
            who=self.who[chosen],
            at=at[chosen],
            event=EVENT[event],
            minutes=minutes[chosen] if isinstance(minutes, np.ndarray) else minutes,
            is_human=is_human,
            **{name: column[chosen] for name, column in self.columns.items()},
        )


def _wait(rng: np.random.Generator, habit: Habit, n: int) -> np.ndarray:
    seconds = rng.exponential(habit.lag_hours * 3600, n) if habit.lag_hours else np.full(n, 120.0)
    return seconds.astype(np.int64) * SECOND
