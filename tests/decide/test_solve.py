"""The choice against brute force, and what has to hold for any instance."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.build import Row
from unisono.decide.solve import solve
from unisono.tables.arrow import rows

CENTRAL = ("email", "fax")


class Instance:
    """A small choice problem: who could get what, at which value, under which limits."""

    def __init__(
        self,
        actions: list[Row],
        minutes: dict[str, float],
        sends: dict[str, int | None] | None = None,
        per_customer: int = 1,
        per_rep: int = 99,
    ) -> None:
        self.actions, self.minutes, self.sends = actions, minutes, sends or {}
        self.per_customer, self.per_rep = per_customer, per_rep

    def solved(self, order: Random | None = None) -> list[Row]:
        """Return the chosen rows."""
        actions = order.sample(self.actions, len(self.actions)) if order else self.actions
        reps = [{"rep_id": key, "capacity_minutes": float(minutes)} for key, minutes in self.minutes.items()]
        channels = [{"channel": key, "capacity": self.sends.get(key)} for key in ("email", "fax", "visit")]
        if order:
            order.shuffle(reps)
            order.shuffle(channels)
        policy = {"per_customer": self.per_customer, "per_rep": self.per_rep}
        return solve(
            {
                "action": rows("action", actions),
                "rep": rows("rep", reps),
                "playbook_channel": rows("playbook_channel", channels),
                "playbook_policy": rows("playbook_policy", [policy]),
            }
        ).to_pylist()

    def fits(self, chosen: list[Row]) -> bool:
        """Return whether the chosen actions keep every limit."""
        pairs = {(row["customer_id"], row["product_id"]) for row in chosen}
        if len(pairs) < len(chosen):
            return False
        for customer in {row["customer_id"] for row in chosen}:
            if sum(row["customer_id"] == customer for row in chosen) > self.per_customer:
                return False
        for rep, minutes in self.minutes.items():
            mine = [row["minutes"] for row in chosen if row["rep_id"] == rep]
            if sum(mine) > minutes or len(mine) > self.per_rep:
                return False
        return all(
            limit is None or sum(row["channel"] == channel for row in chosen if row["rep_id"] is None) <= limit
            for channel, limit in self.sends.items()
        )

    def of(self, chosen: list[Row]) -> list[Row]:
        """Return the actions behind chosen rows."""
        key = {self.name(row): row for row in self.actions}
        return [key[self.name(row)] for row in chosen]

    @staticmethod
    def name(row: Row) -> tuple[Any, ...]:
        return tuple(row[column] for column in ("customer_id", "product_id", "channel", "rep_id"))

    def best(self) -> float:
        """Return the optimal value by looking at every set of actions."""
        worthy = [row for row in self.actions if row["value"] > 0]
        most = self.per_customer * len({row["customer_id"] for row in worthy})
        found = 0.0
        for size in range(1, min(most, len(worthy)) + 1):
            for chosen in combinations(worthy, size):
                value = total(chosen)
                if value > found and self.fits(list(chosen)):
                    found = value
        return found

    def greedy(self) -> float:
        """Return what taking the most valuable action that still fits, again and again, is worth."""
        chosen: list[Row] = []
        for row in sorted(self.actions, key=lambda row: -row["value"]):
            if row["value"] > 0 and self.fits([*chosen, row]):
                chosen.append(row)
        return total(chosen)


def total(chosen: Any) -> float:
    return sum(row["value"] for row in chosen)


def action(customer: str, product: str, channel: str, value: float, minutes: float = 0, rep: str | None = None) -> Row:
    said = {"customer_id": customer, "product_id": product, "channel": channel, "rep_id": rep, "content_id": "c"}
    return said | {"value": float(value), "minutes": float(minutes)}


def some_instance(random: Random, customers: int = 5, per_rep: int = 99) -> Instance:
    """Return an instance that brute force can still solve: about 12 actions, 2 representatives, 2 central channels."""
    actions = []
    for number in range(customers):
        for product in random.sample("xy", random.randint(1, 2)):
            for channel in random.sample(["email", "fax", "visit"], random.randint(1, 2)):
                rep = random.choice(["r", "s"]) if channel == "visit" else None
                minutes = random.choice([15, 30, 45]) if rep else 0
                actions.append(action(f"c{number}", product, channel, random.uniform(-2, 10), minutes, rep))
    minutes = {"r": random.choice([0, 30, 60, 90]), "s": random.choice([30, 60])}
    sends = {"email": random.choice([None, 1, 2]), "fax": random.choice([0, 1, None])}
    return Instance(random.sample(actions, min(13, len(actions))), minutes, sends, random.randint(1, 2), per_rep)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4))
def test_every_limit_is_kept_and_nothing_without_value_is_chosen(seed: int, per_rep: int) -> None:
    instance = some_instance(Random(seed), customers=12, per_rep=per_rep)
    chosen = instance.of(instance.solved())
    assert instance.fits(chosen)
    assert all(row["value"] > 0 for row in chosen)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_permitted_action_of_value_is_left_where_everything_still_has_room_for_it(seed: int) -> None:
    instance = some_instance(Random(seed), customers=8)
    chosen = instance.of(instance.solved())
    for row in instance.actions:
        if row not in chosen and row["value"] > 0:
            assert not instance.fits([*chosen, row])


def measured(per_rep: int, instances: int = 150) -> tuple[float, float, float]:
    """Return value of our choice, of plain greedy, and the worst single instance, as shares of the optimum."""
    random = Random(11)
    ours, greedy, best, worst = 0.0, 0.0, 0.0, 1.0
    for _ in range(instances):
        instance = some_instance(random, customers=4, per_rep=per_rep)
        optimum, value = instance.best(), total(instance.of(instance.solved()))
        ours, greedy, best = ours + value, greedy + instance.greedy(), best + optimum
        worst = min(worst, value / optimum if optimum else 1.0)
    return ours / best, greedy / best, worst


if __name__ == "__main__":
    for per_rep in (99, 1):
        print(per_rep, measured(per_rep, 300))
