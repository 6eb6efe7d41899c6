"""Matching without labels: what is learnt, what is found, and what need not be compared again."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.build import Row, Tables, only, playbook, run
from tests.resolve.people import MATCHING, population
from unisono.engine.duckdb import open_database, splink_on
from unisono.resolve.match import explained, model_of, scored, specification, trained

STEPS = only("match_record", "match_change", "match_model", "match_new_pair", "match_pair")
BOOK = playbook(identity={"matching": MATCHING, "review": 0.3, "accept": 0.9})
RECORDS, SAME = population(250)


def matched(records: list[Row], previous: Tables | None = None, book: Any = BOOK) -> Tables:
    before = previous.previous() if previous else {}
    before = {name: kept for name, kept in before.items() if "match" in name}
    return run({"source_record": records, **before}, book, steps=STEPS)


@cache
def full() -> Tables:
    return matched(RECORDS)


def pairs(tables: Tables, least: float = 0.0) -> set[tuple[str, str]]:
    return {
        (row["left_key"], row["right_key"]) for row in tables["match_pair"] if row["probability"] >= least
    }


def test_without_a_specification_nothing_is_matched() -> None:
    made = matched(RECORDS[:20], book=playbook())
    assert made["match_model"] == made["match_pair"] == []


def test_people_are_found_across_scripts() -> None:
    found = pairs(full(), 0.9)
    precision, recall = len(found & SAME) / len(found), len(found & SAME) / len(SAME)
    assert precision > 0.97
    assert recall > 0.95


def test_pairs_are_kept_from_the_least_probability_and_each_once() -> None:
    made = full()["match_pair"]
    assert all(row["left_key"] < row["right_key"] and row["probability"] >= 0.3 for row in made)
    assert len(pairs(full())) == len(made)
    assert all(row["probability"] == pytest.approx(1 / (1 + 2 ** -row["weight"]), abs=1e-8) for row in made)


def test_the_same_records_in_another_order_make_the_same_model_and_pairs() -> None:
    shuffled = Random(3).sample(RECORDS, len(RECORDS))
    again = matched(shuffled)
    assert again["match_model"] == full()["match_model"]
    assert again["match_pair"] == full()["match_pair"]


def test_institutions_and_patients_are_not_matched() -> None:
    others = [{**row, "kind": kind} for row in RECORDS[:40] for kind in ("hco", "patient")]
    keyed = [{**row, "source_record_id": f"x{n}"} for n, row in enumerate(others)]
    assert matched(keyed)["match_pair"] == []


def test_the_model_is_learnt_anew_only_if_the_specification_changes() -> None:
    few = matched(RECORDS[:30], full())
    assert few["match_model"] == full()["match_model"]
    raised = playbook(identity={"matching": {**MATCHING, "version": 2}, "review": 0.3, "accept": 0.9})
    anew = matched(RECORDS, full(), raised)
    assert anew["match_model"][0]["specification"] != full()["match_model"][0]["specification"]


def test_another_threshold_keeps_what_was_learnt_and_compares_all_again() -> None:
    lower = playbook(identity={"matching": MATCHING, "review": 0.05, "accept": 0.9})
    made = matched(RECORDS, full(), lower)
    old, new = full()["match_model"][0], made["match_model"][0]
    assert model_of(new["settings"]).weights == model_of(old["settings"]).weights
    assert pairs(made, 0.3) == pairs(full())
    assert len(pairs(made)) >= len(pairs(full()))


def changed(row: Row, how: str) -> Row:
    return {**row, **{"moved": {"city": "Bari"}, "renamed": {"family_name": "Gallo"}, "same": {}}[how]}


CHANGES = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(("moved", "renamed", "same"))), max_size=5)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=st.sets(st.integers(0, 60), min_size=2, max_size=60), changes=CHANGES)
def test_what_is_compared_again_gives_what_comparing_all_gives(first: set[int], changes: list[Any]) -> None:
    some = RECORDS[:60]
    before = matched([row for n, row in enumerate(some) if n in first], full())
    after = list(some)
    for n, how in changes:
        after[n] = changed(after[n], how)
    again, anew = matched(after, before), matched(after, seeded())
    assert again["match_pair"] == anew["match_pair"]


def seeded() -> Tables:
    """Return what went before as if nothing of these records had been there."""
    return matched([], full())


def test_only_what_changed_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def counting(model: Any, database: Any, records: str, changed: str | None = None) -> pa.Table:
        count = database.query_sql(f"select count(*) as n from {changed}").as_record_list()
        compared.append(count[0]["n"])
        return scored(model, database, records, changed)

    base = matched(RECORDS[:-3], full())
    monkeypatch.setattr("unisono.resolve.match_steps.scored", counting)
    made = matched(RECORDS, base)
    assert made["match_pair"] == full()["match_pair"]
    assert compared == [3]


def test_one_connection_serves_any_number_of_calls() -> None:
    model = model_of(full()["match_model"][0]["settings"])
    columns = ["record_key", *model.specification.columns]
    table = pa.Table.from_pylist([{name: row[name] for name in columns} for row in full()["match_record"]])
    with open_database() as connection:
        for name, rows in (("people", table), ("few", table.slice(0, 20))):
            connection.register(name, rows)
        one, other = splink_on(connection), splink_on(connection)
        few = set(table["record_key"].to_pylist()[:20])
        every = scored(model, one, "people").to_pylist()
        of_few = [row for row in every if few & {row["left_key"], row["right_key"]}]
        assert of_few
        for database in (one, other, one):
            assert scored(model, database, "people", "few").to_pylist() == of_few
            assert scored(model, database, "people").to_pylist() == every


def test_a_pair_is_explained_by_what_adds_up_to_its_weight() -> None:
    model = model_of(full()["match_model"][0]["settings"])
    records = full().by("match_record", "record_key")
    for row in full()["match_pair"][:3]:
        told = explained(model, records[row["left_key"]], records[row["right_key"]])
        assert sum(each.weight for each in told) == pytest.approx(row["weight"], abs=1e-4)
        assert told[0].field == ""
    assert any(each.likeness == "rarity of the value" for each in told)


def test_missing_values_are_no_evidence() -> None:
    model = model_of(full()["match_model"][0]["settings"])
    told = explained(
        model, {"record_key": "a", "given_name": "anna"}, {"record_key": "b", "given_name": "anna"}
    )
    assert {each.weight for each in told if each.likeness == "missing"} == {0}
    assert sum(each.likeness == "missing" for each in told) == len(MATCHING["compare"]) - 1


def test_any_columns_can_be_compared() -> None:
    draw = Random(5)
    born = [
        f"19{draw.randrange(40, 99)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}" for _ in range(300)
    ]
    table = pa.table(
        {
            "record_key": [f"{side}{n}" for side in "ab" for n in range(300)],
            "born": born + [day[:-1] + "5" if n % 10 == 0 else day for n, day in enumerate(born)],
            "trade": [
                draw.choice(("baker", "smith", "miller", "cooper", "weaver", "tailor")) for _ in range(300)
            ]
            * 2,
        }
    )
    of = specification(
        {"compare": [{"field": "born", "by": "code"}, {"field": "trade"}], "block_on": [["born"], ["trade"]]}
    )
    model = trained(of, table, seed=1)
    assert trained(of, table, seed=1) == model
    with open_database() as connection:
        connection.register("persons", table)
        found = scored(model, splink_on(connection), "persons").to_pylist()
    true = {(f"a{n}", f"b{n}") for n in range(300)}
    told = {(row["left_key"], row["right_key"]) for row in found}
    assert len(told & true) > 260
    assert len(told - true) < 40


def test_few_or_empty_records_make_a_model_too() -> None:
    for few in ([], RECORDS[:1], RECORDS[:2]):
        made = matched(few)
        assert len(made["match_model"]) == 1
        assert made["match_model"][0]["records"] == len(few)
