"""What customers have said about being contacted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unisono.world.brand import Bools, Brand, Ints
from unisono.world.settings import WorldSettings

DAY = np.timedelta64(86400, "s")


@dataclass(frozen=True)
class Statements:
    """What customers said and when, one entry per statement; `lapses_at` is NaT where it lasts."""

    who: Ints
    channel: Ints
    status: np.ndarray
    stated_at: np.ndarray
    lapses_at: np.ndarray


@dataclass(frozen=True)
class Permission:
    """Statements about the channels that need consent: arrays customers x channels."""

    granted: Bools  # ever
    status: np.ndarray  # words of settings.consent, 'none' where nothing was stated
    stated_at: np.ndarray
    ends_at: np.ndarray  # withdrawal or expiry; far in the future where neither happened

    def withdraw(self, who: Ints, channel: int, at: np.ndarray) -> None:
        """Note that these customers unsubscribed from a channel."""
        self.status[who, channel] = "withdrawn"
        self.ends_at[who, channel] = at

    def statements(self, first_of: Bools, withdrawals_of: Bools, before: np.datetime64) -> Statements:
        """Return the first statements of some customers and the withdrawals of some, up to an instant."""
        first, first_channel = np.nonzero((self.status != "none") & first_of[:, None])
        ended = (self.status == "withdrawn") & (self.ends_at < before) & withdrawals_of[:, None]
        left, left_channel = np.nonzero(ended)
        who, channel = np.concatenate([first, left]), np.concatenate([first_channel, left_channel])
        is_first = np.arange(len(who)) < len(first)
        status, ends_at = self.status[who, channel], self.ends_at[who, channel]
        said_yes = is_first & np.isin(status, ("withdrawn", "expired"))
        return Statements(
            who=who,
            channel=channel,
            status=np.where(said_yes, "granted", status),
            stated_at=np.where(is_first, self.stated_at[who, channel], ends_at),
            lapses_at=np.where(
                is_first & np.isin(status, ("granted", "expired")), ends_at, np.datetime64("NaT")
            ),
        )

    def allows(self, begin: np.datetime64, end: np.datetime64) -> Bools:
        """Return who may be contacted on which channel from one instant to another."""
        return np.asarray(self.granted & (self.stated_at <= begin) & (end <= self.ends_at))


def sample_permission(
    rng: np.random.Generator, n: int, brand: Brand, before: np.datetime64, settings: WorldSettings
) -> Permission:
    """Return what customers have stated before an instant; channels that need no consent have 'none'."""
    shape = (n, len(brand.channels))
    words = np.array(list(settings.consent))
    status = np.where(
        brand.needs_consent, rng.choice(words, shape, p=list(settings.consent.values())), "none"
    )
    stated = before - rng.integers(200 * 86400, 900 * 86400, shape) * np.timedelta64(1, "s")
    ended = before - rng.integers(2, 180, shape) * DAY
    lasting = before + rng.integers(60, 700, shape) * DAY
    granted = np.isin(status, ("granted", "withdrawn", "expired"))
    return Permission(
        granted, status, stated, np.where(np.isin(status, ("withdrawn", "expired")), ended, lasting)
    )
