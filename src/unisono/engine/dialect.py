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
    "day_of_week": "date_diff('day', date_trunc('week', x), x)",
    "dayofweek_iso": "date_diff('day', date_trunc('week', x), x)",
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
CASTS = (
    "TEXT",
    "VARCHAR",
    "BIGINT",
    "INT",
    "DOUBLE",
    "BOOLEAN",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPNTZ",
    "ARRAY",
)
INTEGERS = (exp.DType.INT, exp.DType.BIGINT)
FRACTIONS = (exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.DECIMAL, exp.DType.UNKNOWN)
TIMES = (exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)
FIELDS = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR")


def harmonise(tree: exp.Query) -> exp.Query:
    """Return a statement that means the same on every engine, as far as rewriting can make it.

    A number with a point is a double, not a decimal; x / 0 and ln(0) are empty, not infinite or an error.
    """
    tree = tree.copy()
    for node in list(tree.find_all(exp.Literal, exp.Div, exp.Ln)):
        if isinstance(node, exp.Literal) and node.is_number and not node.is_int:
            node.replace(exp.cast(node.copy(), "double"))
        elif isinstance(node, exp.Div) and node.expression.find(exp.Column):
            node.set("expression", exp.func("nullif", node.expression, exp.convert(0), copy=False))
        elif isinstance(node, exp.Ln) and node.find(exp.Column):
            positive = exp.func("greatest", node.this, exp.convert(0), copy=False)
            node.set("this", exp.func("nullif", positive, exp.convert(0), copy=False))
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
        for side in ("this", "expression"):
            node.set(side, exp.cast(node.args[side], "date", copy=False))
    elif isinstance(node, exp.TimestampTrunc):  # Spark returns an instant with a time zone
        naive = exp.Cast(to=exp.DataType.build("timestamp", dialect="duckdb"))
        node.replace(naive)
        naive.set("this", node)
    elif isinstance(node, exp.Bracket):  # past the end: empty, as in DuckDB, not an error
        node.set("safe", True)
    elif isinstance(node, exp.Interval) and not isinstance(node.this, exp.Literal):
        days = exp.cast(node.this.unnest(), "int", copy=False)
        node.replace(exp.Anonymous(this="MAKE_DT_INTERVAL", expressions=[days]))


def differences(tree: exp.Query) -> Iterator[tuple[str, str]]:
    """Yield what in a statement with types is not portable, and what to use instead."""
    for node in tree.walk():
        if isinstance(node, exp.Func) and type(node) not in PORTABLE:
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            yield f"{name}()", INSTEAD.get(name, "a function that unisono.engine.dialect.PORTABLE lists")
        elif (found := _clause(node) or _value(node)) is not None:
            yield found


def _is_whole(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Floor, exp.Ceil, exp.Round)) or not node.is_type(*FRACTIONS)


def _clause(node: exp.Expr) -> tuple[str, str] | None:
    match node:
        case exp.Join() if node.method:
            return f"{node.method.lower()} join", "an inner or left join with 'on', and row_number()"
        case exp.Lateral() | exp.Pivot() | exp.TableSample():
            return type(node).__name__.lower(), "joins and group by"
        case exp.Distinct() if node.args.get("on"):
            return "distinct on", "'qualify row_number() over (...) = 1'"
        case exp.SetOperation() if node.args.get("by_name"):
            return "union by name", "'union all' with the columns in one order"
    return None


def _value(node: exp.Expr) -> tuple[str, str] | None:
    match node:
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
        case exp.Cast() if node.is_type(*INTEGERS) and not _is_whole(node.this):
            return "cast of a fraction to a whole number", "cast(floor(x) as bigint), or round() or ceil()"
        case exp.Sub() if node.this.is_type(*TIMES) and node.expression.is_type(*TIMES):
            return "difference of two times", "date_diff('day', a, b)"
        case exp.Length() if node.this.is_type(exp.DType.ARRAY, exp.DType.LIST):
            return "length() of a list", "array_length()"
    return None
