"""Whatever the data: nothing forbidden is suggested, nothing permitted is withheld, and no limit is exceeded."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    CLOCK,
    EMAIL,
    FAX,
    MSL,
    PLAYBOOK,
    SITE,
    VISIT,
    Row,
    Tables,
    ago,
    area,
    consent,
    content,
    named,
    playbook,
    record,
    rep,
    run,
    sides,
    touch,
)
from tests.properties.oracle import Oracle
from tests.same import assert_rows
from unisono.playbook import Playbook

CHANNELS = ("email", "visit", "msl", "fax", "site")
PRODUCTS = [{"id": name.lower(), "name": name, "lifecycle": "growth"} for name in ("Ours", "Second")]
SEEDS = st.integers(0, 2**32)


def some_book(random: Random) -> Playbook:
    """Return a playbook with random limits, contents and policy."""
    channels = []
    for entry in (EMAIL, VISIT, MSL, FAX, SITE):
        caps = [
            {"days": days, "at_most": random.randint(1, 3)}
            for days in random.sample((7, 14, 30), random.randint(0, 2))
        ]
        rest = random.choice([None, 5, 20])
        sends = random.choice([None, 0, 2, 4]) if entry["owner"] == "central" else None
        need = random.choice(["required", "not_required"])
        channels.append(entry | {"caps": caps, "rest_days": rest, "capacity": sends, "consent": need})
    contents = [
        content(
            f"c{n}",
            random.choice(["ours", "second"]),
            random.sample(CHANNELS[:4], random.randint(2, 4)),
            status=random.choice(["approved"] * 7 + ["draft"]),
            valid_from=CLOCK.date() + timedelta(days=random.choice([-90, -90, -90, 0, 1])),
            valid_until=CLOCK.date() + timedelta(days=random.choice([90, 90, 1, 0]) if n else -1),
            markets=random.choice([["NO"], ["NO"], ["NO", "SE"], ["SE"]]),
            kinds=random.choice([["hcp"], ["hcp"], ["hcp", "patient"], ["patient"]]),
            purpose=random.choice(["commercial", "commercial", "medical"]),
            stage=random.choice(["unaware", "trial"]),
        )
        for n in range(8)
    ]
    contents = [entry | {"valid_until": max(entry["valid_from"], entry["valid_until"])} for entry in contents]
    policy = {
        "holdout": random.choice([0, 0, 0, 0.3]),
        "exploration": {"enabled": random.random() < 0.7, "draws": 8, "sharpness": 3},
        "per_customer": random.choice([0, 1, 1, 2, 2]),
        "per_rep": random.randint(0, 4),
        "caps": random.choice([[], [{"days": 30, "at_most": 4}], [{"days": 7, "at_most": 1}]]),
        "repeat_content_days": random.choice([1, 30]),
        "stale_after_days": random.choice([30] * 9 + [1]),
    }
    sections = {"channels": channels, "content": contents, "products": PRODUCTS}
    sections |= {"separations": some_separations(random), "company": some_company(random)}
    return playbook(**sections, policy=policy)


def some_company(random: Random) -> Row:
    zone = random.choice(["UTC", "Europe/Rome", "Pacific/Auckland", "America/Los_Angeles"])
    return PLAYBOOK["company"] | {"time_zone": zone}


def some_separations(random: Random) -> list[Row]:
    """Return up to two separations; those by event stay on the commercial side."""
    return [
        {
            "id": f"apart{n}",
            "name": "Apart",
            "never": {
                "channels": random.sample(("email", "visit", "fax"), random.randint(1, 2)),
                "products": random.choice([[], ["ours"]]),
            },
            "within_days": random.choice([1, 5, 7]),
            "of": random.choice(
                [
                    {"channels": random.sample(CHANNELS, 2)},
                    {"channels": ["email", "site"], "events": ["opened", "viewed"]},
                ]
            ),
        }
        for n in range(random.choice([0, 1, 2]))
    ]


def some_data(random: Random) -> dict[str, list[Row]]:
    """Return people with random touchpoints, statements and representatives; days cluster at the limits."""
    keys = [f"p{n}" for n in range(8)]
    people = [
        record(
            key,
            city=random.choice(["Oslo", "oslo", "Bergen", None]),
            kind=random.choices(["hcp", "hco", "unknown"], [12, 1, 1])[0],
            specialty=random.choice(["Cardiology", None]),
        )
        for key in keys
    ]
    events = [
        "sent",
        "sent",
        "visited",
        "invited",
        "attended",
        "opened",
        "opened",
        "viewed",
        "viewed",
        "unsubscribed",
    ]
    touches = [
        touch(
            random.choice(keys),
            random.choice([0, 1, 2, 4, 4.6, 5, 6, 6.6, 7, 13, 14, 19, 20, 29, 30, 45]),
            random.choice(events),
            random.choice(CHANNELS),
            touchpoint_id=f"t{n}",
            contact_id=f"m{random.randint(0, 19)}",
            content_id=random.choice([None, "c0", "c1", "c2", "c3", "c4", "c5"]),
            company=random.choice(["self", "self", "self", "them"]),
            direction=random.choice(["outbound", "outbound", "inbound"]),
            product=random.choice([None, "Ours", "Theirs"]),
            rep_id=random.choice([None, None, None, "r", "m"]),
        )
        for n in range(random.choice([0, 8, 16, 16, 24, 24]))
    ]
    statements = [
        consent(
            random.choice(keys),
            random.choice([-1, 0, 3, 3, 50]),
            random.choice(["granted"] * 8 + ["pending", "denied", "withdrawn"]),
            random.choice([*CHANNELS[:4], "all", "all"]),
            purpose=random.choice(["all", "commercial", "medical"]),
            product=random.choice([None, None, None, "OURS", "Second", "Unheard of"]),
            expires_at=random.choice([None, None, None, None, CLOCK, ago(1), ago(-1)]),
            source=f"s{n}",
        )
        for n in range(random.randint(12, 30))
    ]
    reps = [rep("r", random.choice([0, 30, 100])), rep("m", 60, role="msl", territory_id="r"), rep("z", 45)]
    names = [
        named(random.choice("rmz"), key, starts_on=random.choice([None, date(2025, 6, 30), date(2025, 7, 1)]))
        for key in random.sample(keys, 3)
    ]
    return {
        "source_record": people,
        "source_touchpoint": touches,
        "source_consent": statements,
        "rep": reps,
        "territory_area": [area("r", "OSLO")],
        "source_assignment": names,
    }


def people_of(made: Tables) -> dict[str, str]:
    return {row["source_record_id"]: row["customer_id"] for row in made["customer_xref"]}


def held_out(made: Tables) -> frozenset[str]:
    """Return the records of customers who get no suggestions."""
    keys = {customer: key for key, customer in people_of(made).items()}
    return frozenset(keys[row["customer_id"]] for row in made["arm"] if not row["suggests"])


@settings(max_examples=10)
@given(SEEDS)
def test_exactly_what_the_oracle_permits_is_permitted_and_every_decision_is_within_every_limit(
    seed: int,
) -> None:
    random = Random(seed)
    book, data = some_book(random), some_data(random)
    made = run(data, book)
    names = people_of(made)
    keys = {customer: key for key, customer in names.items()}
    permitted = Oracle(book, data, CLOCK, held_out(made)).permitted()

    def candidates(rows: list[Row]) -> list[tuple[str, str, str, str | None]]:
        return [(keys[row["customer_id"]], row["product_id"], row["channel"], row["rep_id"]) for row in rows]

    free = [row for row in made.both("candidate") if row["blocked_by"] is None]
    assert set(candidates(free)) == permitted
    assert set(candidates(made.both("action"))) == permitted

    decided = candidates(made["decision"])
    assert set(decided) <= permitted
    minutes = {channel.id: channel.minutes for channel in book.channels}
    for who in data["rep"]:
        mine = [channel for _, _, channel, rep_id in decided if rep_id == who["rep_id"]]
        assert sum(minutes[channel] for channel in mine) <= who["capacity_minutes"]
        assert len(mine) <= book.policy.per_rep
    sent = Counter(channel for _, _, channel, rep_id in decided if rep_id is None)
    assert all(channel.capacity is None or sent[channel.id] <= channel.capacity for channel in book.channels)
    assert all(count <= book.policy.per_customer for count in Counter(key for key, *_ in decided).values())
    one_each = Counter(
        (row["customer_id"], row["purpose"], "rep" if row["rep_id"] else row["channel"])
        for row in made["decision"]
    )
    assert max(one_each.values(), default=1) == 1
    assert all(row["value"] > 0 for row in made["decision"])
    undecided = set(names.values()) - {row["customer_id"] for row in made["decision"]}
    assert {row["customer_id"] for row in made["no_action"]} == undecided


@settings(max_examples=3)
@given(SEEDS)
def test_the_order_of_the_input_does_not_matter(seed: int) -> None:
    random = Random(seed)
    book, data = some_book(random), some_data(random)
    made = run(data, book)
    shuffled = run({name: random.sample(rows, len(rows)) for name, rows in data.items()}, book)
    two_sided = sides("touchpoint", "preference", "belief", "candidate", "action")
    for table in ("customer_xref", *two_sided, "decision", "no_action"):
        assert_rows(shuffled[table], made[table], table)
