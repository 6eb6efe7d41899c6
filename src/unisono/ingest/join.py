"""Joined files: read whole before the rows that need them, and laid beside each of those rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import duckdb
import numpy as np
import pyarrow as pa
from sqlglot import exp

from unisono.errors import SourceError, did_you_mean
from unisono.ingest import convert
from unisono.ingest.expression import DIALECT, bind, columns, find_column, joined_name, name, parse, sql
from unisono.ingest.files import Opened
from unisono.ingest.spec import Join, Source

ORDER, OWNER = "order of row", "owner of row"
_HASHING: dict[str, str] = {}  # by declaration: making the SQL takes longer than running it


def joins_before(source: Source, join: Join) -> frozenset[str]:
    """Return the names of the joins whose columns the keys of `join` may use."""
    names = [one.name for one in source.join]
    return frozenset(names[: names.index(join.name)])


@dataclass(frozen=True)
class Joined:
    """The files of a source's joins by the name of the join, and how to read one of them whole."""

    files: Mapping[str, Sequence[Opened]]
    rows: Callable[[Opened], Iterable[pa.Table]]


class Joins:
    """The joins of a source, each a table that has every key once."""

    def __init__(self, source: Source, joined: Joined, trees: Iterable[exp.Expr]) -> None:
        self._source = source
        self._joined = joined
        self._keys = {
            join.name: {
                theirs: parse(ours, joins_before(source, join)) for theirs, ours in join.match.items()
            }
            for join in source.join
        }
        used = [*trees, *(tree for keys in self._keys.values() for tree in keys.values())]
        self._needed = {
            join.name: _each([column for tree in used for column in columns(tree, join.name)])
            for join in source.join
        }

    def own(self) -> list[tuple[str, str]]:
        """Return (join, column) for every column of the source's own files that its joins need."""
        return [
            (join, column)
            for join, keys in self._keys.items()
            for tree in keys.values()
            for column in columns(tree)
        ]

    def load(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the joined files into tables; SourceError UN2008 or UN2013 if they do not fit their declaration."""
        alike: dict[tuple[Opened, ...], list[Join]] = {}
        for join in self._source.join:  # joins of the same files read them once
            alike.setdefault(tuple(self._joined.files.get(join.name, ())), []).append(join)
        for files, joins in alike.items():
            kept = _each([column for join in joins for column in self._kept(join)])
            self._collect(connection, files, joins, kept)
            for join in joins:
                query = _latest(join.model_dump_json(), tuple(kept), tuple(self._needed[join.name]))
                try:
                    connection.execute(f"create temp table {_table(join).sql(DIALECT)} as {query}")
                except duckdb.Error as error:
                    raise SourceError(
                        "UN2013",
                        f"the expression does not fit the file: {str(error).splitlines()[0]}",
                        where=f"source '{self._source.name}', join '{join.name}', where",
                    ) from error
            connection.unregister("parts")

    def _kept(self, join: Join) -> list[str]:
        filtered = columns(parse(join.where)) if join.where else []
        return [
            *self._needed[join.name],
            *join.match,
            *filtered,
            *([join.version_of] if join.version_of else []),
        ]

    def beside(self, places: Mapping[str, exp.Expr]) -> exp.Expr:
        """Return table `batch` with the columns of all joins; `places` says where the file's own columns are."""
        rows: exp.Expr = exp.to_table("batch")
        for join in self._source.join:
            alike = [
                sql("$theirs = $ours", theirs=name(_key(join, theirs)), ours=convert.text(bind(tree, places)))
                for theirs, tree in self._keys[join.name].items()
            ]
            query = exp.select("ours.*", *(name(joined_name(join.name, c)) for c in self._needed[join.name]))
            query = query.from_(exp.alias_(rows, "ours", table=True))
            rows = query.join(_table(join), on=exp.and_(*alike), join_type="left").subquery()
        return rows

    def cells(self, rows: pa.Table) -> pa.Table:
        """Return the cells of a file's rows that say which joined rows are theirs, as columns c0, c1 ..."""
        cells = self._chosen(rows, self._used())
        return pa.table({f"c{place}": cell for place, cell in enumerate(cells)})

    def fingerprints(
        self, connection: duckdb.DuckDBPyConnection, cells: Mapping[str, pa.Table]
    ) -> dict[str, str]:
        """Return by key a hash of all that lies beside the rows whose `cells` are given, once `load` is done."""
        declared = self._source.model_dump_json()
        if declared not in _HASHING:
            _HASHING[declared] = self._hashing()
        found: dict[str, str] = {}
        for same in {rows.schema: None for rows in cells.values()}:
            owned = [
                rows.append_column(OWNER, pa.array([key] * rows.num_rows, pa.string()))
                for key, rows in cells.items()
                if rows.schema == same
            ]
            connection.register("batch", pa.concat_tables(owned))
            found |= dict(connection.execute(_HASHING[declared]).fetchall())
        return {key: found.get(key, "") for key in cells}

    def _hashing(self) -> str:
        """Return the SQL of `fingerprints`."""
        joined = [
            name(joined_name(join.name, one)) for join in self._source.join for one in self._needed[join.name]
        ]
        places = {column: name(f"c{place}") for place, column in enumerate(self._used())}
        row = exp.func("row", *places.values(), *joined, dialect=DIALECT)
        every = sql("cast(sum(hash($row)) as varchar)", row=row)
        query = exp.select(name(OWNER), every).from_(self.beside(places)).group_by(name(OWNER))
        return query.sql(DIALECT, comments=False)

    def _used(self) -> list[str]:
        return sorted({column for _, column in self.own()})

    def _collect(
        self,
        connection: duckdb.DuckDBPyConnection,
        files: Sequence[Opened],
        joins: Sequence[Join],
        kept: Sequence[str],
    ) -> None:
        """Make table `parts` of the kept columns of files, as text, in the order of the files."""
        names = [f"c{place}" for place in range(len(kept))]
        parts = [pa.table({one: pa.nulls(0, pa.string()) for one in names})]
        for file in files:
            header: dict[str, None] = {}
            for table in self._joined.rows(file):
                header |= dict.fromkeys(table.column_names)
                parts.append(pa.table(self._chosen(table, kept), names=names))
            for join in joins:
                self._require(join, list(header), file)
        whole = pa.concat_tables(parts)
        connection.register("parts", whole.append_column(ORDER, pa.array(np.arange(whole.num_rows))))

    def _chosen(self, table: pa.Table, kept: Sequence[str]) -> list[pa.ChunkedArray | pa.Array]:
        places = [find_column(column, table.column_names, self._source.aliases) for column in kept]
        nothing = pa.nulls(table.num_rows, pa.string())
        return [nothing if place is None else table.column(place) for place in places]

    def _require(self, join: Join, header: Sequence[str], file: Opened) -> None:
        for column in self._kept(join):
            missing = find_column(column, header, self._source.aliases) is None
            if missing and column not in self._source.optional:
                raise SourceError(
                    "UN2008",
                    f"there is no column '{column}'",
                    where=f"{file.label}, source '{self._source.name}', join '{join.name}'",
                    hint=f"{did_you_mean(column, header)}; other names it has had go under `aliases`",
                )


@lru_cache(maxsize=256)
def _latest(declared: str, kept: Sequence[str], needed: Sequence[str]) -> str:
    """Return the SQL of the rows to join: the last version of each record, filtered, then the last of each key."""
    join = Join.model_validate_json(declared)
    places = {column.lower(): name(f"c{place}") for place, column in enumerate(kept)}
    rows = exp.select("*").from_("parts")
    if join.version_of is not None:
        record = places[join.version_of.lower()]
        rows = rows.where(exp.or_(sql("$x is null", x=record), _is_last("parts", [record])))
    rows = exp.select("*").from_(rows.subquery("versions"))
    if join.where is not None:
        tree = parse(join.where)
        rows = rows.where(bind(tree, {used: places[used.lower()] for used in columns(tree)}))
    keys = {_key(join, theirs): convert.text(places[theirs.lower()]) for theirs in join.match}
    wanted = {joined_name(join.name, used): places[used.lower()] for used in needed}
    named = [exp.alias_(tree, key, quoted=True) for key, tree in (keys | wanted).items()]
    rows = exp.select(name(ORDER), *named).from_(rows.subquery("chosen"))
    last = (
        exp.select(exp.Star(except_=[name(ORDER)]))
        .with_("keyed", as_=rows)
        .from_("keyed")
        .where(*(sql("$x is not null", x=name(key)) for key in keys))
        .where(_is_last("keyed", [name(key) for key in keys]))
    )
    return last.sql(dialect=DIALECT, comments=False)


def _is_last(rows: str, by: Sequence[exp.Expr]) -> exp.Expr:
    """Return whether a row is the last of those alike; grouping takes a tenth of the time of a window."""
    last = exp.select(exp.Max(this=name(ORDER))).from_(rows).group_by(*(tree.copy() for tree in by))
    return exp.In(this=name(ORDER), query=last.subquery())


def _each(names: Sequence[str]) -> list[str]:
    """Return each name once, whatever its case."""
    return list({used.lower(): used for used in reversed(names)}.values())


def _key(join: Join, theirs: str) -> str:
    return f"{join.name}: {theirs.lower()}"


def _table(join: Join) -> exp.Table:
    return exp.to_table(exp.to_identifier(f"join {join.name}", quoted=True).sql(DIALECT), dialect=DIALECT)
