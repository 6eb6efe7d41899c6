"""Golden values: which of several values survives, why, and how good the sources are."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import Row, Tables, ago, playbook, record, run
from tests.same import assert_rows
from unisono.playbook.identity import GOLDEN_FIELDS
from unisono.resolve import STEPS

RANKS = {"city": ["mail"], "*": ["register", "crm"]}
FULL = {"given_name": "Ola", "phone": "+47 1"}
SEEDS = st.integers(0, 2**32)


def resolved(*records: Row, ranks: dict[str, list[str]] | None = None) -> Tables:
    return run({"source_record": records}, playbook(identity={"ranks": ranks or {}}), steps=STEPS)


def one(*records: Row, ranks: dict[str, list[str]] | None = None, field: str = "city") -> Row:
    """Return the golden value of a field of records with one licence."""
    made = resolved(*(row | {"licence_id": "1"} for row in records), ranks=ranks)
    return made.by("golden_value", "field")[field]


def said(key: str, city: str | None, system: str = "crm", **given: Any) -> Row:
    return record(key, system=system, city=city, **given)


CASES = {
    "the only value": ([said("a", "Oslo"), said("b", None)], "Oslo", "a", "only", 0),
    "the same, otherwise written": ([said("a", "Oslo"), said("b", "OS LO", **FULL)], "OS LO", "b", "only", 0),
    "a blank is no value": ([said("a", "Oslo"), said("b", "  ", **FULL)], "Oslo", "a", "only", 0),
    "rank of the field": (
        [said("a", "Oslo", "register", updated_at=ago(1)), said("b", "Bergen", "mail")],
        *("Bergen", "b", "rank", 1),
    ),
    "rank for all fields": (
        [said("a", "Oslo", "crm", updated_at=ago(1)), said("b", "Bergen", "register")],
        *("Bergen", "b", "rank", 1),
    ),
    "a system without rank comes last": (
        [said("a", "Oslo", "other", updated_at=ago(1), **FULL), said("b", "Bergen", "crm")],
        *("Bergen", "b", "rank", 1),
    ),
    "the latest": (
        [said("a", "Oslo", updated_at=ago(9)), said("b", "Bergen", updated_at=ago(2))],
        *("Bergen", "b", "recency", 1),
    ),
    "no date comes last": (
        [said("a", "Oslo", **FULL), said("b", "Bergen", updated_at=ago(900))],
        *("Bergen", "b", "recency", 1),
    ),
    "the most frequent": (
        [said("a", "Oslo", **FULL), said("b", "Bergen"), said("c", "bergen "), said("d", "Molde")],
        *("Bergen", "b", "frequency", 2),
    ),
    "the fullest record": (
        [said("a", "Oslo"), said("b", "Bergen", **FULL)],
        "Bergen",
        "b",
        "completeness",
        1,
    ),
    "the first id": ([said("b", "Bergen"), said("a", "Oslo")], "Oslo", "a", "id", 1),
}


@pytest.mark.parametrize(("records", "value", "key", "rule", "rivals"), CASES.values(), ids=CASES.keys())
def test_which_value_survives_and_why(
    records: list[Row], value: str, key: str, rule: str, rivals: int
) -> None:
    found = one(*records, ranks=RANKS)
    assert (found["value"], found["source_record_id"], found["rule"], found["rivals"]) == (
        *(value, key, rule, rivals),
    )


def test_each_field_has_its_own_ranks() -> None:
    records = [
        said("a", "Oslo", "register", specialty="Surgery"),
        said("b", "Bergen", "mail", specialty="GP"),
    ]
    assert one(*records, ranks=RANKS)["system"] == "mail"
    assert one(*records, ranks=RANKS, field="specialty")["system"] == "register"


def test_a_customer_of_one_record_has_its_values_and_no_others() -> None:
    made = resolved(record("a", city="Oslo", phone=" "))
    assert [(row["field"], row["value"], row["rule"]) for row in made["golden_value"]] == [
        ("city", "Oslo", "only")
    ]
    (customer,) = made["customer"]
    assert (customer["city"], customer["phone"], customer["record_count"]) == ("Oslo", None, 1)


def some_records(random: Random) -> list[Row]:
    """Return records of several systems, some of which have a licence in common."""
    return [
        record(
            f"r{n}",
            system=random.choice(["crm", "mail", "register"]),
            kind=random.choice(["hcp", "hcp", "unknown"]),
            licence_id=random.choice(["1", "2", "3", None]),
            updated_at=random.choice([None, ago(1), ago(2)]),
            **{
                field: random.choice([None, None, " ", "x", "X", "y z", "yz", "w"])
                for field in GOLDEN_FIELDS
                if field != "licence_id"
            },
        )
        for n in range(random.randint(1, 14))
    ]


def some_ranks(random: Random) -> dict[str, list[str]]:
    named = random.sample(["*", "city", "email"], random.randint(0, 3))
    return {field: random.sample(["crm", "mail", "register"], random.randint(1, 3)) for field in named}


def plain(value: str | None) -> str:
    return (value or "").lower().replace(" ", "")


def members(made: Tables, records: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in records:
        found[made.customer(row["source_record_id"], row["system"])].append(row)
    return found


@settings(max_examples=25)
@given(SEEDS)
def test_every_value_is_held_by_its_record_and_no_value_is_lost_or_invented(seed: int) -> None:
    random = Random(seed)
    records, ranks = some_records(random), some_ranks(random)
    made = resolved(*records, ranks=ranks)
    held = {(row["system"], row["source_record_id"]): row for row in records}
    golden = made.by("golden_value", "customer_id", "field")
    customers = made.by("customer", "customer_id")
    groups = members(made, records)
    for row in golden.values():
        assert held[row["system"], row["source_record_id"]][row["field"]] == row["value"]
        assert made.customer(row["source_record_id"], row["system"]) == row["customer_id"]
    for who, mine in groups.items():
        for field in GOLDEN_FIELDS:
            values = {plain(row[field]) for row in mine} - {""}
            found = golden.get((who, field))
            assert (found is None) == (not values)
            assert customers[who][field] == (found["value"] if found else None)
            if found:
                assert found["rivals"] == len(values) - 1
                assert (found["rule"] == "only") == (len(values) == 1)
    shuffled = resolved(*random.sample(records, len(records)), ranks=ranks)
    assert_rows(shuffled["golden_value"], made["golden_value"], "golden_value")


@settings(max_examples=15)
@given(SEEDS)
def test_the_quality_of_sources_is_as_counted_by_hand(seed: int) -> None:
    records = some_records(Random(seed))
    made = resolved(*records)
    golden = {key: row["value"] for key, row in made.by("golden_value", "customer_id", "field").items()}
    groups = members(made, records)
    expected: dict[tuple[str, str, str], list[Any]] = defaultdict(lambda: [0, 0, set(), 0, 0])
    for who, mine in groups.items():
        for field in GOLDEN_FIELDS:
            filled = [row for row in mine if plain(row[field])]
            for row in mine:
                counts = expected[row["system"], row["kind"], field]
                counts[0] += 1
                if row in filled:
                    counts[1] += 1
                    counts[2].add(plain(row[field]))
                    counts[3] += len(filled) > 1
                    counts[4] += len(filled) > 1 and plain(row[field]) != plain(golden[who, field])
    names = ("records", "filled", "distinct_values", "compared", "conflicting")
    found = {
        key: [row[name] for name in names]
        for key, row in made.by("source_quality", "system", "kind", "field").items()
    }
    assert found == {
        key: [len(each) if isinstance(each, set) else each for each in counts]
        for key, counts in expected.items()
    }
