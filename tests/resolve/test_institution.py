"""Who works at which institution, what the institution is, and who decides there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import Row, Tables, playbook, record, run, touch
from unisono.resolve import STEPS

TYPES = [
    {"id": "large", "name": "Large", "people_at_least": 2, "specialties_at_least": 2},
    {"id": "clinic", "name": "Clinic", "name_contains": [" CLINIC ", "Poliklinik"]},
    {"id": "small", "name": "Small", "people_at_least": 1},
]


def resolved(*records: Row, **rules: Any) -> Tables:
    return run({"source_record": records}, playbook(identity={"institutions": rules}), steps=STEPS)


def centre(key: str, name: str | None = "San Luca", city: str | None = "Roma", **given: Any) -> Row:
    return record(key, kind="hco", full_name=name, city=city, **given)


def person(key: str, institution: str | None = "San Luca", city: str | None = "Roma", **given: Any) -> Row:
    return record(key, institution=institution, city=city, **given)


def links(made: Tables) -> set[tuple[str, str, str]]:
    """Return person, institution and basis of each affiliation, by the first of the customers' records."""
    names = {row["customer_id"]: row["source_record_id"] for row in reversed(made["customer_xref"])}
    found = made.by("affiliation", "customer_id", "institution_id").values()
    return {(names[row["customer_id"]], names[row["institution_id"]], row["basis"]) for row in found}


LINKS: dict[str, tuple[list[Row], set[tuple[str, str, str]]]] = {
    "name and town": ([person("p"), centre("i")], {("p", "i", "name_and_place")}),
    "whatever the spelling": (
        [person("p", "Hôpital  St.-Éloi", "FORLÌ"), centre("i", "Hopital St Eloi", "Forli")],
        {("p", "i", "name_and_place")},
    ),
    "whatever the script": (
        [person("p", "Клиника Мир", "北京"), centre("i", "Klinika Mir", "Beijing")],
        {("p", "i", "name_and_place")},
    ),
    "another town": ([person("p", city="Bari"), centre("i")], set()),
    "another name": ([person("p", "San Marco"), centre("i")], set()),
    "no institution named": ([person("p", None), centre("i", None)], set()),
    "the person's town is not known": ([person("p", city=None), centre("i")], {("p", "i", "name")}),
    "the institution's town is not known": ([person("p"), centre("i", city=None)], {("p", "i", "name")}),
    "the town decides": (
        [person("p"), centre("i"), centre("j", city="Bari"), centre("k", city=None)],
        {("p", "i", "name_and_place")},
    ),
    "the town does not decide": ([person("p"), centre("i"), centre("j")], set()),
    "no town to decide": ([person("p", city=None), centre("i"), centre("j", city="Bari")], set()),
    "its own name, not what it is part of": (
        [person("p"), centre("i"), centre("d", "Cardiology", institution="San Luca")],
        {("p", "i", "name_and_place")},
    ),
    "a name in the institution's field only": (
        [person("p"), centre("i", None, institution="San Luca")],
        {("p", "i", "name_and_place")},
    ),
    "one record of the institution has no town, another has": (
        [person("p", city="Bari"), centre("i", licence_id="7"), centre("j", city=None, licence_id="7")],
        set(),
    ),
    "two places of work": (
        [
            person("p", licence_id="1"),
            person("q", "San Marco", "Bari", licence_id="1"),
            centre("i"),
            centre("j", "San Marco", "Bari"),
        ],
        {("p", "i", "name_and_place"), ("p", "j", "name_and_place")},
    ),
    "the same place told twice, once without a town": (
        [person("p", licence_id="1"), person("q", city=None, licence_id="1"), centre("i")],
        {("p", "i", "name_and_place")},
    ),
    "patients and the unknown work nowhere": (
        [person("p", kind="patient"), person("u", kind="unknown"), centre("i")],
        set(),
    ),
}


@pytest.mark.parametrize(("records", "expected"), LINKS.values(), ids=LINKS)
def test_people_are_linked_where_names_are_equal_and_towns_do_not_differ(
    records: list[Row], expected: set[tuple[str, str, str]]
) -> None:
    assert links(resolved(*records)) == expected


def test_linked_people_and_institutions_stay_customers_of_their_own_and_names_make_none() -> None:
    made = resolved(person("p"), person("q", "Only Named"), centre("i"))
    assert sorted(row["kind"] for row in made["customer"]) == ["hco", "hcp", "hcp"]
    assert [row["institution_id"] for row in made["institution"]] == [made.customer("i")]


def test_people_specialties_and_decision_makers_are_counted() -> None:
    made = resolved(
        person("a", specialty="Pharmacology"),
        person("b", specialty=" pharmacology"),
        person("c", specialty="Cardiology", full_name="PROF. Ada Rossi"),
        person("d", full_name="Ada Profeta"),
        centre("i"),
        centre("empty", "San Marco"),
        decision_makers={"specialties": [" Pharmacology"], "titles": ["Prof."]},
    )
    found = made.by("institution", "institution_id")
    assert found[made.customer("i")] == {
        "institution_id": made.customer("i"),
        "people": 4,
        "specialties": 2,
        "decision_makers": 3,
        "institution_type": None,
    }
    assert [found[made.customer("empty")][n] for n in ("people", "specialties", "decision_makers")] == [0] * 3
    decides = {row["customer_id"]: row["is_decision_maker"] for row in made["affiliation"]}
    assert decides == {made.customer(key): key != "d" for key in "abcd"}


def test_a_title_counts_on_whichever_record_it_is() -> None:
    made = resolved(
        person("p", licence_id="1", full_name="Wang Wei"),
        record("q", licence_id="1", full_name="王伟主任", system="mail"),
        centre("i"),
        decision_makers={"titles": ["主任"]},
    )
    assert [row["is_decision_maker"] for row in made["affiliation"]] == [True]


def test_without_rules_there_are_no_types_and_nobody_decides() -> None:
    made = resolved(person("p", specialty="Cardiology"), centre("i"))
    assert [row["institution_type"] for row in made["institution"]] == [None]
    assert [row["is_decision_maker"] for row in made["affiliation"]] == [False]


@pytest.mark.parametrize(
    ("name", "specialties", "expected"),
    [
        ("San Luca Clinic", ["a", "b"], "large"),  # the first that fits, though others do too
        ("San Luca clinic", ["a", "a"], "clinic"),
        ("Zentrale POLIKLINIK Roma", [], "clinic"),
        ("San Luca", ["a"], "small"),
        ("San Luca", [], None),
    ],
)
def test_the_first_type_that_fits_is_an_institution_s(
    name: str, specialties: list[str], expected: str | None
) -> None:
    people = [person(f"p{n}", name, specialty=word) for n, word in enumerate(specialties)]
    made = resolved(centre("i", name), *people, types=TYPES)
    assert [row["institution_type"] for row in made["institution"]] == [expected]


def test_types_and_links_are_told_by_records_only() -> None:
    """What happened, on either side of the wall, changes neither."""
    rules = playbook(identity={"institutions": {"types": TYPES}})
    records = [person("p"), centre("i")]
    met = [touch("p"), touch("i"), touch("p", channel="msl", event="visited")]
    alone, after = (
        run({"source_record": records, "source_touchpoint": seen}, rules, steps=STEPS) for seen in ([], met)
    )
    for table in ("affiliation", "institution"):
        assert alone[table] == after[table] != []
