"""Delimited text to batches, with the physical line of every row.

Blocks of whole lines go through Arrow's parser. Where that does not find exactly one row per line (a value
with line ends in it, a stray quote, a NUL) the block goes through the strict parser of the standard library,
which knows where each row begins and refuses to guess where one ends.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from unisono.errors import SourceError
from unisono.ingest.batch import Batch, Refused, Row, named
from unisono.ingest.files import LONGEST, as_text, too_long
from unisono.ingest.spec import Source

if TYPE_CHECKING:
    import _csv

BLOCK = 8 << 20  # characters parsed at a time
csv.field_size_limit(LONGEST)  # the library's own limit would refuse long notes that Arrow takes


def read_delimited(stream: BinaryIO, source: Source, tab: bool, label: str) -> Iterator[Batch]:
    """Yield the rows of a CSV or TSV file as text columns, empty cells null.

    Raises SourceError UN2006 (header), UN2007 (endless line, or a quote that is not closed).
    """
    dialect = Dialect(source.delimiter or ("\t" if tab else ","), source.quote)
    with as_text(stream, source) as text:
        lines = _Lines(text, label)
        header = _header(lines, dialect, label)
        yield _batch([], [], [], header, dialect)
        while block := lines.block():
            yield _at_once(block, lines.first, header, dialect) or _with_care(block, lines, header, dialect)


@dataclass(frozen=True)
class Dialect:
    """How cells are kept apart."""

    delimiter: str
    quote: str | None

    def reader(self, lines: Iterator[str], strict: bool = True) -> _csv.Reader:
        """Return the standard library's reader."""
        if self.quote is None:
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=strict)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, strict=strict)

    def write(self, row: Row) -> str:
        """Return a row as one line of text."""
        cells = ["" if cell is None else str(cell) for cell in row.values()]
        if self.quote is None:
            return self.delimiter.join(cells)
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, quotechar=self.quote, lineterminator="").writerow(cells)
        return out.getvalue()


@dataclass
class _Lines:
    """Hands out a stream's lines; `first` is the number of the first line of the last block."""

    stream: TextIO
    label: str
    first: int = 1
    following: int = 1
    taken: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Return the next line, or nothing at the end; SourceError UN2007 if it is far too long."""
        line = self.stream.readline(LONGEST)
        self._check(line)
        return line

    def block(self) -> str:
        """Return the next lines, or nothing at the end."""
        block = self.stream.read(BLOCK)
        if block and not block.endswith("\n"):
            block += self.line()
        self._check(block)
        self.first = self.following
        self.following += block.count("\n")
        return block

    def _check(self, lines: str) -> None:
        start = 0
        while len(lines) - start >= LONGEST:
            end = lines.rfind("\n", start, start + LONGEST)
            if end < 0:
                raise too_long(f"{self.label}:{self.following + lines.count(chr(10), 0, start)}")
            start = end + 1

    def feed(self, block: str = "") -> Iterator[str]:
        """Yield the lines of `block` and then those after it, noting them in `taken`."""
        for line in io.StringIO(block):
            self.taken.append(line)
            yield line
        while line := self.line():
            self.taken.append(line)
            self.following += 1
            yield line


def _header(lines: _Lines, dialect: Dialect, label: str) -> list[str]:
    try:
        header = named(next(filter(None, dialect.reader(lines.feed())), ()))
    except csv.Error as error:
        raise SourceError("UN2006", f"the header cannot be read: {error}", where=f"{label}:1") from error
    if not header:
        raise SourceError("UN2004", "the file has only blank lines", where=label)
    return header


def _at_once(block: str, first: int, header: Sequence[str], dialect: Dialect) -> Batch | None:
    """Return a block's rows if each line is one row, else None."""
    body = block.rstrip("\n")
    if len(header) == 1 or "\0" in body or "\n\n" in body or body.startswith("\n") or not body:
        return None
    refused: list[Refused] = []

    def refuse(row: arrow_csv.InvalidRow) -> str:
        detail = _ragged(row.actual_columns, row.expected_columns)
        refused.append(Refused(first + row.number - 1, None, "bad_row", detail, row.text))
        return "skip"

    # An empty row at the end is found by the parser only if no quote before it is left open.
    probe = f"{body}\n{dialect.delimiter * (len(header) - 1)}\n".encode()
    try:
        table = _parse(probe, header, dialect, refuse)
    except pa.ArrowInvalid:
        return None
    count = body.count("\n") + 1
    if table.num_rows + len(refused) != count + 1:
        return None
    lines = np.delete(np.arange(first, first + count), [row.line - first for row in refused])
    return Batch(table.slice(0, len(lines)), lines, refused, render=dialect.write)


def _parse(text: bytes, header: Sequence[str], dialect: Dialect, refuse: object) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(text),
        read_options=arrow_csv.ReadOptions(
            column_names=list(header), use_threads=False, block_size=len(text) + 1
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=refuse,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _with_care(block: str, lines: _Lines, header: Sequence[str], dialect: Dialect) -> Batch:
    """Return a block's rows, reading on where the last of them goes beyond the block."""
    reader = dialect.reader(lines.feed(block))
    count = block.count("\n") + (not block.endswith("\n"))
    rows: list[list[str]] = []
    starts: list[int] = []
    refused: list[Refused] = []
    while (used := reader.line_num) < count:
        lines.taken.clear()
        start = lines.first + used
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            row = _leniently(error, lines, start, dialect)
        if not row:
            continue
        wrong = _ragged(len(row), len(header)) if len(row) != len(header) else ""
        if any("\0" in line for line in lines.taken):
            wrong = "a NUL character stands in it"
        if wrong:
            refused.append(Refused(start, None, "bad_row", wrong, "".join(lines.taken).rstrip("\n")))
        else:
            rows.append(row)
            starts.append(start)
    return _batch(rows, starts, refused, header, dialect)


def _leniently(error: csv.Error, lines: _Lines, start: int, dialect: Dialect) -> list[str]:
    """Return a row with a stray quote inside one line; over several lines nobody can say which rows they are."""
    if len(lines.taken) > 1 or "unexpected end" in str(error) or "field larger" in str(error):
        raise SourceError(
            "UN2007",
            f"a row that begins on this line cannot be told from those after it: {error}",
            where=f"{lines.label}:{start}",
            hint="look for a quote that is not closed; `quote: null` if quotes mean nothing in this file",
        ) from error
    return next(dialect.reader(iter(lines.taken), strict=False))


def _ragged(seen: int, expected: int) -> str:
    return f"{seen} values where the header has {expected}"


def _batch(
    rows: Sequence[Sequence[str]],
    starts: Sequence[int],
    refused: Sequence[Refused],
    header: Sequence[str],
    dialect: Dialect,
) -> Batch:
    cells = zip(*rows, strict=True) if rows else ([] for _ in header)
    columns = [pa.array([cell or None for cell in column], pa.string()) for column in cells]
    table = pa.Table.from_arrays(columns, names=list(header))
    return Batch(table, np.array(starts, dtype=np.int64), refused, render=dialect.write)
