"""Who is who by identifiers, and ids that stay with their records."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import Row, Tables, named, record, run, touch
from unisono.resolve import STEPS

Licences = dict[str, str | None]


def resolved(*records: Row, previous: Tables | None = None, run_id: str = "run-1", **data: Any) -> Tables:
    before = previous.previous() if previous else {}
    return run({"source_record": records, **before, **data}, steps=STEPS, run_id=run_id)


def people(licences: Licences) -> list[Row]:
    return [record(key, licence_id=licence) for key, licence in licences.items()]


def ids(tables: Tables) -> dict[str, str]:
    return {row["source_record_id"]: row["customer_id"] for row in tables["customer_xref"]}


def events(tables: Tables, run_id: str) -> set[tuple[str, str, str | None]]:
    found = [row for row in tables["identity_event"] if row["run_id"] == run_id]
    return {(row["event"], row["customer_id"], row["other_id"]) for row in found}


def test_records_with_one_licence_are_one_customer_however_it_is_written() -> None:
    made = resolved(
        record("a", licence_id="no-17"), record("b", licence_id=" NO-17 "), record("c", licence_id="NO-18")
    )
    assert made.customer("a") == made.customer("b") != made.customer("c")
    assert made.by("customer", "customer_id")[made.customer("a")]["record_count"] == 2


@pytest.mark.parametrize("placeholder", ["000", "-", "", "0-0", " 00 ", "  ", None])
def test_a_placeholder_is_not_a_licence(placeholder: str | None) -> None:
    made = resolved(record("a", licence_id=placeholder), record("b", licence_id=placeholder))
    assert made.customer("a") != made.customer("b")
    assert {row["method"] for row in made["customer_xref"]} == {"source_id"}


def test_a_patient_is_never_one_with_a_professional() -> None:
    made = resolved(
        record("doctor", licence_id="17"),
        record("patient", licence_id="17", kind="patient"),
        record("same patient", licence_id="17", kind="patient"),
    )
    assert made.customer("doctor") != made.customer("patient") == made.customer("same patient")
    kinds = {row["customer_id"]: row["kind"] for row in made["customer"]}
    assert kinds == {made.customer("doctor"): "hcp", made.customer("patient"): "patient"}


def test_records_of_two_kinds_are_two_customers_and_one_of_unknown_kind_joins_the_first() -> None:
    made = resolved(
        record("a", licence_id="1", kind="unknown"),
        record("b", licence_id="1"),
        record("c", licence_id="1", kind="hco"),
        record("d", licence_id="1", kind="hco"),
    )
    assert made.customer("a") == made.customer("b") != made.customer("c") == made.customer("d")
    kinds = {row["customer_id"]: row["kind"] for row in made["customer"]}
    assert kinds == {made.customer("a"): "hcp", made.customer("c"): "hco"}


def test_the_same_id_in_two_systems_is_two_customers() -> None:
    made = resolved(record("1", system="crm"), record("1", system="mail"))
    assert made.customer("1", "crm") != made.customer("1", "mail")


def test_somebody_seen_only_in_touchpoints_is_a_customer_of_unknown_kind() -> None:
    made = resolved(source_touchpoint=[touch("ghost", simulated=True), touch("ghost", days=9)])
    (customer,) = made["customer"]
    assert (customer["kind"], customer["record_count"], customer["simulated"]) == ("unknown", 0, True)
    assert made["customer_xref"][0]["method"] == "touchpoint_only"


def test_the_fullest_record_gives_each_field_and_the_others_fill_its_gaps() -> None:
    made = resolved(
        record("a", licence_id="1", full_name="Ola Nordmann", city="Oslo", specialty="Cardiology"),
        record("b", licence_id="1", full_name="Another Name", phone="+47 1"),
    )
    (customer,) = made["customer"]
    assert (customer["full_name"], customer["city"], customer["phone"]) == ("Ola Nordmann", "Oslo", "+47 1")


def test_every_touchpoint_keeps_exactly_one_row() -> None:
    touches = [touch(key, days=days) for key in ("a", "b", "ghost") for days in (1, 2, 3)]
    made = resolved(*people({"a": "1", "b": "1"}), source_touchpoint=touches)
    assert Counter(row["touchpoint_id"] for row in made["touchpoint"]) == Counter(
        row["touchpoint_id"] for row in touches
    )
    assert {row["source_record_id"]: row["customer_id"] for row in made["touchpoint"]} == ids(made)


def test_companies_and_products_are_known_by_their_aliases_and_kept_as_written_where_unknown() -> None:
    touches = [
        touch("a", days=1, company="self", product=" OURS "),
        touch("a", days=2, company="Them", product="Theirs"),
        touch("a", days=3, company="Nobody", product="Nothing", products=["Nothing"]),
    ]
    rows = sorted(resolved(source_touchpoint=touches)["touchpoint"], key=lambda row: row["occurred_at"])
    assert [(row["company_id"], row["is_own"], row["product_id"]) for row in reversed(rows)] == [
        ("us", True, "ours"),
        ("them", False, "theirs"),
        (None, False, None),
    ]
    assert rows[0]["products"] == ["Nothing"]


def test_ids_stay_when_the_run_is_repeated_and_when_records_are_added() -> None:
    first = resolved(*people({"a": "1", "b": None}))
    again = resolved(*people({"a": "1", "b": None}), previous=first, run_id="run-2")
    assert ids(again) == ids(first)
    assert events(again, "run-2") == set()
    more = resolved(*people({"0": "1", "a": "1", "b": None, "c": None}), previous=again, run_id="run-3")
    assert ids(first).items() <= ids(more).items()
    assert events(more, "run-3") == {
        ("absorb", more.customer("a"), "crm:0"),
        ("create", more.customer("c"), None),
    }
    assert more.customer("0") == more.customer("a")


def test_when_two_customers_merge_the_larger_keeps_its_id() -> None:
    first = resolved(*people({"a": "1", "b": "2", "c": "2"}))
    merged = resolved(*people({"a": "3", "b": "3", "c": "3"}), previous=first, run_id="run-2")
    assert set(ids(merged).values()) == {first.customer("b")}
    assert events(merged, "run-2") == {("merge", first.customer("b"), first.customer("a"))}


def test_when_a_customer_splits_the_larger_part_keeps_the_id_and_the_other_gets_a_new_one() -> None:
    first = resolved(*people({"a": "1", "b": "1", "c": "1"}))
    split = resolved(*people({"a": "1", "b": "2", "c": "2"}), previous=first, run_id="run-2")
    assert split.customer("b") == split.customer("c") == first.customer("a")
    new = split.customer("a")
    assert new != first.customer("a")
    assert events(split, "run-2") == {("split", new, first.customer("a")), ("create", new, None)}


def test_an_id_merged_away_never_names_somebody_else_later() -> None:
    first = resolved(*people({"a": "1", "b": "2", "c": "2"}))
    merged = resolved(*people({"a": "2", "b": "2", "c": "2"}), previous=first, run_id="run-2")
    later = resolved(*people({"a": "2", "b": "2", "c": "2", "new": "1"}), previous=merged, run_id="run-3")
    assert later.customer("new") != first.customer("a")


def test_a_customer_missing_from_one_run_comes_back_under_its_id() -> None:
    first = resolved(*people({"a": "1", "b": "2"}))
    without = resolved(*people({"a": "1"}), previous=first, run_id="run-2")
    back = resolved(*people({"a": "1", "b": "2"}), previous=without, run_id="run-3")
    assert ids(back) == ids(first)


def test_identity_events_of_earlier_runs_are_kept() -> None:
    first = resolved(*people({"a": None}))
    second = resolved(*people({"a": None, "b": None}), previous=first, run_id="run-2")
    assert events(second, "run-1") == events(first, "run-1")
    assert len(second["identity_event"]) == 2


LICENCES = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["1", "2", "3", None]), min_size=1)


@settings(max_examples=15)
@given(LICENCES, LICENCES, st.randoms(use_true_random=False))
def test_ids_follow_the_records_through_any_regrouping(
    before: Licences, after: Licences, random: Any
) -> None:
    first = resolved(*people(before))
    shuffled = people(after)
    random.shuffle(shuffled)
    second = resolved(*shuffled, previous=first, run_id="run-2")
    assert ids(resolved(*people(after), previous=first, run_id="run-2")) == ids(second)

    old, new = ids(first), ids(second)
    entities: dict[str, set[str]] = defaultdict(set)
    for key, licence in after.items():
        entities[licence or f"alone {key}"].add(key)
    assert len({new[min(members)] for members in entities.values()}) == len(entities)
    for members in entities.values():
        (name,) = {new[key] for key in members}
        known = Counter(old[key] for key in members if key in old)
        # An old id stays with an entity that shares records with it, and a majority on both sides decides.
        assert name not in old.values() or name in known
        for customer, records in known.items():
            if 2 * records > max(known.total(), list(old.values()).count(customer)):
                assert name == customer

    changes = events(second, "run-2")
    for key in old.keys() & new.keys():
        if old[key] != new[key]:
            gone = old[key] not in new.values()
            assert ("merge" if gone else "split", new[key], old[key]) in changes
    created = {customer for event, customer, _ in changes if event == "create"}
    assert created == set(new.values()) - set(old.values())


def test_named_assignments_alone_make_a_customer_too() -> None:
    made = resolved(source_assignment=[named("r", "only named")])
    assert [row["kind"] for row in made["customer"]] == ["unknown"]
