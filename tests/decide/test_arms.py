"""Arms hold their shares within strata, are kept for ever, and decide by what they say."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from tests.build import (
    CLOCK,
    FAX,
    Row,
    Tables,
    area,
    consent,
    content,
    only,
    playbook,
    record,
    rep,
    run,
    touch,
)
from unisono import resolve

SHARES = {"usual": 0.1, "propensity_only": 0.2, "no_levers": 0.05, "random_eligible": 0.15}
HOLDOUT = 0.12
TARGET = {**SHARES, "holdout": HOLDOUT, "suggest": 1 - HOLDOUT - sum(SHARES.values())}
STEPS = (*resolve.STEPS, *only("arm"))
SPECIALTIES = ("Cardiology", "Oncology", "Neurology")


def people(count: int, first: int = 0) -> list[Row]:
    random = Random(first)
    return [
        record(f"p{n}", specialty=random.choice(SPECIALTIES), city=random.choice(("Oslo", "Bergen")))
        for n in range(first, first + count)
    ]


def assigned(records: list[Row], before: Tables | None = None, **arms: Any) -> Tables:
    """Run the arms over records, given the tables of the run before."""
    data = {
        "source_record": records,
        "rep": [rep("r"), rep("q")],
        "territory_area": [area("r", "Oslo"), area("q", "Bergen")],
        **(before.previous() if before else {}),
    }
    book = playbook(policy={"holdout": HOLDOUT, "arms": SHARES | arms})
    return run(data, book, steps=STEPS)


def arms_of(made: Tables) -> dict[str, str]:
    """Return source record -> arm."""
    arm = made.by("arm", "customer_id")
    return {
        row["source_record_id"]: arm[row["customer_id"]]["arm"]
        for row in made["customer_xref"]
        if row["customer_id"] in arm
    }


def counts(made: Tables) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in made["arm"]:
        found.setdefault(row["stratum"], Counter())[row["arm"]] += 1
    return found


def test_shares_hold_within_every_stratum_to_one_customer() -> None:
    made = assigned(people(400))
    strata = counts(made)
    assert len(strata) == 6
    for counted in strata.values():
        for arm, share in TARGET.items():
            assert abs(counted[arm] - share * counted.total()) <= 1
    for row in made["arm"]:
        assert row["share"] == pytest.approx(TARGET[row["arm"]])
        assert row["assigned_at"] == CLOCK


def test_small_strata_are_put_together() -> None:
    strata = counts(assigned(people(60), stratum_size=20))
    assert strata.keys() == {"*"} | {name for name in strata if strata[name].total() >= 20}
    for arm, share in TARGET.items():
        assert abs(strata["*"][arm] - share * strata["*"].total()) <= 1


def test_the_order_of_the_sources_does_not_matter() -> None:
    records = people(150)
    shuffled = Random(1).sample(records, len(records))
    assert arms_of(assigned(records)) == arms_of(assigned(shuffled))


def test_arms_are_kept_when_customers_arrive_and_specialties_change() -> None:
    before = assigned(people(300))
    moved = [row | {"specialty": "Oncology"} if n % 7 == 0 else row for n, row in enumerate(people(300))]
    after = assigned([*moved, *people(30, first=300)], before)
    old, new = arms_of(before), arms_of(after)
    assert len(new) == 330
    assert {key: new[key] for key in old} == old
    kept = after.by("arm", "customer_id")
    for row in before["arm"]:
        assert kept[row["customer_id"]] == row
    for counted in counts(after).values():
        for arm, share in TARGET.items():
            assert abs(counted[arm] - share * counted.total()) <= 2


def test_who_is_in_an_arm_that_is_gone_gets_another() -> None:
    before = assigned(people(200))
    after = assigned(people(200), before, random_eligible=0)
    old, new = arms_of(before), arms_of(after)
    gone = {key for key, arm in old.items() if arm == "random_eligible"}
    assert gone
    assert {key: new[key] for key in old.keys() - gone} == {key: old[key] for key in old.keys() - gone}
    assert "random_eligible" not in new.values()


def test_over_many_salts_everybody_is_assigned_with_the_probability_logged() -> None:
    """Even in a stratum too small to hold a customer of every arm."""
    times: Counter[str] = Counter()
    for salt in range(60):
        data = {"source_record": people(5)}
        made = run(data, playbook(policy={"holdout": 0.1, "salt": f"s{salt}"}), steps=STEPS)
        times.update(row["arm"] for row in made["arm"])
        assert {row["share"] for row in made["arm"] if row["arm"] == "holdout"} <= {0.1}
    assert 10 <= times["holdout"] <= 55  # 30 expected, a draw of half a customer in each of 60 strata


def decided(**arms: Any) -> Tables:
    """Decide for twenty customers on two channels, everybody in one arm."""
    phone = FAX | {"id": "phone", "name": "Phone", "response": {"mean": 0.5, "strength": 20}, "depth": 0.01}
    keys = [f"p{n}" for n in range(20)]
    return run(
        {
            "source_record": [record(key) for key in keys],
            "source_touchpoint": [touch(key, 40, channel="fax") for key in keys],
            "source_consent": [consent(key) for key in keys],
        },
        playbook(
            channels=[FAX, phone],
            content=[content("leaflet", channels=["fax", "phone"])],
            policy={"arms": arms, "exploration": {"enabled": True}},
        ),
    )


def test_valued_by_response_the_likelier_response_wins() -> None:
    usual, likely = decided(), decided(propensity_only=1, unit_value=40)
    planned = {row["channel"] for row in usual["choice"]}
    assert planned == {"fax"}
    assert {row["channel"] for row in likely["decision"]} == {"phone"}
    for row in likely["action"]:
        assert row["value"] == pytest.approx(40 * row["response_probability"])
    for row in likely["decision"]:
        assert (row["propensity"], row["explored"]) == (1.0, False)
        assert "valued by the expected response alone" in row["flip_condition"]


def test_valued_by_chance_every_permitted_action_is_as_good() -> None:
    made = decided(random_eligible=1, unit_value=10)
    values = [row["value"] for row in made["action"]]
    assert len(set(values)) == len(values) == 40
    assert 0 < min(values) < 2
    assert 8 < max(values) < 10
    assert {row["channel"] for row in made["decision"]} == {"fax", "phone"}


def test_without_suggestions_nothing_is_suggested_and_exposure_tells_so() -> None:
    made = decided(usual=0.5)
    arm = made.by("arm", "customer_id")
    exposure = made.by("exposure", "customer_id")
    assert exposure.keys() == arm.keys()
    suggested = {row["customer_id"] for row in made["decision"]}
    assert Counter(row["arm"] for row in exposure.values()) == {"usual": 10, "suggest": 10}
    for who, row in exposure.items():
        assert row["exposed_to"] == ("suggested" if arm[who]["suggests"] else "none")
        assert (row["suggestions"] > 0) == (who in suggested) == arm[who]["suggests"]
        assert (row["share"], row["assigned_at"]) == (0.5, CLOCK)
