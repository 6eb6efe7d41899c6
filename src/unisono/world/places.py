"""Cities, postal codes, institutions and territories, and where customers practise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from unisono.world.brand import Floats, Ints
from unisono.world.names import CITIES, INSTITUTIONS, ORGANISATIONS, SMALL_INSTITUTIONS
from unisono.world.settings import WorldSettings

_CODES = 60  # postal codes per city that keep to five digits
_BRICK = 12  # postal codes in a brick of the sales data
_LARGE = 4  # a large centre has as many customers as so many small ones


@dataclass(frozen=True)
class Places:
    """What is where. A cell is a postal code: city after city, `codes` of them each.

    Customers are numbered along the cells, so a territory and an area are ranges of numbers. A district is what
    a territory has of a city; its institutions follow one another, a large centre first if it has three or more.
    """

    customers: int
    codes: int
    reach: Floats  # by cell: share of customers up to its end
    territory: Ints  # city x postal code
    district: Ints  # by cell
    brick: Ints  # by cell: where prescriptions are counted together; no brick spans territories
    brick_city: Ints  # by brick
    first_institution: Ints  # by district
    institutions_in: Ints  # by district
    institution_names: list[str]
    institution_city: Ints
    institution_postal: Ints
    is_large: np.ndarray  # by institution
    organisation_names: list[str]  # patients' organisations
    organisation_city: Ints
    territories_per_area: int
    first_customer: Ints  # by area, and at last the number of customers

    @property
    def reps(self) -> int:
        """Number of sales territories."""
        return int(self.territory.max()) + 1

    @property
    def msls(self) -> int:
        """Number of areas, each covered by one science liaison."""
        return len(self.first_customer) - 1

    def cell_of(self, number: Ints) -> Ints:
        """Return the cell in which customers practise."""
        return np.asarray(np.searchsorted(self.reach, (number + 0.5) / self.customers))

    def chunks(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield ranges of areas with at least so many customers each, where areas are left."""
        begin = 0
        while begin < self.msls:
            enough = np.searchsorted(self.first_customer, self.first_customer[begin] + size)
            end = min(max(begin + 1, int(enough)), self.msls)
            yield begin, end
            begin = end


def make_places(customers: int, settings: WorldSettings) -> Places:
    """Return the map of a world of that many customers; nothing in it is random."""
    shares = np.array([city[-1] for city in CITIES], float)
    shares /= shares.sum()
    reps = max(1, ceil(customers / settings.customers_per_rep))
    codes = _CODES * ceil(max(shares) * reps / _CODES)
    weight = np.repeat(shares / codes, codes)
    territory = _territories(weight, reps)
    district = np.unique(
        np.arange(len(weight)) // codes * (territory.max() + 1) + territory, return_inverse=True
    )[1]
    brick = np.unique(district * len(weight) + np.arange(len(weight)) // _BRICK, return_inverse=True)[1]
    cells = np.searchsorted(weight.cumsum(), (np.arange(customers) + 0.5) / customers)
    areas = int(territory.max()) // settings.territories_per_area + 1
    expected = np.bincount(district, weight) * customers / settings.customers_per_institution
    count = np.maximum(np.round(expected).astype(np.int64), 1)
    first = count.cumsum() - count
    home = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(home)) - first[home]
    begin = np.searchsorted(district, np.arange(len(count)))
    cell = begin[home] + nth * np.bincount(district)[home] // count[home]
    is_large = (nth == 0) & (count[home] >= 3)
    organisations = np.arange(max(1, customers // settings.customers_per_organisation))
    return Places(
        customers=customers,
        codes=codes,
        reach=weight.cumsum(),
        territory=territory.reshape(len(CITIES), codes),
        district=district,
        brick=brick,
        brick_city=np.arange(len(weight))[np.unique(brick, return_index=True)[1]] // codes,
        first_institution=first,
        institutions_in=count,
        institution_names=_institution_names(cell // codes, is_large),
        institution_city=cell // codes,
        institution_postal=cell % codes,
        is_large=is_large,
        organisation_names=[_numbered(ORGANISATIONS, n // len(CITIES)) for n in organisations.tolist()],
        organisation_city=organisations % len(CITIES),
        territories_per_area=settings.territories_per_area,
        first_customer=np.searchsorted(
            territory[cells] // settings.territories_per_area, np.arange(areas + 1)
        ),
    )


def institution_at(places: Places, district: Ints, chosen: Floats) -> Ints:
    """Return institutions of districts, chosen by numbers in [0, 1): large centres hold more customers."""
    count, first = places.institutions_in[district], places.first_institution[district]
    extra = np.where(places.is_large[first], _LARGE - 1, 0)
    at = (chosen * (count + extra)).astype(np.int64)
    return np.asarray(first + np.maximum(at - extra, 0))


def postal_code(city: int, position: int) -> str:
    """Return a city's postal code; in worlds of many customers codes are divided further."""
    further = f"-{position // _CODES}" if position >= _CODES else ""
    return f"{CITIES[city][3]}{position % _CODES + 20:02d}{further}"


def all_postal_codes(places: Places) -> list[str]:
    """Return every postal code, city after city."""
    return [postal_code(city, at) for city in range(len(CITIES)) for at in range(places.codes)]


def all_bricks(places: Places) -> list[str]:
    """Return the ids of all bricks, the grain at which sales are known in the European Union."""
    nth = np.arange(len(places.brick_city)) - np.searchsorted(places.brick_city, places.brick_city)
    return [
        f"IT-{CITIES[c][2]}-{n + 1:02d}"
        for c, n in zip(places.brick_city.tolist(), nth.tolist(), strict=True)
    ]


def _institution_names(city: Ints, is_large: np.ndarray) -> list[str]:
    """Return names, each once in a city."""
    seen: dict[tuple[int, bool], int] = {}
    found = []
    for key in zip(city.tolist(), is_large.tolist(), strict=True):
        nth = seen.get(key, 0)
        seen[key] = nth + 1
        found.append(_numbered(INSTITUTIONS if key[1] else SMALL_INSTITUTIONS, nth))
    return found


def _numbered(words: tuple[str, ...], position: int) -> str:
    name = words[position % len(words)]
    return f"{name} {position // len(words) + 1}" if position >= len(words) else name


def _territories(weight: Floats, reps: int) -> Ints:
    """Cut the cells into as many territories of equal share as there are representatives."""
    middle = weight.cumsum() - weight / 2
    territory = np.minimum((middle * reps).astype(np.int64), reps - 1)
    return np.asarray(np.unique(territory, return_inverse=True)[1])
