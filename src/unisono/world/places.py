"""Cities, institutions, territories and the representatives who work in them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from unisono.world.brand import Ints
from unisono.world.names import CITIES, INSTITUTIONS
from unisono.world.settings import WorldSettings

POSTAL_CODES_PER_CITY = 60


@dataclass(frozen=True)
class Places:
    """What is where: arrays by city, by institution, and territories by city x postal code."""

    institutions_in: Ints
    first_institution: Ints
    institution_names: list[str]
    institution_city: Ints
    territory: Ints  # city x postal code
    msls: int

    @property
    def reps(self) -> int:
        """Number of sales representatives, one per territory."""
        return int(self.territory.max()) + 1


def make_places(customers: int, settings: WorldSettings) -> Places:
    """Return the map of a world of that many customers; nothing in it is random."""
    shares = np.array([city[-1] for city in CITIES], float)
    shares /= shares.sum()
    wanted = shares * customers / settings.customers_per_institution
    count = np.maximum(np.round(wanted).astype(np.int64), 1)
    city = np.repeat(np.arange(len(CITIES)), count)
    first = count.cumsum() - count
    reps = max(1, ceil(customers / settings.customers_per_rep))
    return Places(
        institutions_in=count,
        first_institution=first,
        institution_names=[_institution_name(position) for position in np.arange(len(city)) - first[city]],
        institution_city=city,
        territory=_territories(shares, reps),
        msls=max(2, ceil(customers / settings.customers_per_msl)),
    )


def postal_code(city: int, position: int) -> str:
    """Return the five digits of a city's postal code."""
    return f"{CITIES[city][3]}{position + 20:02d}"


def all_postal_codes() -> list[str]:
    """Return every postal code, city after city."""
    return [postal_code(city, at) for city in range(len(CITIES)) for at in range(POSTAL_CODES_PER_CITY)]


def _institution_name(position: int) -> str:
    name = INSTITUTIONS[position % len(INSTITUTIONS)]
    return f"{name} {position // len(INSTITUTIONS) + 1}" if position >= len(INSTITUTIONS) else name


def _territories(shares: np.ndarray, reps: int) -> Ints:
    """Cut the postal codes, city after city, into as many territories of equal share as there are reps."""
    weight = np.repeat(shares / POSTAL_CODES_PER_CITY, POSTAL_CODES_PER_CITY)
    middle = weight.cumsum() - weight / 2
    territory = np.minimum((middle * reps).astype(np.int64), reps - 1)
    _, dense = np.unique(territory, return_inverse=True)
    return dense.reshape(len(CITIES), POSTAL_CODES_PER_CITY)
