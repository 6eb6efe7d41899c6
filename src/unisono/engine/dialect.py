"""One meaning on every engine: rewrites where DuckDB and Spark differ, and what neither can be made to share."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

PORTABLE: frozenset[type[exp.Expr]] = frozenset(
    {
        *(exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.Coalesce, exp.Nullif, exp.Exists),
        *(exp.Abs, exp.Ceil, exp.Exp, exp.Floor, exp.Greatest, exp.Least, exp.Ln, exp.Pow, exp.Round),
        *(exp.Sign, exp.Sqrt),
        *(exp.Avg, exp.Corr, exp.Count, exp.CountIf, exp.GroupConcat, exp.LogicalAnd, exp.LogicalOr),
        *(exp.Max, exp.Median, exp.Min, exp.Stddev, exp.StddevSamp, exp.Sum, exp.Variance, exp.VariancePop),
        *(exp.CumeDist, exp.DenseRank, exp.FirstValue, exp.Lag, exp.LastValue, exp.Lead, exp.Ntile),
        *(exp.PercentRank, exp.Rank, exp.RowNumber),
        *(exp.ConcatWs, exp.Contains, exp.Length, exp.Lower, exp.MD5, exp.Pad, exp.RegexpExtract),
        *(exp.RegexpLike, exp.RegexpReplace, exp.Replace, exp.SHA2, exp.SplitPart, exp.StartsWith),
        *(exp.StrPosition, exp.Substring, exp.Trim, exp.Upper),
        *(exp.DateDiff, exp.Day, exp.Extract, exp.Hour, exp.Month, exp.Quarter, exp.TimestampTrunc),
        *(exp.TimeToStr, exp.Year),
        *(exp.Array, exp.ArrayContains, exp.ArrayFilter, exp.ArraySize, exp.ArraySort, exp.ArrayToString),
        *(exp.Explode, exp.Transform, exp.Unnest),
    }
)
"""Functions that give the same on every engine; the tests compare each."""

INSTEAD = {
    "any_value": "min() or max(): which value it returns differs",
    "arg_max": "'qualify row_number() over (... order by ...) = 1': ties and empty values differ",
    "arg_min": "'qualify row_number() over (... order by ...) = 1': ties and empty values differ",
    "array_agg": "string_agg(... order by ...), or a kernel: the order is lost",
    "array_distinct": "a kernel: the order differs",
    "concat": "||, or coalesce() where a value may be empty",
    "current_date": "$as_of: a run has no other clock",
    "current_timestamp": "$as_of: a run has no other clock",
    "day_of_week": "date_diff('day', date_trunc('week', x), x): weeks are counted from different days",
    "hash": "md5()",
    "list_extract": "x[1]",
    "log": "ln(): log() has different bases",
    "now": "$as_of: a run has no other clock",
    "percentile_cont": "median(), or a kernel",
    "rand": "md5() of a key and $seed: a run has no other randomness",
    "time_to_unix": "date_diff('day', ...)",
    "to_days": "interval (n) day",
    "trunc": "floor() or ceil()",
}
CASTS = ("TEXT", "VARCHAR", "BIGINT", "INT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPNTZ", "ARRAY")
FIELDS = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR")


def harmonise(tree: exp.Query) -> exp.Query:
    """Return a statement that means the same on every engine, as far as rewriting can make it.

    A number with a point is a double, not a decimal; x / 0 and ln(0) are empty, not infinite or an error.
    """
    tree = tree.copy()
    for number in list(tree.find_all(exp.Literal)):
        if number.is_number and not number.is_int:
            number.replace(exp.cast(number.copy(), "double"))
    for ratio in list(tree.find_all(exp.Div)):
        if ratio.expression.find(exp.Column):
            ratio.set("expression", exp.func("nullif", ratio.expression, exp.convert(0)))
    for logarithm in list(tree.find_all(exp.Ln)):
        if logarithm.find(exp.Column):
            positive = exp.func("greatest", logarithm.this, exp.convert(0))
            logarithm.set("this", exp.func("nullif", positive, exp.convert(0)))
    return tree


def render(tree: exp.Query | exp.Copy, dialect: str, *, pretty: bool = False) -> str:
    """Return the SQL of a harmonised statement in `dialect`."""
    if dialect == "spark":
        tree = tree.copy()
        for node in list(tree.walk()):
            _for_spark(node)
    return tree.sql(dialect=dialect, pretty=pretty)


def _for_spark(node: exp.Expr) -> None:
    if isinstance(node, exp.DateDiff):  # Spark counts full days, DuckDB midnights
        node.set("this", exp.cast(node.this, "date"))
        node.set("expression", exp.cast(node.expression, "date"))
    elif isinstance(node, exp.TimestampTrunc):  # Spark returns an instant with a time zone
        node.replace(exp.cast(node.copy(), "timestamp", dialect="duckdb"))
    elif isinstance(node, exp.Bracket):  # past the end: empty, as in DuckDB, not an error
        node.set("safe", True)
    elif isinstance(node, exp.Interval) and not isinstance(node.this, exp.Literal):
        days = exp.cast(node.this.unnest(), "int")
        node.replace(exp.Anonymous(this="MAKE_DT_INTERVAL", expressions=[days]))


def differences(tree: exp.Query) -> Iterator[tuple[str, str]]:
    """Yield what in a statement is not portable, and what to use instead."""
    for node in tree.walk():
        if isinstance(node, exp.Func) and type(node) not in PORTABLE:
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            yield f"{name}()", INSTEAD.get(name, "a function that unisono.engine.dialect.PORTABLE lists")
        elif (problem := _difference(node)) is not None:
            yield problem


def _difference(node: exp.Expr) -> tuple[str, str] | None:
    match node:
        case exp.Join() if node.method:
            return f"{node.method.lower()} join", "an inner or left join with 'on', and row_number()"
        case exp.Lateral() | exp.Pivot() | exp.TableSample():
            return type(node).__name__.lower(), "joins and group by"
        case exp.Distinct() if node.args.get("on"):
            return "distinct on", "'qualify row_number() over (...) = 1'"
        case exp.SetOperation() if node.args.get("by_name"):
            return "union by name", "'union all' with the columns in one order"
        case exp.GroupConcat() if not node.find(exp.Order):
            return "string_agg() without order", "string_agg(x, ', ' order by x)"
        case exp.RegexpReplace() if node.args.get("modifiers") is None:
            return "regexp_replace() of the first match", "regexp_replace(x, pattern, new, 'g')"
        case exp.DateDiff() if node.text("unit").upper() != "DAY":
            return f"date_diff() in {node.text('unit').lower()}s", "date_diff('day', ...)"
        case exp.Extract() if node.name.upper() not in FIELDS:
            return f"extract({node.name.lower()} ...)", f"one of {', '.join(FIELDS).lower()}"
        case exp.Interval() if not isinstance(node.this, exp.Literal) and node.text("unit").upper() != "DAY":
            return "interval of a computed length", "interval (n) day"
        case exp.Cast() if node.to.this.name not in CASTS:
            return f"cast to {node.to.sql('duckdb').lower()}", "a type of the contract"
    return None
