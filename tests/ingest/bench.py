"""A throwaway project on disk, ingested through the public API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from unisono.ingest import FileCount, ingest, read_sources
from unisono.tables import TABLES
from unisono.tables.arrow import schema

CHANNELS = {
    "approved_email",
    "congress",
    "educational_material",
    "f2f_visit",
    "hospital_meeting",
    "kol_programme",
    "other_transfer",
}
AS_OF = datetime(2024, 6, 1)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

TOUCH = {
    "touchpoint_id": "id",
    "source_record_id": "hcp",
    "occurred_at": "at",
    "channel": "channel",
    "event": "event",
    "amount": "amount",
}
HEADER = "id,hcp,at,channel,event,amount\n"
GOOD = "t1,h1,2024-01-02,f2f_visit,visited,12.5\n"


@dataclass
class Result:
    """What one ingestion wrote."""

    counts: list[FileCount]
    target: Path

    def rows(self, table: str) -> list[dict[str, Any]]:
        read = pq.read_table(self.target / table)
        assert (read.schema.names, read.schema.types) == (schema(table).names, schema(table).types)
        required = [column.name for column in TABLES[table].columns if not column.nullable]
        assert not any(read[column].null_count for column in required)
        return read.to_pylist()

    @property
    def refused(self) -> list[dict[str, Any]]:
        return self.rows("quarantine")

    def only_refused(self) -> dict[str, Any]:
        [row] = self.refused
        return row


class Bench:
    """Writes source files and their declaration, and runs."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.data = folder / "data"
        self.target = folder / "target"
        self.project.mkdir()
        self.data.mkdir()

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def declare(self, *sources: dict[str, Any]) -> Path:
        path = self.project / "sources.yaml"
        path.write_text(yaml.safe_dump({"sources": list(sources)}, allow_unicode=True), encoding="utf-8")
        return path

    def run(self, *sources: dict[str, Any], **given: Any) -> Result:
        return self.run_file(self.declare(*sources), **given)

    def run_file(self, path: Path, **given: Any) -> Result:
        settings = {"as_of": AS_OF, "channels": CHANNELS, "simulated": False, "data": self.data} | given
        counts = ingest(read_sources(path), project=self.project, target=self.target, **settings)
        for count in counts:
            assert count.rows_in == count.accepted + count.quarantined + count.duplicates
        return Result(counts, self.target)

    def touch(self, name: str, content: str | bytes, **said: Any) -> Result:
        """Ingest one file of touchpoints."""
        self.write(name, content)
        return self.run(touch(name, **said))


def touch(*names: str, **said: Any) -> dict[str, Any]:
    """Return the declaration of a source of touchpoints; a column given as None is left out."""
    columns = {**TOUCH, **said.pop("columns", {})}
    return {
        "name": "visits",
        "table": "source_touchpoint",
        "files": [f"data/{name}" for name in names],
        "columns": {column: text for column, text in columns.items() if text is not None},
        **said,
    }
