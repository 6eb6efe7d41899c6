"""From declared sources to the contract's tables."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from unisono.errors import EngineError
from unisono.ingest.batch import Refused
from unisono.ingest.cache import Cache
from unisono.ingest.declare import require
from unisono.ingest.files import SourceFile, locate, locate_joined, source_files
from unisono.ingest.settle import Settled, Settling
from unisono.ingest.spec import Sources
from unisono.ingest.stage import Progress, Stage
from unisono.ingest.staging import QUARANTINE, Staged, quarantined
from unisono.tables import TABLES

INGESTED = tuple(table.name for table in TABLES.values() if table.made_by == "ingest")


@dataclass(frozen=True)
class FileCount:
    """What became of the rows of one file: `rows_in` is the sum of the other three."""

    name: str
    file: str
    sha256: str
    rows_in: int
    accepted: int
    quarantined: int
    duplicates: int


def ingest(
    sources: Sources,
    *,
    project: Path,
    data: Path,
    target: Path,
    as_of: datetime,
    channels: Collection[str],
    simulated: bool,
    files: Sequence[SourceFile] | None = None,
    cache: Path | None = None,
    code_version: str = "",
    progress: Progress | None = None,
) -> list[FileCount]:
    """Read all sources and write every table of `INGESTED` as Parquet under `target/<table>/`.

    Every row of every file is accepted, put into quarantine with a reason, or counted as a duplicate.
    `as_of` is the run's clock (UTC if it has no zone), `channels` are the playbook's, `simulated` goes for
    sources that do not say. `files` is what `source_files` returns, where it is known already. What is made of
    a file is kept in the folder `cache` and used again by the same `code_version` as long as nothing that it
    depends on changes. `progress` hears of each file and how many of its rows are read.
    Raises SourceError if a source is declared wrongly or a file cannot be read to its end, EngineError
    UN3020 if rows got lost.
    """
    for source in sources.sources:
        require(source, channels)
    if files is None:
        files = source_files(sources, project, data)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".ingest-") as folder:
        kept = Cache(cache or Path(folder) / "cache")
        stage = Stage(kept, files, as_of, channels, simulated, code_version, progress)
        staged = [
            one
            for source in sources.sources
            for one in stage.source(
                source, locate(source, project, data), locate_joined(source, project, data)
            )
        ]
        with Settling(staged, target, Path(folder)) as settling:
            settled = [settling.table(table) for table in INGESTED if table != QUARANTINE]
            contradicting = _contradicting(stage, staged, settled)
            settling.quarantine(contradicting)
        kept.prune()
    return _counts(staged, settled, contradicting)


def _contradicting(
    stage: Stage, staged: Sequence[Staged], settled: Sequence[Settled]
) -> list[tuple[int, pa.Table]]:
    """Return by file number the rows that say something else about a key than the row that stays."""
    found: list[tuple[int, pa.Table]] = []
    for one in settled:
        for number, details in one.conflicts.items():
            file = staged[number]
            column = TABLES[str(file.source.table)].key[0]
            raw = stage.raw(file, details)
            refused = [
                Refused(line, column, "conflicting_duplicate", detail, raw[line])
                for line, detail in details.items()
            ]
            found.append((number, quarantined(file.source, file.file, refused)))
    return found


def _counts(
    staged: Sequence[Staged], settled: Sequence[Settled], contradicting: Sequence[tuple[int, pa.Table]]
) -> list[FileCount]:
    """Return what became of each file's rows; EngineError UN3020 if they do not add up."""
    accepted = sum((one.accepted for one in settled), Counter())
    duplicates = sum((one.duplicates for one in settled), Counter())
    late = Counter({number: rows.num_rows for number, rows in contradicting})
    counts: list[FileCount] = []
    for number, one in enumerate(staged):
        came_out = (accepted[number], one.refused + late[number], duplicates[number])
        if one.rows_in != sum(came_out):
            raise EngineError(
                "UN3020",
                f"{one.rows_in} rows were read, but {came_out[0]} accepted, {came_out[1]} put into quarantine "
                f"and {came_out[2]} counted as duplicates",
                where=f"{one.file.label}, source '{one.source.name}'",
            )
        counts.append(FileCount(one.source.name, one.file.label, one.sha256, one.rows_in, *came_out))
    return counts
