"""Explanations state only what the record holds, and what they claim can be worked out again."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache

import pytest

from tests.build import (
    CLOCK,
    EMAIL,
    FAX,
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
from unisono.tables import TABLES

DAY = r"(\d{4}-\d\d-\d\d)"
COUNT = r"(once|twice|\d+ times)"
MONEY = r"(-?\d+\.\d\d) EUR"


@cache
def busy() -> Tables:
    """Return a run with many kinds of decisions: evidence or none, usual channel taken, dearer, stopped or full."""
    people = [record(f"p{n}", city="Oslo", specialty=("Cardiology", None)[n % 2]) for n in range(16)]
    touches = []
    for n in range(16):
        for k in range(n % 5):
            mail = {"contact_id": f"m{n}-{k}", "product": "Ours", "touchpoint_id": f"m{n}-{k}"}
            touches.append(touch(f"p{n}", 8 + 20 * k, "sent", **mail))
            if (n + k) % 2:
                opened = mail | {"touchpoint_id": f"o{n}-{k}"}
                touches.append(touch(f"p{n}", 7 + 20 * k, "opened", direction="inbound", **opened))
        for k in range(n // 4):
            visit = {"contact_id": f"v{n}-{k}", "product": "Ours"}
            touches += [touch(f"p{n}", (10, 15)[n % 2] + 40 * k, "visited", "visit", **visit)]
        if n % 3:
            touches.append(touch(f"p{n}", 3, "called", "fax", company="them", product="Theirs"))
    statements = [
        consent(f"p{n}", 50 + n, expires_at=[None, ago(-3), ago(-300)][n % 3]) for n in range(0, 16, 2)
    ]
    return run(
        {
            "source_record": people,
            "source_touchpoint": touches,
            "source_consent": statements,
            "rep": [rep("r", 100), rep("q", 60, territory_id="r")],
            "territory_area": [area("r", "Oslo")],
        },
        playbook(
            products=[
                {"id": "ours", "name": "Ours", "lifecycle": "growth"},
                {"id": "second", "name": "Second", "lifecycle": "growth", "priority": 0.8},
            ],
            channels=[EMAIL, VISIT | {"rest_days": 12, "response": {"mean": 0.5}}, FAX | {"capacity": 4}],
            content=[
                content("leaflet", channels=["email", "visit"], valid_until=date(2025, 7, 4)),
                content("atlas", "second", ["email", "visit", "fax"], stage="trial"),
            ],
            policy={"fatigue_cost": 0.7, "fatigue_window_days": 30, "per_customer": 2},
        ),
    )


def explained() -> list[tuple[Row, Row]]:
    """Return every decision with the facts it was made from."""
    facts = busy().by("decision_fact", "customer_id", "product_id", "channel")
    return [(row, facts[row["customer_id"], row["product_id"], row["channel"]]) for row in busy()["decision"]]


def times(text: str) -> int:
    return {"once": 1, "twice": 2}.get(text) or int(text.split()[0])


def matched(pattern: str, text: str) -> tuple[str, ...] | None:
    found = re.fullmatch(pattern, text)
    return found.groups() if found else None


def percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f}%"


def day(moment: date) -> str:
    return moment.isoformat()[:10]


def expected_channel_reason(fact: Row) -> str:
    name, chance = fact["channel_name"], percent(fact["response_probability"])
    if not fact["channel_contacts"]:
        return rf"Never contacted by {name} so far; [^\d]* {chance}[^\d]*\."
    return (
        rf"Responded to {fact['channel_responses']} of {fact['channel_contacts']} contacts? by {name}\D*"
        rf"{day(fact['channel_last_at'])} \(\D*{percent(fact['channel_expected'])}\)\D*{chance}\."
    )


def expected_stage_reason(fact: Row) -> str:
    made_for = rf"'{fact['title']}' is made for the stage {fact['content_stage_name']}\."
    if fact["stage_name"] is None:
        return rf"Nothing is known yet about the stage for {fact['product_name']}; {made_for}"
    return (
        rf"Most likely at the stage {fact['stage_name']} for {fact['product_name']} "
        rf"\({percent(fact['stage_probability'])}\), "
        rf"last moved by '{fact['moved_by']}' on {day(fact['moved_at'])}; {made_for}"
    )


def expected_pressure_reason(fact: Row) -> str:
    if fact["last_contact_at"] is None:
        return rf"Never contacted by us; \D*{percent(fact['activity_rank'])} of customers\."
    days = (CLOCK.date() - fact["last_contact_at"].date()).days
    number = {0: "Not contacted by us", 1: "Contacted by us once", 2: "Contacted by us twice"}
    start = number.get(fact["touches"], f"Contacted by us {fact['touches']} times")
    return (
        rf"{start} in the last {fact['fatigue_window_days']} days; "
        rf"the last contact was {days} days? ago on {day(fact['last_contact_at'])}\."
    )


def test_every_reason_says_what_the_record_says_and_nothing_else() -> None:
    assert len(explained()) > 15
    for decision, fact in explained():
        reasons = decision["reasons"]
        assert 2 <= len(reasons) <= 3
        expected = [
            expected_channel_reason(fact),
            expected_stage_reason(fact),
            expected_pressure_reason(fact),
        ]
        for reason, pattern in zip(reasons, expected, strict=True):
            assert re.fullmatch(pattern, reason), (reason, pattern)
        assert re.search(DAY, " ".join(reasons)) or fact["last_contact_at"] is None


def test_the_facts_are_those_of_the_raw_tables() -> None:
    touches = [row for row in busy()["touchpoint"] if row["is_own"] and row["event"] in ("sent", "visited")]
    everything = [row for row in busy()["touchpoint"] if row["event"] in ("sent", "visited", "called")]
    for _, fact in explained():
        own = [row["occurred_at"] for row in touches if row["customer_id"] == fact["customer_id"]]
        assert fact["last_contact_at"] == max(own, default=None)
        assert fact["touches"] == sum((CLOCK.date() - moment.date()).days < 30 for moment in own)
        on_it = [
            r
            for r in everything
            if (r["customer_id"], r["channel"]) == (fact["customer_id"], fact["channel"])
        ]
        assert (fact["channel_contacts"] or 0) == len(on_it)


def test_the_runner_up_is_the_best_action_after_prices_that_could_take_the_place() -> None:
    priced = busy()["priced_action"]

    def part(row: Row) -> str:
        return "" if row["rep_id"] else row["channel"]

    for decision, _ in explained():
        mine = [row for row in busy()["decision"] if row["customer_id"] == decision["customer_id"]]
        chosen = {(row["product_id"], row["channel"]) for row in mine}
        taken = {part(row) for row in mine if row is not decision} - {part(decision)}
        others = [
            row
            for row in priced
            if row["customer_id"] == decision["customer_id"]
            and (row["product_id"], row["channel"]) not in chosen
            and part(row) not in taken
        ]
        if not others:
            assert decision["runner_up"] is None
            continue
        best = max(others, key=lambda row: row["reduced_value"])
        assert decision["runner_up"] == f"{best['product_id']}/{best['channel']}"
        assert decision["runner_up_value"] == best["value"]
        assert decision["runner_up_reduced_value"] == best["reduced_value"]


def test_the_terms_multiply_to_the_value() -> None:
    for decision, _ in explained():
        gain = 1.0
        for term in (
            "potential",
            "priority",
            "fit",
            "novelty",
            "response_probability",
            "stage_gain",
            "lever",
        ):
            gain *= decision[term]
        assert decision["value"] == pytest.approx(gain - decision["fatigue_cost"] - decision["unit_cost"])
        assert decision["reduced_value"] <= decision["value"]


def test_why_not_the_usual_names_the_usual_and_compares_true_values() -> None:
    seen = set()
    for decision, fact in explained():
        said = decision["why_not_usual"]
        if fact["usual_channel"] is None:
            seen.add("none")
            assert re.fullmatch(r"There is no usual action: .*", said)
            continue
        usual = rf"the usual {fact['usual_channel_name']} \({COUNT} in the last year\)"
        found = matched(rf"This is {usual}\.|Not {usual}: .*", said)
        assert found, said
        assert times(found[0] or found[1]) == fact["usual_contacts"]
        assert said.startswith("This is") == (fact["usual_channel"] == decision["channel"])
        if said.startswith("This is"):
            seen.add("same")
        elif fact["usual_value"] is None:
            seen.add("stopped")
            assert not re.search(r"EUR", said)
        else:
            seen.add("compared")
            amounts = {float(amount) for amount in re.findall(r"-?\d+\.\d\d", said)}
            both = {round(fact["usual_reduced_value"], 2), round(decision["reduced_value"], 2)}
            assert amounts == both
    assert seen == {"none", "same", "stopped", "compared"}


def test_a_decision_has_every_field_an_audit_needs() -> None:
    wanted = [column.name for column in TABLES["decision"].columns if not column.nullable]
    for decision, fact in explained():
        assert all(decision[name] is not None for name in wanted)
        assert decision["decided_at"] == CLOCK
        assert (decision["run_id"], decision["data_version"], decision["model_version"]) == (
            "run-1",
            "data",
            "code",
        )
        assert (decision["propensity"], decision["explored"], decision["arm"]) == (1.0, False, "suggest")
        if decision["channel"] == "email":
            assert decision["consent_status"] == "granted"
            assert f"granted on {day(fact['consent_stated_at'])}" in decision["consent_proof"]


def test_a_decision_lapses_with_its_content_its_consent_or_its_days_whichever_comes_first() -> None:
    ends = set()
    for decision, fact in explained():
        assert CLOCK < decision["expires_at"] <= CLOCK + timedelta(days=7)
        last = CLOCK + timedelta(days=7)
        after_content = datetime.combine(fact["content_valid_until"], datetime.min.time()) + timedelta(days=1)
        consent_end = fact["consent_expires_at"] or last
        assert decision["expires_at"] == min(last, after_content, consent_end)
        ends.add(decision["expires_at"])
    assert len(ends) == 3


def test_decision_ids_are_unique_the_same_again_and_new_in_another_run() -> None:
    ids = [decision["decision_id"] for decision, _ in explained()]
    assert len(set(ids)) == len(ids)
    facts = {name: busy()[name] for name in sides("decision_fact")}
    steps = only(*sides("commercial_decision"), "decision")
    again, other = (
        [row["decision_id"] for row in run(facts, steps=steps, run_id=run_id)["decision"]]
        for run_id in ("run-1", "run-2")
    )
    assert sorted(again) == sorted(ids)
    assert not set(other) & set(ids)


def test_two_representatives_of_one_customer_are_not_each_others_runner_up() -> None:
    made = run(
        {
            "source_record": [record("a", city="Oslo")],
            "source_touchpoint": [touch("b", 1)],
            "rep": [rep("r"), rep("q", territory_id="r")],
            "territory_area": [area("r", "Oslo")],
        },
        playbook(channels=[VISIT], content=[content("leaflet", channels=["visit"])]),
    )
    (decision,) = made["decision"]
    assert decision["runner_up"] is None
    assert decision["flip_condition"].startswith("Doing nothing would be worth more")


def test_a_topic_nobody_ever_responded_to_says_nothing_about_a_customer() -> None:
    made = run(
        {
            "source_record": [record("a"), record("b")],
            "source_touchpoint": [touch("a", 100, content_id="leaflet"), touch("b", 1, channel="email")],
        },
        playbook(channels=[FAX, EMAIL | {"owner": "none"}], content=[content("leaflet", channels=["fax"])]),
    )
    chance = {row["customer_id"]: row["response_probability"] for row in made["action"]}
    assert chance[made.customer("a")] == pytest.approx(chance[made.customer("b")])


def test_a_customer_without_suggestion_is_told_why() -> None:
    made = run(
        {
            "source_record": [
                record("gated", kind="hco"),
                record("full"),
                record("first", specialty="Cardiology"),
            ],
            "source_touchpoint": [touch("gated", 1), touch("first", 1, "opened", "fax", company="them")],
        },
        playbook(
            channels=[FAX | {"capacity": 1}, EMAIL | {"owner": "none"}],
            content=[content("leaflet", channels=["fax"])],
        ),
    )
    found = {row["customer_id"]: (row["reason"], row["detail"]) for row in made["no_action"]}
    assert found == {
        made.customer("gated"): ("gated", "last gate: kind"),
        made.customer("full"): ("no_capacity", "ours/fax"),
    }
    dear = run(
        {"source_record": [record("a")], "source_touchpoint": [touch("b", 1)]},
        playbook(channels=[FAX | {"unit_cost": 1e6}], content=[content("leaflet", channels=["fax"])]),
    )
    assert ("a", "no_value") in {
        (key, row["reason"])
        for row in dear["no_action"]
        for key in "ab"
        if dear.customer(key) == row["customer_id"]
    }


def test_a_shallow_channel_gains_its_share_of_what_a_visit_gains() -> None:
    shallow = FAX | {"id": "shallow", "name": "Shallow", "depth": 0.25}
    made = run(
        {"source_record": [record("a")], "source_touchpoint": [touch("b", 1, channel="fax")]},
        playbook(channels=[FAX, shallow], content=[content("leaflet", channels=["fax", "shallow"])]),
    )
    gain = {
        row["channel"]: row["stage_gain"]
        for row in made["action"]
        if row["customer_id"] == made.customer("a")
    }
    assert gain["fax"] > 0
    assert gain["shallow"] == pytest.approx(0.25 * gain["fax"])
