"""What readers hand on: rows as the file has them, where they stand, and what is no row at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Lines = npt.NDArray[np.int64]
Row = Mapping[str, object]


class Refused(NamedTuple):
    """A row that is not taken, with the reason; `column_name` is empty where the row as a whole is wrong.

    `source_record_id` is the customer it is about, where that much can be read.
    """

    line: int
    column_name: str | None
    reason: str
    detail: str
    raw: str
    source_record_id: str | None = None


def as_json(row: Row) -> str:
    """Return a row as one line of JSON, empty cells left out."""
    filled = {name: value for name, value in row.items() if value is not None}
    return json.dumps(filled, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: `table` has the file's own columns, `lines` says where each row begins.

    `whole` is false where later rows may bring further columns. `texts` holds the rows as written, if the
    reader has them; otherwise `render` writes them anew.
    """

    table: pa.Table
    lines: Lines
    refused: Sequence[Refused] = ()
    whole: bool = True
    texts: Sequence[str] = ()
    render: Callable[[Row], str] = field(default=as_json)

    @property
    def rows(self) -> int:
        """How many rows the file has here, refused ones included."""
        return len(self.lines) + len(self.refused)

    def raw(self, positions: Iterable[int]) -> list[str]:
        """Return the rows at these positions as they came."""
        chosen = list(positions)
        if self.texts:
            return [self.texts[position] for position in chosen]
        return [self.render(row) for row in self.table.take(pa.array(chosen, pa.int64())).to_pylist()]


def named(header: Sequence[object]) -> list[str]:
    """Return column names without outer blanks; nameless columns are called by their place."""
    return [str(name or "").strip() or f"column_{place}" for place, name in enumerate(header, 1)]
