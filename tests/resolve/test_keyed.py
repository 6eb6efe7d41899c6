"""Assignments and consent, keyed by customer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.build import Row, ago, area, consent, named, record, rep, run
from unisono.resolve import STEPS


def assignments(**data: Any) -> set[tuple[str, str, str]]:
    made = run(data, steps=STEPS)
    of = {row["customer_id"]: row["source_record_id"] for row in made["customer_xref"]}
    return {(of[row["customer_id"]], row["rep_id"], row["basis"]) for row in made["assignment"]}


def consents(*statements: Row, licence: str = "1") -> list[Row]:
    people = [record("a", licence_id=licence), record("b", licence_id=licence)]
    return run({"source_record": people, "source_consent": statements}, steps=STEPS)["consent"]


@pytest.mark.parametrize(
    ("field", "lives", "works"),
    [
        ("city", "Oslo", "OSLO"),
        ("city", "ÅLESUND", " Ålesund "),
        ("city", " Oslo ", "oslo"),
        ("postal_code", "0150", "0150"),
        ("region", "Viken", "viken"),
    ],
)
def test_area_assignment_ignores_case_and_blanks(field: str, lives: str, works: str) -> None:
    people = [record("a", **{field: lives}), record("b")]
    found = assignments(source_record=people, rep=[rep("r")], territory_area=[area("r", works, field)])
    assert found == {("a", "r", "area")}


def test_an_area_is_matched_on_its_own_field_only() -> None:
    found = assignments(
        source_record=[record("a", region="Oslo")], rep=[rep("r")], territory_area=[area("r", "Oslo", "city")]
    )
    assert found == set()


def test_all_representatives_of_a_territory_cover_it() -> None:
    reps = [rep("r"), rep("m", role="msl", territory_id="r"), rep("other")]
    found = assignments(
        source_record=[record("a", city="Oslo")], rep=reps, territory_area=[area("r", "Oslo")]
    )
    assert found == {("a", "r", "area"), ("a", "m", "area")}


@pytest.mark.parametrize(
    ("starts", "ends", "covered"),
    [
        (None, None, True),
        (date(2025, 6, 30), date(2025, 6, 30), True),
        (date(2025, 7, 1), None, False),
        (None, date(2025, 6, 29), False),
    ],
)
def test_named_assignment_holds_from_its_first_to_its_last_day(
    starts: date | None, ends: date | None, covered: bool
) -> None:
    found = assignments(
        source_record=[record("a")],
        rep=[rep("r")],
        source_assignment=[named("r", "a", starts_on=starts, ends_on=ends)],
    )
    assert found == ({("a", "r", "named")} if covered else set())


def test_named_and_by_area_is_one_assignment_and_counts_as_named() -> None:
    found = assignments(
        source_record=[record("a", city="Oslo")],
        rep=[rep("r")],
        territory_area=[area("r", "Oslo")],
        source_assignment=[named("r", "a"), named("r", "a", starts_on=date(2025, 1, 1))],
    )
    assert found == {("a", "r", "named")}


def test_a_representative_nobody_knows_covers_nobody() -> None:
    assert assignments(source_record=[record("a")], source_assignment=[named("gone", "a")]) == set()


@pytest.mark.parametrize(
    ("product", "limited_to"),
    [(None, "all"), (" OURS ", "ours"), ("Theirs", "theirs"), ("Unheard Of", "unheard of")],
)
def test_consent_for_a_product_nobody_knows_stays_limited_to_it(product: str | None, limited_to: str) -> None:
    (statement,) = consents(consent("a", product=product))
    assert statement["product_id"] == limited_to


def test_one_statement_told_twice_is_one_and_its_earlier_end_counts() -> None:
    (statement,) = consents(
        consent("a", expires_at=ago(-30), evidence="form 1"),
        consent("b", expires_at=ago(-10)),
        consent("b", 100),
    )
    assert statement["expires_at"] == ago(-10)
    assert statement["evidence"] == "form 1"


def test_statements_of_all_records_of_a_customer_are_kept() -> None:
    found = consents(consent("a"), consent("b", days=3, status="withdrawn"))
    assert {row["status"] for row in found} == {"granted", "withdrawn"}
    assert len({row["customer_id"] for row in found}) == 1
