"""What the package is told about each dataset: how to read it, and what a playbook's `identity` would say."""

from __future__ import annotations

from dataclasses import dataclass

Comparisons = tuple[tuple[str, str, bool], ...]  # column, by, by_frequency
Blocks = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Task:
    """`columns` is SQL over the records; the columns it makes are compared and blocked on."""

    columns: str
    compare: Comparisons
    block_on: Blocks
    curated: tuple[str, ...] = ()  # sources that have each person once
    accept: float = 0.95
    review: float = 0.5


LETTERS = "nullif(regexp_replace(lower(strip_accents({0})), '[^a-z]', '', 'g'), '') as {1}"

FEBRL = Task(
    columns="given_name, surname, date_of_birth, soc_sec_id, postcode, street_number, address_1, suburb",
    compare=(
        ("given_name", "name", True),
        ("surname", "name", True),
        ("date_of_birth", "code", False),
        ("soc_sec_id", "code", False),
        ("postcode", "code", False),
        ("street_number", "exact", True),
        ("address_1", "text", False),
        ("suburb", "text", True),
    ),
    block_on=(("given_name",), ("surname",), ("date_of_birth",), ("soc_sec_id",), ("postcode",)),
)
FEBRL4 = Task(FEBRL.columns, FEBRL.compare, FEBRL.block_on, curated=("a", "b"))

HISTORICAL = Task(
    columns=f"{LETTERS.format('first_name', 'given')}, {LETTERS.format('surname', 'family')}, "
    "nullif(regexp_replace(dob, '[^0-9]', '', 'g'), '') as born, birth_place as place, "
    "replace(postcode_fake, ' ', '') as postcode, occupation, "
    "left(given, 3) as given3, left(family, 4) as family4, left(given, 2) as given2, left(family, 2) as family2, "
    "left(given, 1) || left(family, 1) as initials, left(born, 4) as year, left(postcode, 3) as district",
    compare=(
        ("given", "name", True),
        ("family", "name", True),
        ("born", "code", False),
        ("place", "text", True),
        ("postcode", "code", False),
        ("occupation", "exact", True),
    ),
    block_on=(
        ("given3", "family4"),
        ("family", "place"),
        ("initials", "place"),
        ("postcode",),
        ("given", "place"),
        ("family", "born"),
        ("given", "born"),
        ("born", "place"),
        ("district", "born"),
        ("district", "given"),
        ("district", "family"),
        ("given2", "family2", "year"),
        ("initials", "year", "occupation"),
    ),
)

# Of a simulated physician, columns are those of `match_record`.
WORLD = Task(
    columns="*",
    compare=(
        ("given_name", "name", True),
        ("family_name", "name", True),
        ("specialty", "exact", False),
        ("place", "text", True),
        ("email", "exact", False),
        ("licence_id", "exact", False),
    ),
    block_on=(
        ("given_name", "family_name"),
        ("family_name", "place", "specialty"),
        ("email",),
        ("licence_id",),
    ),
    curated=("crm", "mail"),
)
IDENTIFIERS = ("licence_id", "email")  # of the simulated physicians, in order of priority

TASKS = {"febrl4": FEBRL4, "historical": HISTORICAL, "world": WORLD}  # others: FEBRL
