"""The benchmark of resolution judges clusters without knowing any method, and no method sees who is who."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from benchmarks.identity.data import DATASETS, Dataset, load, path_of
from benchmarks.identity.metrics import agreement
from benchmarks.identity.run import METHODS, run
from hypothesis import given
from hypothesis import strategies as st

LABELS = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2)
)


def plain(gold: list[int], found: list[int]) -> dict[str, float]:
    """Return the measures pair by pair and record by record."""

    def f1(precision: float, recall: float) -> float:
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def pairs(labels: list[int]) -> set[tuple[int, int]]:
        return {(a, b) for a, b in combinations(range(len(labels)), 2) if labels[a] == labels[b]}

    def members(labels: list[int], at: int) -> set[int]:
        return {other for other, label in enumerate(labels) if label == labels[at]}

    true, told = pairs(gold), pairs(found)
    precision = len(true & told) / len(told) if told else 1.0
    recall = len(true & told) / len(true) if true else 1.0
    every = range(len(gold))
    both = [len(members(gold, at) & members(found, at)) for at in every]
    b3_precision = sum(both[at] / len(members(found, at)) for at in every) / len(gold)
    b3_recall = sum(both[at] / len(members(gold, at)) for at in every) / len(gold)
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1(precision, recall),
        "b3_f1": f1(b3_precision, b3_recall),
    }


@given(LABELS)
def test_measures_are_those_counted_pair_by_pair(labels: tuple[list[int], list[int]]) -> None:
    gold, found = labels
    assert agreement(np.array(gold), np.array(found)) == pytest.approx(plain(gold, found))


def test_all_in_one_cluster_finds_every_pair_and_little_else() -> None:
    assert agreement(np.array([0, 0, 1, 1]), np.zeros(4, int)) == pytest.approx(
        {"precision": 1 / 3, "recall": 1.0, "f1": 0.5, "b3_f1": 2 / 3}
    )


@pytest.fixture(scope="module")
def world() -> Dataset:
    return load("world", None, customers=120)


def test_records_do_not_tell_who_they_are(world: Dataset) -> None:
    names = world.records.column_names
    assert world.records["record"].to_pylist() == list(range(len(world.gold)))
    assert not {"gold", "customer", "source_record_id"} & set(names)
    # by two systems, each knows nobody twice
    of = list(zip(world.records["source"].to_pylist(), world.gold.tolist(), strict=True))
    assert len(set(of)) == len(of)
    assert len(set(world.gold.tolist())) < len(of)


def test_names_of_the_mail_platform_are_in_their_own_script(world: Dataset) -> None:
    sources, full = world.records["source"].to_pylist(), world.records["full_name"].to_pylist()
    foreign = [source for source, name in zip(sources, full, strict=True) if min(name) >= "\u4e00"]
    assert set(foreign) == {"mail"}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_most_of_a_small_world(method: str, world: Dataset) -> None:
    row = run(method, world, limit=600)
    if row["status"].startswith("ModuleNotFoundError"):
        pytest.skip(row["status"])
    assert row["status"] == "ok"
    least = 0.97 if method == "unisono" else 0.6
    assert row["f1"] >= least, row
    assert row["seconds"] > 0
    assert row["peak_mib"] > 0


def test_a_method_that_takes_too_long_is_ended(world: Dataset) -> None:
    assert run("exact-name", world, limit=0.01)["status"] == "over 0.01 s"


def test_real_records_are_looked_for_where_they_are_said_to_be() -> None:
    assert [str(path_of(name, Path("data"))) for name in DATASETS[:2]] == ["data/febrl", "data/febrl"]
    with pytest.raises(ValueError, match="febrl1 is read from a folder"):
        load("febrl1", None, customers=1)
