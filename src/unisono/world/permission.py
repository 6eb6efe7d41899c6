"""What customers have said about being contacted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unisono.world.brand import Bools, Brand, Ints
from unisono.world.chance import Chance
from unisono.world.people import DAY
from unisono.world.settings import WorldSettings

STATUSES = ("none", "granted", "pending", "denied", "withdrawn", "expired")
_GRANTED, _WITHDRAWN, _EXPIRED = (STATUSES.index(word) for word in ("granted", "withdrawn", "expired"))
_NEVER = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class Statements:
    """What customers said and when, by customer, channel and time; `lapses_at` is NaT where it lasts."""

    who: Ints
    channel: Ints
    status: Ints  # position in STATUSES: granted, pending, denied or withdrawn
    stated_at: np.ndarray
    lapses_at: np.ndarray
    by_mail: Bools  # with the link at the end of a mail

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True)
class Permission:
    """Statements about the channels that need consent: arrays customers x channels."""

    status: Ints  # positions in STATUSES, of what was stated before any unsubscribing
    stated_at: np.ndarray
    ends_at: np.ndarray  # withdrawal or expiry; far in the future where neither happened
    left_at: np.ndarray  # unsubscribed, NaT where not

    def unsubscribe(self, who: Ints, channel: int, at: np.ndarray) -> None:
        """Note that these customers unsubscribed from a channel; the first time counts."""
        self.left_at[who, channel] = np.fmin(self.left_at[who, channel], at)

    def statements(self, since: np.datetime64, until: np.datetime64) -> Statements:
        """Return what was stated in [since, until); `since` may be NaT for all from the beginning."""
        ended = np.where(self.status == _WITHDRAWN, self.ends_at, _NEVER)
        parts = [self._stated("first", self.stated_at, since, until, self.status > 0)]
        parts.append(self._stated("ended", ended, since, until, self.status == _WITHDRAWN))
        parts.append(self._stated("left", self.left_at, since, until, ~np.isnat(self.left_at)))
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.lexsort((joined["stated_at"], joined["channel"], joined["who"]))
        return Statements(**{name: column[order] for name, column in joined.items()})

    def allows(self, channel: int, begin: np.datetime64, end: np.datetime64) -> Bools:
        """Return who may be contacted on a channel from one instant to another."""
        status = self.status[:, channel]
        granted = (status == _GRANTED) | (status == _WITHDRAWN) | (status == _EXPIRED)
        lasts = (self.stated_at[:, channel] <= begin) & (end <= self.ends_at[:, channel])
        return np.asarray(granted & lasts & ~(self.left_at[:, channel] < end))

    def _stated(
        self, which: str, at: np.ndarray, since: np.datetime64, until: np.datetime64, is_said: Bools
    ) -> dict[str, np.ndarray]:
        in_time = is_said & (at < until) & (np.isnat(since) | (at >= since))
        who, channel = np.nonzero(in_time)
        status = self.status[who, channel]
        lapses = (which == "first") & np.isin(status, (_GRANTED, _EXPIRED))
        first = np.where(np.isin(status, (_WITHDRAWN, _EXPIRED)), _GRANTED, status)
        return {
            "who": who,
            "channel": channel,
            "status": first if which == "first" else np.full(len(who), _WITHDRAWN),
            "stated_at": at[who, channel],
            "lapses_at": np.where(lapses, self.ends_at[who, channel], _NEVER),
            "by_mail": np.full(len(who), which == "left"),
        }


def sample_permission(
    chance: Chance, numbers: Ints, brand: Brand, before: np.datetime64, settings: WorldSettings
) -> Permission:
    """Return what customers have stated before an instant; channels that need no consent have 'none'."""
    who, channel = numbers[:, None], np.arange(len(brand.channels))
    weights = np.array([settings.consent[word] for word in STATUSES])
    rank = (
        chance.uniform("consent", who, channel)[..., None] >= (weights / weights.sum()).cumsum()[:-1]
    ).sum(axis=-1)
    status = np.where(brand.needs_consent, rank, 0)
    second = np.timedelta64(1, "s")
    stated = before - (200 * 86400 + chance.integer("stated", 700 * 86400, who, channel)) * second
    ended = before - (2 + chance.integer("ended", 178, who, channel)) * DAY
    lasting = before + (60 + chance.integer("lasting", 640, who, channel)) * DAY
    over = np.isin(status, (_WITHDRAWN, _EXPIRED))
    return Permission(status, stated, np.where(over, ended, lasting), np.full(status.shape, _NEVER))
