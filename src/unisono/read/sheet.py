"""Rows as CSV that a spreadsheet opens and runs nothing of."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from typing import Protocol

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a text begins with that a spreadsheet would run


class _File(Protocol):
    def write(self, text: str, /) -> object: ...


def write_sheet(file: _File, rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> None:
    """Write rows, all with the columns of the first; nothing if there are none.

    To go on with a sheet that has begun, give its `columns`.
    """
    if rows:
        writer = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
        if not columns:
            writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        value = " | ".join(map(str, value))
    if isinstance(value, list | dict):
        value = json.dumps(value, default=str, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
