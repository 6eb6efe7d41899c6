"""Where marks of a drawing go, in per cent of its width: templates draw them as SVG that scales without a viewBox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

Row = dict[str, Any]
LIKELY = 1.645  # standard deviations on either side that hold nine of ten


@dataclass(frozen=True)
class Mark:
    """A piece of a drawing: from `x`, `width` wide, per cent; `kind` is its class, `words` what it stands for."""

    x: float
    width: float
    kind: str
    words: str


@dataclass(frozen=True)
class Line:
    """One row of a drawing with its name and its figure."""

    name: str
    marks: Sequence[Mark]
    figure: str = ""


def bars(figures: Sequence[tuple[str, float, str]], *, kind: str = "bar") -> list[Line]:
    """Return one bar for each (name, number, figure in words), the greatest across the whole width."""
    greatest = max((abs(number) for _, number, _ in figures), default=0.0) or 1.0
    return [
        Line(name, [Mark(0, 100 * abs(number) / greatest, kind if number >= 0 else "minus", figure)], figure)
        for name, number, figure in figures
    ]


def shares(parts: Sequence[tuple[str, float]]) -> list[Mark]:
    """Return parts of a whole beside each other, each of its own class: `part-0` and so on."""
    marks, at = [], 0.0
    for place, (words, share) in enumerate(parts):
        marks.append(Mark(at, 100 * share, f"part-{place}", f"{words} {share:.0%}"))
        at += 100 * share
    return marks


def interval(mean: float, sd: float) -> list[Mark]:
    """Return a probability as a band that holds nine of ten, and a dot."""
    low, high = max(0.0, mean - LIKELY * sd), min(1.0, mean + LIKELY * sd)
    words = f"{mean:.0%} ({low:.0%} - {high:.0%})"
    return [Mark(100 * low, 100 * (high - low), "band", words), Mark(100 * mean, 0, "dot", words)]


def timeline(events: Iterable[Row], begin: datetime, end: datetime) -> list[Line]:
    """Return one line for each channel with a dot for each event (`occurred_at`, `channel_name`, `kind`, `words`)."""
    span = (end - begin).total_seconds()
    rows = sorted(events, key=lambda row: (row["channel_name"], row["occurred_at"]))
    lines = []
    for name, alike in groupby(rows, key=lambda row: str(row["channel_name"])):
        marks = [
            Mark(1 + 98 * (row["occurred_at"] - begin).total_seconds() / span, 0, row["kind"], row["words"])
            for row in alike
        ]
        lines.append(Line(name, marks, str(len(marks))))
    return lines


def months(begin: datetime, end: datetime) -> list[tuple[float, datetime]]:
    """Return where each month, or every other in a long time, begins."""
    span = (end - begin).total_seconds()
    found: list[tuple[float, datetime]] = []
    year, month = begin.year, begin.month
    while True:
        year, month = (year + month // 12, month % 12 + 1)
        first = datetime(year, month, 1)  # noqa: DTZ001 - instants are UTC without zone
        if first >= end:
            return found[:: 1 if len(found) < 7 else 3]
        found.append((1 + 98 * (first - begin).total_seconds() / span, first))
