"""One source's mapping, compiled to SQL: rows of a file in, canonical rows and refused rows out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from unisono.errors import SourceError, did_you_mean
from unisono.ingest import convert
from unisono.ingest.batch import Batch, Refused
from unisono.ingest.checks import CLOCK, aside_key, checks, failed, lowered, map_key, seen
from unisono.ingest.declare import known_words, map_columns
from unisono.ingest.expression import DIALECT, bind, columns, find_column, literal, name, parse, sql
from unisono.ingest.files import Opened
from unisono.ingest.join import Joined, Joins
from unisono.ingest.spec import Source
from unisono.tables import TABLES, Column
from unisono.tables.arrow import schema

LINE, HASH, PROBLEM, SHOWN = "line of row", "hash of row", "problem", "shown"
_KEPT = 256


class Query(NamedTuple):
    """The SQL that maps a batch: a view of its rows with those joined, and the query over it."""

    view: str
    text: str


_COMPILED: dict[
    tuple[str, ...], Query
] = {}  # by everything the SQL depends on: compiling takes most of a small run


@dataclass(frozen=True)
class Mapped:
    """A batch's rows, each either accepted or refused; `lines` are those of the accepted ones.

    `cells` says which joined rows are theirs.
    """

    rows_in: int
    accepted: pa.Table
    lines: pa.ChunkedArray
    refused: Sequence[Refused]
    cells: pa.Table


class Mapper:
    """Turns a source's rows into rows of its canonical table, or into reasons why not.

    Every row comes out exactly once, refused for the first thing that is wrong with it. What it makes in
    `database` is its own and goes with it: opening one takes longer than mapping a small file.
    """

    def __init__(
        self,
        source: Source,
        as_of: datetime,
        channels: Collection[str],
        simulated: bool,
        joined: Joined,
        database: duckdb.DuckDBPyConnection,
    ) -> None:
        assert source.table is not None  # noqa: S101 - `declare.require` has seen to it
        self._source = source
        self._table = TABLES[source.table]
        self._simulated = simulated if source.simulated is None else source.simulated
        self._words = {c.name: known_words(self._table, c, channels) for c in self._table.columns}
        clock = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
        self._checks = list(checks(source, self._table, self._words))
        names = frozenset(join.name for join in source.join)
        texts = dict(source.columns)
        texts |= {map_key(index): one.source for index, one in enumerate(source.maps)}
        texts |= {aside_key(index): one.when for index, one in enumerate(source.set_aside)}
        self._trees = {key: parse(text, names) for key, text in texts.items()}
        self._joins = Joins(source, joined, self._trees.values())
        self._loaded = False
        self._in_map = {c: index for index in range(len(source.maps)) for c in map_columns(source, index)}
        self._identity = (source.model_dump_json(), str(sorted(channels)), str(self._simulated))
        self._viewed: set[str] = set()
        self._connection = database.cursor()
        self._connection.execute("set TimeZone = 'UTC'").fetchall()
        # What two expressions share would be computed outside their `try`: one bad row would stop the run.
        self._connection.execute("set disabled_optimizers = 'common_subexpressions'").fetchall()
        self._connection.execute(f"set variable {CLOCK} = $clock", {"clock": clock}).fetchall()

    def rows(self, batches: Iterable[Batch], file: Opened) -> Iterator[Mapped]:
        """Map all batches of one file.

        Raises SourceError UN2008 (a column the file lacks) or UN2013 (an expression that does not fit it).
        """
        self._load()
        header: dict[str, None] = {}
        whole = False
        for batch in batches:
            header |= dict.fromkeys(batch.table.column_names)
            if batch.whole and not whole:
                self._require(list(header), file)
            whole = batch.whole
            yield self._mapped(batch, file)
        if header and not whole:
            self._require(list(header), file)

    def beside(self, cells: Mapping[str, pa.Table]) -> dict[str, str]:
        """Return by key a hash of what the joined files hold for the rows whose `cells` are given."""
        self._load()
        return self._joins.fingerprints(self._connection, cells)

    def _load(self) -> None:
        if not self._loaded:
            self._joins.load(self._connection)
            self._loaded = True

    def _require(self, header: Sequence[str], file: Opened) -> None:
        """Raise if the file lacks a column that is neither found by another name nor declared optional."""
        needed = [(target, used) for target, tree in self._trees.items() for used in columns(tree)]
        for target, used in [*needed, *self._joins.own()]:
            if self._place(used, header) is None and used not in self._source.optional:
                raise SourceError(
                    "UN2008",
                    f"there is no column '{used}'",
                    where=f"{file.label}, source '{self._source.name}', {target}",
                    hint=self._hint(target, used, header),
                )

    def _hint(self, target: str, used: str, header: Sequence[str]) -> str:
        if used in self._words.get(target, ()):
            return f"a fixed text has quotes within the quotes: {target}: \"'{used}'\""
        if len(header) == 1 and any(sign in header[0] for sign in ",;\t|"):
            return f"the header is one column, '{header[0][:60]}'; say which `delimiter` keeps columns apart"
        return f"{did_you_mean(used, header)}; other names it has had go under `aliases`"

    def _place(self, used: str, header: Sequence[str]) -> int | None:
        return find_column(used, header, self._source.aliases)

    def _mapped(self, batch: Batch, file: Opened) -> Mapped:
        plain = batch.table.rename_columns([_raw(place) for place in range(batch.table.num_columns)])
        self._connection.register("batch", plain.append_column(LINE, pa.array(batch.lines, pa.int64())))
        query = self._query(batch.table.schema, file)
        wanted = schema(self._table.name)
        if (
            not batch.table.num_rows
        ):  # readers begin with the header alone; preparing SQL takes most of the time
            cells = self._joins.cells(batch.table)
            return Mapped(
                batch.rows, wanted.empty_table(), pa.chunked_array([], pa.int64()), batch.refused, cells
            )
        try:
            # Asking for the rows of the query itself would plan it twice.
            self._connection.execute(f"create or replace temp table made as {query}").fetchall()
        except duckdb.Error as error:
            raise self._unfit(error, "its mapping", file) from error
        made = self._connection.table("made").to_arrow_table()
        fine = made.filter(pc.is_null(made[PROBLEM]))
        refused = [*batch.refused, *self._refused(batch, made.filter(pc.is_valid(made[PROBLEM])))]
        return Mapped(
            batch.rows,
            fine.select(wanted.names).cast(wanted),
            fine[LINE],
            refused,
            self._joins.cells(batch.table),
        )

    def _refused(self, batch: Batch, rows: pa.Table) -> Iterator[Refused]:
        lines = rows[LINE].to_numpy()
        about = "source_record_id"
        known = rows[about].to_pylist() if about in rows.column_names else [None] * rows.num_rows
        told = zip(
            lines.tolist(),
            rows[PROBLEM].to_pylist(),
            rows[SHOWN].to_pylist(),
            batch.raw(np.searchsorted(batch.lines, lines).tolist()),
            known,
            strict=True,
        )
        for line, problem, shown, raw, record in told:
            check = self._checks[problem]
            yield Refused(line, check.column, check.reason, check.detail(shown), raw, record)

    def _query(self, columns: pa.Schema, file: Opened) -> str:
        """Return the SQL for batches with these columns, ready to run."""
        key = (*self._identity, str(columns), file.format)
        rows = name(f"rows {sha256(str(key).encode()).hexdigest()[:16]}").sql(DIALECT)
        if key not in _COMPILED:
            if len(_COMPILED) >= _KEPT:
                _COMPILED.clear()
            places = self._places(columns.names)
            beside = exp.select("*").from_(self._joins.beside(places)).sql(DIALECT, comments=False)
            view = f"create temp view {rows} as {beside}"
            self._view(rows, view, file)
            text = self._compile(columns.names, places, exp.to_table(rows, dialect=DIALECT), file)
            _COMPILED[key] = Query(view, text)
        self._view(rows, _COMPILED[key].view, file)
        return _COMPILED[key].text

    def _view(self, rows: str, view: str, file: Opened) -> None:
        if rows not in self._viewed:
            try:
                self._connection.execute(view).fetchall()
            except duckdb.Error as error:
                raise self._unfit(error, "join", file) from error
            self._viewed.add(rows)

    def _compile(
        self, header: Sequence[str], places: Mapping[str, exp.Expr], rows: exp.Table, file: Opened
    ) -> str:
        """Return the query that maps `rows`, in layers: as given, read, made, judged, told."""
        trees = {key: bind(tree, places) for key, tree in self._trees.items()}
        types = self._types(trees, rows, file)
        # An expression that fails on a row is null as a whole; one that yields nothing holds a null.
        given = {_given(key): sql("try({'v': $x})", x=tree) for key, tree in trees.items()}
        given[HASH] = _row_hash(self._source.name, header)
        read = {failed(key).name: sql("$x is null", x=name(_given(key))) for key in trees}
        read |= {seen(key).name: convert.text(_value(key)) for key in trees}
        made = {c.name: self._made(c, types, file) for c in self._table.columns}
        problem, shown = exp.Case(), exp.Case()
        for number, check in enumerate(self._checks):
            problem = problem.when(check.condition, literal(number), copy=False)
            shown = shown.when(sql("$p = $n", p=name(PROBLEM), n=number), check.seen, copy=False)
        query = exp.select(name(LINE), *_aliased(given)).from_(rows)
        query = exp.select("*", *_aliased(read)).from_(query.subquery("given"))
        query = exp.select(name(LINE), *map(name, read), *_aliased(made)).from_(query.subquery("read"))
        query = exp.select("*", *_aliased({PROBLEM: problem})).from_(query.subquery("made"))
        query = exp.select("*", *_aliased({SHOWN: shown})).from_(query.subquery("judged"))
        return query.sql(dialect=DIALECT, comments=False)

    def _places(self, header: Sequence[str]) -> Mapping[str, exp.Expr]:
        used = {column for tree in self._trees.values() for column in columns(tree)}
        used |= {column for _, column in self._joins.own()}
        places = {column: self._place(column, header) for column in used}
        return {
            used: convert.empty("VARCHAR") if place is None else name(_raw(place))
            for used, place in places.items()
        }

    def _types(self, trees: Mapping[str, exp.Expr], rows: exp.Table, file: Opened) -> Mapping[str, str]:
        """Return the DuckDB type that each expression has in this file."""
        try:
            return dict(zip(trees, self._types_of(trees.values(), rows), strict=True))
        except duckdb.Error:
            return {key: self._type(key, tree, rows, file) for key, tree in trees.items()}  # to say which

    def _type(self, key: str, tree: exp.Expr, rows: exp.Table, file: Opened) -> str:
        try:
            return self._types_of([tree], rows)[0]
        except duckdb.Error as error:
            raise self._unfit(error, key, file) from error

    def _types_of(self, trees: Iterable[exp.Expr], rows: exp.Table) -> list[str]:
        query = exp.select(*trees).from_(rows).limit(0).sql(dialect=DIALECT, comments=False)
        return [str(one.id) for one in self._connection.sql(query).types]

    def _made(self, column: Column, types: Mapping[str, str], file: Opened) -> exp.Expr:
        """Return what goes into a canonical column."""
        if column.name in types:
            value = convert.converted(
                convert.Given(
                    _value(column.name), types[column.name], seen(column.name), iso_too=file.format == "excel"
                ),
                column.type,
                self._source,
            )
        elif column.name in self._in_map:
            value = self._looked_up(column, self._in_map[column.name])
        elif column.name == "simulated":
            value = exp.convert(self._simulated)
        elif column.name in {"source", "system"}:
            system = self._source.system or self._source.name
            value = literal(system if column.name == "system" else self._source.name)
        elif column.name == "contact_id" and "touchpoint_id" in types:
            value = seen("touchpoint_id")
        elif column.name in {"contact_id", "touchpoint_id"}:
            value = name(HASH)
        else:
            value = convert.written(column.default, column.type, self._source)
        return exp.cast(value, column.type, copy=False, dialect=DIALECT)

    def _looked_up(self, column: Column, index: int) -> exp.Expr:
        one = self._source.maps[index]
        found = exp.Case(this=sql("lower($x)", x=seen(map_key(index))))
        for word, values in one.to.items():
            value = values.get(column.name, column.default)
            found = found.when(lowered(word), convert.written(value, column.type, self._source), copy=False)
        otherwise = (one.otherwise or {}).get(column.name, column.default)
        return found.else_(convert.written(otherwise, column.type, self._source), copy=False)

    def _unfit(self, error: duckdb.Error, target: str, file: Opened) -> SourceError:
        return SourceError(
            "UN2013",
            f"the expression does not fit the file: {str(error).splitlines()[0]}",
            where=f"{file.label}, source '{self._source.name}', {target}",
        )


def _raw(place: int) -> str:
    return f"r{place}"


def _given(key: str) -> str:
    return f"{key}:given"


def _value(key: str) -> exp.Expr:
    return sql("struct_extract($x, 'v')", x=name(_given(key)))


def _aliased(named: Mapping[str, exp.Expr]) -> list[exp.Expr]:
    return [exp.alias_(tree, key, quoted=True, copy=False) for key, tree in named.items()]


def _row_hash(source: str, header: Sequence[str]) -> exp.Expr:
    """Return an id for a row without one: the same for the same cells, whatever the order of the columns."""
    cells = [
        sql("$name || cast($x as varchar)", name=f"\x1e{header[place]}\x1f", x=name(_raw(place)))
        for place in sorted(range(len(header)), key=lambda place: header[place])
    ]
    return sql("'T' || md5($row)", row=exp.func("concat", literal(source), *cells, dialect=DIALECT))
