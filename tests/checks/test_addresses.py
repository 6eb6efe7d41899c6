"""Consent for each address: the SQL that decides, the checks over its decisions and a reading in Python agree."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from tests.build import CLOCK, Row, Tables, ago, consent, only, record, run, values
from unisono import resolve
from unisono.checks import CHECKS
from unisono.tables.arrow import rows

SEVERITY = ("granted", "expired", "pending", "denied", "withdrawn")
PEOPLE = 600
OWN, FORMER, OLDER = "own@x.it", "former@x.it", "older@x.it"
SQL = {path.stem: path.read_text(encoding="utf-8") for path in CHECKS}


def statements(chance: random.Random, key: str) -> list[Row]:
    found: list[Row] = []
    for _ in range(chance.randrange(5)):
        status = chance.choice(["granted", "granted", "granted", "denied", "withdrawn", "pending"])
        address = chance.choice([None, OWN, OWN, FORMER, OLDER])
        expires_at = ago(chance.choice([1, -50])) if status == "granted" and chance.random() < 0.3 else None
        said = {"channel_value": address, "expires_at": expires_at}
        found.append(
            consent(key, chance.randrange(2, 8), status, chance.choice(["email", "fax", "all"]), **said)
        )
    return found


@cache
def world() -> tuple[dict[str, tuple[str | None, list[Row]]], Tables]:
    chance = random.Random(5)
    said = {f"p{n}": (chance.choice([OWN, OWN, None]), statements(chance, f"p{n}")) for n in range(PEOPLE)}
    people = [record(key, email=email, city="Oslo") for key, (email, _) in said.items()]
    told = [row for _, made in said.values() for row in made]
    steps = (*resolve.STEPS, *only("record_consent", "consent_status", "arm"))
    return said, run({"source_record": people, "source_consent": told}, steps=steps)


def expected(email: str | None, made: list[Row], channel: str) -> str:
    """Return the standing of a channel: the last word about each address, then which of them counts."""
    last: dict[str | None, tuple[Any, int]] = {}
    for row in made:
        lapsed = row["expires_at"] is not None and row["expires_at"] <= CLOCK
        status = SEVERITY.index("expired" if lapsed else row["status"])
        if row["channel"] in (channel, "all") and not (row["status"] == "pending" and channel == "fax"):
            about = row["channel_value"]
            last[about] = max(last.get(about, (row["stated_at"], -1)), (row["stated_at"], status))
    if email is None and last.keys() - {None}:
        return SEVERITY[max(status for _, status in last.values())]
    here = last.get(email)
    excused = here is not None and here[1] == 0
    counting = [
        word for about, word in last.items() if about in (None, email) or (word[1] >= 3 and not excused)
    ]
    return SEVERITY[max(counting)[1]] if counting else "none"


def standings(channel: str) -> dict[str, str]:
    _, made = world()
    key_of = {row["customer_id"]: row["source_record_id"] for row in made["customer_xref"]}
    return {
        key_of[row["customer_id"]]: row["status"]
        for row in made["consent_status"]
        if row["channel"] == channel
    }


def broken(name: str, channel: str) -> set[str]:
    """Return the people whom a check would not let be contacted on a channel."""
    said, made = world()
    forged = [
        {
            "decision_id": key,
            "customer_id": made.customer(key),
            "channel": channel,
            "product_id": "ours",
            "decided_at": CLOCK,
        }
        for key in said
    ]
    made.engine.table("decision", rows("decision", forged))
    return set(made.engine.read(SQL[name], values())["decision_id"].to_pylist())


def test_what_statements_about_addresses_amount_to() -> None:
    said, _ = world()
    for channel in ("email", "fax"):
        found = standings(channel)
        wrong = {
            key: (found.get(key, "none"), expected(email, made, channel), email, made)
            for key, (email, made) in said.items()
            if found.get(key, "none") != expected(email, made, channel)
        }
        assert not wrong, next(iter(wrong.items()))
    assert set(standings("email").values()) == set(SEVERITY)


def test_the_check_of_consent_stops_exactly_those_without_a_grant() -> None:
    said, _ = world()
    found = standings("email")
    without = {key for key in said if found.get(key) != "granted"}
    assert broken("consent", "email") == without
    assert 0 < len(without) < PEOPLE


def test_the_check_of_refusals_stops_nobody_who_did_not_refuse() -> None:
    """It may let pass what a lapsed grant for the same address once lifted, so it is compared one way only."""
    found = standings("fax")
    stopped = broken("refusal", "fax")
    assert stopped <= {key for key, status in found.items() if status in ("denied", "withdrawn")}
    assert stopped
