"""Random numbers that belong to what they decide.

Each number is a hash of the seed, of what it is for, and of whom it concerns. So nothing depends on the order in
which things are simulated or on how customers are cut into chunks, and rival policies meet the same luck. The hash
is the finaliser of SplitMix64 (Steele, Lea, Flood 2014), one round per key.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Chance:
    """Draws for one world; the keys of a draw are integers or arrays of them, broadcast together."""

    def __init__(self, seed: int) -> None:
        self._seed = np.uint64(seed)

    def uniform(self, what: str, *keys: Ints | int) -> Floats:
        """Return numbers in [0, 1), one per combination of keys."""
        return np.asarray((self._hash(what, *keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53)

    def normal(self, what: str, *keys: Ints | int) -> Floats:
        """Return standard normal numbers (Box and Muller 1958)."""
        radius = np.sqrt(-2.0 * np.log1p(-self.uniform(what + ": radius", *keys)))
        return np.asarray(radius * np.cos(2.0 * np.pi * self.uniform(what + ": angle", *keys)))

    def exponential(self, what: str, *keys: Ints | int) -> Floats:
        """Return exponential numbers of mean 1."""
        return np.asarray(-np.log1p(-self.uniform(what, *keys)))

    def integer(self, what: str, below: int, *keys: Ints | int) -> Ints:
        """Return integers from 0 to `below` - 1, all alike."""
        return np.asarray((self.uniform(what, *keys) * below).astype(np.int64))

    def pick(self, what: str, weights: Floats, *keys: Ints | int) -> Ints:
        """Return positions drawn by `weights`: one list for all, or one row per draw; -1 where a row is all zero."""
        total = np.atleast_2d(weights).cumsum(axis=1)
        at = self.uniform(what, *keys) * total[:, -1]
        return np.asarray(np.where(total[:, -1] > 0, (at[:, None] >= total).sum(axis=1), -1))

    def poisson(self, what: str, mean: Floats, *keys: Ints | int) -> Ints:
        """Return counts with these means, by inversion: a higher mean never gives a lower count."""
        left = self.uniform(what, *keys)
        term = np.exp(-mean)
        count = np.zeros(np.broadcast(left, mean).shape, np.int64)
        below = term.copy()
        for n in range(1, 200):
            more = left >= below
            if not more.any():
                break
            count += more
            term = term * mean / n
            below = below + term
        return count

    def _hash(self, what: str, *keys: Ints | int) -> NDArray[np.uint64]:
        with np.errstate(over="ignore"):
            mixed = _mix(self._seed * _GOLDEN + np.uint64(crc32(what.encode())))
            for key in keys:
                mixed = _mix((mixed ^ np.asarray(key).astype(np.uint64)) * _GOLDEN + np.uint64(1))
        return np.asarray(mixed)


def _mix(value: NDArray[np.uint64] | np.uint64) -> NDArray[np.uint64]:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))
