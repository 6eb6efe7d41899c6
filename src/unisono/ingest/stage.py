"""What becomes of one file's rows: mapped now, or found as it was made before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from unisono.engine.duckdb import open_database
from unisono.errors import SourceError
from unisono.ingest.cache import Cache, Entry, key_of
from unisono.ingest.files import Opened, SourceFile, sha256
from unisono.ingest.join import Joined
from unisono.ingest.mapping import Mapper
from unisono.ingest.read import read
from unisono.ingest.spec import Source
from unisono.ingest.staging import CELLS, ENTRY, Staged, Staging
from unisono.ingest.whole import whole

AT_ONCE = 1_000_000  # rows whose partners are looked up together

Progress = Callable[[str, int], None]


@dataclass
class Stage:
    """Maps the files of a run; keeps in `cache` what it makes, and does not make again what is there.

    `clock` is UTC if it has no zone, `channels` are the playbook's, `simulated` goes for sources that do not say.
    """

    cache: Cache
    files: Sequence[SourceFile]
    clock: datetime
    channels: Collection[str]
    simulated: bool
    code_version: str
    progress: Progress | None
    _read: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.clock.tzinfo:
            self.clock = self.clock.astimezone(UTC).replace(tzinfo=None)
        self._database = open_database(enable_external_access="false")
        self._hashes = {(one.source, one.file): one.sha256 for one in self.files}

    def source(
        self, source: Source, files: Iterable[Opened], joined: Mapping[str, Sequence[Opened]]
    ) -> list[Staged]:
        """Return what becomes of the rows of a source's files; SourceError UN2xxx if that cannot be said."""
        beside_it = Joined(joined, partial(self._whole, source))
        mapper = cache(
            partial(Mapper, source, self.clock, self.channels, self.simulated, beside_it, self._database)
        )
        declared = source.model_dump(mode="json", by_alias=True, exclude={"files"})
        made_with = key_of(self.code_version, sorted(self.channels), self.simulated, declared)
        beside = key_of({name: [self._hash(source, one) for one in these] for name, these in joined.items()})
        keyed = [
            (file, key_of(made_with, file.label, file.format, self._hash(source, file))) for file in files
        ]
        usable = self._usable([key for _, key in keyed], mapper, beside)
        staged: list[Staged] = []
        for file, key in keyed:
            entry = usable.get(key)
            if entry is None:
                entry = self._made(mapper(), key, source, file, beside)
            else:
                self._tell(file, entry.note["rows_in"])
            counts = (entry.note["rows_in"], entry.note["refused"])
            staged.append(Staged(source, file, self._hash(source, file), key, *counts, entry.parts))
        return staged

    def _usable(self, keys: Iterable[str], mapper: Callable[[], Mapper], beside: str) -> dict[str, Entry]:
        """Return by key the entries that still say what becomes of their files.

        Where joined files changed (`beside` is the hash of all), what lies beside a file's own rows need not have.
        """
        found = {key: entry for key in keys if (entry := self.cache.find(key)) and self._in_time(entry.note)}
        doubtful = {
            key: _cells(entry.parts) for key, entry in found.items() if entry.note["joined"] != beside
        }
        now = _beside(mapper(), doubtful) if doubtful else {}
        return {
            key: entry
            for key, entry in found.items()
            if now.get(key, entry.note["beside"]) == entry.note["beside"]
        }

    def raw(self, staged: Staged, lines: Collection[int]) -> Mapping[int, str]:
        """Return some lines as they came, read again: keeping every row as it came would double the work."""
        key = key_of("raw", staged.key, sorted(lines))
        entry = self.cache.find(key)
        if entry is None:
            found: dict[int, str] = {}
            with closing(read(staged.file, staged.source)) as batches:
                for batch in batches:
                    places = [place for place, line in enumerate(batch.lines.tolist()) if line in lines]
                    found |= zip(batch.lines[places].tolist(), batch.raw(places), strict=True)
            self._require_unchanged(staged.source, staged.file)
            entry = self.cache.keep(key, {"raw": sorted(found.items())}, self.cache.aside())
        return dict(entry.note["raw"])

    def _whole(self, source: Source, file: Opened) -> Iterator[pa.Table]:
        return whole(file, source, self._hash(source, file), partial(self._require_unchanged, source, file))

    def _made(self, mapper: Mapper, key: str, source: Source, file: Opened, beside: str) -> Entry:
        staging = Staging(self.cache.aside(), key, source, file)
        with closing(read(file, source)) as batches:
            for mapped in mapper.rows(batches, file):
                staging.take(mapped)
                self._tell(file, staging.rows_in)
        self._require_unchanged(source, file)
        until = _known_from(staging.future, self.clock)
        parts = {path.name: path for path in staging.folder.iterdir()}
        note = {
            "rows_in": staging.rows_in,
            "refused": staging.refused,
            "clock": self.clock.isoformat(),
            "until": until and until.isoformat(),
            "joined": beside,
            "beside": _beside(mapper, {key: _cells(parts)})[key],
        }
        return self.cache.keep(key, note, staging.folder)

    def _in_time(self, note: Mapping[str, str | None]) -> bool:
        """Return whether the clock hides the same rows of a file as when its entry was made.

        An earlier clock may hide any row, also one that was refused for something else.
        """
        since, until = str(note["clock"]), note["until"]
        return datetime.fromisoformat(since) <= self.clock and (
            until is None or self.clock < datetime.fromisoformat(until)
        )

    def _tell(self, file: Opened, rows: int) -> None:
        if self.progress is not None:
            self.progress(file.label, rows)

    def _hash(self, source: Source, file: Opened) -> str:
        return self._hashes[source.name, file.label.removesuffix(f"/{file.member}")]

    def _require_unchanged(self, source: Source, file: Opened) -> None:
        """Raise SourceError UN2002 if a file that was read is not the one hashed when the run began."""
        status = file.path.stat()
        seen = (status.st_size, status.st_mtime_ns)
        if self._read.get(file.path) != seen and sha256(file.path) != self._hash(source, file):
            hint = "run again once nobody writes to it"
            raise SourceError("UN2002", "it changed while it was read", where=file.label, hint=hint)
        self._read[file.path] = seen


def _cells(parts: Mapping[str, Path]) -> list[Path]:
    return [path for part, path in sorted(parts.items()) if part.startswith(CELLS)]


def _beside(mapper: Mapper, cells: Mapping[str, Sequence[Path]]) -> dict[str, str]:
    """Return by key a hash of what joined files hold for a file's rows; none where it has no rows or joins."""
    found, some = dict.fromkeys(cells, ""), dict[str, pa.Table]()
    for key, paths in cells.items():
        if paths:
            some[key] = pa.concat_tables(map(_read, paths)).drop_columns(ENTRY)
        if sum(rows.num_rows for rows in some.values()) > AT_ONCE:
            found |= mapper.beside(some)
            some.clear()
    return found | mapper.beside(some) if some else found


def _read(part: Path) -> pa.Table:
    """Return a part's rows in half the time of `read_table`, which looks for a data set."""
    with pq.ParquetFile(part) as file:
        return file.read(use_threads=False)


def _known_from(future: Iterable[str], clock: datetime) -> datetime | None:
    """Return when the first row is no longer later than the clock; `future` says why each was refused."""
    instants: list[datetime] = []
    for detail in future:
        try:
            instants.append(datetime.fromisoformat(detail.split("'")[1]))
        except (IndexError, ValueError):  # such as infinity
            instants.append(clock)
    return min(instants, default=None)
