"""Tables of two engines are equal: same columns, types and rows; rows in any order, fractions within 1e-9."""

import math


def assert_equal(one, other, where=""):
    assert columns(one) == columns(other), where
    mine, theirs = sorted_rows(one), sorted_rows(other)
    assert len(mine) == len(theirs), f"{where}: {len(mine)} and {len(theirs)} rows"
    for row, twin in zip(mine, theirs, strict=True):
        for column in row:
            assert same(row[column], twin[column]), f"{where}.{column}: {row} and {twin}"


def columns(table):
    return [(field.name, str(field.type).replace("element", "item")) for field in table.schema]


def same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other


def sorted_rows(table):
    """Rows in an order that does not hang on the last digits of a fraction."""
    return sorted(table.to_pylist(), key=lambda row: [rough(value) for value in row.values()])


def rough(value):
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
