"""Values as files have them to the contract's types; null where it cannot be done."""

from __future__ import annotations

from sqlglot import exp

from unisono.ingest.expression import literal, sql
from unisono.ingest.spec import Source
from unisono.tables import Type

BLANKS = " \t\r\n\v\f\u00a0\u2007\u202f\ufeff"
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
_ISO = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?)?"
_OFFSET = r" ?(Z|[+-]\d{2}(:?\d{2})?)"


def text(value: exp.Expression) -> exp.Expression:
    """Return a value as text without outer blanks, null if nothing is left."""
    return sql("nullif(trim(cast($x as varchar), $blanks), '')", x=value, blanks=BLANKS)


def converted(value: exp.Expression, given: str, wanted: Type, source: Source, iso_too: bool) -> exp.Expression:
    """Return `value`, whose DuckDB type is `given`, as type `wanted`.

    `iso_too` takes ISO dates whatever `dates` says: a worksheet's own dates are handed over in that form.
    """
    match wanted:
        case "VARCHAR":
            return _to_text(value, given)
        case "VARCHAR[]":
            return _to_list(value, given)
        case "DOUBLE":
            return _to_number(value, given, source.decimal)
        case "BOOLEAN":
            return sql(
                """case when lower($x) in ('true', 't', 'yes', 'y', '1', 'on') then true
                        when lower($x) in ('false', 'f', 'no', 'n', '0', 'off') then false end""",
                x=text(value),
            )
        case "DATE":
            return sql("cast($x as date)", x=_to_local(value, given, source, iso_too))
        case "TIMESTAMP":
            return _to_utc(value, given, source, iso_too)
        case "BIGINT":
            raise NotImplementedError(wanted)


def _to_text(value: exp.Expression, given: str) -> exp.Expression:
    if given not in {"double", "float"}:
        return text(value)
    # Identifiers become 123.0 in files written by tools that have no empty integers.
    return sql(
        "case when $x = floor($x) and abs($x) < 1e15 then cast(cast($x as bigint) as varchar) else $text end",
        x=value,
        text=text(value),
    )


def _to_list(value: exp.Expression, given: str) -> exp.Expression:
    items = value
    if given != "list":
        items = sql(
            """case when $x[1] = '[' and json_valid($x) then cast(cast($x as json) as varchar[])
                    when $x is not null then [$x] end""",
            x=text(value),
        )
    clean = sql(
        "list_filter(list_transform($items, lambda i: nullif(trim(cast(i as varchar), $blanks), '')), lambda i: i is not null)",
        items=items,
        blanks=BLANKS,
    )
    return sql("case when len($x) > 0 then $x end", x=clean)


def _to_number(value: exp.Expression, given: str, decimal: str) -> exp.Expression:
    if given in {"varchar", "null"}:
        plain = sql(r"regexp_replace($x, $signs, '', 'g')", x=text(value), signs=rf"[^0-9eE+\-{decimal}]")
        number = sql(
            "case when regexp_full_match($x, $pattern) then try_cast(replace($plain, $decimal, '.') as double) end",
            x=text(value),
            pattern=_NUMBERS[decimal],
            plain=plain,
            decimal=decimal,
        )
    else:
        number = sql("try_cast($x as double)", x=value)
    return sql("case when isfinite($x) then $x end", x=number)


def _to_local(value: exp.Expression, given: str, source: Source, iso_too: bool) -> exp.Expression:
    """Return a TIMESTAMP on the clock of the source's zone, which is what a date is read off."""
    if given == "date" or given.startswith("timestamp") and given != "timestamp with time zone":
        return sql("cast($x as timestamp)", x=value)
    return sql(
        "timezone($zone, timezone('UTC', $x))", zone=source.timezone, x=_to_utc(value, given, source, iso_too)
    )


def _to_utc(value: exp.Expression, given: str, source: Source, iso_too: bool) -> exp.Expression:
    if given == "timestamp with time zone":
        return sql("timezone('UTC', $x)", x=value)
    if given == "date" or given.startswith("timestamp"):
        return _zoned(sql("cast($x as timestamp)", x=value), source)
    tried = [_parsed(text(value), form, source) for form in source.dates]
    if iso_too or not tried:
        tried.append(_iso(text(value), source))
    return exp.func("coalesce", *tried, dialect="duckdb") if len(tried) > 1 else tried[0]


def _parsed(written: exp.Expression, form: str, source: Source) -> exp.Expression:
    parsed = sql("try_strptime($x, $form)", x=written, form=form)
    if "%z" in form or "%Z" in form:
        return sql("timezone('UTC', $x)", x=parsed)
    return _zoned(parsed, source)


def _iso(written: exp.Expression, source: Source) -> exp.Expression:
    without = sql(
        "case when regexp_full_match($x, $form) then try_cast(replace($x, ',', '.') as timestamp) end",
        x=written,
        form=_ISO,
    )
    offset = sql(
        "case when regexp_full_match($x, $form) then try_cast(replace($x, ',', '.') as timestamptz) end",
        x=written,
        form=_ISO + _OFFSET,
    )
    return sql("coalesce($without, timezone('UTC', $offset))", without=_zoned(without, source), offset=offset)


def _zoned(instant: exp.Expression, source: Source) -> exp.Expression:
    if source.timezone == "UTC":
        return instant
    return sql("timezone('UTC', timezone($zone, $x))", zone=source.timezone, x=instant)


def empty(wanted: Type) -> exp.Expression:
    """Return null of a type."""
    return exp.cast(exp.null(), wanted, dialect="duckdb")


def written(value: str | None, wanted: Type, source: Source) -> exp.Expression:
    """Return a constant written in a mapping or in the contract as type `wanted`."""
    if value is None:
        return empty(wanted)
    return exp.cast(converted(literal(value), "varchar", wanted, source, iso_too=True), wanted, dialect="duckdb")
