"""Expressions of a source: one scalar DuckDB expression each, checked and bound to a file's columns.

Everything here works on syntax trees; text is never pasted into text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from unisono.errors import did_you_mean

DIALECT = "duckdb"
_REFUSED: tuple[tuple[tuple[type[exp.Expr], ...], str], ...] = (
    ((exp.Query, exp.Table, exp.Values, exp.Exists), "a query; only the row's own columns may be used"),
    ((exp.DDL, exp.DML, exp.Command, exp.Set, exp.Drop, exp.Pragma, exp.Use), "a statement"),
    ((exp.Alias,), "a name for its result; the name is the canonical column"),
    ((exp.Star, exp.Columns, exp.Explode, exp.Unnest), "more than one value"),
    ((exp.Placeholder, exp.Parameter, exp.SessionParameter), "a parameter"),
    ((exp.Window, exp.AggFunc), "other rows; only the row's own columns may be used"),
)


class NotScalarError(Exception):
    """An expression that is not one scalar DuckDB expression; the hint may be empty."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


@cache
def parse(text: str, joins: frozenset[str] = frozenset()) -> exp.Expr:
    """Return the syntax tree of an expression; NotScalarError says what is wrong with it.

    It may use columns of the file as `column`, and those of `joins` as `join.column`.
    """
    try:
        trees = sqlglot.parse(text, dialect=DIALECT)
    except SqlglotError as error:
        raise NotScalarError(f"not a valid expression: {_first_line(error)}", "it is DuckDB SQL") from error
    if len(trees) != 1 or trees[0] is None:
        raise NotScalarError("not one expression", "write one DuckDB expression over the file's columns")
    tree = trees[0]
    for kinds, what in _REFUSED:
        if tree.find(*kinds):
            raise NotScalarError(f"uses {what}")
    for function in tree.find_all(exp.Func):
        _check_function(function)
    for column in tree.find_all(exp.Column):
        if column.table and (column.table not in joins or column.db):
            hint = f"write {column.table}['{column.name}'] for a part of a nested column"
            if joins:
                hint = f"{hint}; joins: {', '.join(sorted(joins))}"
            raise NotScalarError(f"'{column.sql(DIALECT)}' names a table", hint)
    return tree


def _check_function(function: exp.Func) -> None:
    name = function.sql(DIALECT).split("(")[0].strip().lower()
    scalar, unsteady, others = _functions()
    if name in unsteady:
        raise NotScalarError(f"{name}() is not the same in every run")
    if name in others or (isinstance(function, exp.Anonymous) and name not in scalar):
        raise NotScalarError(f"there is no scalar function '{name}'", did_you_mean(name, scalar))


@cache
def _functions() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return DuckDB's scalar functions, those whose result varies by itself, and the names of other kinds."""
    with duckdb.connect() as connection:
        rows = connection.sql(
            "select distinct function_name, function_type, stability from duckdb_functions()"
        ).fetchall()
    scalar = {name for name, kind, _ in rows if kind in {"scalar", "macro"}}
    steady = {name for name, kind, stability in rows if kind == "macro" or stability == "CONSISTENT"}
    clocks = {"current_timestamp", "current_time", "localtime", "localtimestamp"}
    return frozenset(scalar), frozenset((scalar - steady) | clocks), frozenset({n for n, *_ in rows} - scalar)


def columns(tree: exp.Expr, join: str = "") -> list[str]:
    """Return the names of the columns that an expression uses, of the file or of one of its joins."""
    return sorted({column.name for column in tree.find_all(exp.Column) if column.table == join})


def constant(tree: exp.Expr) -> str | None:
    """Return the text of an expression that is a quoted text and nothing else."""
    return tree.name if isinstance(tree, exp.Literal) and tree.is_string else None


def bind(tree: exp.Expr, places: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return an expression with the file's columns replaced, and those of joins named, in parentheses."""

    def replace(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        return name(joined_name(node.table, node.name)) if node.table else places[node.name].copy()

    return exp.paren(tree.copy().transform(replace))


def joined_name(join: str, column: str) -> str:
    """Return what a column of a join is called beside the file's own; case does not matter."""
    return f"{join}.{column.lower()}"


def find_column(name: str, header: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> int | None:
    """Return the place of the column called `name`, or by another name it has had; case is a last resort."""
    others = next((names for used, names in aliases.items() if used.lower() == name.lower()), ())
    for wanted in (name, *others):
        if wanted in header:
            return header.index(wanted)
        alike = [place for place, known in enumerate(header) if known.lower() == wanted.lower()]
        if len(alike) == 1:
            return alike[0]
    return None


def sql(template: str, **parts: exp.Expr | str | float) -> exp.Expr:
    """Return a DuckDB expression with `$name` replaced by syntax trees or literals."""
    nodes = {
        name: part.copy() if isinstance(part, exp.Expr) else literal(part) for name, part in parts.items()
    }
    return exp.replace_placeholders(_template(template), **nodes)


@cache
def _template(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect=DIALECT)


def literal(value: str | float) -> exp.Expr:
    """Return a value as SQL."""
    return exp.convert(value)


def name(text: str) -> exp.Column:
    """Return a quoted column name."""
    return exp.column(exp.to_identifier(text, quoted=True))


def _first_line(error: Exception) -> str:
    return str(error).replace("\x1b[4m", "").replace("\x1b[0m", "").strip().splitlines()[0]
