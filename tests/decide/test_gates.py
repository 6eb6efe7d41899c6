"""Each gate alone stops a candidate, says so, and is counted; without it the candidate is permitted."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tests.build import (
    CLOCK,
    EMAIL,
    FAX,
    MSL,
    VISIT,
    Row,
    Tables,
    ago,
    area,
    consent,
    content,
    only,
    playbook,
    record,
    rep,
    run,
    sides,
    touch,
)
from unisono import resolve
from unisono.tables import GATES

FRESH = touch("somebody else", 1)
REPS = [rep("r"), rep("m", role="msl", territory_id="r")]


STEPS = (
    *resolve.STEPS,
    *only(*sides("contact", "content_use", "separation", "candidate"), "touch", "pressure"),
)
STEPS += only("arm", "record_consent", "consent_status", "content_gate", "unsubscription", "funnel")


def world(
    *touches: Row,
    person: Row | None = None,
    statements: Any = (),
    fresh: bool = True,
    reps: Any = REPS,
    **sections: Any,
) -> Tables:
    """Run one customer 'a' in Oslo with consent to e-mail, covered by a sales and a medical representative."""
    data = {
        "source_record": [person or record("a", city="Oslo")],
        "source_touchpoint": [*touches, *([FRESH] if fresh else [])],
        "source_consent": statements or [consent("a", channel="email"), consent("a", channel="msl")],
        "rep": reps,
        "territory_area": [area("r", "Oslo")],
    }
    return run(data, playbook(**sections), steps=STEPS)


def stops(made: Tables, key: str = "a") -> dict[str, str | None]:
    """Return channel -> gate of the customer; of several representatives the one who gets furthest counts."""
    order = [*GATES, None]
    found: dict[str, str | None] = {}
    for row in made.both("candidate"):
        if row["customer_id"] == made.customer(key) and row["product_id"] == "ours":
            seen = [row["blocked_by"], *([found[row["channel"]]] if row["channel"] in found else [])]
            found[row["channel"]] = max(seen, key=order.index)
    return found


def limited(key: Row, **limits: Any) -> list[Row]:
    """Return the channels with limits on one of them."""
    return [entry | (limits if entry["id"] == key["id"] else {}) for entry in (EMAIL, VISIT, MSL, FAX)]


LEAFLET = content("leaflet", channels=["email", "visit", "fax"])
PAPER = content("paper", channels=["msl"], purpose="medical")
WEEK = [{"days": 7, "at_most": 1}]
OPEN = dict.fromkeys(("email", "visit", "msl", "fax"))


def test_a_customer_whom_no_gate_stops_is_permitted_on_every_channel() -> None:
    assert stops(world()) == OPEN


def with_content(**said: Any) -> dict[str, Any]:
    return {"content": [LEAFLET | said, PAPER]}


def apart(of: Row) -> Row:
    """A separation of written messages from something."""
    never = {"channels": ["email", "fax"]}
    return {"id": "apart", "name": "Apart", "never": never, "within_days": 3, "of": of}


APART = apart({"channels": ["visit"]})
TWO_PRODUCTS = [{"id": name.lower(), "name": name, "lifecycle": "growth"} for name in ("Ours", "Second")]
EMAIL_FAX_VISIT = ("email", "fax", "visit")
FAX_BY_POST = FAX | {"systems": ["post", "telegraph"]}
CASES: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "institution": ("kind", tuple(OPEN), {"person": record("a", kind="hco", city="Oslo")}),
    "patient": ("kind", tuple(OPEN), {"person": record("a", kind="patient", city="Oslo")}),
    "unknown kind": ("kind", tuple(OPEN), {"person": record("a", kind="unknown", city="Oslo")}),
    "nobody works there": ("assignment", ("visit", "msl"), {"person": record("a", city="Bergen")}),
    "unknown to the system": ("reach", ("fax",), {"channels": [EMAIL, VISIT, MSL, FAX_BY_POST]}),
    "only sales works there": ("wall", ("msl",), {"reps": [rep("r")]}),
    "only medical works there": ("wall", ("visit",), {"reps": [rep("m", role="msl", territory_id="r")]}),
    "everybody held out": ("control_arm", tuple(OPEN), {"policy": {"holdout": 1}}),
    "stale": ("stale_input", tuple(OPEN), {"fresh": False, "touches": [touch("b", 46)]}),
    "nothing of ours": (
        "stale_input",
        tuple(OPEN),
        {"fresh": False, "touches": [touch("b", 1, company="them")]},
    ),
    "no statement": ("consent", ("email",), {"statements": [consent("b"), consent("a", channel="msl")]}),
    "pending": ("consent", ("email",), {"status": "pending"}),
    "denied": ("consent", ("email",), {"status": "denied"}),
    "withdrawn": ("consent", ("email",), {"status": "withdrawn"}),
    "withdrawn where it is not required": ("suppression", ("fax",), {"status": "withdrawn", "on": "fax"}),
    "denied where it is not required": ("suppression", ("visit",), {"status": "denied", "on": "visit"}),
    "unsubscribed": ("suppression", ("email",), {"touches": [touch("a", 50, "unsubscribed")]}),
    "unsubscribed elsewhere": ("suppression", ("fax",), {"touches": [touch("a", 50, "unsubscribed", "fax")]}),
    "a pending answer takes no refusal back": (
        "suppression",
        ("fax",),
        {"status": "pending", "on": "fax", "before": consent("a", 60, "withdrawn", "fax")},
    ),
    "draft": ("content", EMAIL_FAX_VISIT, with_content(status="draft")),
    "content withdrawn": ("content", EMAIL_FAX_VISIT, with_content(status="withdrawn")),
    "content expired": ("content", EMAIL_FAX_VISIT, with_content(valid_until=date(2025, 6, 29))),
    "content not yet valid": ("content", EMAIL_FAX_VISIT, with_content(valid_from=date(2025, 7, 1))),
    "content of another market": ("content", EMAIL_FAX_VISIT, with_content(markets=["SE"])),
    "content for patients": ("content", EMAIL_FAX_VISIT, with_content(kinds=["patient"])),
    "content of another channel": ("content", ("fax", "visit"), with_content(channels=["email"])),
    "content of the other side of the wall": ("content", EMAIL_FAX_VISIT, with_content(purpose="medical")),
    "content used": (
        "repeat_content",
        EMAIL_FAX_VISIT,
        {"touches": [touch("a", 59, "attended", "congress", content_id="leaflet")]},
    ),
    "cap": ("cap", ("email",), {"touches": [touch("a", 6)], "channels": limited(EMAIL, caps=WEEK)}),
    "cap of none": ("cap", ("fax",), {"channels": limited(FAX, caps=[{"days": 7, "at_most": 0}])}),
    "cap over all": (
        "cap",
        tuple(OPEN),
        {"touches": [touch("a", 6, "visited", "visit")], "policy": {"caps": WEEK}},
    ),
    "cap of none over all": ("cap", tuple(OPEN), {"policy": {"caps": [{"days": 1, "at_most": 0}]}}),
    "rest": (
        "rest",
        ("visit",),
        {"touches": [touch("a", 6, "visited", "visit")], "channels": limited(VISIT, rest_days=7)},
    ),
    "separation": (
        "separation",
        ("email", "fax"),
        {"touches": [touch("a", 2, "visited", "visit")], "separations": [APART]},
    ),
    "separation from the other side of the wall": (
        "separation",
        ("email", "fax"),
        {"touches": [touch("a", 2, "visited", "msl")], "separations": [apart({"channels": ["msl"]})]},
    ),
    "separation from an event": (
        "separation",
        ("email", "fax"),
        {
            "touches": [touch("a", 2, "opened", "email")],
            "separations": [apart({"channels": ["email"], "events": ["opened"]})],
        },
    ),
}


@pytest.mark.parametrize(("gate", "channels", "change"), CASES.values(), ids=CASES.keys())
def test_this_gate_alone_stops_the_candidate(
    gate: str, channels: tuple[str, ...], change: dict[str, Any]
) -> None:
    said = dict(change)
    touches = said.pop("touches", [])
    if "status" in said:
        on = said.pop("on", "email")
        base = [consent("a", channel="msl"), consent("a", channel="email")]
        base += [said.pop("before")] if "before" in said else []
        said["statements"] = [*base, consent("a", 50, said.pop("status"), on)]
    made = world(*touches, **said)
    assert stops(made) == OPEN | dict.fromkeys(channels, gate)
    counted = {(row["customer_id"], row["gate"]): row for row in made["funnel"]}
    removed = sum(
        row["blocked_by"] == gate and row["customer_id"] == made.customer("a")
        for row in made.both("candidate")
    )
    assert counted[made.customer("a"), gate]["removed"] == removed > 0
    assert counted["*", gate]["removed"] >= removed
    assert made.customer("a") in counted["*", gate]["example"] or gate == "kind"


JUST_OUTSIDE: dict[str, dict[str, Any]] = {
    "fresh": {"fresh": False, "touches": [touch("b", 45)]},
    "last day of content": with_content(valid_until=CLOCK.date()),
    "first day of content": with_content(valid_from=CLOCK.date()),
    "one below the cap": {
        "touches": [touch("a", 6)],
        "channels": limited(EMAIL, caps=[{"days": 7, "at_most": 2}]),
    },
    "a day past the window": {"touches": [touch("a", 7)], "channels": limited(EMAIL, caps=WEEK)},
    "others do not count": {
        "touches": [touch("a", 1, company="them")],
        "channels": limited(EMAIL, caps=WEEK),
    },
    "rested": {"touches": [touch("a", 7, "visited", "visit")], "channels": limited(VISIT, rest_days=7)},
    "separated long enough": {
        "touches": [touch("a", 3, "visited", "visit")],
        "separations": [APART],
    },
    "separation of another product": {
        "touches": [touch("a", 2, "visited", "visit")],
        "separations": [APART | {"never": {"channels": ["email"], "products": ["second"]}}],
        "products": TWO_PRODUCTS,
    },
    "separation from another event": {
        "touches": [touch("a", 2, "visited", "visit")],
        "separations": [apart({"channels": ["visit"], "events": ["declined"]})],
    },
    "used long ago": {"touches": [touch("a", 60, content_id="leaflet")]},
    "used by others": {"touches": [touch("a", 5, content_id="leaflet", company="them")]},
    "consent after unsubscribing": {
        "touches": [touch("a", 150, "unsubscribed")],
        "statements": [consent("a", 100), consent("a", channel="msl")],
    },
    "unsubscribed from others": {"touches": [touch("a", 5, "unsubscribed", company="them")]},
    "pending where it is not required": {
        "statements": [consent("a"), consent("a", channel="msl"), consent("a", 5, "pending", "fax")]
    },
}


@pytest.mark.parametrize("change", JUST_OUTSIDE.values(), ids=JUST_OUTSIDE.keys())
def test_just_outside_a_gate_nothing_is_stopped(change: dict[str, Any]) -> None:
    said = dict(change)
    assert stops(world(*said.pop("touches", []), **said)) == OPEN


def test_an_attended_event_counts_from_the_day_it_was_attended_not_from_the_invitation() -> None:
    touches = [touch("a", 40, "invited", contact_id="e"), touch("a", 3, "attended", contact_id="e")]
    assert stops(world(*touches, channels=limited(EMAIL, caps=WEEK)))["email"] == "cap"


def test_every_content_shown_in_one_contact_has_been_used() -> None:
    book = [LEAFLET | {"channels": ["fax"]}, content("atlas", channels=["email"]), PAPER]
    seen = [touch("a", 3, "visited", "visit", contact_id="v", content_id="leaflet")]
    seen += [touch("a", 3, "slide_viewed", "visit", contact_id="v", content_id="atlas")]
    found = stops(world(*seen, content=book))
    assert (found["fax"], found["email"]) == ("repeat_content", "repeat_content")


def test_one_content_used_leaves_the_other() -> None:
    book = [LEAFLET, content("atlas", channels=["email", "visit", "fax"]), PAPER]
    assert stops(world(touch("a", 3, content_id="leaflet"), content=book)) == OPEN


def test_gates_are_asked_in_the_contracts_order() -> None:
    made = world(
        person=record("a", kind="patient"),
        fresh=False,
        statements=[consent("b")],
        policy={"holdout": 1},
        content=[],
    )
    assert set(stops(made).values()) == {"kind"}
    positions = {row["gate"]: row["position"] for row in made["funnel"] if row["customer_id"] == "*"}
    assert sorted(positions, key=lambda gate: positions[gate]) == list(GATES)


def test_the_funnel_conserves_candidates() -> None:
    made = run(
        {
            "source_record": [
                record(f"p{n}", city=("Oslo", "Bergen")[n % 2], kind=("hcp", "hco")[n % 3 == 0])
                for n in range(12)
            ],
            "source_touchpoint": [touch(f"p{n}", n) for n in range(8)],
            "source_consent": [consent(f"p{n}") for n in range(0, 12, 2)],
            "rep": REPS,
            "territory_area": [area("r", "Oslo")],
        },
        playbook(channels=limited(EMAIL, caps=WEEK), policy={"holdout": 0.3}),
        steps=STEPS,
    )
    candidates = made.both("candidate")
    permitted = sum(row["blocked_by"] is None for row in candidates)
    steps = sorted(
        (row for row in made["funnel"] if row["customer_id"] == "*"), key=lambda row: row["position"]
    )
    entering = len(candidates)
    for step in steps:
        assert step["entering"] == entering
        assert step["removed"] == Counter(row["blocked_by"] for row in candidates)[step["gate"]]
        entering -= step["removed"]
    assert entering == permitted > 0
    for customer in {row["customer_id"] for row in candidates}:
        own = [row for row in candidates if row["customer_id"] == customer]
        left = len(own)
        rows = [row for row in made["funnel"] if row["customer_id"] == customer]
        for step in sorted(rows, key=lambda row: row["position"]):
            assert (step["entering"], step["removed"] > 0) == (left, True)
            left -= step["removed"]
        assert left == sum(row["blocked_by"] is None for row in own)


# --- consent ----------------------------------------------------------------------------------------------

STATEMENTS: dict[str, tuple[list[Row], str]] = {
    "latest grant wins": ([consent("a", 9, "withdrawn"), consent("a", 3)], "granted"),
    "latest withdrawal wins": ([consent("a", 9), consent("a", 3, "withdrawn")], "withdrawn"),
    "pending is later": ([consent("a", 9), consent("a", 3, "pending")], "pending"),
    "tie: withdrawal": (
        [consent("a", 3), consent("a", 3, "withdrawn"), consent("a", 3, "denied")],
        "withdrawn",
    ),
    "tie: denial": ([consent("a", 3), consent("a", 3, "denied"), consent("a", 3, "pending")], "denied"),
    "tie: pending": ([consent("a", 3), consent("a", 3, "pending")], "pending"),
    "tie: expired": (
        [consent("a", 3, source="x"), consent("a", 3, source="y", expires_at=ago(1))],
        "expired",
    ),
    "expired": ([consent("a", 9, expires_at=ago(0.001))], "expired"),
    "expires this instant": ([consent("a", 9, expires_at=CLOCK)], "expired"),
    "expires in a moment": ([consent("a", 9, expires_at=ago(-0.001))], "granted"),
    "an older grant does not outlive a newer one that lapsed": (
        [consent("a", 50), consent("a", 9, expires_at=ago(1))],
        "expired",
    ),
    "future ignored": ([consent("a", 9), consent("a", -1, "withdrawn")], "granted"),
    "future grant ignored": ([consent("a", 9, "denied"), consent("a", -1)], "denied"),
    "this instant counts": ([consent("a", 0)], "granted"),
    "all channels": ([consent("a", channel="all")], "granted"),
    "all channels withdrawn": ([consent("a"), consent("a", 3, "withdrawn", "all")], "withdrawn"),
    "this purpose": ([consent("a", purpose="commercial")], "granted"),
    "this product": ([consent("a", product="Ours")], "granted"),
    "something unknown refused": (
        [consent("a"), consent("a", 9, "withdrawn", product="Unheard of")],
        "withdrawn",
    ),
    "something unknown refused and granted again": (
        [
            consent("a"),
            consent("a", 9, "withdrawn", product="Unheard of"),
            consent("a", 3, product="Unheard of"),
        ],
        "granted",
    ),
    "something unknown refused, and granted again in future": (
        [
            consent("a"),
            consent("a", 9, "withdrawn", product="Unheard of"),
            consent("a", -1, product="Unheard of"),
        ],
        "withdrawn",
    ),
    "corrected under a later id": (
        [consent("a", 3, "denied", statement_id="1"), consent("a", 3, statement_id="2")],
        "granted",
    ),
    "corrected into a refusal": (
        [consent("a", 3, statement_id="1"), consent("a", 3, "denied", statement_id="2")],
        "denied",
    ),
}


@pytest.mark.parametrize(("statements", "standing"), STATEMENTS.values(), ids=STATEMENTS.keys())
def test_what_statements_amount_to(statements: list[Row], standing: str) -> None:
    made = world(statements=statements)
    status = made.by("consent_status", "customer_id", "channel", "purpose", "product_id")
    assert status[made.customer("a"), "email", "commercial", "ours"]["status"] == standing
    assert (stops(made)["email"] is None) == (standing == "granted")


OUT_OF_SCOPE = {
    "other channel": consent("a", channel="msl"),
    "other purpose": consent("a", purpose="medical"),
    "other product": consent("a", product="Second"),
    "unknown product": consent("a", product="Unheard of"),
    "other customer": consent("b"),
    "only in future": consent("a", -1),
}


@pytest.mark.parametrize("statement", OUT_OF_SCOPE.values(), ids=OUT_OF_SCOPE.keys())
def test_consent_out_of_scope_is_none_and_none_is_no_where_it_is_required(statement: Row) -> None:
    found = stops(world(statements=[statement], products=TWO_PRODUCTS))
    assert (found["email"], found["fax"]) == ("consent", None)


def test_all_purposes_and_channels_cover_the_medical_channel_too() -> None:
    channels = limited(MSL, consent="required")
    assert (
        stops(world(statements=[consent("a", purpose="commercial", channel="all")], channels=channels))["msl"]
        == "consent"
    )
    assert stops(world(statements=[consent("a", channel="all")], channels=channels))["msl"] is None


UNREADABLE = {
    "source": "test",
    "file": "consent.csv",
    "line": 7,
    "table_name": "source_consent",
    "system": "crm",
}
UNREADABLE |= {"source_record_id": "a", "reason": "unparsable", "detail": "", "raw": ""}


@pytest.mark.parametrize(
    ("said", "stopped"),
    [
        ({}, {"email": "consent", "fax": "suppression"}),
        ({"source_record_id": "b"}, {"email": None, "fax": None}),
        ({"source_record_id": None}, {"email": None, "fax": None}),
        ({"reason": "after_clock"}, {"email": None, "fax": None}),
        ({"table_name": "source_touchpoint"}, {"email": None, "fax": None}),
    ],
)
def test_a_statement_that_cannot_be_read_counts_as_a_refusal(
    said: Row, stopped: dict[str, str | None]
) -> None:
    data = {"source_record": [record("a")], "source_touchpoint": [FRESH], "source_consent": [consent("a")]}
    found = stops(run({**data, "quarantine": [UNREADABLE | said]}, steps=STEPS))
    assert {channel: found[channel] for channel in stopped} == stopped


def test_the_most_restrictive_statement_of_merged_records_survives() -> None:
    people = [record("a", licence_id="1", city="Oslo"), record("b", licence_id="1")]
    statements = [consent("a"), consent("b", status="withdrawn")]
    made = run(
        {"source_record": people, "source_consent": statements, "source_touchpoint": [FRESH]}, steps=STEPS
    )
    assert stops(made)["email"] == "consent"


# --- wall and arms ----------------------------------------------------------------------------------------


def test_each_field_force_gets_its_own_channels_only() -> None:
    made = world()
    commercial, medical = (
        {(row["channel"], row["rep_id"]): row["blocked_by"] for row in made[name] if row["rep_id"]}
        for name in sides("candidate")
    )
    assert commercial == {("visit", "r"): None, ("visit", "m"): "wall"}
    assert medical == {("msl", "m"): None, ("msl", "r"): "wall"}
    assert {row["channel"] for row in made["candidate"]} == {"email", "visit", "fax"}


def arms(people: int, **policy: Any) -> dict[str, bool]:
    """Return customer -> whether it receives suggestions."""
    customers = [
        {"customer_id": f"C{n}", "kind": "hcp", "record_count": 1, "simulated": False} for n in range(people)
    ]
    made = run({"customer": customers, "assignment": ()}, playbook(policy=policy), steps=only("arm"))
    return {row["customer_id"]: row["suggests"] for row in made["arm"]}


def held(people: int, **policy: Any) -> set[str]:
    return {customer for customer, suggests in arms(people, **policy).items() if not suggests}


def test_the_control_arm_has_its_share() -> None:
    assert len(held(5000, holdout=0.2)) == pytest.approx(1000, abs=1)
    assert len(arms(5000, holdout=0.2)) == 5000


def test_who_is_held_out_hangs_on_the_salt() -> None:
    assert held(300, holdout=0.1) < held(300, holdout=0.3)
    assert held(300, holdout=0.3, salt="other") != held(300, holdout=0.3)


def test_nobody_and_everybody_can_be_held_out() -> None:
    assert held(50, holdout=0) == set()
    assert len(held(50, holdout=1)) == 50
