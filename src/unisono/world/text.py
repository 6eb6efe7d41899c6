"""Arrays as the text that exports hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Bools, Floats, Ints


def pick(words: Sequence[str], at: Ints) -> pa.Array:
    """Return the words at these positions, empty text where the position is negative."""
    return pa.array(["", *words]).take(pa.array(np.maximum(at, -1) + 1))


def worded(codes: np.ndarray, words: Mapping[str, str]) -> pa.Array:
    """Return codes in a system's own words."""
    return pa.array([words[code] for code in codes.tolist()], pa.string())


def numbered(prefix: str, number: Ints, digits: int = 0) -> pa.Array:
    """Return `prefix` followed by the numbers, filled with zeros to `digits`."""
    text = pa.array(number).cast(pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(text, digits, "0") if digits else text, "")


def joined(separator: str, *parts: pa.Array | str) -> pa.Array:
    """Return the parts joined row by row."""
    return pc.binary_join_element_wise(*parts, separator)


def instants(at: np.ndarray, form: str) -> pa.Array:
    """Return instants in a strftime form, empty text where there is none."""
    return pc.strftime(pa.array(at.astype("datetime64[s]")), format=form).fill_null("")


def decimals(values: Floats, point: str) -> pa.Array:
    """Return numbers with one decimal place, empty where there is none."""
    text = pc.replace_substring(pa.array(np.round(values, 1), from_pandas=True).cast(pa.string()), ".", point)
    return text.fill_null("")


def blank_unless(condition: Bools, text: pa.Array) -> pa.Array:
    """Return the text where the condition holds, else empty text."""
    return pc.if_else(pa.array(condition), text, "")
