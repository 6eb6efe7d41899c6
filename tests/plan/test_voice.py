"""Share of voice: who counts, which mention counts, and what the official numbers are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.engine import Query
from unisono.engine.duckdb import DuckDBEngine
from unisono.plan import STEPS
from unisono.tables.arrow import rows

ALIASES = rows(
    "playbook_product_alias",
    [
        {"alias": "ours", "product_id": "ours"},
        {"alias": "ours pen", "product_id": "ours"},
        {"alias": "theirs", "product_id": "theirs"},
    ],
)
PRODUCT_OF = {"Ours": "ours", "OURS PEN": "ours", "theirs ": "theirs", "Unknown": None}
NAMES = st.sampled_from(list(PRODUCT_OF))


def touchpoint(number: int, products: list[str] | None, **other: object) -> dict[str, object]:
    first = PRODUCT_OF[products[0]] if products else None
    return {
        "touchpoint_id": f"t{number}",
        "company_id": "us",
        "occurred_at": datetime.fromisoformat("2014-07-01"),
        "product_id": first,
        "products": products,
    } | other


def voice(touchpoints: list[dict[str, object]]) -> list[dict[str, object]]:
    with TemporaryDirectory() as folder, DuckDBEngine(Path(folder)) as engine:
        engine.table("playbook_product_alias", ALIASES)
        engine.table("touchpoint", rows("touchpoint", touchpoints[::2]))
        engine.table("medical_touchpoint", rows("medical_touchpoint", touchpoints[1::2]))
        (step,) = STEPS
        engine.table(step.table, Query.from_file(step.path, {}))
        return engine.read("select * from voice order by quarter, company_id, product_id").to_pylist()


def row(quarter: str, company: str, product: str, touchpoints: int, mentions: int) -> dict[str, object]:
    return {
        "quarter": quarter,
        "company_id": company,
        "product_id": product,
        "touchpoints": touchpoints,
        "mentions": mentions,
    }


def test_a_touchpoint_counts_once_by_its_first_product_and_once_for_each_product_it_names() -> None:
    assert voice([touchpoint(1, ["OURS PEN", "theirs "])]) == [
        row("2014Q3", "us", "ours", 1, 1),
        row("2014Q3", "us", "theirs", 0, 1),
    ]


def test_a_product_named_twice_under_two_names_is_one_mention() -> None:
    assert voice([touchpoint(1, ["Ours", "OURS PEN"])]) == [row("2014Q3", "us", "ours", 1, 1)]


@pytest.mark.parametrize("products", [None, [], ["Unknown"]])
def test_what_names_no_known_product_is_other(products: list[str] | None) -> None:
    assert voice([touchpoint(1, products)]) == [row("2014Q3", "us", "other", 1, 1)]


def test_a_first_product_without_a_list_still_is_a_mention() -> None:
    assert voice([touchpoint(1, None, product_id="ours")]) == [row("2014Q3", "us", "ours", 1, 1)]


def test_companies_that_share_a_product_have_a_row_each() -> None:
    found = voice([touchpoint(1, ["Ours"]), touchpoint(2, ["Ours"], company_id="partner")])
    assert found == [row("2014Q3", "partner", "ours", 1, 1), row("2014Q3", "us", "ours", 1, 1)]


def test_companies_outside_the_playbook_are_left_out() -> None:
    assert voice([touchpoint(1, ["Ours"], company_id=None)]) == []


def test_quarters_follow_the_calendar() -> None:
    moments = ("2013-12-31 23:59", "2014-01-01", "2014-03-31", "2014-04-01")
    found = voice(
        [touchpoint(n, ["Ours"], occurred_at=datetime.fromisoformat(at)) for n, at in enumerate(moments)]
    )
    assert {each["quarter"]: each["touchpoints"] for each in found} == {"2013Q4": 1, "2014Q1": 2, "2014Q2": 1}


@settings(max_examples=15, deadline=None)
@given(named=st.lists(st.none() | st.lists(NAMES, max_size=4), max_size=12))
def test_every_touchpoint_counts_exactly_once_and_mentions_are_never_fewer(
    named: list[list[str] | None],
) -> None:
    found = voice([touchpoint(number, products) for number, products in enumerate(named)])
    assert sum(each["touchpoints"] for each in found) == len(named)
    assert all(each["touchpoints"] <= each["mentions"] <= len(named) for each in found)


def test_the_sql_says_the_same_to_spark() -> None:
    (step,) = STEPS
    spark = Query.from_file(step.path, {}).sql("spark")
    assert "EXPLODE" in spark
    assert set(step.reads) == {"touchpoint", "medical_touchpoint", "playbook_product_alias"}
