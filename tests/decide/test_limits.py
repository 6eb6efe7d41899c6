"""Budgets, quotas and goals of the playbook: kept, met or missed by name, priced, and part of the proof."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import FAX, MSL, Tables, area, consent, playbook, record, rep, run, touch

PEOPLE = "abcdefgh"
DATA = {
    "source_record": [
        record(key, specialty="Cardiology" if key < "e" else "Oncology", city="Oslo") for key in PEOPLE
    ],
    "source_touchpoint": [touch(key, 30 + place) for place, key in enumerate(PEOPLE)],
    "source_consent": [consent(key) for key in PEOPLE],
    "rep": [rep("r", minutes=90)],
    "territory_area": [area("r", "Oslo")],
}


def decided(per_customer: int = 1, *, msl: float = 0, **sections: Any) -> Tables:
    """Decide for eight customers of one representative, and of a liaison with so many minutes, who comes first."""
    data = DATA | {"rep": [*DATA["rep"], rep("m", minutes=msl, role="msl", territory_id="r")]}
    return run(data, playbook(policy={"per_customer": per_customer, "fatigue_cost": 0}, **sections))


def of(made: Tables, kind: str) -> dict[str, dict[str, Any]]:
    return {row["owner"]: row for row in made["price"] if row["resource"] == kind}


def channels(made: Tables) -> list[str]:
    return sorted(row["channel"] for row in made["decision"] if row["purpose"] == "commercial")


def test_unit_costs_add_up_to_no_more_than_the_budget_and_money_gets_a_price() -> None:
    made = decided(
        budgets=[{"id": "print", "name": "Print", "amount": 7, "channels": ["fax"]}], channels=[FAX, MSL]
    )
    assert channels(made) == ["fax"] * 3
    money = of(made, "budget")["print"]
    assert (money["used"], money["capacity"]) == (6, 7)
    assert 0 < money["plus_one"] <= money["price"] + 1e-9
    assert all(row["limit_cost"] == pytest.approx(2 * money["price"]) for row in made["commercial_decision"])


def test_a_quota_counts_suggestions_in_its_scope_only() -> None:
    quota = {"id": "few", "name": "Few", "at_most": 2, "channels": ["fax"], "specialties": ["cardiology "]}
    made = decided(quotas=[quota], channels=[FAX, MSL])
    specialty = {row["customer_id"]: row["specialty"] for row in made["customer"]}
    told = [specialty[row["customer_id"]] for row in made["commercial_decision"]]
    assert sorted(told) == ["Cardiology"] * 2 + ["Oncology"] * 4


GOAL = {"id": "see", "name": "See", "at_least": 2, "channels": ["visit"], "specialties": ["Oncology"]}


def test_a_goal_is_met_where_it_is_worth_it() -> None:
    free = decided()
    wanted = decided(goals=[GOAL | {"worth": 1e4}])
    assert sum(row["used"] for row in of(wanted, "goal").values()) >= 2
    assert wanted["certificate"][0]["goals_missed"] == 0
    assert total(wanted) <= total(free) + 1e-9


def test_a_goal_not_worth_its_cost_is_missed_and_named() -> None:
    made = decided(goals=[GOAL | {"at_least": 50, "worth": 0.5}])
    goal = of(made, "goal")["see"]
    assert goal["missing"] == 50 - goal["used"] > 0
    assert goal["price"] == pytest.approx(0.5)
    (proof,) = made["certificate"]
    assert proof["goals_missed"] == 1
    assert proof["objective"] == pytest.approx(total(made) - 0.5 * goal["missing"])


@pytest.mark.parametrize("per_customer", [1, 2])
@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"budgets": [{"id": "all", "name": "All", "amount": 9}]},
        {"quotas": [{"id": "q", "name": "Q", "at_most": 1, "channels": ["email"]}]},
        {"goals": [GOAL | {"worth": 30.0}]},
    ],
    ids=["none", "budget", "quota", "goal"],
)
def test_the_proof_worked_out_in_sql_holds(limits: dict[str, Any], per_customer: int) -> None:
    """Tiny plans are exact, so what is left between plan and bound is no more than one action's worth."""
    made = decided(per_customer, **limits)
    (proof,) = made["certificate"]
    assert proof["objective"] <= proof["bound"] + 1e-9
    assert proof["bound"] - proof["objective"] <= max(row["value"] for row in made["action"])
    assert proof["suggestions"] == len(made["commercial_decision"])


def test_a_limit_of_the_other_side_is_not_seen() -> None:
    quota = {"id": "meet", "name": "Meet", "at_most": 1, "channels": ["msl"]}
    made = decided(quotas=[quota], msl=480)
    assert "meet" not in of(made, "quota")
    assert [row["owner"] for row in made["medical_price"] if row["resource"] == "quota"] == ["meet"]
    assert len(made["medical_decision"]) == 1


def total(made: Tables) -> float:
    return sum(row["value"] for row in made["choice"])
