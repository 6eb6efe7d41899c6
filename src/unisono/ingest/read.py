"""Files to batches, whatever their format."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from datetime import date
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from unisono.errors import SourceError, did_you_mean
from unisono.ingest.batch import Batch, Refused, named
from unisono.ingest.delimited import read_delimited
from unisono.ingest.files import LONGEST, Opened, as_text, opened, too_long
from unisono.ingest.spec import Source

BATCH_ROWS = 100_000

Record = dict[str, object]


def read(file: Opened, source: Source) -> Generator[Batch, None, None]:
    """Yield a file's rows in order; SourceError UN2xxx if it cannot be read to its end.

    Columns are text with null for nothing, except in Parquet, which keeps its own types. Lists and objects
    in JSON become JSON text.
    """
    with opened(file) as stream:
        for number, batch in enumerate(_batches(stream, file, source)):
            if number == 0:
                _check_header(batch.table.column_names, file.label)
            yield batch


def _batches(stream: BinaryIO, file: Opened, source: Source) -> Iterator[Batch]:
    match file.format:
        case "csv" | "tsv":
            return read_delimited(stream, source, file.format == "tsv", file.label)
        case "ndjson":
            return _ndjson(stream, source, file.label)
        case "json":
            return _json(stream, source, file.label)
        case "excel":
            return _excel(stream, source, file.label)
        case "parquet":
            return _parquet(stream)


def _check_header(header: Sequence[str], label: str) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise SourceError(
            "UN2006", f"column '{twice[0]}' is in the header twice", where=label, hint="rename one of them"
        )


def _parquet(stream: BinaryIO) -> Iterator[Batch]:
    whole = stream if isinstance(stream, io.BufferedReader) else io.BytesIO(stream.read())
    file = pq.ParquetFile(whole)
    yield Batch(file.schema_arrow.empty_table(), np.arange(0))
    first = 1
    for batch in file.iter_batches(batch_size=BATCH_ROWS):
        yield Batch(pa.Table.from_batches([batch]), np.arange(first, first + batch.num_rows))
        first += batch.num_rows


def _ndjson(stream: BinaryIO, source: Source, label: str) -> Iterator[Batch]:
    batch = _Records(source)
    number = 0
    with as_text(stream, source) as text:
        while line := text.readline(LONGEST):
            number += 1
            if len(line) == LONGEST:
                raise too_long(f"{label}:{number}")
            if line.strip():
                batch.add(number, line.rstrip("\n"))
            if batch.size >= BATCH_ROWS:
                yield batch.finish()
                batch = _Records(source)
    yield batch.finish()


class _Records:
    """Collects JSON objects, one per line, into a batch."""

    def __init__(self, source: Source) -> None:
        self._decimal = source.decimal
        self._records: list[Record] = []
        self._lines: list[int] = []
        self._texts: list[str] = []
        self._refused: list[Refused] = []

    @property
    def size(self) -> int:
        return len(self._records) + len(self._refused)

    def add(self, line: int, text: str) -> None:
        """Take one line, or refuse it."""
        try:
            record = json.loads(text)
            wrong = "" if isinstance(record, dict) else f"a JSON {_kind(record)} where an object was expected"
            if "\\ud" in text.lower():
                json.dumps(record, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            wrong = f"not valid JSON: {error}"
        if wrong:
            self._refused.append(Refused(line, None, "bad_row", wrong, text))
        else:
            self._records.append(record)
            self._lines.append(line)
            self._texts.append(text)

    def finish(self) -> Batch:
        """Return what was collected."""
        table = _table(self._records, self._decimal)
        return Batch(table, np.array(self._lines, np.int64), self._refused, whole=False, texts=self._texts)


def _json(stream: BinaryIO, source: Source, label: str) -> Iterator[Batch]:
    try:
        with as_text(stream, source) as text:
            data = json.load(text)
    except (json.JSONDecodeError, RecursionError) as error:
        hint = "use `format: ndjson` for one object per line"
        raise SourceError("UN2002", f"not valid JSON: {error}", where=label, hint=hint) from error
    rows = data if isinstance(data, list) else [data]
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise SourceError(
                "UN2002",
                f"item {number} is a JSON {_kind(row)}; the file should be a list of objects, or one object",
                where=label,
            )
    yield Batch(_table(rows, source.decimal), np.arange(1, len(rows) + 1), whole=False)


def _table(records: Sequence[Record], decimal: str) -> pa.Table:
    names = list(dict.fromkeys(name for record in records for name in record))
    return pa.table(
        {name: pa.array([_text(r.get(name), decimal) for r in records], pa.string()) for name in names}
    )


def _text(value: object, decimal: str) -> str | None:
    """Return a cell as text; numbers as the source's other numbers are written."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    return json.dumps(value, ensure_ascii=False)


def _kind(value: object) -> str:
    names = {list: "list", dict: "object", str: "text", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")


def _excel(stream: BinaryIO, source: Source, label: str) -> Iterator[Batch]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
    if source.sheet is not None and source.sheet not in book.sheet_names:
        raise SourceError(
            "UN2009",
            f"there is no sheet '{source.sheet}'",
            where=label,
            hint=did_you_mean(source.sheet, book.sheet_names),
        )
    sheet = book.get_sheet_by_name(source.sheet or book.sheet_names[0])
    rows = [
        (number, row)
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1)
        if any(cell != "" for cell in row)
    ]
    if not rows:
        raise SourceError("UN2004", f"sheet '{sheet.name}' is empty", where=label)
    header = named([_cell(cell, source.decimal) for cell in rows[0][1]])
    columns = zip(*(row for _, row in rows[1:]), strict=True) if rows[1:] else ([] for _ in header)
    cells = [pa.array([_cell(cell, source.decimal) for cell in column], pa.string()) for column in columns]
    lines = np.array([number for number, _ in rows[1:]], np.int64)
    yield Batch(pa.Table.from_arrays(cells, names=header), lines)


def _cell(value: object, decimal: str) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _text(value, decimal) or None
