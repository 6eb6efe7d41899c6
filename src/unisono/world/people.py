"""Customers: who they are, where they practise, and what they are like (hidden from the pipeline)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world import names
from unisono.world.brand import Bools, Brand, Floats, Ints
from unisono.world.places import POSTAL_CODES_PER_CITY, Places
from unisono.world.settings import WorldSettings
from unisono.world.text import joined, numbered, pick

_MODULUS = 9_999_991  # prime: no two customers below it get one id
MOST_CUSTOMERS = 1_000_000

_GIVEN = [*names.ITALIAN_GIVEN, *names.TURKISH_GIVEN, *(latin for _, latin in names.CHINESE_GIVEN)]
_FAMILY = [*names.ITALIAN_FAMILY, *names.TURKISH_FAMILY, *(latin for _, latin in names.CHINESE_FAMILY)]
_SCRIPT = len(_GIVEN) - len(names.CHINESE_GIVEN)  # where names with a script of their own begin
_SCRIPT_FAMILY = len(_FAMILY) - len(names.CHINESE_FAMILY)


@dataclass(frozen=True)
class People:
    """One chunk of n customers; arrays are n long or n x something."""

    number: Ints
    given: pa.Array
    family: pa.Array
    display: pa.Array  # in the person's own script
    specialty: Ints
    city: Ints
    postal: Ints  # position among the city's postal codes
    institution: Ints  # -1 for a surgery
    in_crm: Bools
    in_mail: Bools
    licence_in_crm: Bools
    licence_in_mail: Bools
    potential: Floats  # 1 is the median
    has_msl: Bools
    accessible: Bools
    receptivity: Floats  # n x channels
    affinity: Floats  # n x topics, mean 1
    stage: Ints  # n x products, at the beginning

    def __len__(self) -> int:
        return len(self.number)

    @property
    def crm_id(self) -> pa.Array:
        """The customer's id in the CRM."""
        return numbered("IT", (self.number + 1) * 7919 % _MODULUS, 7)

    @property
    def mail_id(self) -> pa.Array:
        """The customer's id on the mail platform."""
        return numbered("m-", (self.number + 1) * 104_729 % _MODULUS, 7)

    @property
    def licence_id(self) -> pa.Array:
        """The number in the province's register of physicians."""
        province = pick([city[2] for city in names.CITIES], self.city)
        return joined("-", province, numbered("", (self.number + 1) * 6007 % _MODULUS, 7))


def sample_people(
    rng: np.random.Generator, numbers: Ints, brand: Brand, places: Places, settings: WorldSettings
) -> People:
    """Return the customers with these numbers."""
    n = len(numbers)
    given, family, display = _sample_names(rng, n, settings)
    specialty = rng.choice(len(names.SPECIALTIES), n, p=_shares(names.SPECIALTIES))
    city = rng.choice(len(names.CITIES), n, p=_shares(names.CITIES))
    first, count = places.first_institution[city], places.institutions_in[city]
    institution = np.where(specialty == 0, -1, first + rng.integers(0, count))
    listed = rng.random(n)
    potential = rng.lognormal(0.0, settings.potential_sigma, n)
    accessible = rng.random(n) < settings.accessible
    return People(
        number=numbers,
        given=given,
        family=family,
        display=display,
        specialty=specialty,
        city=city,
        postal=rng.integers(0, POSTAL_CODES_PER_CITY, n),
        institution=institution,
        in_crm=listed < settings.both_lists + settings.crm_only,
        in_mail=(listed < settings.both_lists) | (listed >= settings.both_lists + settings.crm_only),
        licence_in_crm=rng.random(n) < settings.licence_known,
        licence_in_mail=rng.random(n) < settings.licence_known,
        potential=potential,
        has_msl=potential > np.exp(settings.potential_sigma * NormalDist().inv_cdf(1 - settings.msl_share)),
        accessible=accessible,
        receptivity=_sample_receptivity(rng, accessible, brand, settings),
        affinity=rng.gamma(2.0, 0.5, (n, len(brand.topics))),
        stage=np.stack([rng.choice(len(brand.prior), n, p=brand.prior) for _ in brand.products], axis=1),
    )


def _shares(
    rows: tuple[tuple[str, str, float], ...] | tuple[tuple[str, str, str, str, float], ...],
) -> Floats:
    shares = np.array([row[-1] for row in rows], float)
    return np.asarray(shares / shares.sum())


def _sample_names(
    rng: np.random.Generator, n: int, settings: WorldSettings
) -> tuple[pa.Array, pa.Array, pa.Array]:
    minority = [settings.turkish, settings.chinese]
    origin = rng.choice(3, n, p=[1 - sum(minority), *minority])

    def any_of(*sizes: int) -> Ints:
        """Return positions in lists of these sizes laid end to end, each in the list of the origin."""
        size, first = np.array(sizes)[origin], np.array([0, *sizes]).cumsum()[origin]
        return np.asarray(first + (rng.random(n) * size).astype(np.int64))

    given = any_of(len(names.ITALIAN_GIVEN), len(names.TURKISH_GIVEN), len(names.CHINESE_GIVEN))
    family = any_of(len(names.ITALIAN_FAMILY), len(names.TURKISH_FAMILY), len(names.CHINESE_FAMILY))
    latin_given, latin_family = pa.array(_GIVEN).take(given), pa.array(_FAMILY).take(family)
    script_given = pa.array([script for script, _ in names.CHINESE_GIVEN]).take(
        np.maximum(given - _SCRIPT, 0)
    )
    script_family = pa.array([script for script, _ in names.CHINESE_FAMILY]).take(
        np.maximum(family - _SCRIPT_FAMILY, 0)
    )
    display = pc.if_else(
        origin == 2,
        pc.binary_join_element_wise(script_family, script_given, ""),
        pc.binary_join_element_wise(latin_given, latin_family, " "),
    )
    return latin_given, latin_family, display


def _sample_receptivity(
    rng: np.random.Generator, accessible: Bools, brand: Brand, settings: WorldSettings
) -> Floats:
    habits = [settings.habits[channel] for channel in brand.channels]
    mean = np.array([habit.receptivity for habit in habits])
    drawn = rng.beta(
        mean * settings.concentration, (1 - mean) * settings.concentration, (len(accessible), len(mean))
    )
    personal = np.array([habit.system == "crm" for habit in habits])
    closed = ~accessible[:, None] & personal
    return np.where(closed, drawn * settings.closed_door, drawn)
