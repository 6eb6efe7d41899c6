"""Tables are equal: same columns, types and rows; rows in any order, fractions within 1e-9.

Sums of fractions depend in their last digits on the order threads add them up.
"""

import math


def assert_equal(one, other, where=""):
    assert columns(one) == columns(other), where
    assert_rows(one.to_pylist(), other.to_pylist(), where)


def assert_rows(one, other, where=""):
    mine, theirs = in_order(one), in_order(other)
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


def in_order(rows):
    """Rows in an order that does not hang on the last digits of a fraction."""
    return sorted(rows, key=lambda row: [rough(value) for value in row.values()])


def rough(value):
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
