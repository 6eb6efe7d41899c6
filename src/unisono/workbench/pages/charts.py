"""A chart of the overview: a drawing, and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from unisono.workbench import draw
from unisono.workbench.templatetags.words import cell


@dataclass(frozen=True)
class Chart:
    """A drawing, of `lines` or of a `flow` between two `ends`, and the table behind it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    lines: Sequence[draw.Line] = ()
    flow: draw.Flow | None = None
    ends: Sequence[str] = ()
    note: str = ""


def bar_chart(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "") -> Chart:
    """Return a bar for each row (name, number, ...)."""
    lines = draw.bars([(str(row[0]), float(row[1]), cell(row[1])) for row in rows])
    return Chart(title, columns, rows, lines, note=note)


def part_chart(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "") -> Chart:
    """Return for each row (name, whole, part, ...) a bar of the part within the whole."""
    figures = [
        (str(row[0]), row[2], row[1], _("{part} of {whole}").format(part=cell(row[2]), whole=cell(row[1])))
        for row in rows
    ]
    return Chart(title, columns, rows, draw.parts(figures), note=note)
