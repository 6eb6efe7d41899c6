"""Rival policies keep every limit, whatever they prefer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.build import Row
from unisono.decide.solve import price_resources, solve
from unisono.tables.arrow import rows
from unisono.trial.policy import take

REPS, CENTRAL = ("R1", "R2"), ("webinar",)


def tables(
    actions: list[Row],
    *,
    minutes: float = 60,
    seats: int | None = 2,
    per_customer: int = 1,
    per_rep: int = 99,
) -> dict[str, Any]:
    reps = [{"rep_id": rep, "capacity_minutes": minutes} for rep in REPS]
    resources = [("rep_minutes", rep, minutes) for rep in REPS] + [
        ("rep_suggestions", rep, per_rep) for rep in REPS
    ]
    channels = [{"channel": "visit"}, {"channel": "call"}, {"channel": "webinar", "capacity": seats}]
    return {
        "action": rows("action", actions),
        "rep": rows("rep", reps),
        "resource": rows(
            "resource",
            [{"resource": kind, "owner": rep, "capacity": float(most)} for kind, rep, most in resources],
        ),
        "limit_use": rows("limit_use", []),
        "playbook_channel": rows("playbook_channel", channels),
        "playbook_policy": rows("playbook_policy", [{"per_customer": per_customer, "per_rep": per_rep}]),
    }


def action(who: str, channel: str, product: str = "p", value: float = 1, **given: Any) -> Row:
    rep = None if channel in CENTRAL else "R1"
    row = {"customer_id": who, "product_id": product, "channel": channel, "rep_id": rep, "content_id": "k"}
    return row | {"value": float(value), "minutes": 30.0, "room": None} | given


@st.composite
def instances(draw: st.DrawFn) -> tuple[list[Row], dict[str, Any]]:
    keys = st.tuples(
        st.sampled_from("abcdef"), st.sampled_from("pq"), st.sampled_from(("visit", "call", "webinar"))
    )
    actions = []
    room = {who: draw(st.none() | st.integers(0, 3)) for who in "abcdef"}
    for who, product, channel in draw(st.lists(keys, unique=True, max_size=18)):
        rep = None if channel == "webinar" else draw(st.sampled_from(REPS))
        minutes = float(draw(st.integers(5, 40)))
        value = float(draw(st.integers(-2, 9)))
        actions.append(action(who, channel, product, value, rep_id=rep, minutes=minutes, room=room[who]))
    limits = {
        "minutes": float(draw(st.integers(0, 90))),
        "seats": draw(st.none() | st.integers(0, 3)),
        "per_customer": draw(st.integers(0, 2)),
        "per_rep": draw(st.integers(0, 4)),
    }
    return actions, limits


def broken(chosen: list[Row], limits: dict[str, Any]) -> list[str]:
    """Return the limits that a choice breaks."""
    by_rep, count = Counter[str](), Counter[object]()
    room = {row["customer_id"]: row["room"] for row in chosen}
    for row in chosen:
        count[row["customer_id"]] += 1
        count[row["customer_id"], "group", "rep" if row["rep_id"] else row["channel"]] += 1
        count["rep", row["rep_id"]] += 1
        if row["rep_id"]:
            by_rep[row["rep_id"]] += row["minutes"]
    seats = limits["seats"]
    found = ["seats"] if seats is not None and count["rep", None] > seats else []
    found += [f"minutes of {rep}" for rep, spent in by_rep.items() if spent > limits["minutes"]]
    found += [f"list of {rep}" for rep in REPS if count["rep", rep] > limits["per_rep"]]
    for who, left in room.items():
        most = limits["per_customer"] if left is None else min(left, limits["per_customer"])
        found += [f"suggestions to {who}"] if count[who] > most else []
    return found + [f"twice {key}" for key, n in count.items() if len(key) == 3 and n > 1]


@given(instances(), st.integers(0, 5))
def test_every_limit_holds_whatever_is_preferred(
    instance: tuple[list[Row], dict[str, Any]], seed: int
) -> None:
    actions, limits = instance
    worth = np.random.default_rng(seed).uniform(-0.2, 1, len(actions))
    chosen = take(tables(actions, **limits), worth)
    assert broken(chosen, limits) == []


@given(instances())
def test_nothing_that_fits_is_left_out(instance: tuple[list[Row], dict[str, Any]]) -> None:
    actions, limits = instance
    chosen = take(tables(actions, **limits), np.ones(len(actions)))
    keys = [{name: row[name] for name in actions[0]} for row in chosen] if actions else []
    for row in actions:
        if row not in keys:
            assert broken([*chosen, row], limits), row


def test_the_best_go_first_and_the_worthless_never() -> None:
    actions = [action(who, "visit", value=value) for who, value in (("a", 1), ("b", 3), ("c", 2), ("d", -1))]
    chosen = take(tables(actions, minutes=90), np.array([1.0, 3.0, 2.0, -1.0]))
    assert [row["customer_id"] for row in chosen] == ["b", "c", "a"]
    assert take(tables(actions, minutes=30), np.array([1.0, 3.0, 2.0, -1.0]))[0]["customer_id"] == "b"


def test_greed_ignores_what_time_costs_and_the_solver_does_not() -> None:
    """One long visit is worth most by itself; in its time three calls are worth more."""
    actions = [
        action("a", "visit", value=10, minutes=60.0, room=1),
        *(action(who, "call", value=6, minutes=20.0, room=1) for who in "bcd"),
    ]
    greedy = take(tables(actions), np.array([10.0, 6.0, 6.0, 6.0]))
    priced = tables(actions)
    priced["resource_price"] = price_resources(priced)
    solved = solve(priced).to_pylist()
    assert [row["customer_id"] for row in greedy] == ["a"]
    assert sorted(row["customer_id"] for row in solved) == ["b", "c", "d"]
