"""What stewards decided about two records: lines of JSON in the project, only ever added to.

    {"left":"crm:17","right":"mail:4","decision":"same","decision_id":"D000001","by":"Ann","at":"2026-01-05T09:00:00"}

The last line about two records stands; `open` takes back what was decided. A file that cannot be read to its last
line, or contradicts itself, stops a run: records that a steward took apart must not become one again by a mistake.
"""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from unisono.errors import SourceError
from unisono.tables.arrow import rows

STEWARDSHIP = "stewardship/identity.jsonl"
"""Where the decisions of a project are kept."""

Word = Literal["same", "not_same", "open"]


class Proposal(BaseModel):
    """What a steward wants to be recorded about two records, named `system:id`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    left: str = Field(pattern=".:.")
    right: str = Field(pattern=".:.")
    decision: Word

    @model_validator(mode="after")
    def _two_records(self) -> Self:
        if self.left == self.right:
            raise ValueError("left and right are the same record")
        return self

    @property
    def pair(self) -> tuple[str, str]:
        """The two records, the one whose key sorts first being the left."""
        return min(self.left, self.right), max(self.left, self.right)


class Decision(Proposal):
    """One line: what was decided, who did, when and why."""

    decision_id: str = Field(min_length=1)
    by: str = Field(min_length=1)
    at: datetime
    reason: str | None = None

    def __str__(self) -> str:
        word = {"same": "is", "not_same": "is not", "open": "may be"}[self.decision]
        return f"{self.decision_id} ({self.left} {word} {self.right}, by {self.by})"


def read_decisions(project: Path) -> list[Decision]:
    """Return all decisions in the order they were made; SourceError UN2101 or UN2102 unless all can be trusted."""
    file = project / STEWARDSHIP
    if not file.exists():
        return []
    lines = file.read_bytes().removesuffix(b"\n").split(b"\n") if file.stat().st_size else []
    decisions: list[Decision] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        decisions.append(_read_line(line, f"{file.as_posix()}:{number}"))
        first = seen.setdefault(decisions[-1].decision_id, number)
        if first != number:
            raise _unreadable(f"the decision_id of line {first} comes again", f"{file.as_posix()}:{number}")
    _refuse_contradiction(decisions, file)
    return decisions


def _read_line(line: bytes, where: str) -> Decision:
    try:
        return Decision.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"])
        raise _unreadable(f"{at}: {first['msg']}" if at else first["msg"], where) from error


def _unreadable(message: str, where: str) -> SourceError:
    hint = "mend the line, or remove it if its decision was never made; decisions are taken back by 'open'"
    return SourceError("UN2101", f"a steward's decision cannot be read: {message}", where=where, hint=hint)


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the last decision about each two records."""
    return list({decision.pair: decision for decision in decisions}.values())


def decision_table(decisions: Sequence[Decision]) -> pa.Table:
    """Return `steward_decision`."""
    stand = {decision.decision_id for decision in standing(decisions)}
    return rows(
        "steward_decision",
        [
            {
                "decision_id": each.decision_id,
                "left_key": each.pair[0],
                "right_key": each.pair[1],
                "decision": each.decision,
                "decided_by": each.by,
                "decided_at": _utc(each.at),
                "reason": each.reason,
                "standing": each.decision_id in stand,
            }
            for each in decisions
        ],
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def record_decisions(
    project: Path,
    proposals: Sequence[Proposal],
    *,
    by: str,
    at: datetime,
    reason: str | None,
    kinds: Mapping[str, str],
) -> list[Decision]:
    """Append decisions, all or none, and return them once they are safe on disk.

    `kinds` says what each record is about. SourceError UN2102 if they contradict decisions that stand, UN2103 if
    they make one customer of two kinds of records.
    """
    file = project / STEWARDSHIP
    file.parent.mkdir(exist_ok=True)
    with file.open("ab") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        before = read_decisions(project)
        made = [
            Decision(decision_id=f"D{number:06d}", by=by, at=at, reason=reason, **each.model_dump())
            for number, each in enumerate(proposals, len(before) + 1)
        ]
        after = [*before, *made]
        _refuse_contradiction(after, file)
        _refuse_mixed(after, made, kinds)
        lines = "".join(each.model_dump_json(exclude_none=True) + "\n" for each in made)
        out.write(_missing_newline(file) + lines.encode())
        out.flush()
        os.fsync(out.fileno())
    _sync(file.parent)
    _sync(project)
    return made


def _missing_newline(file: Path) -> bytes:
    return b"" if file.read_bytes()[-1:] in (b"", b"\n") else b"\n"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


Ways = Mapping[str, Mapping[str, Decision]]


def _same(stand: Iterable[Decision]) -> Ways:
    """Return of each record the records it was decided to be the same as."""
    ways: dict[str, dict[str, Decision]] = defaultdict(dict)
    for decision in stand:
        if decision.decision == "same":
            ways[decision.left][decision.right] = ways[decision.right][decision.left] = decision
    return ways


def _reached(ways: Ways, start: str) -> dict[str, list[Decision]]:
    """Return the records that are the same as `start`, each with the decisions that lead to it."""
    reached: dict[str, list[Decision]] = {start: []}
    queue = [start]
    for record in queue:
        for other, decision in ways.get(record, {}).items():
            if other not in reached:
                reached[other] = [*reached[record], decision]
                queue.append(other)
    return reached


def _refuse_contradiction(decisions: Sequence[Decision], file: Path) -> None:
    stand = standing(decisions)
    ways = _same(stand)
    for apart in stand:
        if apart.decision != "not_same" or apart.left not in ways:
            continue
        reached = _reached(ways, apart.left)
        if apart.right in reached:
            against = [*reached[apart.right], apart]
            last = max(decisions.index(each) for each in against)
            raise SourceError(
                "UN2102",
                f"stewards' decisions contradict one another: {'; '.join(map(str, against))}",
                where=f"{file.as_posix()}:{last + 1}",
                hint="take one of them back first: unisono resolve decide DIR LEFT RIGHT open --by NAME",
            )


def _refuse_mixed(decisions: Sequence[Decision], made: Sequence[Decision], kinds: Mapping[str, str]) -> None:
    ways = _same(standing(decisions))
    for decision in made:
        if decision.decision != "same":
            continue
        known = {kinds.get(record, "unknown"): record for record in _reached(ways, decision.left)}
        known.pop("unknown", None)
        if len(known) > 1:
            raise mixed_kinds({record: kind for kind, record in known.items()}, STEWARDSHIP)


def mixed_kinds(records: Mapping[str, str], where: str) -> SourceError:
    """Return the error that stewards made one customer of `records`, given with what each is about."""
    named = " and ".join(f"{record} ({kind})" for record, kind in sorted(records.items()))
    return SourceError(
        "UN2103",
        f"stewards' decisions make one customer of {named}",
        where=where,
        hint="records of two kinds are never one customer; take a decision back: unisono resolve decide ... open",
    )
