"""Assignments and consent, keyed by customer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.build import Row, ago, area, consent, filled, named, record, rep, run, sides, touch
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
        consent("a", expires_at=ago(-10)),
        consent("a", 100),
    )
    assert statement["expires_at"] == ago(-10)
    assert statement["evidence"] == "form 1"


def test_statements_of_all_records_of_a_customer_are_kept() -> None:
    found = consents(consent("a"), consent("b", days=3, status="withdrawn"), consent("b"))
    assert {(row["source_record_id"], row["status"]) for row in found} == {
        *(("a", "granted"), ("b", "withdrawn"), ("b", "granted"))
    }
    assert len({row["customer_id"] for row in found}) == 1


@pytest.mark.parametrize(
    ("starts", "ends", "covers"),
    [
        (None, None, True),
        (date(2025, 6, 30), date(2025, 6, 30), True),
        (date(2025, 7, 1), None, False),
        (None, date(2025, 6, 29), False),
    ],
)
def test_only_representatives_in_service_cover_anybody(
    starts: date | None, ends: date | None, covers: bool
) -> None:
    found = assignments(
        source_record=[record("a", city="Oslo"), record("b")],
        rep=[rep("r", starts_on=starts, ends_on=ends)],
        territory_area=[area("r", "Oslo")],
        source_assignment=[named("r", "b")],
    )
    assert found == ({("a", "r", "area"), ("b", "r", "named")} if covers else set())


def test_a_customer_named_for_a_territory_is_covered_by_all_who_work_it_now() -> None:
    left = rep("left", territory_id="t", ends_on=date(2025, 1, 1))
    found = assignments(
        source_record=[record("a")],
        rep=[rep("r", territory_id="t"), rep("m", role="msl", territory_id="t"), left, rep("other")],
        source_assignment=[named(None, "a", territory_id="t")],
    )
    assert found == {("a", "r", "named"), ("a", "m", "named")}


def test_the_territory_beside_a_named_representative_covers_nobody_else() -> None:
    reps = [rep("r", territory_id="t"), rep("s", territory_id="t")]
    found = assignments(
        source_record=[record("a")], rep=reps, source_assignment=[named("r", "a", territory_id="t")]
    )
    assert found == {("a", "r", "named")}


@pytest.mark.parametrize(
    ("email", "phone", "about", "address"),
    [
        (None, None, None, "any"),
        ("Ann@X.it", None, " ann@x.IT", "current"),
        ("ann@x.it", None, "bob@x.it", "other"),
        (None, "055 1234567", "ann@x.it", "unclear"),
        (None, "+39 055 123 4567", "0551234567", "current"),
        (None, "055 1234567", "0039 055 1234567", "current"),
        (None, "055 1234567", "055 7654321", "other"),
        ("ann@x.it", None, "055 1234567", "unclear"),
        ("ann@x.it", "055 1234567", "n/a", "unclear"),
        (None, "1", "055 1234567", "unclear"),
    ],
)
def test_what_the_address_of_a_statement_is_to_the_customer_now(
    email: str | None, phone: str | None, about: str | None, address: str
) -> None:
    data = {"source_record": [record("a", email=email, phone=phone)]}
    [statement] = run(data | {"source_consent": [consent("a", channel_value=about)]}, steps=STEPS)["consent"]
    assert statement["address"] == address


def test_of_one_instant_the_last_id_stands_within_one_source_and_address() -> None:
    found = consents(
        consent("a", status="granted", statement_id="2"),
        consent("a", status="denied", statement_id="1"),
        consent("a", status="pending", statement_id="1", channel_value="a@x.it"),
        consent("a", status="withdrawn", statement_id="0", source="other"),
        consent("a", status="denied", channel="fax"),
    )
    assert sorted(row["status"] for row in found) == ["denied", "granted", "pending", "withdrawn"]


def outcome(value: float, **given: Any) -> Row:
    said = {"product": "Ours", "period_on": date(2025, 5, 1), "measure": "new_rx", "value": value}
    return filled("source_outcome", said | given)


def test_outcomes_add_up_by_month_and_customer() -> None:
    people = [record("a", licence_id="1"), record("b", licence_id="1"), record("c")]
    figures = [
        outcome(2, source_record_id="a"),
        outcome(3, source_record_id="b", period_on=date(2025, 5, 12)),
        outcome(5, source_record_id="a", period_on=date(2025, 6, 1)),
        outcome(7, source_record_id="c", measure="packs", simulated=True),
        outcome(11, brick="B1"),
        outcome(13, brick="B1", source="other"),
        outcome(17, brick="B1", product="Unheard Of"),
    ]
    made = run({"source_record": people, "source_outcome": figures}, steps=STEPS)
    both, alone = made.customer("a"), made.customer("c")
    found = {
        (
            row["customer_id"],
            row["brick"],
            row["product"],
            row["period_on"].month,
            row["measure"],
            row["source"],
        ): row
        for row in made["outcome"]
    }
    assert {key: row["value"] for key, row in found.items()} == {
        (both, None, "Ours", 5, "new_rx", "test"): 5,
        (both, None, "Ours", 6, "new_rx", "test"): 5,
        (alone, None, "Ours", 5, "packs", "test"): 7,
        (None, "B1", "Ours", 5, "new_rx", "test"): 11,
        (None, "B1", "Ours", 5, "new_rx", "other"): 13,
        (None, "B1", "Unheard Of", 5, "new_rx", "test"): 17,
    }
    assert {row["product"]: row["product_id"] for row in found.values()} == {
        "Ours": "ours",
        "Unheard Of": None,
    }
    assert {row["period_on"].day for row in found.values()} == {1}
    assert [row["simulated"] for row in found.values() if row["measure"] == "packs"] == [True]


def test_who_only_has_outcomes_is_a_customer_nobody_knows() -> None:
    made = run({"source_outcome": [outcome(1, source_record_id="a", simulated=True)]}, steps=STEPS)
    [customer] = made["customer"]
    assert (customer["kind"], customer["simulated"], customer["record_count"]) == ("unknown", True, 0)


def test_the_brick_of_a_customer_is_its_fullest_record_s() -> None:
    people = [record("a", licence_id="1", brick="B1", city="Oslo"), record("b", licence_id="1", brick="B2")]
    made = run({"source_record": people}, steps=STEPS)
    assert [row["brick"] for row in made["customer"]] == ["B1"]


# --- the wall ---------------------------------------------------------------------------------------------


def split(*touches: Row) -> tuple[set[str], set[str]]:
    """Return the ids of the commercial and of the medical touchpoints."""
    data = {"source_record": [record("a"), record("b")], "source_touchpoint": touches}
    made = run({**data, "rep": [rep("r"), rep("m", role="msl")]}, steps=STEPS)
    commercial, medical = ({row["touchpoint_id"] for row in made[name]} for name in sides("touchpoint"))
    assert not commercial & medical
    assert commercial | medical == {row["touchpoint_id"] for row in touches}
    return commercial, medical


@pytest.mark.parametrize(
    ("said", "is_medical"),
    [
        ({"channel": "email"}, False),
        ({"channel": "visit", "rep_id": "r", "content_id": "leaflet"}, False),
        ({"channel": "email", "content_id": "unheard of", "rep_id": "nobody"}, False),
        ({"channel": "msl"}, True),
        ({"channel": "email", "content_id": "paper"}, True),
        ({"channel": "visit", "rep_id": "m"}, True),
        ({"channel": "msl", "rep_id": "r", "content_id": "leaflet"}, True),
        ({"channel": "msl", "company": "them"}, True),
    ],
)
def test_what_anything_says_is_medical_is_medical(said: Row, is_medical: bool) -> None:
    commercial, medical = split(touch("a", touchpoint_id="t", **said))
    assert (commercial, medical) == ((set(), {"t"}) if is_medical else ({"t"}, set()))


def test_a_whole_contact_is_on_one_side() -> None:
    mail = {"channel": "email", "contact_id": "m"}
    commercial, medical = split(
        touch("a", 5, "sent", touchpoint_id="sent", content_id="paper", **mail),
        touch("a", 4, "opened", touchpoint_id="opened", **mail),
        touch("a", 3, "clicked", touchpoint_id="other mail", channel="email", contact_id="n"),
        touch("a", 3, "called", touchpoint_id="other channel", channel="fax", contact_id="m"),
        touch("b", 3, "opened", touchpoint_id="other person", **mail),
    )
    assert medical == {"sent", "opened"}
    assert commercial == {"other mail", "other channel", "other person"}
