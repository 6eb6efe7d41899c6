"""Every sentence of every decision of a simulated brand is true, and the judge who says so sees a wrong figure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

import pytest

from tests.build import CLOCK, EMAIL, FAX, Row, Tables, content, playbook, record, run, touch
from tests.decide.claims import CLAIMS, is_true
from tests.decide.test_explain import busy
from tests.decide.witness import Read, Side
from unisono.project import open_project
from unisono.world import new_world

LIMITS = """
budgets:
  - {id: meetings, name: Meetings, amount: 900, channels: [hospital_meeting]}
quotas:
  - {id: calls, name: Calls, at_most: 9, channels: [remote_call]}
goals:
  - {id: heart, name: See cardiologists, at_least: 60, worth: 40, channels: [f2f_visit], specialties: [Cardiology]}
"""
DEMO_CLOCK = datetime(2026, 1, 5)
Sides = dict[str, Side]


def both_sides(read: Read, clock: datetime) -> Sides:
    return {purpose: Side(read, purpose, clock) for purpose in ("commercial", "medical")}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Sides:
    """A brand of the simulated world with a budget, a quota, a goal, and up to two suggestions a customer."""
    folder = tmp_path_factory.mktemp("reasons") / "brand"
    new_world(folder, customers=600, seed=5, as_of=DEMO_CLOCK)
    policy = folder / "playbook" / "policy.yaml"
    said = policy.read_text(encoding="utf-8")
    policy.write_text(said.replace("per_customer: 1", "per_customer: 2"), encoding="utf-8")
    (folder / "playbook" / "limits.yaml").write_text(LIMITS, encoding="utf-8")
    snapshot = open_project(folder).run(as_of=DEMO_CLOCK)
    return both_sides(cache(lambda name: snapshot.table(name).to_pylist()), DEMO_CLOCK)


@pytest.fixture(scope="module", params=["demo", "small", "eager"])
def sides(request: pytest.FixtureRequest) -> Sides:
    """The brand, a small one with many kinds of decisions, or one with a goal it would pay anything for."""
    if request.param == "demo":
        found: Sides = request.getfixturevalue("demo")
        return found
    made = {"small": busy, "eager": eager}[request.param]()
    return both_sides(cache(made.__getitem__), CLOCK)


@cache
def eager() -> Tables:
    return run(
        {
            "source_record": [record(f"p{n}") for n in range(9)],
            "source_touchpoint": [touch(f"p{n}", 20 + n, contact_id=f"m{n}") for n in range(5)],
        },
        playbook(
            channels=[FAX, EMAIL | {"owner": "none"}],
            content=[content("leaflet", channels=["fax"])],
            goals=[{"id": "much", "name": "Much", "at_least": 20, "worth": 5000}],
        ),
    )


def decisions(sides: Sides) -> list[Row]:
    return sides["commercial"].read("decision")


def sentences(decision: Row) -> list[str]:
    """Return everything a decision says in words."""
    own = (decision["why_not_usual"], decision["flip_condition"], decision["consent_proof"])
    return [*decision["reasons"], *own]


def wrong(sentence: str) -> Iterator[str]:
    """Yield a sentence with one of its figures, days or words changed, each in turn."""
    for found in re.finditer(r"\d{4}-\d\d-\d\d|\d+(?:\.\d+)?|\w+", sentence):
        yield sentence[: found.start()] + _other(found[0]) + sentence[found.end() :]


def _other(text: str) -> str:
    if not text[0].isdigit():
        return {"once": "twice", "twice": "once"}.get(text, f"{text}x")
    if "-" in text:
        return str(date.fromisoformat(text) + timedelta(days=1))
    digits = len(text.partition(".")[2])
    return f"{float(text) + 2 * 10**-digits:.{digits}f}"


def test_every_sentence_of_every_decision_is_true(sides: Sides) -> None:
    assert len(decisions(sides)) >= 9
    for decision in decisions(sides):
        for sentence in sentences(decision):
            assert is_true(sides[decision["purpose"]], decision, sentence), (
                sentence,
                decision["decision_id"],
            )


def test_hundreds_of_decisions_are_judged_and_only_the_commercial_side_tells_outcomes(demo: Sides) -> None:
    every = decisions(demo)
    assert len(every) > 200
    for decision in every:
        told = [reason for reason in decision["reasons"] if "prescribing" in reason]
        known = decision["product_id"] in demo[decision["purpose"]].outcomes
        assert len(told) == known <= (decision["purpose"] == "commercial")
        assert len(decision["reasons"]) == 3 + known
    assert {decision["purpose"] for decision in every} == {"commercial", "medical"}


def test_each_figure_and_word_that_is_changed_makes_a_sentence_false(sides: Sides) -> None:
    changed = 0
    for decision in decisions(sides)[:40]:
        for sentence in sentences(decision):
            for other in wrong(sentence):
                changed += 1
                assert not is_true(sides[decision["purpose"]], decision, other), (sentence, other)
    assert changed > 500


def test_a_sentence_said_of_another_customer_or_of_no_known_form_is_not_true(demo: Sides) -> None:
    first, *rest = (row for row in decisions(demo) if row["purpose"] == "commercial")
    other = next(row for row in rest if row["reasons"][0] != first["reasons"][0])
    assert not is_true(demo["commercial"], other, first["reasons"][0])
    assert not is_true(demo["commercial"], first, "Likes us.")


def test_every_kind_of_sentence_is_said_by_one_of_the_brands(demo: Sides) -> None:
    said = [
        sentence
        for row in (*decisions(demo), *busy()["decision"], *eager()["decision"])
        for sentence in sentences(row)
    ]
    silent = [pattern.pattern for pattern, _ in CLAIMS if not any(map(pattern.fullmatch, said))]
    assert silent == []
