"""What the exports have in common: rows in order, and the words that people, products and contents are written in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa

from unisono.world.brand import Bools, Ints
from unisono.world.delivery import Delivery
from unisono.world.events import EVENT, Events
from unisono.world.text import iso, pick, record_ids

Frame = dict[str, np.ndarray]
"""Columns of equal length, by name; `who`, `at` and `number` are always there."""

ROME = "Europe/Rome"
DAY = np.timedelta64(86400, "s")
LATER = 400 * DAY  # after any clock a row could be read at


def frame(events: Events, **more: np.ndarray) -> Frame:
    """Return events as a frame, numbered so that no two of the world have one number."""
    return {**vars(events), "number": (events.contact * len(EVENT) + events.event) * 2, **more}


def chosen(rows: Frame, condition: Bools | Ints) -> Frame:
    """Return the rows for which a condition holds."""
    return {name: column[condition] for name, column in rows.items()}


def stacked(delivery: Delivery, *parts: Frame) -> Frame:
    """Return rows of several kinds in order of area and time."""
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return chosen(rows, np.lexsort((rows["number"], rows["at"], delivery.people.area[rows["who"]])))


def with_event(events: Events, *names: str) -> Bools:
    """Return which events are of these kinds."""
    return np.isin(events.event, [EVENT[name] for name in names])


def contacts_with(events: Events, *names: str) -> Ints:
    """Return the contacts in which one of these happened."""
    return np.unique(events.contact[with_event(events, *names)])


def event_words(words: Mapping[str, str], event: Ints) -> pa.Array:
    """Return events in a system's own words, empty text where it has none."""
    return pick([words.get(name, "") for name in EVENT], event)


def channel_words(words: Mapping[str, str], delivery: Delivery, channel: Ints) -> pa.Array:
    """Return channels in a system's own words, empty text where it has none."""
    return pick([words.get(name, "") for name in delivery.brand.channels], channel)


def on(delivery: Delivery, channels: Collection[str], *kinds: str) -> Events:
    """Return the events on some channels, of some kinds or of all."""
    known, events = [delivery.brand.channels.index(channel) for channel in channels], delivery.events
    wanted = np.isin(events.channel, known)
    return events.only(wanted & with_event(events, *kinds) if kinds else wanted)


def product_written(delivery: Delivery, product: Ints, contact: Ints) -> pa.Array:
    """Return products as somebody wrote them: by id, name or alias, the same within a contact."""
    written = delivery.brand.written
    ways = np.array([len(names) for names in written])
    position = (ways.cumsum() - ways)[product] + contact % ways[product]
    return pick([way for names in written for way in names], position)


def product_record(product: Ints) -> pa.Array:
    """Return the CRM's record ids of products, empty text for a negative position."""
    return record_ids("a00", product)


def document_record(content: Ints) -> pa.Array:
    """Return the CRM's record ids of e-mail templates."""
    return record_ids("a1D", content)


def slide_record(content: Ints) -> pa.Array:
    """Return the CRM's record ids of slides."""
    return record_ids("a1K", content)


def institution_record(institution: Ints) -> pa.Array:
    """Return the CRM's record ids of institutions."""
    return record_ids("001H", institution)


def utc(at: np.ndarray) -> pa.Array:
    """Return instants as the CRM writes them."""
    return iso(at, ".000Z")
