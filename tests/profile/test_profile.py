"""What is learned of a customer, each table against what it is defined to be, worked out in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from math import log2, prod, sqrt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build import (
    CLOCK,
    EMAIL,
    LADDER,
    SITE,
    VISIT,
    Row,
    ago,
    channel,
    content,
    only,
    playbook,
    record,
    run,
    touch,
)

from unisono import profile, resolve

STEPS = (*resolve.STEPS, *profile.STEPS)
PRODUCTS = [
    {"id": "ours", "name": "Ours", "lifecycle": "growth", "specialties": {"Cardiology": 0.8, "*": 0.3}},
    {"id": "second", "name": "Second", "lifecycle": "growth", "specialties": {"Oncology": 1}},
]


def profiled(*touches: Row, people: tuple[Row, ...] = (), **sections: object):
    return run({"source_record": people, "source_touchpoint": touches}, playbook(**sections), steps=STEPS)


# --- contacts ---------------------------------------------------------------------------------------------


def test_sending_opening_and_clicking_of_one_email_are_one_contact() -> None:
    (contact,) = profiled(
        touch("a", 5, "sent", contact_id="m1", content_id="leaflet", product="ours"),
        touch("a", 4, "opened", contact_id="m1"),
        touch("a", 3, "clicked", contact_id="m1"),
    )["contact"]
    assert (contact["touchpoints"], contact["is_outbound"], contact["responded"]) == (3, True, True)
    assert contact["occurred_at"] == ago(5)
    assert (contact["content_id"], contact["product_id"]) == ("leaflet", "ours")


def test_what_shares_a_contact_id_across_customers_channels_or_companies_is_not_one_contact() -> None:
    contacts = profiled(
        touch("a", contact_id="x"),
        touch("b", contact_id="x"),
        touch("a", contact_id="x", channel="visit"),
        touch("a", contact_id="x", company="them"),
    )["contact"]
    assert len(contacts) == 4


def test_a_contact_is_dated_by_the_latest_time_the_company_reached_out() -> None:
    (contact,) = profiled(
        touch("a", 40, "invited", contact_id="e"),
        touch("a", 38, "registered", contact_id="e", direction="inbound"),
        touch("a", 3, "attended", contact_id="e"),
        touch("a", 1, "viewed", contact_id="e", direction="inbound"),
    )["contact"]
    assert contact["occurred_at"] == ago(3)


@pytest.mark.parametrize(
    ("event", "said", "outbound", "responded"),
    [
        ("opened", {}, False, True),
        ("opened", {"is_human": False}, False, False),
        ("visited", {"direction": "inbound"}, False, True),
        ("delivered", {}, False, False),
        ("declined", {}, True, False),
    ],
)
def test_only_the_company_reaching_out_counts_as_contact_and_only_a_person_as_response(
    event: str, said: Row, outbound: bool, responded: bool
) -> None:
    (contact,) = profiled(touch("a", 1, event, **said))["contact"]
    assert (contact["is_outbound"], contact["responded"]) == (outbound, responded)


def test_machine_opens_never_count_as_response_anywhere() -> None:
    mails = [touch("a", days, "sent", contact_id=f"m{days}", product="ours") for days in range(1, 9)]
    robot = [
        touch("a", days, "opened", contact_id=f"m{days}", product="ours", is_human=False)
        for days in range(1, 9)
    ]
    without, with_robot = profiled(*mails), profiled(*mails, *robot)
    assert with_robot["preference"] == without["preference"]
    assert with_robot["belief"] == without["belief"] == []


# --- evidence ---------------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 900), st.booleans(), st.sampled_from(["self", "them"])), min_size=1))
def test_evidence_halves_after_each_half_life_and_counts_every_company(
    mails: list[tuple[int, bool, str]],
) -> None:
    touches = []
    for number, (days, answered, company) in enumerate(mails):
        said = {"contact_id": f"m{number}", "company": company}
        touches.append(touch("a", days, touchpoint_id=f"s{number}", **said))
        if answered:
            touches.append(touch("a", days, "opened", touchpoint_id=f"o{number}", **said))
    found = profiled(*touches, policy={"preference_half_life_days": 90})["evidence"]
    (evidence,) = (row for row in found if row["dimension"] == "channel")
    weights = [2 ** (-days / 90) for days, _, _ in mails]
    assert evidence["trials"] == pytest.approx(sum(weights))
    assert evidence["responses"] == pytest.approx(
        sum(weight for weight, (_, answered, _) in zip(weights, mails, strict=True) if answered)
    )
    assert evidence["evidence_count"] == len(mails)
    assert evidence["response_count"] == sum(answered for _, answered, _ in mails)
    assert evidence["last_at"] == ago(min(days for days, _, _ in mails))


def test_a_contact_is_evidence_for_its_channel_its_slot_its_topics_and_its_format() -> None:
    book = [content("both", topics=["safety", "dosing"], format="video")]
    found = profiled(touch("a", content_id="both"), touch("a", 6), content=book)["evidence"]
    assert {(row["dimension"], row["value"]): row["evidence_count"] for row in found} == {
        ("channel", "email"): 2,
        ("slot", "email/wed_afternoon"): 1,
        ("slot", "email/tue_afternoon"): 1,
        ("topic", "safety"): 1,
        ("topic", "dosing"): 1,
        ("format", "video"): 1,
    }


# --- preferences ------------------------------------------------------------------------------------------


def evidence(
    customer: str, trials: float, responses: float, value: str = "email", dimension: str = "channel"
) -> Row:
    counts = {"evidence_count": round(trials), "response_count": round(responses), "last_at": CLOCK}
    weights = {"trials": float(trials), "responses": float(responses)}
    return {"customer_id": customer, "dimension": dimension, "value": value} | weights | counts


def person(customer: str, specialty: str | None = None) -> Row:
    known = {"customer_id": customer, "kind": "hcp", "specialty": specialty}
    return known | {"record_count": 1, "simulated": False}


def preferences(*given: Row, specialty: str | None = None, **sections: object):
    people = [person(customer, specialty) for customer in sorted({row["customer_id"] for row in given})]
    made = run(
        {"evidence": given, "customer": people},
        playbook(**sections),
        steps=only("preference_prior", "preference"),
    )
    return made.by("preference", "customer_id", "dimension", "value"), made.by(
        "preference_prior", "segment", "dimension", "value"
    )


def test_before_any_evidence_a_channel_has_the_playbooks_expectation_and_strength() -> None:
    channels = [channel("email", response={"mean": 0.3, "strength": 7}), channel("fax")]
    _, prior = preferences(channels=channels)
    assert (prior["*", "channel", "email"]["mean"], prior["*", "channel", "email"]["strength"]) == (0.3, 7)
    assert prior["*", "channel", "fax"]["strength"] == 20


def test_one_customer_cannot_tell_how_much_customers_differ_so_the_playbooks_strength_stays() -> None:
    own, prior = preferences(
        evidence("a", 10, 4), channels=[channel("email", response={"mean": 0.3, "strength": 7})]
    )
    assert own["a", "channel", "email"]["prior_strength"] == 7
    assert prior["*", "channel", "email"]["mean"] == pytest.approx((0.3 * 7 + 4) / (7 + 10))


def test_preference_is_the_beta_posterior_by_simulation() -> None:
    own, _ = preferences(evidence("a", 10, 4), evidence("b", 6, 1))
    posterior = own["a", "channel", "email"]
    mean, strength = posterior["prior_mean"], posterior["prior_strength"]
    # Bayes by brute force: rates drawn from the prior, weighted by how well each explains 4 of 10.
    grid = [(step + 0.5) / 20_000 for step in range(20_000)]
    weight = [p ** (mean * strength - 1 + 4) * (1 - p) ** ((1 - mean) * strength - 1 + 6) for p in grid]
    expected = sum(p * w for p, w in zip(grid, weight, strict=True)) / sum(weight)
    square = sum(p * p * w for p, w in zip(grid, weight, strict=True)) / sum(weight)
    assert posterior["mean"] == pytest.approx(expected, abs=1e-5)
    assert posterior["sd"] == pytest.approx(sqrt(square - expected**2), abs=1e-5)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=8), st.booleans())
def test_preference_lies_between_what_is_expected_and_the_customers_own_rate(
    customers: list[tuple[int, float]], known: bool
) -> None:
    given = [evidence(f"c{n}", trials, trials * rate) for n, (trials, rate) in enumerate(customers)]
    own, _ = preferences(*given, specialty="Cardiology" if known else None)
    for row in given:
        found = own[row["customer_id"], "channel", "email"]
        low, high = sorted((found["prior_mean"], row["responses"] / row["trials"]))
        assert low - 1e-9 <= found["mean"] <= high + 1e-9
        assert 2 - 1e-6 <= found["prior_strength"] <= 200 + 1e-6
        assert 0 <= found["sd"] <= 0.5


def test_more_evidence_moves_further_from_what_is_expected() -> None:
    others = [evidence(f"o{n}", 20, n % 7) for n in range(30)]
    sizes = [1, 2, 5, 20, 100]
    own, _ = preferences(*others, *(evidence(f"c{size}", size, size) for size in sizes))
    found = [own[f"c{size}", "channel", "email"] for size in sizes]
    means, deviations = [row["mean"] for row in found], [row["sd"] for row in found]
    assert means == sorted(means)
    assert deviations == sorted(deviations, reverse=True)
    assert means[-1] < 1


def test_evidence_of_a_segment_moves_that_segments_expectation_only() -> None:
    given = [evidence(f"c{n}", 30, 20) for n in range(5)] + [evidence(f"o{n}", 30, 3) for n in range(5)]
    people = [person(f"c{n}", "Cardiology") for n in range(5)] + [
        person(f"o{n}", "ONCOLOGY") for n in range(5)
    ]
    prior = run({"evidence": given, "customer": people}, steps=only("preference_prior")).by(
        "preference_prior", "segment", "dimension", "value"
    )
    low, all_, high = (
        prior[segment, "channel", "email"]["mean"] for segment in ("oncology", "*", "cardiology")
    )
    assert 0.1 < low < all_ < high < 20 / 30


@pytest.mark.parametrize(("alpha", "beta"), [(2, 6), (12, 28)])
def test_the_strength_of_the_expectation_is_learned_from_how_much_customers_differ(
    alpha: int, beta: int
) -> None:
    random = Random(7)
    given = []
    for number in range(600):
        rate, trials = random.betavariate(alpha, beta), random.randint(8, 30)
        given.append(evidence(f"c{number}", trials, sum(random.random() < rate for _ in range(trials))))
    _, prior = preferences(*given)
    assert prior["*", "channel", "email"]["strength"] == pytest.approx(alpha + beta, rel=0.3)


# --- pressure ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "inside"), [(0, True), (6, True), (6.4, True), (6.6, False), (7, False), (8, False)]
)
def test_a_window_of_seven_days_is_the_clocks_day_and_the_six_before_it(days: float, inside: bool) -> None:
    book = [EMAIL | {"caps": [{"days": 7, "at_most": 3}]}]
    found = profiled(touch("a", days), channels=book, content=[], policy={"fatigue_window_days": 30})[
        "pressure"
    ]
    # The clock is at noon: 6.4 days before it is still the sixth day before, 6.6 is the seventh.
    assert {row["days"]: row["touches"] for row in found if row["channel"] == "email"} == (
        {7: 1} if inside else {}
    )


def test_pressure_counts_own_outbound_contacts_once_each_by_window_and_channel() -> None:
    caps = {"caps": [{"days": 7, "at_most": 1}, {"days": 30, "at_most": 3}]}
    found = profiled(
        touch("a", 2, contact_id="m1"),
        touch("a", 1, "opened", contact_id="m1"),
        touch("a", 20, contact_id="m2"),
        touch("a", 3, "visited", "visit"),
        touch("a", 1, company="them"),
        touch("a", 1, "viewed", "site", direction="inbound"),
        touch("a", 1, "visited", "visit", direction="inbound", touchpoint_id="came to us"),
        channels=[EMAIL | caps, VISIT, SITE],
        content=[],
        policy={"fatigue_window_days": 30, "caps": [{"days": 7, "at_most": 9}]},
    ).by("pressure", "channel", "days")
    assert {key: row["touches"] for key, row in found.items()} == {
        ("email", 7): 1,
        ("email", 30): 2,
        ("all", 7): 2,
        ("all", 30): 3,
    }
    assert found["all", 30]["last_contact_at"] == ago(2)


# --- belief -----------------------------------------------------------------------------------------------


def oracle_belief(touches: list[tuple[float, str, bool]]) -> dict[str, float]:
    """Prior times likelihood, an event counting log2(1 + its decayed number) times, for the last stage spelled out."""
    count: dict[str, float] = defaultdict(float)
    for days, event, human in touches:
        if human and event in LADDER["evidence"]:
            count[event] += 2 ** (-days / LADDER["half_life_days"])
    score = {
        stage["id"]: stage["prior"]
        * prod(LADDER["evidence"][event].get(stage["id"], 1.0) ** log2(1 + n) for event, n in count.items())
        for stage in LADDER["stages"]
    }
    return {stage: value / sum(score.values()) for stage, value in score.items()}


EVENTS = st.tuples(
    st.integers(0, 1500), st.sampled_from(["opened", "visited", "asked", "sent"]), st.booleans()
)


@settings(max_examples=15)
@given(st.lists(EVENTS, min_size=1, max_size=12))
def test_belief_is_bayes_and_sums_to_one(events: list[tuple[int, str, bool]]) -> None:
    touches = [
        touch("a", days, event, product="ours", is_human=human, touchpoint_id=f"t{n}")
        for n, (days, event, human) in enumerate(events)
    ]
    found = profiled(*touches).by("belief", "stage")
    telling = [(days, event) for days, event, human in events if human and event != "sent"]
    if not telling:
        assert not found
        return
    expected = oracle_belief(events)
    assert {stage: row["probability"] for stage, row in found.items()} == pytest.approx(expected)
    assert sum(row["probability"] for row in found.values()) == pytest.approx(1)
    (likeliest,) = [stage for stage, row in found.items() if row["most_likely"]]
    assert expected[likeliest] == pytest.approx(max(expected.values()))
    latest = min(days for days, _ in telling)
    moved = found[likeliest]
    assert (moved["moved_at"], (latest, moved["moved_by"]) in telling) == (ago(latest), True)


def test_what_competitors_do_and_what_is_about_their_products_does_not_move_belief() -> None:
    assert not profiled(
        touch("a", 1, "visited", "visit", product="ours", company="them"),
        touch("a", 2, "visited", "visit", product="theirs"),
        touch("a", 3, "visited", "visit"),
    )["belief"]


# --- potential --------------------------------------------------------------------------------------------


def test_potential_is_the_specialtys_weight_halved_for_the_least_contacted() -> None:
    people = (
        record("busy", specialty="CARDIOLOGY"),
        record("quiet", specialty="Cardiology"),
        record("other", specialty="Podiatry"),
        record("none"),
        record("patient", kind="patient", specialty="Cardiology"),
    )
    busy = [touch("busy", n, company="them", contact_id=f"c{n}") for n in range(3)]
    old = [touch("quiet", 365 + n) for n in range(5)]
    made = profiled(*busy, *old, touch("other", 1), people=people, products=PRODUCTS, content=[])
    names = {made.customer(key): key for key in ("busy", "quiet", "other", "none", "patient")}
    potential = {
        (names[row["customer_id"]], row["product_id"]): row["potential"] for row in made["potential"]
    }
    assert potential["busy", "ours"] == pytest.approx(0.8)
    assert potential["quiet", "ours"] == pytest.approx(0.8 / 2)
    assert potential["none", "ours"] == pytest.approx(0.3 / 2)
    assert potential["other", "ours"] == pytest.approx(0.3 * (1 + 2 / 3) / 2)
    assert potential["busy", "second"] == potential["none", "second"] == 0
    assert not [key for key in potential if key[0] == "patient"]


def test_potential_stays_within_bounds_and_grows_with_activity() -> None:
    people = tuple(record(f"p{n}", specialty="Cardiology") for n in range(12))
    touches = [touch(f"p{n}", day) for n in range(12) for day in range(n)]
    made = profiled(*touches, people=people, products=PRODUCTS, content=[])
    ours = {row["customer_id"]: row["potential"] for row in made["potential"] if row["product_id"] == "ours"}
    ranked = [ours[made.customer(f"p{n}")] for n in range(12)]
    assert ranked == sorted(ranked)
    assert (ranked[0], ranked[-1]) == (pytest.approx(0.4), pytest.approx(0.8))


def prescription(key: str | None, amount: float, months: int = 1, **given: object) -> Row:
    day = (CLOCK - timedelta(days=30 * months)).date().replace(day=1)
    facts = {
        "system": "crm" if key else None,
        "source_record_id": key,
        "product": "Ours",
        "measure": "new_rx",
    }
    return facts | {"value": amount, "period_on": day, "source": "rx", "simulated": False} | given


def prescribing(*rows: Row, **policy: object) -> dict[str, dict[str, float]]:
    """Return side -> customer -> how five cardiologists prescribe beside one another."""
    people = [record(key, specialty="Cardiology") for key in "abcde"]
    book = playbook(products=PRODUCTS, content=[], policy=policy)
    made = run({"source_record": people, "source_outcome": rows}, book, steps=STEPS)
    names = {made.customer(key): key for key in "abcde"}
    return {
        side: {
            names[row["customer_id"]]: row["prescribing"] for row in made[side] if row["product_id"] == "ours"
        }
        for side in ("potential", "medical_potential")
    }


def test_who_prescribes_more_than_the_average_matters_more() -> None:
    found = prescribing(prescription("a", 9), prescription("b", 1), prescription("b", 2, months=3))
    assert found["potential"] == pytest.approx(
        {"a": 10 / 3.4, "b": 4 / 3.4, "c": 1 / 3.4, "d": 1 / 3.4, "e": 1 / 3.4}
    )


def test_nobody_counts_for_more_than_three_times_the_average() -> None:
    assert prescribing(prescription("a", 900))["potential"]["a"] == 3


@pytest.mark.parametrize(
    "row",
    [
        prescription("a", 9, measure="sales"),
        prescription("a", 9, months=14),
        prescription(None, 9, brick="B1"),
        prescription("a", 9, product="Theirs"),
    ],
    ids=["another measure", "too old", "by sales area", "another company's product"],
)
def test_other_outcomes_say_nothing_of_a_customer(row: Row) -> None:
    assert set(prescribing(row)["potential"].values()) == {1}


def test_the_measure_that_tells_is_the_playbooks() -> None:
    rows = [prescription("a", 9, measure="sales")]
    assert prescribing(*rows, outcome_measure="sales")["potential"]["a"] > 1


def test_medical_potential_knows_no_prescriptions() -> None:
    assert set(prescribing(prescription("a", 9))["medical_potential"].values()) == {1}


def test_the_clock_is_an_argument() -> None:
    touches = {"source_touchpoint": [touch("a", 1), touch("a", 20)]}
    later = run(touches, steps=STEPS, as_of=CLOCK + timedelta(days=180))
    assert later["pressure"] == []
    now = run(touches, steps=STEPS)
    assert later["evidence"][0]["trials"] == pytest.approx(now["evidence"][0]["trials"] / 2)


def test_a_slot_is_shrunk_to_the_slots_of_its_own_channel() -> None:
    """Visits are answered and e-mails are not, so that a mean over both would make every e-mail slot look good."""
    touches = [touch(key, days, "visited", "visit") for key in "ab" for days in (3, 4)]
    touches += [touch(key, days) for key in "ab" for days in (3, 4)]
    made = profiled(*touches)
    expected = {row["value"]: row["mean"] for row in made["preference_prior"] if row["dimension"] == "slot"}
    for value, mean in expected.items():
        assert mean == (1.0 if value.startswith("visit/") else 0.0)
    assert len(expected) == 4
