"""Suggestions are drawn around the plan with exactly the probability that is logged, and never across a gate."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tests.build import (
    CLOCK,
    EMAIL,
    FAX,
    MSL,
    VISIT,
    Data,
    Row,
    Tables,
    area,
    channel,
    consent,
    content,
    playbook,
    record,
    rep,
    run,
    sides,
    touch,
)
from unisono.decide.explore import channel_shares, content_slot_weights, draw, select, uniform

PEOPLE = "abcdefghij"
CALL = channel("call", owner="rep", contact="personal", minutes=20, unit_cost=3)
CHANNELS = [EMAIL, VISIT, CALL, MSL, FAX]
CONTENTS = [
    content("leaflet", channels=["email", "visit", "call", "fax"]),
    content("atlas", channels=["email", "visit", "call", "fax"], topics=["dosing"]),
    content("report", channels=["visit", "fax"], stage="trial"),
    content("paper", channels=["msl"], purpose="medical"),
    content("poster", channels=["msl"], purpose="medical", stage="trial"),
]
PLAN_KEY = ("customer_id", "planned_product_id", "planned_channel")
OPTION_KEY = (*PLAN_KEY, "product_id", "channel", "place", "slot_place")
ON = {"enabled": True, "draws": 32, "sharpness": 20}


def people() -> Data:
    """Ten customers with contacts at different times of the week, some of them answered."""
    touches = [
        touch(key, 20 + 7 * place + hour / 24, ("visited", "sent", "opened")[place % 3], medium)
        for place, key in enumerate(PEOPLE)
        for medium in ("visit", "email", "call", "msl")
        for hour in (place % 5, 30 + place)
    ]
    return {
        "source_record": [record(key, city="Oslo") for key in PEOPLE],
        "source_touchpoint": touches,
        "source_consent": [consent(key) for key in PEOPLE],
        "rep": [rep("r", minutes=150), rep("m", minutes=90, role="msl", territory_id="r")],
        "territory_area": [area("r", "Oslo")],
    }


def explored(exploration: Row, **sections: Any) -> Tables:
    """Decide for ten customers of one representative and one liaison."""
    policy = {"per_customer": 2, "fatigue_cost": 0, "exploration": exploration} | sections.pop("policy", {})
    return run(people(), playbook(**{"channels": CHANNELS, "content": CONTENTS} | sections, policy=policy))


@cache
def busy() -> Tables:
    return explored(ON)


def plans(options: list[Row]) -> dict[tuple[str, ...], list[Row]]:
    found = defaultdict(list)
    for row in options:
        found[tuple(row[name] for name in PLAN_KEY)].append(row)
    return found


def test_the_tables_try_what_they_should() -> None:
    options = busy()["draw"]
    assert {row["channel"] != row["planned_channel"] for row in options} == {True, False}
    assert max(row["place"] for row in options) > 1
    assert max(row["slot_place"] for row in options) > 1
    assert any(row["explored"] for row in busy()["selection"])


@pytest.mark.parametrize("side", sides("draw"))
def test_every_plan_draws_one_option_of_a_distribution(side: str) -> None:
    assert busy()[side]
    for options in plans(busy()[side]).values():
        assert sum(row["propensity"] for row in options) == pytest.approx(1, abs=1e-12)
        assert all(row["propensity"] >= 0 for row in options)
        (drawn,) = (row for row in options if row["is_drawn"])
        assert drawn["propensity"] > 0
        assert sum(row["is_plan"] for row in options) == 1


REPLAYS = 2000


@pytest.mark.parametrize("side", sides("draw_option"))
def test_the_logged_propensity_is_how_often_an_option_is_drawn(side: str) -> None:
    """Frequencies over replays that differ in the seed alone lie in the binomial interval of their propensity."""
    engine = busy().engine
    tables = {"draw_option": engine.get(side), "playbook_exploration": engine.get("playbook_exploration")}
    logged = busy().both("draw") if side == "draw_option" else busy()["medical_draw"]
    expected = {tuple(row[name] for name in OPTION_KEY): row["propensity"] for row in logged}
    times: Counter[tuple[Any, ...]] = Counter()
    for seed in range(REPLAYS):
        made = draw(tables, as_of=CLOCK, seed=seed)
        picked = made.filter(made["is_drawn"])
        times.update(zip(*(picked[name].to_pylist() for name in OPTION_KEY), strict=True))
    made_of = zip(*(made[name].to_pylist() for name in OPTION_KEY), strict=True)
    level = 1e-6 / made.num_rows
    for key, propensity in zip(made_of, made["propensity"].to_pylist(), strict=True):
        assert propensity == pytest.approx(expected[key])
        least, most = binom.interval(1 - level, REPLAYS, propensity)
        assert least <= times[key] <= most, key


def test_the_draw_hangs_on_clock_and_seed_alone() -> None:
    engine = busy().engine
    tables = {name: engine.get(name) for name in ("draw_option", "playbook_exploration")}
    again = [draw(tables, as_of=CLOCK, seed=seed) for seed in (0, 0, 1)]
    assert again[0].equals(again[1])
    assert not again[0].equals(again[2])
    assert again[0].drop_columns("is_drawn").equals(again[2].drop_columns("is_drawn"))


def test_a_customers_draw_does_not_hang_on_who_else_is_there() -> None:
    engine = busy().engine
    option, policy = engine.get("draw_option"), engine.get("playbook_exploration")
    whole = draw({"draw_option": option, "playbook_exploration": policy}, as_of=CLOCK, seed=0).to_pylist()
    for customer in {row["customer_id"] for row in whole}:
        mine = option.filter([row["customer_id"] == customer for row in option.to_pylist()])
        alone = draw({"draw_option": mine, "playbook_exploration": policy}, as_of=CLOCK, seed=0).to_pylist()
        assert alone == [row for row in whole if row["customer_id"] == customer]


def test_options_are_permitted_and_take_no_more_than_was_planned() -> None:
    minutes = {entry["id"]: entry.get("minutes", 0) for entry in CHANNELS}
    permitted = {
        (row["customer_id"], row["product_id"], row["channel"], row["rep_id"])
        for row in busy().both("candidate")
        if row["blocked_by"] is None
    }
    planned = {
        tuple(row[name] for name in ("customer_id", "product_id", "channel")): row["rep_id"]
        for row in busy().both("choice")
    }
    for row in busy().both("draw"):
        assert (row["customer_id"], row["product_id"], row["channel"], row["rep_id"]) in permitted
        assert planned[row["customer_id"], row["planned_product_id"], row["planned_channel"]] == row["rep_id"]
        assert minutes[row["channel"]] <= minutes[row["planned_channel"]]


def test_a_representatives_slots_are_on_working_days() -> None:
    data = people()
    weekend = [touch(key, days, "visited", "visit") for key in PEOPLE for days in (1, 2)]
    made = run(
        {**data, "source_touchpoint": [*data["source_touchpoint"], *weekend]},
        playbook(channels=CHANNELS, content=CONTENTS, policy={"exploration": ON}),
    )
    known = {row["value"] for row in made["preference"] if row["dimension"] == "slot"}
    assert {"visit/sat_afternoon", "visit/sun_afternoon"} <= known
    assert not {row["slot"][:3] for row in made["slot_option"] if row["channel"] == "visit"} & {"sat", "sun"}


def test_no_time_of_day_is_no_evidence_of_a_slot_and_a_channel_without_any_has_none() -> None:
    midnight = CLOCK.replace(hour=0)
    made = run(
        {
            "source_record": [record("a")],
            "source_touchpoint": [touch("a", 5, channel="fax", occurred_at=midnight)],
        },
        playbook(channels=[FAX, EMAIL], content=[content("leaflet", channels=["fax"])]),
    )
    assert {row["dimension"] for row in made["evidence"]} == {"channel"}
    (decision,) = made["decision"]
    assert (decision["slot"], decision["propensity"], decision["explored"]) == (None, 1.0, False)


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        ("2025-06-23T11:59:59", "mon_morning"),
        ("2025-06-24T12:00:00", "tue_afternoon"),
        ("2025-06-27T16:59:59", "fri_afternoon"),
        ("2025-06-29T17:00:00", "sun_evening"),
    ],
)
def test_a_slot_is_a_weekday_and_a_part_of_the_day(moment: str, slot: str) -> None:
    seen = touch("a", channel="fax", occurred_at=CLOCK.fromisoformat(moment))
    made = run(
        {"source_record": [record("a")], "source_touchpoint": [seen]},
        playbook(channels=[FAX, EMAIL], content=[content("leaflet", channels=["fax"])]),
    )
    assert {row["value"] for row in made["evidence"] if row["dimension"] == "slot"} == {f"fax/{slot}"}
    assert [row["slot"] for row in made["decision"]] == [slot]


def test_switched_off_the_plan_itself_is_suggested() -> None:
    made = explored(ON | {"enabled": False})
    for choice, selection in zip(sides("choice"), sides("selection"), strict=True):
        names = [name for name in made[choice][0] if name in made[selection][0]]
        assert [[row[name] for name in names] for row in made[choice]] == [
            [row[name] for name in names] for row in made[selection]
        ]
    for row in made["decision"]:
        assert (row["propensity"], row["explored"], len(row["reasons"])) == (1.0, False, 3)
    assert made.engine.get("choice").equals(busy().engine.get("choice"))


def test_the_record_tells_the_terms_of_what_was_drawn_and_why() -> None:
    seen = {row["explored"] for row in busy()["decision"]}
    assert seen == {True, False}
    facts = {row["customer_id"] + row["channel"]: row for row in busy().both("decision_fact")}
    for row in busy()["decision"]:
        fact = facts[row["customer_id"] + row["channel"]]
        factors = ("potential", "priority", "fit", "novelty", "response_probability", "stage_gain", "lever")
        gain = float(np.prod([row[name] for name in factors]))
        assert row["value"] == pytest.approx(gain - row["fatigue_cost"] - row["unit_cost"])
        units = row["minutes"] if row["rep_id"] else 1.0
        paid = row["unit_price"] * units + row["suggestion_price"] + row["limit_cost"]
        assert row["reduced_value"] == pytest.approx(row["value"] - paid)
        assert (row["reasons"][-1].startswith("Chosen to learn: ")) == row["explored"]
        if row["explored"]:
            said = row["reasons"][-1]
            assert f"worth {fact['planned_value']:.2f} EUR" in said
            assert f"this {fact['expected_value']:.2f} EUR" in said
            assert f"probability {row['propensity']:.1%}" in said
            assert "because a limit" not in row["flip_condition"] + row["why_not_usual"]
        else:
            assert fact["planned_value"] == fact["expected_value"] == pytest.approx(row["reduced_value"])


def test_new_content_gets_its_share_until_enough_customers_have_met_it() -> None:
    fresh = content("fresh", channels=["visit", "call", "fax"], stage="loyal", valid_from=date(2025, 6, 20))

    def shares(**changed: Any) -> list[float]:
        exploration = ON | {"sharpness": 1e6, "new_content_share": 0.25} | changed
        made = explored(exploration, content=[*CONTENTS, fresh], policy={"alternatives": 1})
        inside: dict[Any, list[Row]] = defaultdict(list)
        for row in made["draw"]:
            if row["channel"] != "email":
                inside[row["customer_id"], row["planned_channel"], row["channel"]].append(row)
        found = []
        for options in inside.values():
            all_of_it = sum(row["propensity"] for row in options)
            new = sum(row["propensity"] for row in options if row["content_id"] == "fresh")
            found += [new / all_of_it] if all_of_it else []
        return found

    ramped = shares()
    assert ramped
    assert ramped == pytest.approx([0.25] * len(ramped))
    assert not any(shares(new_content_days=10))
    assert not any(shares(new_content_customers=0))


def test_an_exchange_neither_uses_up_a_limit_nor_leaves_a_goal() -> None:
    """The checks of a run hold a plan to its quotas; a goal that is worth it stays met whatever is drawn."""
    quota = {"id": "few", "name": "Few", "at_most": 1, "channels": ["call"]}
    goal = {"id": "see", "name": "See", "at_least": 2, "channels": ["visit"], "worth": 1e4}
    made = explored(ON, quotas=[quota], goals=[goal])
    assert {row["planned_channel"] for row in made["draw"] if row["channel"] == "call"} <= {"call"}
    assert {row["channel"] for row in made["draw"] if row["planned_channel"] == "visit"} == {"visit"}


# --- the arithmetic --------------------------------------------------------------------------------------


@given(
    st.lists(st.lists(st.floats(-5, 100), min_size=1, max_size=6), min_size=1, max_size=5),
    st.floats(0.1, 1000),
    st.floats(0, 0.9),
    st.integers(0, 2**30),
)
def test_weights_are_distributions_that_fall_with_the_value(
    actions: list[list[float]], sharpness: float, share: float, seed: int
) -> None:
    ordered = [sorted(values, reverse=True) for values in actions]
    value = np.concatenate([np.array(values) for values in ordered])
    first = np.cumsum([0, *map(len, ordered[:-1])])
    is_new = np.random.default_rng(seed).random(len(value)) < 0.3
    plain = content_slot_weights(value, first, np.zeros_like(is_new), sharpness=sharpness, new_share=share)
    ramped = content_slot_weights(value, first, is_new, sharpness=sharpness, new_share=share)
    for begin, values in zip(first, ordered, strict=True):
        mine = slice(begin, begin + len(values))
        assert plain[mine].sum() == pytest.approx(1)
        assert ramped[mine].sum() == pytest.approx(1)
        assert (plain[mine] >= 0).all()
        assert (np.diff(plain[mine]) <= 1e-12).all()
        assert all(weight == 0 for weight in plain[mine][1:][value[mine][1:] <= 0])
        best = max(values[0], 0.0)
        cost = best - plain[mine] @ value[mine] if best else 0.0
        assert cost <= (len(values) - 1) / sharpness * best + 1e-9
        if plain[mine][is_new[mine]].sum() > 0:
            assert ramped[mine][is_new[mine]].sum() >= share - 1e-9


def test_a_channel_wins_as_often_as_it_is_likely_to_be_better() -> None:
    """Of two alike actions each wins half; a much better one always; one channel's actions share its draw."""
    alike = np.array([0.3, 0.3]), np.array([0.1, 0.1]), np.array([10.0, 10.0])
    shares = channel_shares(*alike, np.array([5.0, 5.0]), np.array([0, 1]), 4000, "a")
    assert shares == pytest.approx([0.5, 0.5], abs=0.05)
    better = channel_shares(*alike, np.array([500.0, 5.0]), np.array([0, 1]), 100, "a")
    assert better.tolist() == [1.0, 0.0]
    same = channel_shares(*alike, np.array([5.1, 5.0]), np.array([0, 0]), 100, "a")
    assert same.tolist() == [1.0, 0.0]


def test_what_has_no_probability_is_never_drawn() -> None:
    propensity = np.array([0.0, 0.4, 0.0, 0.6, 0.0, 1.0, 0.0])
    for chance, place in ((0.0, 1), (0.3999, 1), (0.4, 3), (1 - 2.0**-53, 3)):
        drawn = select(propensity, np.array([0, 5]), [chance, chance])
        assert np.flatnonzero(drawn).tolist() == [place, 5]


def test_uniform_numbers_are_uniform() -> None:
    numbers = [uniform(seed, "x") for seed in range(4000)]
    assert 0 <= min(numbers) < 0.01
    assert 0.99 < max(numbers) < 1
    assert np.mean(numbers) == pytest.approx(0.5, abs=0.02)
    assert len(set(numbers)) == len(numbers)
