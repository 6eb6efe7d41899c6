"""Where marks of a drawing go, in per cent of its width: templates draw them as SVG that scales without a viewBox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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


def parts(figures: Sequence[tuple[str, float, float, str]]) -> list[Line]:
    """Return for each (name, part, whole, figure in words) the part within its whole, the greatest all the width."""
    greatest = max((whole for _, _, whole, _ in figures), default=0.0) or 1.0
    return [
        Line(
            name,
            [Mark(0, 100 * whole / greatest, "whole", figure), Mark(0, 100 * part / greatest, "bar", figure)],
            figure,
        )
        for name, part, whole, figure in figures
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


@dataclass(frozen=True)
class Move:
    """How many went from one place of a column to one of the next, each counted from 0; `kind` is their class."""

    before: int
    after: int
    count: int
    kind: str


@dataclass(frozen=True)
class Block:
    """One bar of a flow's column: from `y`, `height` high, pixels, its name at `middle`."""

    y: float
    height: float
    middle: float
    words: str
    figure: str


@dataclass(frozen=True)
class Band:
    """What went from one bar to another: an SVG `path`, across 0 to 100 and down in pixels."""

    path: str
    kind: str
    words: str


@dataclass(frozen=True)
class Flow:
    """Two columns of bars, how many were where before and after, and the bands between them; `height` in pixels."""

    height: float
    before: Sequence[Block]
    after: Sequence[Block]
    bands: Sequence[Band]


FLOW_HEIGHT, FLOW_GAP, FLOW_LINE = 220.0, 6.0, 18.0  # of all customers, between bars, of a name; pixels


def flow(
    moves: Sequence[Move], before: Sequence[str], after: Sequence[str], written: Callable[[int], str]
) -> Flow:
    """Return moves as bands between two columns of bars, one for each name `before` and `after`, from the top.

    `written` returns a count in words. Bands are stacked at each bar in the order of the bars at their other end, so
    that few of them cross.
    """
    scale = FLOW_HEIGHT / (sum(move.count for move in moves) or 1)
    left = _column([(move.before, move.count) for move in moves], before, scale, written)
    right = _column([(move.after, move.count) for move in moves], after, scale, written)
    y_left, y_right = [block.y for block in left], [block.y for block in right]
    bands = []
    for move in sorted(moves, key=lambda one: (one.before, one.after)):
        high = scale * move.count
        words = f"{before[move.before]} → {after[move.after]}: {written(move.count)}"
        bands.append(Band(_band(y_left[move.before], y_right[move.after], high), move.kind, words))
        y_left[move.before] += high
        y_right[move.after] += high
    height = max(block.middle + max(block.height, FLOW_LINE) / 2 for block in (*left, *right))
    return Flow(height, left, right, bands)


def _column(
    counts: Sequence[tuple[int, int]], names: Sequence[str], scale: float, written: Callable[[int], str]
) -> list[Block]:
    blocks, y = [], 0.0
    for place, name in enumerate(names):
        count = sum(number for at, number in counts if at == place)
        high, room = scale * count, max(scale * count, FLOW_LINE)
        blocks.append(Block(y + (room - high) / 2, high, y + room / 2, name, written(count)))
        y += room + FLOW_GAP
    return blocks


def _band(left: float, right: float, high: float) -> str:
    over = f"M0 {left:.1f}C50 {left:.1f} 50 {right:.1f} 100 {right:.1f}"
    return f"{over}V{right + high:.1f}C50 {right + high:.1f} 50 {left + high:.1f} 0 {left + high:.1f}Z"
