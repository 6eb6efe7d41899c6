"""What happened: one entry per event, of one chunk of customers."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from unisono.tables import EVENTS
from unisono.world.brand import Bools, Floats, Ints

EVENT = {event.name: position for position, event in enumerate(EVENTS)}
SECOND = np.timedelta64(1, "s")
HOUR = 3600 * SECOND


@dataclass(frozen=True)
class Events:
    """What customers and the company did; nothing here was done by a machine."""

    who: Ints  # position in the chunk
    at: np.ndarray  # datetime64[s], UTC
    channel: Ints
    event: Ints  # position in the vocabulary
    product: Ints
    content: Ints  # -1 where none was used
    contact: Ints  # the same for all events of a contact, unique in the world
    group: Ints  # meeting or webinar; -1 where the contact was for one customer
    minutes: Floats  # NaN where it does not apply
    rep: Ints  # person of the force, -1 where nobody in the field acted
    decision: Ints  # position in the delivery's decisions, -1 where nobody suggested it

    def __len__(self) -> int:
        return len(self.who)

    def only(self, chosen: Bools | Ints) -> Events:
        """Return the chosen events."""
        return Events(**{name: column[chosen] for name, column in vars(self).items()})

    def sorted_by(self, area: Ints) -> Events:
        """Return them by the area of the customer and time."""
        return self.only(np.lexsort((self.event, self.contact, self.at, area[self.who])))


def join_events(parts: list[Events]) -> Events:
    """Return events one after another."""
    return Events(
        **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Events)}
    )


@dataclass
class Log:
    """Collects events; a column per field of Events."""

    parts: list[dict[str, np.ndarray]] = field(default_factory=list)

    def add(
        self,
        rows: Ints,
        event: Ints | int,
        at: np.ndarray,
        about: dict[str, Ints],
        minutes: Floats | float = np.nan,
    ) -> None:
        """Note an event of some of the contacts that `about` tells of; the rest is one entry per row."""
        self.parts.append(
            {
                "at": at,
                "event": np.broadcast_to(event, rows.shape),
                "minutes": np.broadcast_to(minutes, rows.shape),
                **{name: column[rows] for name, column in about.items()},
            }
        )

    def take(self) -> Events:
        """Return what was collected and forget it."""
        parts, self.parts = self.parts, []
        return Events(**{f.name: np.concatenate([part[f.name] for part in parts]) for f in fields(Events)})
