"""Values as files have them to the contract's types; null where it cannot be done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from unisono.ingest.expression import literal, sql
from unisono.ingest.spec import Source
from unisono.tables import Type

_BLANK = r"[\s\v\x{00a0}\x{2007}\x{202f}\x{feff}]+"
BLANKS = f"^{_BLANK}|{_BLANK}$"
EXPECTED = {
    "DOUBLE": "a number",
    "BOOLEAN": "yes or no",
    "DATE": "a date",
    "TIMESTAMP": "an instant",
}
_NUMBERS = {
    # whole digits, perhaps in groups of three; then a fraction and an exponent
    ".": r"[+-]?(\d+|\d{1,3}([,'’\s\x{00a0}\x{2009}\x{202f}]\d{3})+)?(\.\d*)?([eE][+-]?\d+)?",
    ",": r"[+-]?(\d+|\d{1,3}([.'’\s\x{00a0}\x{2009}\x{202f}]\d{3})+)?(,\d*)?([eE][+-]?\d+)?",
}
_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = r"[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?"
_OFFSET = r" ?(Z|[+-]\d{2}(:?\d{2})?)"


def text(value: exp.Expr) -> exp.Expr:
    """Return a value as text without outer blanks, null if nothing is left."""
    return sql("nullif(regexp_replace(cast($x as varchar), $blanks, '', 'g'), '')", x=value, blanks=BLANKS)


@dataclass(frozen=True)
class Given:
    """A value of a file: as it is, its DuckDB type, and as text without outer blanks (null if nothing is left).

    `iso_too` takes dates in ISO form whatever the source's `dates` say: a worksheet's own dates come so.
    """

    value: exp.Expr
    type: str
    text: exp.Expr
    iso_too: bool = False

    @property
    def is_local(self) -> bool:
        """Whether it is a date or an instant that does not say where on earth."""
        return self.type == "date" or (self.type.startswith("timestamp") and not self.is_instant)

    @property
    def is_instant(self) -> bool:
        """Whether it is an instant that does."""
        return self.type == "timestamp with time zone"


def converted(given: Given, wanted: Type, source: Source) -> exp.Expr:
    """Return a value as type `wanted`, null where that cannot be."""
    match wanted:
        case "VARCHAR":
            return _to_text(given)
        case "VARCHAR[]":
            return _to_list(given)
        case "DOUBLE":
            return _to_number(given, source.decimal)
        case "BOOLEAN":
            return sql(
                """case when lower($x) in ('true', 't', 'yes', 'y', '1', 'on') then true
                        when lower($x) in ('false', 'f', 'no', 'n', '0', 'off') then false end""",
                x=given.text,
            )
        case "DATE":
            return sql("cast($x as date)", x=_to_local(given, source))
        case "TIMESTAMP":
            return _to_utc(given, source)
        case "BIGINT":
            return sql("try_cast($x as bigint)", x=_to_number(given, source.decimal))


def _to_text(given: Given) -> exp.Expr:
    if given.type not in {"double", "float"}:
        return given.text
    # Identifiers become 123.0 in files written by tools that have no empty integers.
    return sql(
        "case when $x = floor($x) and abs($x) < 1e15 then cast(cast($x as bigint) as varchar) else $text end",
        x=given.value,
        text=given.text,
    )


def _to_list(given: Given) -> exp.Expr:
    items = given.value
    if given.type != "list":
        items = sql(
            """case when $x[1] = '[' and json_valid($x) then cast(cast($x as json) as varchar[])
                    when $x is not null then [$x] end""",
            x=given.text,
        )
    clean = sql(
        """list_filter(
             list_transform($items, lambda i: nullif(regexp_replace(cast(i as varchar), $blanks, '', 'g'), '')),
             lambda i: i is not null)""",
        items=items,
        blanks=BLANKS,
    )
    return sql("case when len($x) > 0 then $x end", x=clean)


def _to_number(given: Given, decimal: str) -> exp.Expr:
    if given.type in {"varchar", "null"}:
        plain = sql("regexp_replace($x, $signs, '', 'g')", x=given.text, signs=rf"[^0-9eE+\-{decimal}]")
        number = sql(
            """case when regexp_full_match($x, $pattern)
                    then try_cast(replace($plain, $decimal, '.') as double) end""",
            x=given.text,
            pattern=_NUMBERS[decimal],
            plain=plain,
            decimal=decimal,
        )
    else:
        number = sql("try_cast($x as double)", x=given.value)
    return sql("case when isfinite($x) then $x end", x=number)


def _to_local(given: Given, source: Source) -> exp.Expr:
    """Return a TIMESTAMP on the clock of the source's zone, which is what a date is read off."""
    if given.is_local:
        return sql("cast($x as timestamp)", x=given.value)
    return sql("timezone($zone, timezone('UTC', $x))", zone=source.timezone, x=_to_utc(given, source))


def _to_utc(given: Given, source: Source) -> exp.Expr:
    if given.is_instant:
        return sql("timezone('UTC', $x)", x=given.value)
    if given.is_local:
        return _zoned(sql("cast($x as timestamp)", x=given.value), source)
    tried = [_parsed(given.text, form, source) for form in source.dates]
    if given.iso_too or not tried:
        tried.append(_iso(given.text, source))
    return exp.func("coalesce", *tried, dialect="duckdb")


def _parsed(written: exp.Expr, form: str, source: Source) -> exp.Expr:
    parsed = sql("try_strptime($x, $form)", x=written, form=form)
    if "%z" in form or "%Z" in form:
        return sql("timezone('UTC', $x)", x=parsed)
    return _zoned(parsed, source)


def _iso(written: exp.Expr, source: Source) -> exp.Expr:
    without = sql(
        "case when regexp_full_match($x, $form) then try_cast(replace($x, ',', '.') as timestamp) end",
        x=written,
        form=f"{_DAY}({_TIME})?",
    )
    # DuckDB wants the offset close to the time and with a colon.
    plain = sql(r"regexp_replace(replace($x, ',', '.'), ' ?([+-]\d{2}):?(\d{2})$', '\1:\2')", x=written)
    offset = sql(
        "case when regexp_full_match($x, $form) then try_cast($plain as timestamptz) end",
        x=written,
        form=f"{_DAY}{_TIME}{_OFFSET}",
        plain=plain,
    )
    return sql("coalesce($without, timezone('UTC', $offset))", without=_zoned(without, source), offset=offset)


def _zoned(instant: exp.Expr, source: Source) -> exp.Expr:
    if source.timezone == "UTC":
        return instant
    return sql("timezone('UTC', timezone($zone, $x))", zone=source.timezone, x=instant)


def empty(wanted: Type) -> exp.Expr:
    """Return null of a type."""
    return exp.cast(exp.null(), wanted, dialect="duckdb")


def written(value: str | None, wanted: Type, source: Source) -> exp.Expr:
    """Return a constant written in a mapping or in the contract as type `wanted`."""
    if value is None:
        return empty(wanted)
    constant = literal(value)
    given = Given(constant, "varchar", constant, iso_too=True)
    return exp.cast(converted(given, wanted, source), wanted, dialect="duckdb")
