"""Whatever the world: days are the market's, the order of rows means nothing, and what is missing opens no gate."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import (
    EMAIL,
    FAX,
    MSL,
    PLAYBOOK,
    VISIT,
    Row,
    Tables,
    area,
    consent,
    only,
    playbook,
    record,
    rep,
    run,
    sides,
    touch,
)
from tests.decide.test_gates import STEPS
from tests.properties.oracle import Candidate, Oracle
from tests.properties.test_permitted import held_out, people_of, some_book, some_data
from tests.same import assert_rows
from unisono.playbook import Playbook

SEEDS = st.integers(0, 2**32)
CANDIDATES = only(*sides("candidate"))
CLOCKS_CHANGE = {  # instants at which clocks are put forward or back, by zone
    "Europe/Rome": ("2025-03-30T01:00", "2025-10-26T01:00"),
    "America/Havana": ("2025-03-09T05:00", "2025-11-02T05:00"),  # at midnight: a day begins at 1, or twice
    "Pacific/Auckland": ("2025-04-05T14:00", "2025-09-27T14:00"),
}


def free(made: Tables) -> set[Candidate]:
    """Return the candidates that no gate stops, by customer."""
    key = ("customer_id", "product_id", "channel", "rep_id")
    stopped = made.both("candidate")
    return {tuple(row[name] for name in key) for row in stopped if row["blocked_by"] is None}


def short_windows(random: Random, zone: str) -> Playbook:
    """Return a playbook with windows of one to three days on everything that counts days."""

    def days() -> int:
        return random.randint(1, 3)

    fax_after_visit = {"never": {"channels": ["fax"]}, "within_days": days(), "of": {"channels": ["visit"]}}
    return playbook(
        company=PLAYBOOK["company"] | {"time_zone": zone},
        channels=[
            EMAIL | {"caps": [{"days": days(), "at_most": 1}]},
            VISIT | {"rest_days": days()},
            MSL | {"caps": [{"days": days(), "at_most": 2}]},
            FAX,
        ],
        separations=[{"id": "s", "name": "S", **fax_after_visit}],
        policy={"repeat_content_days": days(), "stale_after_days": days()},
    )


def recent_nights(random: Random, clock: datetime) -> dict[str, list[Row]]:
    """Return customers contacted at any half hour of the last four days."""
    keys = [f"p{n}" for n in range(10)]
    touches = [
        touch(
            random.choice(keys),
            event="sent",
            channel=random.choice(["email", "visit", "msl"]),
            occurred_at=clock - timedelta(minutes=30 * random.randint(0, 4 * 48)),
            touchpoint_id=f"t{n}",
            content_id=random.choice([None, "leaflet", "paper"]),
        )
        for n in range(random.randint(1, 16))
    ]
    return {
        "source_record": [record(key, city="Oslo") for key in keys],
        "source_touchpoint": touches,
        "source_consent": [consent(key, stated_at=clock - timedelta(days=50)) for key in keys],
        "rep": [rep("r"), rep("m", role="msl", territory_id="r")],
        "territory_area": [area("r", "Oslo")],
        "source_assignment": [],
    }


@settings(max_examples=12)
@given(SEEDS)
def test_windows_count_days_of_the_market_also_when_clocks_change(seed: int) -> None:
    random = Random(seed)
    zone = random.choice(list(CLOCKS_CHANGE))
    change = datetime.fromisoformat(random.choice(CLOCKS_CHANGE[zone]))
    clock = change + timedelta(minutes=30 * random.randint(-6, 120))
    book, data = short_windows(random, zone), recent_nights(random, clock)
    made = run(data, book, as_of=clock, steps=STEPS)
    names = people_of(made)
    expected = Oracle(book, data, clock, held_out(made)).permitted()
    assert free(made) == {(names[key], *rest) for key, *rest in expected}


@settings(max_examples=3)
@given(SEEDS)
def test_what_is_permitted_does_not_depend_on_the_order_of_rows(seed: int) -> None:
    random = Random(seed)
    book, data = some_book(random), some_data(random)
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in data.items()}
    made, again = (run(given, book, steps=STEPS) for given in (data, shuffled))
    for table in (*sides("candidate", "separation"), "funnel"):
        assert_rows(made[table], again[table], table)


GIVING = (
    *sides("content_use", "separation"),
    "customer",
    "assignment",
    "arm",
    "consent_status",
    "content_gate",
)
GIVING += ("unsubscription", "pressure", "touch", "customer_xref", "local_day")
PERMITTING = ("customer", "assignment", "arm", "consent_status", "content_gate", "customer_xref", "local_day")


@settings(max_examples=6)
@given(SEEDS)
def test_no_row_that_is_missing_opens_a_gate(seed: int) -> None:
    """Grants, assignments, arms, contents and days: without one of them there is never more that may be done."""
    random = Random(seed)
    book, data = some_book(random), some_data(random)
    made = run(data, book, steps=STEPS)
    kept = {name: made[name] for name in GIVING}
    lost = random.choice(PERMITTING)
    refusal = ("denied", "withdrawn")
    left = [row for row in kept[lost] if row.get("status") in refusal or random.random() < 0.5]
    without = run(kept | {lost: left}, book, steps=CANDIDATES)
    assert free(without) <= free(made)
    assert not free(run(kept | {lost: []}, book, steps=CANDIDATES)) or lost in ("consent_status", *REACHING)


REACHING = ("assignment", "customer_xref")
"""Without any of their rows there is still what no representative does, and what every system reaches."""


@settings(max_examples=3)
@given(SEEDS)
def test_what_a_person_leaves_open_opens_no_gate(seed: int) -> None:
    random = Random(seed)
    book, data = some_book(random), some_data(random)
    unknown = [row | random.choice([{"city": None}, {"kind": "unknown"}]) for row in data["source_record"]]
    silent = [row for row in data["source_consent"] if row["status"] != "granted"]
    before = free(run(data, book, steps=STEPS))
    assert free(run(data | {"source_record": unknown}, book, steps=STEPS)) <= before
    quiet = free(run(data | {"source_consent": silent}, book, steps=STEPS))
    needs_consent = {channel.id for channel in book.channels if channel.consent == "required"}
    assert not {channel for _, _, channel, _ in quiet} & needs_consent
    assert quiet <= before
