"""A decision keeps what its sentences were made of: in English that says just what the record says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import Row
from unisono.decide.explain import explain
from unisono.decide.sentences import GATE_WORDS
from unisono.tables import TABLES
from unisono.tables.arrow import schema
from unisono.wording import Said, read

CLOCK = datetime(2026, 1, 5)
CHANNELS = st.sampled_from(["email", "visit"])
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "VARCHAR": TEXT,
    "DOUBLE": st.floats(0, 1e4),
    "BIGINT": st.integers(0, 5),
    "BOOLEAN": st.booleans(),
    "TIMESTAMP": st.datetimes(datetime(2023, 1, 1), CLOCK),
    "DATE": st.dates(date(2026, 1, 5), date(2027, 1, 1)),
}
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("channel", "usual_channel"), CHANNELS),
    **dict.fromkeys(
        ("response_probability", "propensity", "stage_probability", "activity_rank"), st.floats(0.001, 1)
    ),
    **dict.fromkeys(("reduced_value", "runner_up_reduced_value"), st.floats(-100, 100)),
    "value": st.floats(0.01, 100),
    "purpose": st.sampled_from(["commercial", "medical"]),
    "values_by": st.sampled_from(["worth", "response", "chance"]),
    "usual_blocked_by": st.sampled_from([*GATE_WORDS, "kind"]),
    "planned_slot": st.sampled_from(["wed_evening", "mon_morning"]),
    "runner_up": st.sampled_from(["ours/email", "ours/fax"]),
    "consent_status": st.sampled_from(["granted", "expired"]),
    "consent_rule": st.sampled_from(["required", "not_required"]),
    "time_zone": st.just("Europe/Rome"),
}
KNOWN_TOGETHER = (
    ("channel_contacts", "channel_responses", "channel_last_at", "channel_expected"),
    ("stage_name", "stage_probability", "moved_by", "moved_at"),
    ("prescribed", "prescribed_usual"),
    ("last_contact_at",),
    ("levers",),
    ("planned_slot",),
    ("runner_up", "runner_up_reduced_value"),
    ("usual_channel", "usual_channel_name", "usual_contacts"),
    ("usual_value", "usual_reduced_value"),
    ("usual_blocked_by",),
    ("consent_stated_at", "consent_expires_at", "consent_evidence", "consent_source", "consent_status"),
    ("consent_expires_at",),
    ("consent_evidence",),
)
"""Columns of facts that may lack, together."""


@st.composite
def facts(draw: st.DrawFn) -> Row:
    """Return a row of `decision_fact` as a run may write it."""
    fact = {
        column.name: draw(SPECIAL.get(column.name, OF_TYPE[column.type]))
        for column in TABLES["decision_fact"].columns
    }
    unknown = draw(st.sets(st.sampled_from(KNOWN_TOGETHER)))
    return fact | {name: None for group in unknown for name in group}


def explained(fact: Row) -> Row:
    table = pa.Table.from_pylist([fact], schema=schema("decision_fact"))
    made = explain(
        {"decision_fact": table}, run_id="run", as_of=CLOCK, data_version="data", code_version="code"
    )
    (decision,) = made.to_pylist()
    return decision


def values(said: Said) -> list[str]:
    """Return every text that a sentence and those within it have for a value."""
    return [
        text
        for value in said.values.values()
        for text in (values(value) if isinstance(value, Said) else [value])
    ]


@given(facts())
@settings(max_examples=100)
def test_what_is_kept_says_the_same_in_english(fact: Row) -> None:
    decision = explained(fact)
    said = read(decision["wording"])
    assert [str(reason) for reason in said.pop("reasons")] == decision["reasons"]
    assert said.keys() == {"why_not_usual", "flip_condition", "consent_proof"}
    for name, sentences in said.items():
        assert list(map(str, sentences)) == [decision[name]]


@given(facts())
@settings(max_examples=25)
def test_names_and_titles_are_kept_as_they_are(fact: Row) -> None:
    said = read(explained(fact)["wording"])
    assert said["reasons"][0].values["channel"] == fact["channel_name"]
    assert said["reasons"][1].values["title"] == fact["title"]
    if fact["usual_channel"] is not None:
        assert said["why_not_usual"][0].values["channel"] == fact["usual_channel_name"]
    if fact["consent_stated_at"] is not None:
        assert fact["consent_source"] in values(said["consent_proof"][0])
