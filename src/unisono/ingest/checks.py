"""What can be wrong with a row, as SQL conditions in the order of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from unisono.errors import did_you_mean
from unisono.ingest.convert import EXPECTED
from unisono.ingest.declare import map_columns
from unisono.ingest.expression import literal, name, sql
from unisono.ingest.spec import Source
from unisono.tables import Column, Table

HAPPENED = frozenset({"occurred_at", "stated_at"})  # what cannot be later than the run's clock
CLOCK = "clock"  # the variable with the run's clock: the SQL of a mapping is the same in every run
EARLIEST = "1900-01-01"  # before it, an instant is a default of some tool


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong: a row is refused for `reason` where `condition` holds.

    `column` and what was seen are empty where the row as a whole is refused.
    """

    column: str | None
    reason: str
    condition: exp.Expr
    seen: exp.Expr
    expected: str
    known: tuple[str, ...] = ()

    def detail(self, seen: str | None) -> str:
        """Say what was seen and what was expected."""
        if self.column is None:
            return self.expected
        shown = "nothing" if seen is None else f"'{seen}'" if len(seen) <= 80 else f"'{seen[:80]}...'"
        near = did_you_mean(seen, self.known) if seen and self.known else ""
        return f"{shown}: {self.expected}{'; ' if near else ''}{near}"


def failed(key: str) -> exp.Expr:
    """Return the column that says whether an expression could not be computed."""
    return name(f"{key}:failed")


def seen(key: str) -> exp.Expr:
    """Return the column that holds an expression's result as text."""
    return name(f"{key}:seen")


def map_key(index: int) -> str:
    """Return the key of a value map's own expression."""
    return f"map {index}"


def aside_key(index: int) -> str:
    """Return the key of the expression that says which rows are set aside."""
    return f"set aside {index}"


def checks(source: Source, table: Table, words: Mapping[str, tuple[str, ...]]) -> Iterator[Check]:
    """Yield the checks of a source's rows; the first that holds is the reason."""
    yield from _of_facts(source)
    maps = {column: index for index in range(len(source.maps)) for column in map_columns(source, index)}
    done: set[int] = set()
    for column in table.columns:
        if column.name in source.columns:
            yield from _of_expression(column, words[column.name])
        elif column.name in maps:
            index = maps[column.name]
            if index not in done:
                yield from _of_map(source, index, column.name)
            done.add(index)
            if not column.nullable:
                yield _missing(column, seen(map_key(index)))
        if column.name in source.columns or column.name in maps:
            yield from _of_range(column)
    if table.one_of:
        nothing = exp.and_(*(sql("$x is null", x=name(column)) for column in table.one_of))
        expected = f"{' or '.join(table.one_of)} is required"
        yield Check(table.one_of[0], "missing", nothing, exp.null(), expected)


def _of_facts(source: Source) -> Iterator[Check]:
    """Yield what tells facts from other rows; one that cannot be told is refused."""
    nothing = exp.null()
    for index, one in enumerate(source.set_aside):
        key = aside_key(index)
        expected = f"cannot be computed for this row: {one.when}"
        yield Check(None, "unparsable", failed(key), nothing, expected)
        holds = sql("lower($x) in ('true', '1')", x=seen(key))
        yield Check(None, "set_aside", holds, nothing, one.because)


def _of_expression(column: Column, words: tuple[str, ...]) -> Iterator[Check]:
    key, written = column.name, seen(column.name)
    yield Check(key, "unparsable", failed(key), written, "the expression cannot be computed for this row")
    if column.type in EXPECTED:
        unparsable = sql("$text is not null and $value is null", text=written, value=name(key))
        yield Check(key, "unparsable", unparsable, written, f"{EXPECTED[column.type]} was expected")
    if not column.nullable:
        yield _missing(column, written)
    if words or key == "channel":
        unknown = exp.not_(exp.In(this=name(key), expressions=[literal(word) for word in words]))
        yield Check(key, "unknown_value", unknown, written, f"not a known {key}", words)


def _missing(column: Column, written: exp.Expr) -> Check:
    empty = sql("$value is null", value=name(column.name))
    return Check(column.name, "missing", empty, written, f"{column.meaning} is required")


def _of_map(source: Source, index: int, column: str) -> Iterator[Check]:
    key = map_key(index)
    yield Check(
        column, "unparsable", failed(key), seen(key), "the expression cannot be computed for this row"
    )
    if source.maps[index].otherwise is None:
        nothing = sql("$x is null", x=seen(key))
        yield Check(column, "missing", nothing, seen(key), f"{source.maps[index].source} is required")
        unknown = exp.not_(in_map(source, index))
        known = tuple(source.maps[index].to)
        yield Check(column, "unknown_value", unknown, seen(key), "not in the source's map", known)


def in_map(source: Source, index: int) -> exp.Expr:
    """Return whether a value is one of those a map lists."""
    words = [lowered(word) for word in source.maps[index].to]
    return exp.In(this=sql("lower($x)", x=seen(map_key(index))), expressions=words)


def lowered(word: str) -> exp.Expr:
    """Return a word of a map in the form that values are compared in."""
    return sql("lower($word)", word=word.strip())


def _of_range(column: Column) -> Iterator[Check]:
    key, value = column.name, name(column.name)
    shown = sql("cast($x as varchar)", x=value)
    if column.minimum is not None:
        low = sql("$x < $least", x=value, least=column.minimum)
        yield Check(key, "below_minimum", low, shown, f"at least {column.minimum:g} was expected")
    if column.type in {"DATE", "TIMESTAMP"}:
        early = sql("$x < cast($earliest as date)", x=value, earliest=EARLIEST)
        yield Check(key, "before_1900", early, shown, "a day since 1900 was expected")
    if key in HAPPENED:
        late = sql("$x > cast(getvariable($clock) as timestamp)", x=value, clock=CLOCK)
        yield Check(key, "after_clock", late, shown, "not yet known at the run's clock")
