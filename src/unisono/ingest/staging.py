"""Rows on their way into their tables: kept on disk until all files are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from unisono.ingest.batch import Refused
from unisono.ingest.files import Opened
from unisono.ingest.spec import Source
from unisono.tables.arrow import rows

FILE, LINE, LATEST = "file_number", "line_number", "latest_wins"
QUARANTINE = "quarantine"
LATEST_WINS = frozenset({"source_record", "source_consent", "territory_area", "source_assignment"})


class Staging:
    """Parquet parts by table, of accepted and of refused rows; files are known by their number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refused: Counter[int] = Counter()
        self._parts: Counter[str] = Counter()

    def parts(self, table: str) -> list[str]:
        """Return what is kept of a table, in the order it came."""
        return [str(self._part(table, number)) for number in range(self._parts[table])]

    def take(self, file: int, source: Source, data: pa.Table, lines: pa.ChunkedArray) -> None:
        """Keep accepted rows with where they stood and whether a later row replaces an earlier one."""
        table = str(source.table)
        latest = source.conflict == "latest" if source.conflict else table in LATEST_WINS
        data = data.append_column(LINE, lines)
        data = data.append_column(LATEST, pa.array([latest] * data.num_rows, pa.bool_()))
        self._write(table, file, data)

    def refuse(self, file: int, source: Source, opened: Opened, refused: Sequence[Refused]) -> None:
        """Keep refused rows with the reasons."""
        about: dict[str, object] = {
            "source": source.name,
            "file": opened.label,
            "table_name": source.table,
            "system": source.system or source.name,
        }
        data = rows(QUARANTINE, [about | row._asdict() for row in refused])
        self._write(QUARANTINE, file, data.append_column(LINE, data["line"]))
        self.refused[file] += len(refused)

    def _write(self, table: str, file: int, data: pa.Table) -> None:
        if data.num_rows:
            self._part(table, 0).parent.mkdir(parents=True, exist_ok=True)
            numbered = data.append_column(FILE, pa.array([file] * data.num_rows, pa.int32()))
            pq.write_table(numbered, self._part(table, self._parts[table]))
            self._parts[table] += 1

    def _part(self, table: str, number: int) -> Path:
        return self.folder / table / f"{number:06}.parquet"
