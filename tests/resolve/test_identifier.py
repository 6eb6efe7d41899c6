"""Values that identify the records that have them."""

from __future__ import annotations

from typing import Any

from tests.build import only, playbook, record, run

STEPS = only("match_record", "identifier")


def identifiers(*records: dict[str, Any], asked: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    made = run({"source_record": records}, playbook(identity={"identifiers": asked}), steps=STEPS)
    return {(row["source"], row["field"]): row["value"] for row in named(made["identifier"])}


def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "source": row["record_key"].partition(":")[2]} for row in rows]


def test_licences_identify_unless_they_are_placeholders() -> None:
    found = identifiers(
        record("a", licence_id="NO-17"), record("b", licence_id=" no-17"), record("c", licence_id="00"),
        asked=[{"field": "licence_id"}],
    )  # fmt: skip
    assert found == {("a", "licence_id"): "no-17", ("b", "licence_id"): "no-17"}


def test_a_value_of_too_many_records_joins_none() -> None:
    records = [record(key, licence_id="77" if key in "abc" else "88") for key in "abcde"]
    found = identifiers(*records, asked=[{"field": "licence_id", "at_most": 2}])
    assert set(found) == {("d", "licence_id"), ("e", "licence_id")}


def test_blocked_values_identify_nobody() -> None:
    records = [record("a", licence_id="Anonymous"), record("b", licence_id="-1"), record("c", licence_id="9")]
    found = identifiers(*records, asked=[{"field": "licence_id", "blocked": ["ANONYMOUS", "-1"]}])
    assert set(found) == {("c", "licence_id")}


def test_fields_that_must_agree_are_part_of_the_value() -> None:
    shared = "info@clinic.example.org"
    records = [
        record("a", email=shared, given_name="Anna", family_name="Rossi"),
        record("b", email=shared, given_name="ANNA", family_name="rossi"),
        record("c", email=shared, given_name="Luca", family_name="Conti"),
        record("d", email=shared, given_name="Luca"),
    ]
    asked = [{"field": "email", "agree": ["family_name", "given_name"]}, {"field": "licence_id"}]
    found = identifiers(*records, asked=asked)
    assert found["a", "email"] == found["b", "email"] != found["c", "email"]
    assert ("d", "email") not in found


def test_the_order_of_the_playbook_is_the_priority() -> None:
    asked = [{"field": "email"}, {"field": "licence_id"}]
    made = run(
        {"source_record": [record("a", licence_id="1", email="a@b.example.org")]},
        playbook(identity={"identifiers": asked}),
        steps=STEPS,
    )
    assert {row["field"]: row["position"] for row in made["identifier"]} == {"email": 1, "licence_id": 2}
