"""Customers: who they are, where they practise, and what they are like (hidden from the pipeline)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world import names
from unisono.world.brand import Bools, Brand, Floats, Ints
from unisono.world.chance import Chance
from unisono.world.places import Places, institution_at
from unisono.world.settings import WorldSettings
from unisono.world.text import joined, numbered, pick, record_ids, record_numbers

MODULUS = 9_999_991  # prime: no two customers below it get one id
CRM_FACTOR, MAIL_FACTOR = 7919, 104_729
MOST_CUSTOMERS = 1_000_000
DAY = np.timedelta64(86400, "s")

_GIVEN = [*names.ITALIAN_GIVEN, *names.TURKISH_GIVEN, *(latin for _, latin in names.CHINESE_GIVEN)]
_FAMILY = [*names.ITALIAN_FAMILY, *names.TURKISH_FAMILY, *(latin for _, latin in names.CHINESE_FAMILY)]
_SCRIPT = len(_GIVEN) - len(names.CHINESE_GIVEN)  # where names with a script of their own begin
_SCRIPT_FAMILY = len(_FAMILY) - len(names.CHINESE_FAMILY)
_INTEREST_SIGMA = 0.3  # of the log of a customer's own interest in a product
_SHARED_OPENNESS = 0.4  # of the variance of receptivities is the person's, the rest the channel's


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
    moved_at: np.ndarray  # datetime64[s], NaT if never: when they came to where they are now
    old_city: Ints
    old_postal: Ints
    old_institution: Ints
    territory: Ints
    area: Ints
    brick: Ints
    household: Ints  # number of the first of a couple who share family name, phone and practice; else the own
    in_crm: Bools
    in_mail: Bools
    licence_in_crm: Bools
    licence_in_mail: Bools
    email_in_crm: Ints  # 0 none, 1 the one the mail platform has, 2 a private one
    clinic_phone: Bools  # known by the institution's number
    has_msl: Bools
    accessible: Bools
    potential: Floats  # 1 is the median
    interest: Floats  # n x products, mean about 1 over products
    log_odds: Floats  # n x channels: of a response, other things being average
    affinity: Floats  # n x topics, mean 1
    taste: Floats  # n x contents, the same for their topics
    format_odds: Floats  # n x formats: log odds a format adds
    best_day: Ints  # 0 is Monday
    best_hour: Ints  # local time
    stage: Ints  # n x products, at the beginning

    def __len__(self) -> int:
        return len(self.number)

    @property
    def receptivity(self) -> Floats:
        """Chance of a response per channel, other things being average."""
        return np.asarray(1 / (1 + np.exp(-self.log_odds)))

    @property
    def from_elsewhere(self) -> Bools:
        """Whether they came from another city."""
        return np.asarray(~np.isnat(self.moved_at) & (self.old_city != self.city))

    @property
    def crm_id(self) -> pa.Array:
        """The customer's record id in the CRM, 18 characters."""
        return record_ids("001", (self.number + 1) * CRM_FACTOR % MODULUS)

    @property
    def mail_id(self) -> pa.Array:
        """The customer's id on the mail platform."""
        return numbered("M-", (self.number + 1) * MAIL_FACTOR % MODULUS, 7)

    @property
    def licence_id(self) -> pa.Array:
        """The number in the province's register of physicians."""
        province = pick([city[2] for city in names.CITIES], self.city)
        return joined("-", province, numbered("", (self.number + 1) * 6007 % MODULUS, 7))

    @property
    def email(self) -> pa.Array:
        """The address at work."""
        return joined("", numbered("dr", (self.number + 1) * 3571 % MODULUS, 7), "@studio.example.org")

    @property
    def private_email(self) -> pa.Array:
        """The address at home."""
        return joined("", numbered("casa", (self.number + 1) * 4409 % MODULUS, 7), "@posta.example.net")

    @property
    def phone(self) -> pa.Array:
        """The telephone: of the institution, of the couple's practice, or the customer's own."""
        own = (self.household + 1) * 5003 % MODULUS
        clinic = (self.institution + 1) * 977 % 99_991
        return pc.if_else(
            pa.array(self.clinic_phone), numbered("+39 02 55", clinic, 5), numbered("+39 3", own, 9)
        )


def customer_number(system: str, record_id: pa.Array) -> Ints:
    """Return the customer behind each id of the CRM or the mail platform; -1 where it is none of ours."""
    if system == "crm":
        code, factor = record_numbers("001", record_id), CRM_FACTOR
    else:
        shaped = pc.match_substring_regex(record_id, "^M-[0-9]{7}$").fill_null(False)
        digits = pc.if_else(shaped, pc.utf8_slice_codeunits(record_id, 2), "0")
        code, factor = digits.cast(pa.int64()).to_numpy(zero_copy_only=False), MAIL_FACTOR
    number = code * pow(factor, -1, MODULUS) % MODULUS - 1
    return np.where((code > 0) & (number < MOST_CUSTOMERS), number, -1)


def sample_people(
    chance: Chance,
    numbers: Ints,
    brand: Brand,
    places: Places,
    settings: WorldSettings,
    begin: np.datetime64,
    weeks: int,
) -> People:
    """Return the customers with these numbers, whose moves lie in the weeks after `begin`."""
    n = numbers
    in_couple = _couples(chance, n, places, settings)
    household = np.where(in_couple, n - n % 2, n)
    given, family, display = _sample_names(chance, n, household, settings)
    specialty = chance.pick("specialty", _shares(names.SPECIALTIES), n)
    where = _sample_places(chance, n, household, (specialty == 0) | in_couple, places)
    cell = where["city"] * places.codes + where["postal"]
    territory = places.territory.reshape(-1)[cell]
    return People(
        number=n,
        given=given,
        family=family,
        display=display,
        specialty=specialty,
        **where,
        **_sample_moves(chance, n, where, places, settings, begin, weeks),
        territory=territory,
        area=territory // places.territories_per_area,
        brick=places.brick[cell],
        household=household,
        **_sample_records(chance, n, where["institution"], settings),
        **_sample_character(chance, n, specialty, brand, settings),
    )


def _sample_records(
    chance: Chance, n: Ints, institution: Ints, settings: WorldSettings
) -> dict[str, np.ndarray]:
    """Return which systems know customers, and how."""
    listed = chance.uniform("listed", n)
    return {
        "in_crm": listed < settings.both_lists + settings.crm_only,
        "in_mail": (listed < settings.both_lists) | (listed >= settings.both_lists + settings.crm_only),
        "licence_in_crm": chance.uniform("licence in crm", n) < settings.licence_known,
        "licence_in_mail": chance.uniform("licence in mail", n) < settings.licence_known,
        "email_in_crm": chance.pick("email in crm", np.array([0.2, 0.5, 0.3]), n),
        "clinic_phone": (institution >= 0) & (chance.uniform("clinic phone", n) < settings.clinic_phone),
    }


def _sample_character(
    chance: Chance, n: Ints, specialty: Ints, brand: Brand, settings: WorldSettings
) -> dict[str, np.ndarray]:
    """Return what customers are like."""
    products = np.arange(len(brand.products))
    spread, uncovered = settings.potential_sigma, np.clip(1 - settings.msl_share, 1e-9, 1 - 1e-9)
    reach = settings.potential_reach
    potential = np.exp(spread * np.clip(chance.normal("potential", n), -reach, reach))
    accessible = chance.uniform("accessible", n) < settings.accessible
    affinity = _sample_affinity(chance, n, brand)
    own_interest = np.exp(_INTEREST_SIGMA * chance.normal("interest", n[:, None], products))
    return {
        "has_msl": potential > np.exp(spread * NormalDist().inv_cdf(float(uncovered))),
        "accessible": accessible,
        "potential": potential,
        "interest": brand.interest[specialty] * len(products) * own_interest,
        "log_odds": _sample_log_odds(chance, n, accessible, brand, settings),
        "affinity": affinity,
        "taste": affinity @ brand.content_topics,
        "format_odds": settings.formats * chance.normal("format", n[:, None], np.arange(brand.formats)),
        "best_day": chance.integer("best day", 5, n),
        "best_hour": 8 + chance.integer("best hour", 11, n),
        "stage": np.stack([chance.pick("stage", brand.prior, n, at) for at in products.tolist()], axis=1),
    }


def _sample_affinity(chance: Chance, n: Ints, brand: Brand) -> Floats:
    """Return Gamma draws of mean 1: half the sum of two exponentials."""
    topics = np.arange(len(brand.topics))
    parts = [chance.exponential(f"affinity {part}", n[:, None], topics) for part in "ab"]
    return np.asarray((parts[0] + parts[1]) / 2)


def _couples(chance: Chance, n: Ints, places: Places, settings: WorldSettings) -> Bools:
    """Return who is one of a couple: neighbours in number, in one district."""
    first = n - n % 2
    district = places.district[places.cell_of(np.minimum(first[:, None] + [0, 1], places.customers - 1))]
    near = (district[:, 0] == district[:, 1]) & (first + 1 < places.customers)
    return np.asarray(near & (chance.uniform("couple", first) < settings.couples))


def _sample_places(
    chance: Chance, n: Ints, household: Ints, surgery: Bools, places: Places
) -> dict[str, np.ndarray]:
    """Return where customers practise: in a surgery, or where their institution is."""
    cell = places.cell_of(household)
    institution = institution_at(places, places.district[cell], chance.uniform("institution", n))
    return {
        "city": cell // places.codes,
        "postal": np.where(surgery, cell % places.codes, places.institution_postal[institution]),
        "institution": np.where(surgery, -1, institution),
    }


def _sample_moves(
    chance: Chance,
    n: Ints,
    where: dict[str, np.ndarray],
    places: Places,
    settings: WorldSettings,
    begin: np.datetime64,
    weeks: int,
) -> dict[str, np.ndarray]:
    """Return where those who moved came from, one in three from another city, and when."""
    moved = chance.uniform("moves", n) < settings.moves
    far = chance.uniform("moves far", n) < 1 / 3
    here = where["city"] * places.codes + where["postal"]
    anywhere = chance.integer("moves from", len(places.district), n)
    cell = np.where(far, anywhere, here)
    institution = institution_at(places, places.district[cell], chance.uniform("old institution", n))
    at = begin + (chance.uniform("moves at", n) * weeks * 7).astype(np.int64) * DAY
    return {
        "moved_at": np.where(moved, at, np.datetime64("NaT", "s")),
        "old_city": np.where(moved, places.institution_city[institution], where["city"]),
        "old_postal": np.where(moved, places.institution_postal[institution], where["postal"]),
        "old_institution": np.where(moved, institution, where["institution"]),
    }


def _shares(rows: tuple[tuple[str, str, float], ...]) -> Floats:
    return np.array([row[-1] for row in rows], float)


def _sample_names(
    chance: Chance, n: Ints, household: Ints, settings: WorldSettings
) -> tuple[pa.Array, pa.Array, pa.Array]:
    shares = np.array([1 - settings.turkish - settings.chinese, settings.turkish, settings.chinese])
    origin = chance.pick("origin", shares, household)

    def any_of(what: str, key: Ints, *sizes: int) -> Ints:
        """Return positions in lists of these sizes laid end to end, each in the list of the origin."""
        size, first = np.array(sizes)[origin], np.array([0, *sizes]).cumsum()[origin]
        return np.asarray(first + (chance.uniform(what, key) * size).astype(np.int64))

    given = any_of("given", n, *map(len, (names.ITALIAN_GIVEN, names.TURKISH_GIVEN, names.CHINESE_GIVEN)))
    lists = (names.ITALIAN_FAMILY, names.TURKISH_FAMILY, names.CHINESE_FAMILY)
    family = any_of("family", household, *map(len, lists))
    latin_given, latin_family = pa.array(_GIVEN).take(given), pa.array(_FAMILY).take(family)
    script_given = pa.array([script for script, _ in names.CHINESE_GIVEN]).take(
        np.maximum(given - _SCRIPT, 0)
    )
    script_family = pa.array([script for script, _ in names.CHINESE_FAMILY])
    display = pc.if_else(
        origin == 2,
        pc.binary_join_element_wise(
            script_family.take(np.maximum(family - _SCRIPT_FAMILY, 0)), script_given, ""
        ),
        pc.binary_join_element_wise(latin_given, latin_family, " "),
    )
    return latin_given, latin_family, display


def _sample_log_odds(
    chance: Chance, n: Ints, accessible: Bools, brand: Brand, settings: WorldSettings
) -> Floats:
    """Return log odds whose mean probability is the habit's receptivity (MacKay 1992 for the correction)."""
    habits = [settings.habits[channel] for channel in brand.channels]
    mean = np.array([habit.receptivity for habit in habits])
    own = chance.normal("receptivity", n[:, None], np.arange(len(habits)))
    person = chance.normal("openness", n)[:, None]
    varied = np.sqrt(_SHARED_OPENNESS) * person + np.sqrt(1 - _SHARED_OPENNESS) * own
    middle = np.log(mean / (1 - mean)) * np.sqrt(1 + np.pi / 8 * settings.varied**2)
    odds = middle + settings.varied * varied
    personal = np.array([habit.system == "crm" for habit in habits])
    chance_left = max(settings.closed_door, 1e-9) / (1 + np.exp(-odds))
    closed = np.log(chance_left / (1 - chance_left))
    return np.asarray(np.where(~accessible[:, None] & personal, closed, odds))
