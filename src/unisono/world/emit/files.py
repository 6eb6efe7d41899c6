"""Writing the files of other people's systems: CSV in any dialect and NDJSON, a delivery of rows at a time."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, cast

import pyarrow as pa
import pyarrow.compute as pc

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
            pc.binary_join_element_wise('"', column, '"', "") if name in self.quoted else column
            for name, column in columns.items()
        ]
        return pc.binary_join_element_wise(*cells, self.delimiter)

    def ragged(self, lines: pa.Array) -> pa.Array:
        """Return lines with two cells too many."""
        return pc.binary_join_element_wise(lines, "x", "y", self.delimiter)


@dataclass(frozen=True)
class Ndjson:
    """One JSON object a line; columns in `bare` are written without quotes, empty text is left out as null."""

    bare: tuple[str, ...] = ()

    def header(self, names: list[str]) -> str:  # noqa: ARG002 - the protocol's signature
        """Return nothing: NDJSON has no header."""
        return ""

    def lines(self, columns: Columns) -> pa.Array:
        """Return one object per row."""
        parts: list[pa.Array | str] = []
        for name, column in columns.items():
            quoted = column if name in self.bare else pc.binary_join_element_wise('"', column, '"', "")
            value = pc.if_else(pc.equal(column, ""), "null", quoted)
            parts += ["," if parts else "{", f'"{name}":', value]
        return pc.binary_join_element_wise(*parts, "}", "")

    def ragged(self, lines: pa.Array) -> pa.Array:
        """Return lines cut off before their end."""
        return pc.utf8_slice_codeunits(lines, 0, stop=-6)


class Export:
    """One file being written: `rows` counts its lines without the header, `dirt` the rows spoilt by kind."""

    def __init__(self, path: Path, layout: Layout, *, encoding: str = "utf-8") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.layout = layout
        self.rows = 0
        self.dirt: Counter[str] = Counter()
        self._encoding = encoding
        self._begun = False
        self._close = ExitStack()
        self._file: BinaryIO = self._close.enter_context(path.open("wb"))
        if path.suffix == ".gz":
            # Neither name nor time goes into the archive: the same rows give the same bytes.
            archive = gzip.GzipFile("", "wb", compresslevel=6, fileobj=self._file, mtime=0)
            self._file = cast("BinaryIO", self._close.enter_context(archive))

    def write(self, names: list[str], lines: pa.Array) -> None:
        """Append lines; the header comes before the first ones."""
        if not self._begun:
            self._file.write(self.layout.header(names).encode(self._encoding))
            self._begun = True
        if len(lines):
            text = "\n".join(lines.to_pylist()) + "\n"
            self._file.write(text.encode(self._encoding))
        self.rows += len(lines)

    def __enter__(self) -> Export:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close.close()
