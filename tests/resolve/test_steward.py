"""Stewards' decisions on disk: only added to, never contradictory, and never half read."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.errors import SourceError
from unisono.resolve.steward import (
    STEWARDSHIP,
    Decision,
    Proposal,
    decision_table,
    read_decisions,
    record_decisions,
    standing,
)

AT = datetime(2026, 1, 5, 9)


def decide(project: Path, *said: tuple[str, str, Any], kinds: dict[str, str] | None = None) -> list[Decision]:
    proposals = [Proposal(left=left, right=right, decision=word) for left, right, word in said]
    return record_decisions(project, proposals, by="Ann", at=AT, reason=None, kinds=kinds or {})


def write(project: Path, *lines: dict[str, Any] | str) -> Path:
    file = project / STEWARDSHIP
    file.parent.mkdir()
    file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return file


def line(number: int, left: str, right: str, decision: str, **more: Any) -> dict[str, Any]:
    said = {"decision_id": f"D{number}", "left": left, "right": right, "decision": decision}
    return said | {"by": "Ann", "at": "2026-01-05T09:00:00"} | more


def test_decisions_are_added_and_the_last_about_two_records_stands(tmp_path: Path) -> None:
    assert read_decisions(tmp_path) == []
    decide(tmp_path, ("a:1", "a:2", "same"))
    before = (tmp_path / STEWARDSHIP).read_bytes()
    decide(tmp_path, ("a:2", "a:1", "not_same"), ("a:3", "a:1", "same"))
    assert (tmp_path / STEWARDSHIP).read_bytes().startswith(before)
    read = read_decisions(tmp_path)
    assert [each.decision_id for each in read] == ["D000001", "D000002", "D000003"]
    assert [each.decision_id for each in standing(read)] == ["D000002", "D000003"]
    table = decision_table(read).to_pylist()
    assert [(row["left_key"], row["right_key"], row["standing"]) for row in table] == [
        ("a:1", "a:2", False),
        ("a:1", "a:2", True),
        ("a:1", "a:3", True),
    ]


def test_a_contradiction_is_refused_with_all_it_contradicts_and_nothing_is_written(tmp_path: Path) -> None:
    decide(tmp_path, ("a:1", "a:2", "same"), ("a:3", "a:2", "same"))
    before = (tmp_path / STEWARDSHIP).read_bytes()
    with pytest.raises(SourceError) as refused:
        decide(tmp_path, ("a:4", "a:5", "same"), ("a:1", "a:3", "not_same"))
    assert refused.value.code == "UN2102"
    assert all(name in refused.value.message for name in ("D000001", "D000002", "D000004 (a:1 is not a:3"))
    assert (tmp_path / STEWARDSHIP).read_bytes() == before
    decide(tmp_path, ("a:2", "a:3", "open"))
    decide(tmp_path, ("a:1", "a:3", "not_same"))


def test_records_of_two_kinds_are_never_decided_to_be_one(tmp_path: Path) -> None:
    kinds = {"a:1": "hcp", "a:2": "unknown", "a:3": "patient"}
    decide(tmp_path, ("a:1", "a:2", "same"), kinds=kinds)
    with pytest.raises(SourceError, match=r"UN2103 .* a:1 \(hcp\) and a:3 \(patient\)"):
        decide(tmp_path, ("a:2", "a:3", "same"), kinds=kinds)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("not json", "Invalid JSON"),
        ("", "Invalid JSON"),
        ('{"decision_id": "D2", "left": "a:1"', "Invalid JSON"),
        (line(2, "a:1", "a:2", "maybe"), "decision: Input should be"),
        (line(2, "a:1", "a:1", "same"), "the same record"),
        (line(2, "a1", "a:2", "same"), "left: String should match"),
        (line(2, "a:1", "a:2", "same", by=""), "by: String should have"),
        (line(2, "a:1", "a:2", "same", at="yesterday"), "at: Input should be a valid datetime"),
        (line(2, "a:1", "a:2", "same", mood="good"), "mood: Extra inputs"),
        (line(1, "a:1", "a:2", "same"), "decision_id of line 1 comes again"),
    ],
)
def test_a_line_that_cannot_be_read_stops_everything(
    tmp_path: Path, second: dict[str, Any] | str, said: str
) -> None:
    file = write(tmp_path, line(1, "a:1", "a:3", "same"), second, line(3, "a:5", "a:6", "same"))
    with pytest.raises(SourceError) as refused:
        read_decisions(tmp_path)
    assert (refused.value.code, refused.value.where) == ("UN2101", f"{file.as_posix()}:2")
    assert said in refused.value.message
    with pytest.raises(SourceError):
        decide(tmp_path, ("a:7", "a:8", "same"))


def test_a_contradiction_written_by_hand_is_named_with_its_line(tmp_path: Path) -> None:
    lines = [line(1, "a:1", "a:2", "same"), line(2, "a:1", "a:3", "not_same"), line(3, "a:2", "a:3", "same")]
    file = write(tmp_path, *lines)
    with pytest.raises(SourceError) as refused:
        read_decisions(tmp_path)
    assert (refused.value.code, refused.value.where) == ("UN2102", f"{file.as_posix()}:3")


def test_a_last_line_without_its_end_is_completed_before_the_next(tmp_path: Path) -> None:
    file = write(tmp_path, line(1, "a:1", "a:2", "same"))
    file.write_bytes(file.read_bytes().removesuffix(b"\n"))
    decide(tmp_path, ("a:3", "a:4", "same"))
    assert len(read_decisions(tmp_path)) == 2


RECORDS = st.sampled_from([f"a:{number}" for number in range(5)])
SAID = st.tuples(RECORDS, RECORDS, st.sampled_from(["same", "not_same", "open"])).filter(
    lambda said: said[0] != said[1]
)


@settings(max_examples=40)
@given(st.lists(SAID, max_size=10))
def test_what_was_accepted_can_always_be_read_and_holds_together(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str, Any]]
) -> None:
    project = tmp_path_factory.mktemp("project")
    stands: dict[frozenset[str], str] = {}
    for left, right, word in said:
        wanted = stands | {frozenset((left, right)): word}
        try:
            decide(project, (left, right, word))
        except SourceError:
            assert not consistent(wanted)
        else:
            assert consistent(wanted)
            stands = wanted
    assert {frozenset(each.pair): each.decision for each in standing(read_decisions(project))} == stands


def consistent(stands: dict[frozenset[str], str]) -> bool:
    of = {f"a:{number}": number for number in range(5)}
    for pair, word in stands.items():
        if word == "same":
            one, other = (of[record] for record in pair)
            of = {record: one if label == other else label for record, label in of.items()}
    return all(
        word != "not_same" or len({of[record] for record in pair}) == 2 for pair, word in stands.items()
    )
