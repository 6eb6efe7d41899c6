"""Rows of one file on their way into their tables: kept on disk until all files are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from unisono.ingest.batch import Refused
from unisono.ingest.files import Opened
from unisono.ingest.mapping import Mapped
from unisono.ingest.spec import Source
from unisono.tables.arrow import rows

ENTRY, FILE, LINE, LATEST = "entry_key", "file_number", "line_number", "latest_wins"
QUARANTINE = "quarantine"
ACCEPTED, REFUSED, CELLS = "accepted", "refused", "cells"  # what the names of parts begin with
LATEST_WINS = frozenset(
    {
        *("source_record", "source_consent", "source_outcome"),
        *("rep", "time_off", "territory_area", "source_assignment"),
    }
)


@dataclass(frozen=True)
class Staged:
    """What became of one file's rows before other files are looked at; `key` marks its rows in the parts."""

    source: Source
    file: Opened
    sha256: str
    key: str
    rows_in: int
    refused: int
    parts: Mapping[str, Path]


class Staging:
    """Writes rows of one file into `folder` as Parquet parts, named after their kind and numbered."""

    def __init__(self, folder: Path, key: str, source: Source, file: Opened) -> None:
        self.folder = folder
        self._key = key
        self._source = source
        self._file = file
        self._latest = source.conflict == "latest" if source.conflict else source.table in LATEST_WINS
        self._parts = 0
        self.rows_in = 0
        self.refused = 0
        self.future: list[str] = []

    def take(self, mapped: Mapped) -> None:
        """Keep a batch's rows; accepted ones know whether a later row of their key replaces an earlier one."""
        flags = pa.array([self._latest] * mapped.accepted.num_rows, pa.bool_())
        self._write(ACCEPTED, mapped.accepted.append_column(LATEST, flags).append_column(LINE, mapped.lines))
        self._write(REFUSED, quarantined(self._source, self._file, mapped.refused))
        if self._source.join:
            self._write(CELLS, mapped.cells)
        self.rows_in += mapped.rows_in
        self.refused += len(mapped.refused)
        self.future += [row.detail for row in mapped.refused if row.reason == "after_clock"]

    def _write(self, kind: str, data: pa.Table) -> None:
        if data.num_rows:
            data = data.append_column(ENTRY, pa.array([self._key] * data.num_rows, pa.string()))
            pq.write_table(data, self.folder / f"{kind}-{self._parts:06}.parquet")
            self._parts += 1


def quarantined(source: Source, file: Opened, refused: Sequence[Refused]) -> pa.Table:
    """Return refused rows of a file as rows of the quarantine, with their lines a second time as a place."""
    about: dict[str, object] = {
        "source": source.name,
        "file": file.label,
        "table_name": source.table,
        "system": source.system or source.name,
    }
    data = rows(QUARANTINE, [about | row._asdict() for row in refused])
    return data.append_column(LINE, data["line"])
