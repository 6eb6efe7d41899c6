"""Whatever two records state: a merge never permits what one of them forbids, and a split restores what was."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import CLOCK, Row, Tables, ago, consent, only, playbook, record, run, sides, touch
from tests.properties.oracle import Oracle
from unisono import resolve
from unisono.checks import CHECKS
from unisono.tables.arrow import rows

STEPS = (
    *resolve.STEPS,
    *only(*sides("contact", "content_use", "separation", "candidate"), "touch", "pressure", "content_gate"),
    *only("arm", "record_consent", "consent_status", "unsubscription"),
)
SEEDS = st.integers(0, 2**32)
PAIRS = 25
CHANNELS = ("email", "fax")  # consent is required for the first only
ADDRESSES = (None, "a@x.it", "b@x.it", "c@x.it")
STOPPED = ("consent", "suppression")
REFUSED = ("denied", "withdrawn")
Where = tuple[str, str]
"""A record, or a customer, and a channel."""


def some_data(random: Random, addresses: tuple[str | None, ...] = ADDRESSES) -> dict[str, list[Row]]:
    """Return pairs of records with statements, and with touchpoints of which some unsubscribe."""
    keys = [f"{side}{n}" for n in range(PAIRS) for side in "ab"]
    people = [
        record(
            key, email=random.choice(addresses), updated_at=random.choice([None, ago(random.randint(1, 9))])
        )
        for key in keys
    ]
    statements = [
        consent(
            key,
            random.randint(0, 8),
            random.choice(["granted"] * 5 + ["denied", "withdrawn", "pending"]),
            random.choice([*CHANNELS, "all"]),
            channel_value=random.choice(addresses),
            product=random.choice([None, None, "Ours", "Unheard of"]),
            expires_at=random.choice([None, None, None, ago(1)]),
            statement_id=random.choice([None, f"{n}"]),
        )
        for key in keys
        for n in range(random.randint(0, 4))
    ]
    touches = [
        touch(key, random.randint(0, 8), "unsubscribed", random.choice(CHANNELS), touchpoint_id=key)
        for key in random.sample(keys, PAIRS // 2)
    ]
    distinct = {tuple(row.items()): row for row in statements}
    return {
        "source_record": people,
        "source_consent": list(distinct.values()),
        "source_touchpoint": [touch("somebody else", 1), *touches],
    }


def merged(data: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the same records, each pair with a licence in common."""
    people = [row | {"licence_id": f"L{row['source_record_id'][1:]}"} for row in data["source_record"]]
    return data | {"source_record": people}


def stops(made: Tables) -> dict[Where, str | None]:
    return {
        (row["customer_id"], row["channel"]): row["blocked_by"]
        for row in made["candidate"]
        if row["channel"] in CHANNELS
    }


def by_record(made: Tables) -> dict[Where, str | None]:
    found = stops(made)
    return {
        (row["source_record_id"], channel): found[row["customer_id"], channel]
        for row in made["customer_xref"]
        for channel in CHANNELS
    }


def refusals(made: Tables) -> set[Where]:
    """Return where a refusal is in force, by statement or by unsubscribing."""
    refused = {
        (row["customer_id"], row["channel"]) for row in made["consent_status"] if row["status"] in REFUSED
    }
    refused |= {(row["customer_id"], row["channel"]) for row in made["unsubscription"]}
    key = {row["customer_id"]: row["source_record_id"] for row in made["customer_xref"]}
    return {(key[customer], channel) for customer, channel in refused}


def forged(made: Tables, name: str, channel: str) -> set[str]:
    """Return the customers whom a check would not let be contacted."""
    everybody = [
        {
            "decision_id": row["customer_id"],
            "customer_id": row["customer_id"],
            "channel": channel,
            "product_id": "ours",
            "decided_at": CLOCK,
        }
        for row in made["customer"]
    ]
    made.engine.table("decision", rows("decision", everybody))
    (text,) = (path.read_text(encoding="utf-8") for path in CHECKS if path.stem == name)
    return set(made.engine.read(text, {})["decision_id"].to_pylist())


@settings(max_examples=8)
@given(SEEDS)
def test_a_merge_permits_nothing_that_one_of_the_records_forbids_and_a_split_restores(seed: int) -> None:
    data = some_data(Random(seed))
    apart = run(data, steps=STEPS)
    together = run(merged(data) | apart.previous(), steps=STEPS, run_id="run-2")
    assert len(together["customer"]) == PAIRS + 1
    alone, refused, now = by_record(apart), refusals(apart), by_record(together)
    for n in range(PAIRS):
        for channel in CHANNELS:
            pair = [(f"a{n}", channel), (f"b{n}", channel)]
            if now[pair[0]] not in STOPPED:
                assert not refused.intersection(pair)
                assert any(alone[each] not in STOPPED for each in pair)
    again = run(data | together.previous(), steps=STEPS, run_id="run-3")
    assert by_record(again) == alone


@settings(max_examples=5)
@given(SEEDS)
def test_the_checks_stop_whom_the_gates_stop(seed: int) -> None:
    made = run(merged(some_data(Random(seed))), steps=STEPS)
    people = {row["customer_id"] for row in made["customer"] if row["kind"] == "hcp"}
    found = stops(made)
    without = {who for who in people if found[who, "email"] == "consent"}
    assert forged(made, "consent", "email") & people == without
    for channel in CHANNELS:
        stopped = {who for who in people if found[who, channel] in STOPPED}
        assert forged(made, "refusal", channel) & people <= stopped


@settings(max_examples=5)
@given(SEEDS)
def test_without_addresses_merged_records_are_read_as_the_oracle_reads_them(seed: int) -> None:
    data, book = some_data(Random(seed), (None,)), playbook()
    found = by_record(run(merged(data), book, steps=STEPS))
    oracle = Oracle(book, data, CLOCK)
    channels = {channel.id: channel for channel in book.channels}
    for n in range(PAIRS):
        for channel in CHANNELS:
            allowed = oracle.is_allowed((f"a{n}", f"b{n}"), channels[channel], "ours")
            assert (found[f"a{n}", channel] not in STOPPED) == allowed, (n, channel)
