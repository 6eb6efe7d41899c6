"""What really went on, for tests and measurement only: planted parameters, hidden states, potential outcomes."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unisono.world.brand import Floats, Ints
from unisono.world.country import Country
from unisono.world.life import Life
from unisono.world.people import People
from unisono.world.prescribe import meeting_outcomes
from unisono.world.text import pick

AFTER = 13  # weeks for which a meeting's new prescriptions are counted
_ROW_GROUP = 65_536  # rows, whatever the chunks: the same rows give the same bytes


class Table:
    """A Parquet file written part by part, with the same bytes however its rows are parted.

    It replaces an older one when it is complete.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._unfinished = path, path.with_name(f"{path.name}.part")
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def write(self, part: pa.Table) -> None:
        """Append rows; floats are rounded, so that the last bits of a machine's arithmetic do not show."""
        self._waiting.append(_rounded(part))
        if sum(len(table) for table in self._waiting) >= _ROW_GROUP:
            whole = pa.concat_tables(self._waiting)
            full = len(whole) - len(whole) % _ROW_GROUP
            self._write(whole.slice(0, full))
            self._waiting = [whole.slice(full)]

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._unfinished, table.schema)
        self._writer.write_table(table.combine_chunks(), row_group_size=_ROW_GROUP)

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._waiting:
            self._write(pa.concat_tables(self._waiting))
        if self._writer is not None:
            self._writer.close()
            if kind is None:
                self._unfinished.replace(self._path)


def customers_table(country: Country, people: People, stage: Ints) -> pa.Table:
    """Return one row per customer: gold identity, and what the pipeline should find out."""
    brand = country.brand
    columns: dict[str, pa.Array | np.ndarray] = {
        "customer": people.number,
        "crm_id": people.crm_id,
        "in_crm": people.in_crm,
        "mail_id": people.mail_id,
        "in_mail": people.in_mail,
        "licence_id": people.licence_id,
        "household": people.household,
        "territory": people.territory,
        "area": people.area,
        "institution": people.institution,
        "moved_at": pa.array(people.moved_at),
        "potential": people.potential,
        "accessible": people.accessible,
        "has_msl": people.has_msl,
    }
    columns |= _by("receptivity", brand.channels, people.receptivity)
    columns |= _by("affinity", brand.topics, people.affinity)
    columns |= _by("interest", brand.products, people.interest)
    columns |= _by("stage_begin", brand.products, people.stage)
    columns |= _by("stage_end", brand.products, stage)
    return pa.table(columns)


def meetings_table(life: Life) -> pa.Table:
    """Return one row per meeting held at least `AFTER` weeks ago, with its potential outcomes.

    `new_rx_after` are the customer's new prescriptions of the product in the weeks after; `expected_with` and
    `expected_without` what was to be expected of them with content and without, later contacts held as they were.
    """
    past, held = life.past(), life.meetings()
    order = np.lexsort((held.product, held.who, held.week, life.people.area[held.who]))
    chosen = order[held.week[order] + AFTER < len(past.new_rx)]
    meetings = type(held)(**{name: column[chosen] for name, column in vars(held).items()})
    realised, with_content, without = meeting_outcomes(life.country, past, meetings, AFTER)
    return pa.table(
        {
            "customer": life.people.number[meetings.who],
            "product": pick(life.country.brand.products, meetings.product),
            "week": meetings.week,
            "content_used": meetings.is_shown,
            "new_rx_after": realised,
            "expected_with": with_content,
            "expected_without": without,
        }
    )


def weeks_table(country: Country, sums: list[dict[str, Ints | Floats]]) -> pa.Table:
    """Return one row per week and product from the sums of all chunks."""
    products = len(country.brand.products)
    columns = {name: np.concatenate([part[name] for part in sums]) for name in sums[0]}
    key = columns.pop("week") * products + np.tile(np.arange(products), len(sums))
    cells, at = np.unique(key, return_inverse=True)
    week, product = cells // products, cells % products
    totals = {name: np.bincount(at, column) for name, column in columns.items()}
    counts = {name: total if name == "expected" else total.astype(np.int64) for name, total in totals.items()}
    begins = country.begin.astype("datetime64[D]") + 7 * week
    return _rounded(
        pa.table(
            {"week": week, "begins_on": begins, "product": pick(country.brand.products, product), **counts}
        )
    )


def content_ratios(folder: Path) -> dict[str, float]:
    """Return how meetings with content compare with those without in a world's folder.

    `naive` is the ratio of mean new prescriptions in the 13 weeks after, as a report would show it; `planted` the
    ratio of what is expected of the same meetings with content and without. NaN where there are no such meetings.
    """
    table = pq.read_table(folder / "truth" / "meetings.parquet")
    columns = {name: table[name].to_numpy() for name in table.column_names if name != "product"}
    shown, after = columns["content_used"].astype(bool), columns["new_rx_after"]
    if not (shown.any() and (~shown).any() and after[~shown].any()):
        return {"naive": float("nan"), "planted": float("nan")}
    return {
        "naive": round(float(after[shown].mean() / after[~shown].mean()), 6),
        "planted": round(float(columns["expected_with"].sum() / columns["expected_without"].sum()), 6),
    }


def _by(name: str, words: tuple[str, ...], values: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{name}_{word}": values[:, position] for position, word in enumerate(words)}


def _rounded(table: pa.Table) -> pa.Table:
    for position, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            table = table.set_column(position, field.name, pc.round(table[field.name], 6))
    return table
