"""The dirt of real exports, put in at stated rates and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Ints
from unisono.world.chance import Chance
from unisono.world.emit.export import Columns, Layout, Told, encoded
from unisono.world.settings import Dirt, WorldSettings
from unisono.world.text import fixed, joined, same

KINDS = (*(kind.name for kind in fields(Dirt)), "late_row", "wrong_zone", "typo")
LATE = KINDS.index("late_row")
_COPIED = (KINDS.index("duplicate_row"), KINDS.index("conflicting_row"))
_BAD_DATES = pa.array(["31/02/2025", "00/00/0000", "n.d."])


@dataclass(frozen=True)
class Recipe:
    """Which column each kind of dirt goes into; kinds without a column are left out of the file.

    `future` is a text for the date column far after the clock; `changed` is the column in which a conflicting
    copy differs, and what it says there; `zone` is a column of instants, and what it says at some rows where the
    device's zone is wrong; `typed` are columns of words people type, with blanks and letter case that mean nothing
    (the id keeps its case); `sought` files are looked up by others, so their rows stay readable and come in time;
    `dated` ones are no logs, so nothing in them comes late; `clean` ones somebody keeps by hand.
    """

    id: str = ""
    date: str = ""
    future: str = ""
    word: str = ""
    number: str = ""
    name: str = ""
    zone: tuple[str, Callable[[Ints], pa.Array]] | None = None
    changed: tuple[str, str] | None = None
    typed: tuple[str, ...] = ()
    sought: bool = False
    dated: bool = False
    clean: bool = False

    def rates(self, settings: WorldSettings) -> np.ndarray:
        """Return the probability of each kind for a row of this file."""
        wanted = {
            "conflicting_row": self.changed is not None,
            "bad_date": bool(self.date),
            "future_date": bool(self.future),
            "unknown_word": bool(self.word),
            "negative_number": bool(self.number),
            "blank_id": bool(self.id),
            "ragged_row": not self.sought,
            "noise": bool(self.typed),
            "late_row": not self.sought and not self.dated,
            "wrong_zone": self.zone is not None,
            "typo": bool(self.name),
        }
        rates = {
            **vars(settings.dirt),
            **{kind: getattr(settings, kind) for kind in KINDS if hasattr(settings, kind)},
        }
        return np.array([rates[kind] * (wanted.get(kind, True) and not self.clean) for kind in KINDS])


@dataclass(frozen=True)
class Rows:
    """One part of one file before dirt: `key` is what a row's luck hangs on; areas do not decrease."""

    columns: Columns
    key: Ints
    area: Ints
    recipe: Recipe

    def __len__(self) -> int:
        return len(self.key)


def tell_rows(
    what: str,
    rows: Rows,
    chance: Chance,
    settings: WorldSettings,
    layout: Layout,
    encoding: str,
    *,
    hold_late: bool,
) -> Told:
    """Return rows with dirt in them as text: copies and late rows at the end of their area, or late ones held back."""
    rates = rows.recipe.rates(settings)
    drawn = np.searchsorted(rates.cumsum(), chance.uniform(f"dirt in {what}", rows.key), side="right")
    lines = layout.lines(rows.columns)
    spoilt = np.nonzero(drawn < len(KINDS))[0]
    if len(spoilt):
        written = _spoilt(rows, spoilt, drawn[spoilt], layout)
        lines = pc.replace_with_mask(lines, pa.array(drawn < len(KINDS)), written)
    copied = np.nonzero(np.isin(drawn, _COPIED))[0]
    lines = pa.concat_arrays([lines, _copies(rows, copied, drawn[copied], lines, layout)])
    at = np.concatenate([np.arange(len(rows)), copied])
    part = np.where(np.arange(len(at)) < len(rows), drawn[at] == LATE, 2)
    order = np.argsort(rows.area[at] * 3 + part, kind="stable")
    held = part[order] == (1 if hold_late else -1)
    now, late = lines.take(pa.array(order[~held])), lines.take(pa.array(order[held]))
    return Told(
        header=layout.header(list(rows.columns)).encode(encoding),
        body=encoded(now, encoding),
        rows=len(now),
        dirt=+Counter({kind: int((drawn == at).sum()) for at, kind in enumerate(KINDS)}),
        late=encoded(late, encoding),
        late_rows=len(late),
    )


def _spoilt(rows: Rows, at: Ints, drawn: Ints, layout: Layout) -> pa.Array:
    """Return the lines of the rows that get dirt."""
    recipe = rows.recipe
    cells = {name: column.take(pa.array(at)) for name, column in rows.columns.items()}

    def put(name: str, kind: str, value: pa.Array | str) -> None:
        new = fixed(value) if isinstance(value, str) else value
        cells[name] = pc.if_else(pa.array(drawn == KINDS.index(kind)), new, cells[name])

    if recipe.id:
        put(recipe.id, "blank_id", "  ")
    for name in recipe.typed:
        word = (
            cells[name] if name == recipe.id else pc.utf8_upper(cells[name])
        )  # the CRM's ids differ by case
        put(name, "noise", joined("", " ", word))
    if recipe.date:
        put(recipe.date, "bad_date", _BAD_DATES.take(pa.array(rows.key[at] % len(_BAD_DATES))))
    if recipe.future:
        put(recipe.date, "future_date", recipe.future)
    if recipe.word:
        put(recipe.word, "unknown_word", "???")
    if recipe.number:
        put(recipe.number, "negative_number", "-1")
    if recipe.zone:
        put(recipe.zone[0], "wrong_zone", recipe.zone[1](at))
    if recipe.name:
        put(recipe.name, "typo", _typos(cells[recipe.name], rows.key[at]))
    lines = layout.lines(cells)
    return pc.if_else(pa.array(drawn == KINDS.index("ragged_row")), layout.ragged(lines), lines)


def _copies(rows: Rows, at: Ints, drawn: Ints, lines: pa.Array, layout: Layout) -> pa.Array:
    """Return the copies of rows: the same, or contradicting the first in one column."""
    alike = lines.take(pa.array(at))
    if rows.recipe.changed is None:
        return alike
    changed, value = rows.recipe.changed
    cells = {name: column.take(pa.array(at)) for name, column in rows.columns.items()}
    cells[changed] = same(value, len(at))
    return pc.if_else(pa.array(drawn == KINDS.index("conflicting_row")), layout.lines(cells), alike)


def _typos(names: pa.Array, key: Ints) -> pa.Array:
    """Return names with two neighbouring letters swapped, or one letter doubled where there are too few."""
    return pa.array(
        [_typo(name, number) for name, number in zip(names.to_pylist(), key.tolist(), strict=True)]
    )


def _typo(name: str, number: int) -> str:
    at = 1 + number % max(1, len(name) - 2)
    swapped = name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
    return swapped if swapped != name else name[:at] + name[at - 1 : at] + name[at:]
