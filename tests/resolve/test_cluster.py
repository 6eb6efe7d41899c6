"""Which records are one customer: what stewards said, what identifies, what is likely; and what keeps apart."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.build import Row, touch
from tests.resolve.linked import clustered, decided, entities, pair, person, value
from unisono.errors import SourceError
from unisono.resolve.cluster import cluster

ACCEPT = 0.9
CURATED = {"curated": ["crm"], "accept": ACCEPT, "review": 0.5}


def group(*members: str) -> frozenset[str]:
    return frozenset(members)


def told(made: Any) -> dict[str, tuple[str, float]]:
    return {row["record_key"]: (row["method"], row["probability"]) for row in made["entity_record"]}


def test_each_record_tells_what_joined_it() -> None:
    made = clustered(
        [person(f"a:{number}") for number in range(6)],
        [value("a:0", "x"), value("a:1", "x"), value("a:5", "y")],
        [pair("a:1", "a:2", 20)],
        [decided("a:3", "a:4", "same")],
    )
    assert entities(made) == {group("a:0", "a:1", "a:2"), group("a:3", "a:4"), group("a:5")}
    found = told(made)
    assert {key: method for key, (method, _) in found.items()} == {
        "a:0": "identifier",
        "a:1": "identifier",
        "a:2": "match",
        "a:3": "steward",
        "a:4": "steward",
        "a:5": "source_id",
    }
    assert found["a:2"][1] == pytest.approx(1 / (1 + 2**-20))
    assert {found[key][1] for key in ("a:0", "a:3", "a:5")} == {1.0}


def test_a_chain_of_weak_links_is_not_one_customer() -> None:
    keys = [f"a:{number}" for number in range(9)]
    chain = [pair(one, other, 4.5) for one, other in pairwise(keys)]
    made = clustered([person(key) for key in keys], pairs=chain)
    assert max(map(len, entities(made))) == 2
    asked = {row["question"] for row in made["match_queue"]}
    assert asked == {"bridge"}


def test_two_large_customers_are_not_joined_by_one_link_however_strong() -> None:
    sides = [[f"{side}:{number}" for number in range(3)] for side in "ab"]
    values = [value(key, key[0]) for side in sides for key in side]
    people = [person(key) for side in sides for key in side]
    one = [pair("a:0", "b:0", 60)]
    made = clustered(people, values, one)
    assert entities(made) == set(map(frozenset, sides))
    assert [(row["left_key"], row["right_key"], row["question"]) for row in made["match_queue"]] == [
        ("a:0", "b:0", "bridge")
    ]
    assert len(entities(clustered(people, values, [*one, pair("a:1", "b:2", 60)]))) == 1


def test_the_best_link_to_a_curated_system_wins_and_the_other_is_asked() -> None:
    made = clustered(
        [person("crm:1"), person("crm:2"), person("mail:1")],
        pairs=[pair("crm:1", "mail:1", 8), pair("crm:2", "mail:1", 9), pair("crm:1", "crm:2", 6)],
        identity=CURATED,
    )
    assert entities(made) == {group("crm:2", "mail:1"), group("crm:1")}
    asked = {(row["left_key"], row["right_key"]): row["question"] for row in made["match_queue"]}
    assert asked == {("crm:1", "mail:1"): "kept_apart", ("crm:1", "crm:2"): "kept_apart"}


def test_an_identifier_of_higher_priority_wins() -> None:
    made = clustered(
        [person("crm:1"), person("crm:2"), person("mail:1")],
        [value("crm:1", "x", 2), value("mail:1", "x", 2), value("crm:2", "y"), value("mail:1", "y")],
        identity=CURATED,
    )
    assert entities(made) == {group("crm:2", "mail:1"), group("crm:1")}


def test_decisions_win_and_what_is_decided_is_asked_no_more() -> None:
    people = [person("crm:1"), person("crm:2"), person("crm:3")]
    pairs = [pair("crm:1", "crm:2", 1), pair("crm:2", "crm:3", 1), pair("crm:1", "crm:3", 1)]
    made = clustered(people, pairs=pairs, identity=CURATED)
    assert {row["question"] for row in made["match_queue"]} == {"unsure"}
    decisions = [decided("crm:1", "crm:2", "same"), decided("crm:2", "crm:3", "not_same", 2)]
    made = clustered(people, pairs=pairs, decisions=decisions, identity=CURATED)
    assert entities(made) == {group("crm:1", "crm:2"), group("crm:3")}
    assert [(row["left_key"], row["right_key"]) for row in made["match_queue"]] == [("crm:1", "crm:3")]


def test_what_is_no_longer_decided_is_asked_again() -> None:
    decisions = [decided("a:1", "a:2", "not_same", 1, standing=False), decided("a:1", "a:2", "open", 2)]
    made = clustered([person("a:1"), person("a:2")], pairs=[pair("a:1", "a:2", 1)], decisions=decisions)
    assert len(made["match_queue"]) == 1
    made = clustered([person("a:1"), person("a:2")], pairs=[pair("a:1", "a:2", 9)], decisions=decisions)
    assert len(entities(made)) == 1


def test_decisions_hold_through_a_record_that_is_gone() -> None:
    decisions = [decided("a:1", "a:gone", "same"), decided("a:gone", "a:2", "same", 2)]
    decisions.append(decided("a:gone", "a:3", "not_same", 3))
    made = clustered(
        [person("a:1"), person("a:2"), person("a:3")], pairs=[pair("a:1", "a:3", 20)], decisions=decisions
    )
    assert entities(made) == {group("a:1", "a:2"), group("a:3")}


def test_a_record_that_is_only_mentioned_joins_by_a_decision_alone() -> None:
    touches = [touch("ghost", system="mail"), touch("other", system="mail")]
    decision = [decided("crm:1", "mail:ghost", "same")]
    made = clustered([person("crm:1")], decisions=decision, source_touchpoint=touches)
    assert entities(made) == {group("crm:1", "mail:ghost"), group("mail:other")}
    methods = {key: method for key, (method, _) in told(made).items()}
    assert methods == {"crm:1": "steward", "mail:ghost": "touchpoint_only", "mail:other": "touchpoint_only"}


def test_a_decision_that_mixes_kinds_stops_the_run() -> None:
    with pytest.raises(SourceError, match=r"UN2103 .* crm:1 \(hcp\) and crm:2 \(patient\)"):
        clustered(
            [person("crm:1"), person("crm:2", "patient")], decisions=[decided("crm:1", "crm:2", "same")]
        )["entity_record"]


# Everything at once, against an oracle that looks at all pairs of groups again and again.

KEYS = [f"{system}:{number}" for system in ("crm", "mail", "web") for number in (1, 2, 3)]
Joined = dict[str, frozenset[str]]


@st.composite
def situations(draw: st.DrawFn) -> dict[str, list[Row]]:
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, unique=True))
    kinds = st.sampled_from(["hcp", "hcp", "hcp", "unknown", "hco", "patient"])
    people = [person(key, draw(kinds)) for key in keys]
    written = st.sampled_from(["x", "y", None, None])
    values = [
        value(key, what, position)
        for key in keys
        for position in (1, 2)
        if (what := draw(written)) is not None
    ]
    ties = sorted(combinations(sorted(keys), 2))
    bits = st.sampled_from([None, None, 1.0, 2.5, 3.5, 6.0, 8.25, 12.0, 30.0])
    pairs = [pair(one, other, weight) for one, other in ties if (weight := draw(bits)) is not None]
    decisions: list[Row] = []
    wanted = st.tuples(st.sampled_from(ties), st.sampled_from(["same", "not_same", "open"]))
    for (one, other), word in (
        draw(st.lists(wanted, max_size=4, unique_by=lambda tie: tie[0])) if ties else []
    ):
        tried = [*decisions, decided(one, other, word, len(decisions))]
        if possible(people, tried):
            decisions = tried
    return {"people": people, "values": values, "pairs": pairs, "decisions": decisions}


def ties(decisions: Iterable[Row], word: str) -> list[tuple[str, str]]:
    return [(row["left_key"], row["right_key"]) for row in decisions if row["decision"] == word]


def told_same(people: list[Row], decisions: list[Row]) -> Joined:
    of = {row["record_key"]: frozenset([row["record_key"]]) for row in people}
    for one, other in ties(decisions, "same"):
        joined = of[one] | of[other]
        of.update(dict.fromkeys(joined, joined))
    return of


def possible(people: list[Row], decisions: list[Row]) -> bool:
    of = told_same(people, decisions)
    kinds = {row["record_key"]: row["kind"] for row in people}
    mixed = any(len({kinds[key] for key in joined} - {"unknown"}) > 1 for joined in of.values())
    return not mixed and all(of[one] is not of[other] for one, other in ties(decisions, "not_same"))


def allowed(joined: frozenset[str], people: list[Row], decisions: list[Row]) -> bool:
    kinds = {row["kind"] for row in people if row["record_key"] in joined} - {"unknown"}
    same = told_same(people, decisions)
    crm = {same[key] for key in joined if key.startswith("crm:")}
    apart = any(one in joined and other in joined for one, other in ties(decisions, "not_same"))
    return len(kinds) <= 1 and len(crm) <= 1 and not apart


def by_value(people: list[Row], values: list[Row], decisions: list[Row]) -> set[frozenset[str]]:
    of = told_same(people, decisions)
    for position in (1, 2):
        holders: dict[str, list[str]] = {}
        for row in sorted(values, key=lambda row: row["record_key"]):
            if row["position"] == position:
                holders.setdefault(row["value"], []).append(row["record_key"])
        for same in sorted(holders.values()):
            for place, key in enumerate(same):
                fitting = (of[earlier] | of[key] for earlier in same[:place])
                joined = next((each for each in fitting if allowed(each, people, decisions)), of[key])
                of.update(dict.fromkeys(joined, joined))
    return set(of.values())


def expected(
    people: list[Row], values: list[Row], pairs: list[Row], decisions: list[Row]
) -> set[frozenset[str]]:
    groups = by_value(people, values, decisions)
    weights = {(row["left_key"], row["right_key"]): row for row in pairs}
    while True:
        joins = []
        for one, other in combinations(sorted(groups, key=min), 2):
            across = [weights.get((min(a, b), max(a, b))) for a in one for b in other]
            mean = sum(row["weight"] if row else -5.0 for row in across) / len(across)
            links = sum(bool(row and row["probability"] >= ACCEPT) for row in across)
            enough = links >= (2 if len(one | other) >= 6 else 1)
            if mean > 0 and enough and allowed(one | other, people, decisions):
                joins.append((-mean, min(one), min(other), one, other))
        if not joins:
            return groups
        *_, one, other = min(joins, key=lambda join: join[:3])
        groups = (groups - {one, other}) | {one | other}


@settings(max_examples=100)
@given(situations(), st.randoms(use_true_random=False))
def test_clusters_are_those_of_the_oracle_whatever_the_order_of_rows(
    situation: dict[str, list[Row]], random: Any
) -> None:
    steps = ("mentioned_record", "entity_record")
    made = clustered(**situation, identity=CURATED, made=steps)
    found = entities(made)
    assert found == expected(**situation)
    assert sorted(row["record_key"] for row in made["entity_record"]) == sorted(
        row["record_key"] for row in situation["people"]
    )
    assert all(allowed(joined, situation["people"], situation["decisions"]) for joined in found)
    for joined in told_same(situation["people"], situation["decisions"]).values():
        assert any(joined <= entity for entity in found)
    assert all(row["entity"] <= row["record_key"] for row in made["entity_record"])

    shuffled = {name: random.sample(rows, len(rows)) for name, rows in situation.items()}
    again = clustered(**shuffled, identity=CURATED, made=steps)
    assert sorted(again["entity_record"], key=str) == sorted(made["entity_record"], key=str)


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """Two situations; only records that changed have other pairs than before."""
    after, other = draw(situations()), draw(situations())
    changed = draw(st.sets(st.sampled_from(KEYS), max_size=3))
    stayed = [row for row in after["people"] if row["record_key"] not in changed]
    old = [
        {**row, "content_hash": -row["content_hash"]}
        for row in other["people"]
        if row["record_key"] in changed
    ]
    keys = {row["record_key"] for row in (*stayed, *old)}

    def touched(row: Row) -> bool:
        return row["left_key"] in changed or row["right_key"] in changed

    pairs = [row for row in after["pairs"] if not touched(row)]
    pairs += [row for row in other["pairs"] if touched(row) and {row["left_key"], row["right_key"]} <= keys]
    values = draw(st.sampled_from([after, other]))["values"]
    decisions = draw(st.sampled_from([after, after, other]))["decisions"]
    gone = {row[side] for row in decisions for side in ("left_key", "right_key")} - keys
    assume(possible([*stayed, *old, *(person(key, "unknown") for key in gone)], decisions))
    known = [row for row in values if row["record_key"] in keys]
    return {"people": [*stayed, *old], "values": known, "pairs": pairs, "decisions": decisions}, after


@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(changes())
def test_what_is_clustered_again_gives_what_clustering_all_gives(
    both: tuple[dict[str, list[Row]], dict[str, list[Row]]],
) -> None:
    before, after = both
    steps = ("mentioned_record", "entity_record")
    known = clustered(**before, identity=CURATED, made=steps)
    again = clustered(**after, identity=CURATED, made=steps, previous=known)
    anew = clustered(**after, identity=CURATED, made=steps)
    assert sorted(again["entity_record"], key=str) == sorted(anew["entity_record"], key=str)


def test_only_what_a_change_can_reach_is_clustered(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def noting(records: Any, *others: Any) -> Any:
        seen.append(records["record_key"].to_pylist())
        return cluster(records, *others)

    people = [person(f"a:{number}") for number in range(6)]
    chain = [pair("a:0", "a:1", 20), pair("a:2", "a:3", 20)]
    before = clustered(people, pairs=chain)
    assert len(before["entity_record"]) == len(people)
    monkeypatch.setattr("unisono.resolve.entities.cluster", noting)
    for again in (
        clustered(people, pairs=chain, previous=before),
        clustered([*people, person("b:1")], pairs=[*chain, pair("a:2", "b:1", 20)], previous=before),
        clustered(people, [value("a:4", "x"), value("a:5", "x")], pairs=chain, previous=before),
        clustered(people, pairs=chain, decisions=[decided("a:4", "a:5", "same")], previous=before),
    ):
        assert len(again["entity_record"]) >= len(people)
    assert seen == [["a:2", "a:3", "b:1"], ["a:4", "a:5"], [f"a:{number}" for number in range(6)]]


@settings(max_examples=25)
@given(situations())
def test_what_waits_is_undecided_likely_and_not_one_customer(situation: dict[str, list[Row]]) -> None:
    made = clustered(**situation, identity=CURATED)
    of = {key: entity for entity in entities(made) for key in entity}
    settled = {*ties(situation["decisions"], "same"), *ties(situation["decisions"], "not_same")}
    wanted = {
        (row["left_key"], row["right_key"]): row["probability"] < ACCEPT
        for row in situation["pairs"]
        if (row["left_key"], row["right_key"]) not in settled
        and of[row["left_key"]] != of[row["right_key"]]
        and row["probability"] >= CURATED["review"]  # type: ignore[operator]
    }
    asked = made.by("match_queue", "left_key", "right_key")
    assert {keys: row["question"] == "unsure" for keys, row in asked.items()} == wanted
    for (one, other), row in asked.items():
        if row["question"] != "unsure":
            free = allowed(of[one] | of[other], situation["people"], situation["decisions"])
            assert row["question"] == ("bridge" if free else "kept_apart")
