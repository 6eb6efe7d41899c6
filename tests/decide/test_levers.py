"""Levers weigh on values within bounds and say what they cost; separations also keep suggestions of one run apart."""

from __future__ import annotations

from datetime import timedelta
from math import prod
from typing import Any

import pytest

from tests.build import (
    CLOCK,
    FAX,
    MSL,
    VISIT,
    Row,
    Tables,
    area,
    consent,
    playbook,
    record,
    rep,
    run,
    touch,
)

TODAY = CLOCK.date()
DAY = timedelta(days=1)


def lever(key: str = "push", **given: Any) -> Row:
    return {"id": key, "name": key.capitalize(), "factor": 1.5} | given


def decided(*levers: Row, touches: Any = (), **sections: Any) -> Tables:
    """Decide for a cardiologist and an oncologist whom one representative and one liaison cover."""
    data = {
        "source_record": [
            record("a", city="Oslo", specialty="Cardiology"),
            record("b", city="Oslo", specialty="Oncology"),
        ],
        "source_touchpoint": [touch("a", 40), touch("b", 40), *touches],
        "source_consent": [consent("a"), consent("b")],
        "rep": [rep("r"), rep("m", role="msl", territory_id="r")],
        "territory_area": [area("r", "Oslo")],
    }
    return run(data, playbook(levers=list(levers), **sections))


def weights(made: Tables, table: str = "action") -> dict[tuple[str, str], float]:
    """Return customer and channel -> lever."""
    keys = {made.customer(key): key for key in "ab"}
    return {(keys[row["customer_id"]], row["channel"]): row["lever"] for row in made[table]}


def test_without_levers_nothing_is_weighed() -> None:
    made = decided()
    assert set(weights(made).values()) == {1.0}
    assert all(row["value"] == row["value_without_levers"] for row in made.both("action"))
    assert all(row["levers"] == [] for row in made["decision"])
    assert made["certificate"][0]["value_without_levers"] == pytest.approx(
        sum(row["value"] for row in made["choice"])
    )


SCOPES: dict[str, tuple[Row, set[tuple[str, str]]]] = {
    "everything": ({}, {(who, channel) for who in "ab" for channel in ("email", "visit", "fax")}),
    "channel": ({"channels": ["visit"]}, {("a", "visit"), ("b", "visit")}),
    "specialty": ({"specialties": [" cardiology"], "channels": ["fax"]}, {("a", "fax")}),
    "product": ({"products": ["ours"], "channels": ["fax"]}, {("a", "fax"), ("b", "fax")}),
    "stage of the evidence": ({"stages": ["trial", "loyal"], "channels": ["fax"]}, {("b", "fax")}),
    "stage expected without evidence": ({"stages": ["unaware"], "channels": ["fax"]}, {("a", "fax")}),
    "signal": ({"signal": {"event": "asked", "within_days": 6}, "channels": ["fax"]}, {("b", "fax")}),
    "signal too old": ({"signal": {"event": "asked", "within_days": 5}}, set()),
    "other signal": ({"signal": {"event": "saved", "within_days": 9}}, set()),
    "first day": ({"starts_on": TODAY, "channels": ["visit"]}, {("a", "visit"), ("b", "visit")}),
    "last day": ({"ends_on": TODAY, "channels": ["visit"]}, {("a", "visit"), ("b", "visit")}),
    "not yet": ({"starts_on": TODAY + DAY}, set()),
    "no more": ({"ends_on": TODAY - DAY}, set()),
}
ASKED = [touch("b", n, "asked", "site", direction="inbound", product="Ours") for n in (5, 20, 30)]


@pytest.mark.parametrize(("scope", "weighed"), SCOPES.values(), ids=SCOPES.keys())
def test_a_lever_weighs_on_its_scope_only(scope: Row, weighed: set[tuple[str, str]]) -> None:
    made = decided(lever(**scope), touches=ASKED)
    found = weights(made)
    assert {key for key, weight in found.items() if weight == pytest.approx(1.5)} == weighed
    assert all(weight == 1 for key, weight in found.items() if key not in weighed)
    assert set(weights(made, "medical_action").values()) == {1.0}


@pytest.mark.parametrize(
    ("said", "is_signal"),
    [
        ({}, True),
        ({"product": None}, True),
        ({"product": "Second"}, False),
        ({"company": "them"}, False),
        ({"is_human": False}, False),
    ],
)
def test_a_signal_is_a_persons_with_us_about_the_product_or_none(said: Row, is_signal: bool) -> None:
    products = [{"id": name.lower(), "name": name, "lifecycle": "growth"} for name in ("Ours", "Second")]
    seen = touch("a", 3, "opened", "site", **{"direction": "inbound", "product": "Ours"} | said)
    signal = {"event": "opened", "within_days": 7}
    made = decided(lever(signal=signal, products=["ours"]), touches=[seen], products=products)
    assert {row["customer_id"] for row in made["lever"]} == ({made.customer("a")} if is_signal else set())


def test_a_medical_lever_sees_the_medical_side_and_the_commercial_one_does_not() -> None:
    signal = {"event": "asked", "within_days": 9}
    levers = [lever("med", channels=["msl"], signal=signal), lever("com", channels=["fax"], signal=signal)]
    made = decided(*levers, touches=[touch("a", 3, "asked", "msl", direction="inbound")])
    assert {row["lever_id"] for row in made["medical_lever"]} == {"med"}
    assert made["lever"] == []


@pytest.mark.parametrize("factors", [(1.5, 1.2), (1.9, 1.9), (0.6, 0.6), (1.8, 0.6), (1.0,)])
def test_factors_multiply_and_are_bounded(factors: tuple[float, ...]) -> None:
    made = decided(*(lever(f"l{n}", factor=factor) for n, factor in enumerate(factors)))
    assert made["action"]
    for row in made["action"]:
        assert row["lever"] == pytest.approx(min(max(prod(factors), 0.5), 2))
        costs = row["fatigue_cost"] + row["unit_cost"]
        assert row["value"] + costs == pytest.approx(row["lever"] * (row["value_without_levers"] + costs))


def test_bounds_are_the_policys() -> None:
    bounds = {"least": 0.9, "most": 1.1}
    made = decided(
        lever(factor=5), lever("pull", factor=0.1, channels=["fax"]), policy={"lever_bounds": bounds}
    )
    assert {channel: weight for (_, channel), weight in weights(made).items()} == {
        "email": 1.1,
        "visit": 1.1,
        "fax": 0.9,
    }


def test_a_decision_names_its_levers_and_the_proof_what_the_plan_is_worth_without() -> None:
    old = lever("old", factor=0.8, channels=["visit"])
    made = decided(lever(), old, channels=[VISIT, MSL], policy={"per_customer": 2})
    (chosen,) = (row for row in made["commercial_decision"] if row["customer_id"] == made.customer("a"))
    assert (chosen["channel"], chosen["levers"]) == ("visit", ["Old x0.8", "Push x1.5"])
    assert chosen["reasons"][-1] == "Weighted x1.2 by the playbook's levers: Old x0.8, Push x1.5."
    (proof,) = made["certificate"]
    without = sum(row["value_without_levers"] for row in made["commercial_decision"])
    assert proof["value_without_levers"] == pytest.approx(without)
    assert proof["value_without_levers"] < proof["objective"]
    (medical,) = made["medical_certificate"]
    assert medical["value_without_levers"] == pytest.approx(medical["objective"])


def test_a_lever_opens_no_gate() -> None:
    plain, pushed = decided(), decided(lever(factor=2), policy={"lever_bounds": {"most": 9}})
    for table in ("candidate", "medical_candidate"):
        assert plain[table] == pushed[table]


# --- separations within a run -----------------------------------------------------------------------------

GENEROUS = {"per_customer": 3}


def apart(never: str, of: str) -> list[Row]:
    never_of = {"never": {"channels": [never]}, "of": {"channels": [of]}}
    return [{"id": "apart", "name": "Apart", "within_days": 3} | never_of]


def count(made: Tables, purpose: str = "commercial") -> int:
    return sum(
        row["purpose"] == purpose for row in made["decision"] if row["customer_id"] == made.customer("a")
    )


def test_suggestions_of_one_run_are_kept_apart_too() -> None:
    assert count(decided(channels=[VISIT, FAX, MSL], policy=GENEROUS)) == 2
    made = decided(channels=[VISIT, FAX, MSL], policy=GENEROUS, separations=apart("fax", "visit"))
    assert count(made) == 1


def test_a_separation_across_the_wall_leaves_no_room_beside_a_medical_suggestion() -> None:
    free = decided(channels=[FAX, MSL], policy=GENEROUS)
    assert (count(free), count(free, "medical")) == (1, 1)
    for separations in (apart("fax", "msl"), apart("msl", "fax")):
        made = decided(channels=[FAX, MSL], policy=GENEROUS, separations=separations)
        assert (count(made), count(made, "medical")) == (0, 1)
