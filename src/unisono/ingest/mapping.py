"""One source's mapping, compiled to SQL: rows of a file in, canonical rows and refused rows out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from unisono.errors import SourceError, did_you_mean
from unisono.ingest import convert
from unisono.ingest.batch import Batch, Refused
from unisono.ingest.checks import Check, checks, failed, lowered, map_key, seen
from unisono.ingest.declare import known_words, map_columns
from unisono.ingest.expression import DIALECT, bind, columns, find_column, literal, name, parse, sql
from unisono.ingest.spec import Format, Source
from unisono.tables import TABLES, Column, Type
from unisono.tables.arrow import ARROW_TYPES, schema

LINE = name("line:of row")
PROBLEM = name("problem")
SEEN = name("seen")


@dataclass(frozen=True)
class Mapped:
    """A batch's rows, each either accepted or refused; `lines` are those of the accepted ones."""

    accepted: pa.Table
    lines: pa.Array
    refused: Sequence[Refused]


@dataclass(frozen=True)
class _Compiled:
    query: str
    checks: Sequence[Check]


class Mapping:
    """Turns a source's rows into rows of its canonical table, or into reasons why not.

    Every row comes out exactly once, refused for the first thing that is wrong with it.
    """

    def __init__(self, source: Source, as_of: datetime, channels: Collection[str], simulated: bool) -> None:
        assert source.table is not None  # noqa: S101 - `declare.require` has seen to it
        self._source = source
        self._table = TABLES[source.table]
        self._simulated = simulated if source.simulated is None else source.simulated
        clock = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
        words = {column.name: known_words(self._table, column, channels) for column in self._table.columns}
        self._checks = list(checks(source, self._table, words, clock))
        self._words = words
        self._trees = {target: parse(text) for target, text in source.columns.items()}
        self._trees |= {map_key(index): parse(one.source) for index, one in enumerate(source.maps)}
        self._connection = duckdb.connect(config={"enable_external_access": "false"})
        self._connection.execute("set TimeZone = 'UTC'").fetchall()
        self._compiled: dict[tuple[str, ...], str] = {}

    def rows(self, batches: Iterable[Batch], label: str, form: Format) -> Iterator[Mapped]:
        """Map all batches of one file.

        Raises SourceError UN2008 (a column the file lacks) or UN2013 (an expression that does not fit its columns).
        """
        found: set[str] = set()
        for batch in batches:
            header = batch.table.column_names
            found |= {used for used in self._used() if self._find(used, header) is not None}
            if batch.whole:
                self._require(found, header, label)
            yield self._mapped(batch, label, form)
            known = header
        if not batch.whole and header:
            self._require(found, known, label)
