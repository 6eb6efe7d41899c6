"""From declared sources to the contract's tables."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from unisono.errors import EngineError
from unisono.ingest.batch import Refused
from unisono.ingest.declare import require
from unisono.ingest.files import Opened, locate, sha256
from unisono.ingest.mapping import Mapper
from unisono.ingest.read import read
from unisono.ingest.settle import Settled, settle, write_quarantine
from unisono.ingest.spec import Source, Sources
from unisono.ingest.staging import QUARANTINE, Staging
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
    progress: Callable[[str, int], None] | None = None,
) -> list[FileCount]:
    """Read all sources and write every table of `INGESTED` as Parquet under `target/<table>/`.

    Every row of every file is accepted, put into quarantine with a reason, or counted as a duplicate.
    `as_of` is the run's clock (UTC if it has no zone), `channels` are the playbook's, `simulated` goes for
    sources that do not say; `progress` hears of each file and how many of its rows are read.
    Raises SourceError if a source is declared wrongly or a file cannot be read to its end, EngineError
    UN3020 if rows got lost.
    """
    for source in sources.sources:
        require(source, channels)
    files = [(source, file) for source in sources.sources for file in locate(source, project, data)]
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".ingest-") as folder:
        staging = Staging(Path(folder))
        rows_in = _stage(staging, files, as_of, channels, simulated, progress)
        settled = [settle(staging, table, files, target) for table in INGESTED if table != QUARANTINE]
        for one in settled:
            for number, details in one.conflicts.items():
                source, file = files[number]
                staging.refuse(number, source, file, _contradicting(source, file, details))
        write_quarantine(staging, target)
        refused = staging.refused
    return _counts(files, rows_in, refused, settled)


def _stage(
    staging: Staging,
    files: Sequence[tuple[Source, Opened]],
    as_of: datetime,
    channels: Collection[str],
    simulated: bool,
    progress: Callable[[str, int], None] | None,
) -> Counter[int]:
    """Map all files into the staging area; return how many rows each has, by its number."""
    rows_in: Counter[int] = Counter()
    mappers: dict[str, Mapper] = {}
    for number, (source, file) in enumerate(files):
        if source.name not in mappers:
            mappers = {source.name: Mapper(source, as_of, channels, simulated)}
        with closing(read(file, source)) as batches:
            for mapped in mappers[source.name].rows(batches, file):
                staging.take(number, source, mapped.accepted, mapped.lines)
                staging.refuse(number, source, file, mapped.refused)
                rows_in[number] += mapped.rows_in
                if progress is not None:
                    progress(file.label, rows_in[number])
    return rows_in


def _contradicting(source: Source, file: Opened, details: Mapping[int, str]) -> list[Refused]:
    """Read a file again for the rows at some lines: keeping every row as it came would double the work."""
    column = TABLES[str(source.table)].key[0]
    refused: list[Refused] = []
    with closing(read(file, source)) as batches:
        for batch in batches:
            lines = {place: line for place, line in enumerate(batch.lines.tolist()) if line in details}
            refused += [
                Refused(line, column, "conflicting_duplicate", details[line], raw)
                for line, raw in zip(lines.values(), batch.raw(lines), strict=True)
            ]
    return refused


def _counts(
    files: Sequence[tuple[Source, Opened]],
    rows_in: Counter[int],
    refused: Counter[int],
    settled: Sequence[Settled],
) -> list[FileCount]:
    """Return what became of each file's rows; EngineError UN3020 if they do not add up."""
    accepted = sum((one.accepted for one in settled), Counter())
    duplicates = sum((one.duplicates for one in settled), Counter())
    hashes = {path: sha256(path) for path in dict.fromkeys(file.path for _, file in files)}
    counts: list[FileCount] = []
    for number, (source, file) in enumerate(files):
        came_out = (accepted[number], refused[number], duplicates[number])
        if rows_in[number] != sum(came_out):
            raise EngineError(
                "UN3020",
                f"{rows_in[number]} rows were read, but {came_out[0]} accepted, {came_out[1]} put into quarantine "
                f"and {came_out[2]} counted as duplicates",
                where=f"{file.label}, source '{source.name}'",
            )
        counts.append(FileCount(source.name, file.label, hashes[file.path], rows_in[number], *came_out))
    return counts
