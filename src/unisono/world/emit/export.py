"""The files of other people's systems: CSV in any dialect and NDJSON, a delivery's part at a time."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO, Protocol, cast

import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.text import fixed, joined

Columns = Mapping[str, pa.Array]
"""Text columns of equal length, by name."""


class Layout(Protocol):
    """How a row of text columns becomes a line."""

    def header(self, names: list[str]) -> str:
        """Return the file's first lines."""

    def lines(self, columns: Columns) -> pa.Array:
        """Return one line per row."""

    def ragged(self, lines: pa.Array) -> pa.Array:
        """Return lines that cannot be read any more."""


@dataclass(frozen=True)
class Csv:
    """Delimited text with a header; columns in `quoted` are put in double quotes."""

    delimiter: str = ","
    quoted: tuple[str, ...] = ()

    def header(self, names: list[str]) -> str:
        """Return the line of column names."""
        return self.delimiter.join(names) + "\n"

    def lines(self, columns: Columns) -> pa.Array:
        """Return one delimited line per row."""
        cells = [
            joined("", '"', column, '"') if name in self.quoted else column
            for name, column in columns.items()
        ]
        return joined(self.delimiter, *cells)

    def ragged(self, lines: pa.Array) -> pa.Array:
        """Return lines with two cells too many."""
        return joined(self.delimiter, lines, "x", "y")


@dataclass(frozen=True)
class Ndjson:
    """One JSON object a line: empty text is null, `a.b` is b in an object a, columns in `bare` have no quotes."""

    bare: tuple[str, ...] = ()

    def header(self, names: list[str]) -> str:  # noqa: ARG002 - the protocol's signature
        """Return nothing: NDJSON has no header."""
        return ""

    def lines(self, columns: Columns) -> pa.Array:
        """Return one object per row; the members of an inner object stand next to each other."""
        parts: list[pa.Array | str] = []
        inside = ""
        for name, column in columns.items():
            outer, _, member = name.rpartition(".")
            opening = "," if parts else "{"
            if outer != inside:
                opening = ("}" if inside else "") + opening + (f'"{outer}":{{' if outer else "")
            quoted = column if name in self.bare else joined("", '"', column, '"')
            parts += [f'{opening}"{member}":', pc.if_else(pc.equal(column, fixed("")), fixed("null"), quoted)]
            inside = outer
        return joined("", *parts, "}}" if inside else "}")

    def ragged(self, lines: pa.Array) -> pa.Array:
        """Return lines cut off before their end."""
        return pc.utf8_slice_codeunits(lines, 0, stop=-6)


@dataclass(frozen=True)
class Told:
    """One part of one file, encoded: `rows` lines, how many got which kind of dirt, and lines held back."""

    header: bytes
    body: bytes
    rows: int
    dirt: Counter[str] = field(default_factory=Counter)
    late: bytes = b""
    late_rows: int = 0

    def __add__(self, other: Told) -> Told:
        """Return two parts of one file, one after the other."""
        return Told(
            self.header,
            self.body + other.body,
            self.rows + other.rows,
            self.dirt + other.dirt,
            self.late + other.late,
            self.late_rows + other.late_rows,
        )


def encoded(lines: pa.Array, encoding: str) -> bytes:
    """Return lines, each with its end, in an encoding."""
    if not len(lines):
        return b""
    text = joined("\n", lines, "")  # a fresh array: its buffer is the text and nothing else
    raw: bytes = text.buffers()[2].slice(0, pc.sum(pc.binary_length(text)).as_py()).to_pybytes()
    return raw if encoding == "utf-8" else raw.decode("utf-8").encode(encoding)


class Exports:
    """The files of one delivery being written, part by part in order.

    Without a `day` they are the first ones, which all come to be, each with its header. With one they lie beside
    them, the day in their names, and only those with rows come to be. Lines held back wait in the folder `late`
    for the next delivery.
    """

    def __init__(self, data: Path, *, late: Path, day: date | None = None) -> None:
        self.rows: Counter[str] = Counter()  # by file, relative to the project
        self.dirt: dict[str, Counter[str]] = {}
        self._data, self._late, self._day = data, late, day
        self._files: dict[str, BinaryIO] = {}
        self._headers: dict[str, bytes] = {}
        self._held: dict[str, bytes] = {}
        self._close = ExitStack()

    def write(self, told: Mapping[str, Told]) -> None:
        """Append a part to each file it has lines for."""
        for name, part in told.items():
            self._headers[name] = part.header
            if part.rows or self._day is None:
                self._append(name, part.body, part.rows)
            if part.late_rows:
                self._held[name] = self._held.get(name, b"") + part.late
            if part.dirt:
                self.dirt.setdefault(self._label(name), Counter()).update(part.dirt)

    def _append(self, name: str, body: bytes, rows: int) -> None:
        if name not in self._files:
            self._files[name] = self._open(self._data / self._dated(name))
            self._files[name].write(self._headers[name])
        self._files[name].write(body)
        self.rows[self._label(name)] += rows

    def _open(self, path: Path) -> BinaryIO:
        path.parent.mkdir(parents=True, exist_ok=True)
        file: BinaryIO = self._close.enter_context(path.open("wb"))
        if path.suffix == ".gz":
            # Neither name nor time goes into the archive: the same rows give the same bytes.
            archive = gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0)
            file = cast("BinaryIO", self._close.enter_context(archive))
        return file

    def _dated(self, name: str) -> str:
        """Return a file's name with the day in it; what comes in small is not compressed."""
        if self._day is None:
            return name
        path = PurePosixPath(name.removesuffix(".gz"))
        return str(path.with_name(f"{path.stem}_{self._day:%Y%m%d}{path.suffix}"))

    def _label(self, name: str) -> str:
        return f"data/{self._dated(name)}"

    def __enter__(self) -> Exports:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._deliver_late()
        self._close.close()

    def _deliver_late(self) -> None:
        """Append the lines held back last time, and put away those of this time."""
        for path in sorted(self._late.rglob("*")) if self._late.is_dir() else ():
            if path.is_file():
                lines = path.read_bytes()
                self._append(path.relative_to(self._late).as_posix(), lines, lines.count(b"\n"))
                path.unlink()
        for name, lines in self._held.items():
            (self._late / name).parent.mkdir(parents=True, exist_ok=True)
            (self._late / name).write_bytes(lines)
