"""The dirt of real exports, put in at stated rates and counted."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.emit.files import Columns, Export
from unisono.world.settings import Dirt

KINDS = tuple(kind.name for kind in fields(Dirt))
_BAD_DATES = pa.array(["31/02/2025", "00/00/0000", "n.d."])


@dataclass(frozen=True)
class Recipe:
    """Which column each kind of dirt goes into; kinds without a column are left out of the file.

    `future` is a text for the date column far after the clock; `changed` is the column in which a conflicting
    copy differs, and what it says there.
    """

    id: str
    date: str = ""
    future: str = ""
    word: str = ""
    number: str = ""
    changed: tuple[str, str] | None = None

    def rates(self, dirt: Dirt) -> np.ndarray:
        """Return the probability of each kind for a row of this file."""
        wanted = {
            "duplicate_row": True,
            "conflicting_row": self.changed is not None,
            "bad_date": bool(self.date),
            "future_date": bool(self.future),
            "unknown_word": bool(self.word),
            "negative_number": bool(self.number),
        }
        return np.array([getattr(dirt, kind) * wanted.get(kind, True) for kind in KINDS])


def spoil(rng: np.random.Generator, columns: Columns, recipe: Recipe, dirt: Dirt, export: Export) -> None:
    """Write rows with dirt in them, adding to the export's count how many got which kind."""
    n = len(columns[recipe.id])
    rates = recipe.rates(dirt)
    drawn = rng.choice(len(KINDS) + 1, n, p=[*rates, 1 - rates.sum()])
    export.dirt.update({kind: int((drawn == position).sum()) for position, kind in enumerate(KINDS)})
    rows, copied = _with_copies(drawn)
    at = {kind: pa.array((drawn == position)[rows]) for position, kind in enumerate(KINDS)}
    spoilt = {name: column.take(pa.array(rows)) for name, column in columns.items()}

    def put(name: str, kind: str, value: pa.Array | str) -> None:
        spoilt[name] = pc.if_else(at[kind], value, spoilt[name])

    put(recipe.id, "blank_id", "  ")
    put(recipe.id, "noise", pc.binary_join_element_wise(spoilt[recipe.id], "  ", ""))
    if recipe.date:
        put(recipe.date, "bad_date", _BAD_DATES.take(pa.array(rows % len(_BAD_DATES))))
    if recipe.future:
        put(recipe.date, "future_date", recipe.future)
    if recipe.word:
        put(recipe.word, "unknown_word", "???")
        put(recipe.word, "noise", pc.utf8_upper(pc.binary_join_element_wise(" ", spoilt[recipe.word], "")))
    if recipe.number:
        put(recipe.number, "negative_number", "-1")
    if recipe.changed:
        name, value = recipe.changed
        changes = pc.and_(at["conflicting_row"], pa.array(copied))
        spoilt[name] = pc.if_else(changes, value, spoilt[name])
    lines = export.layout.lines(spoilt)
    export.write(list(spoilt), pc.if_else(at["ragged_row"], export.layout.ragged(lines), lines))


def _with_copies(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to write, those to be repeated at the end again, and which of them are the copies."""
    again = np.nonzero((drawn == KINDS.index("duplicate_row")) | (drawn == KINDS.index("conflicting_row")))[0]
    return np.concatenate([np.arange(len(drawn)), again]), np.arange(len(drawn) + len(again)) >= len(drawn)
