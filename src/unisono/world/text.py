"""Arrays as the text that exports hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Bools, Floats, Ints

_DIGITS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
_PAIRS = np.stack([np.repeat(_DIGITS, 62), np.tile(_DIGITS, 62)], axis=1)
_CASES = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)


def fixed(word: str) -> pa.Scalar:
    """Return one word as pyarrow's functions take it; left to themselves they look for its type at every call."""
    return pa.scalar(word, pa.string())


def same(word: str, count: int) -> pa.Array:
    """Return one word many times."""
    return pa.repeat(fixed(word), count)


def pick(words: Sequence[str], at: Ints) -> pa.Array:
    """Return the words at these positions, empty text where the position is negative."""
    return pa.array(["", *words], pa.string()).take(pa.array(np.maximum(at, -1) + 1))


def numbered(prefix: str, number: Ints, digits: int = 0) -> pa.Array:
    """Return `prefix` followed by the numbers, filled with zeros to `digits`."""
    text = pa.array(number).cast(pa.string())
    return joined("", prefix, pc.utf8_lpad(text, digits, "0") if digits else text)


def record_ids(prefix: str, number: Ints) -> pa.Array:
    """Return 18-character record ids as Salesforce makes them, empty text where the number is negative.

    Three characters for the kind of record, twelve for the number (base 62), three that tell upper from lower
    case where a tool has lost it.
    """
    letters = np.empty((len(number), 18), np.uint8)
    letters[:, :5] = np.frombuffer((prefix + "5J")[:5].encode(), np.uint8)
    rest = np.maximum(number, 0)
    for place in range(13, 4, -2):  # two digits at a time
        rest, digits = np.divmod(rest, len(_PAIRS))
        letters[:, place : place + 2] = _PAIRS[digits]
    is_upper = (letters[:, :15] >= ord("A")) & (letters[:, :15] <= ord("Z"))
    letters[:, 15:] = _CASES[is_upper.reshape(-1, 3, 5) @ (1 << np.arange(5))]
    return blank_unless(number >= 0, _fixed(letters))


def joined(separator: str, *parts: pa.Array | str) -> pa.Array:
    """Return the parts joined row by row."""
    texts = (fixed(part) if isinstance(part, str) else part for part in parts)
    return pc.binary_join_element_wise(*texts, fixed(separator))


def iso(at: np.ndarray, suffix: str = "", between: str = "T") -> pa.Array:
    """Return instants as yyyy-mm-ddThh:mm:ss with a suffix, empty text where there is none."""
    letters = _letters(at)
    letters[:, 10] = ord(between)
    return blank_unless(~np.isnat(at), joined("", _fixed(letters), suffix))


def days(at: np.ndarray, *, italian: bool = False) -> pa.Array:
    """Return the days of instants as yyyy-mm-dd, or dd/mm/yyyy; empty text where there is none."""
    letters = _letters(at)[:, :10]
    if italian:
        letters = np.ascontiguousarray(letters[:, [8, 9, 7, 5, 6, 7, 0, 1, 2, 3]])
        letters[:, [2, 5]] = ord("/")
    return blank_unless(~np.isnat(at), _fixed(letters))


def local(at: np.ndarray, zone: str) -> np.ndarray:
    """Return instants in UTC as what clocks in a zone show."""
    zoned = pa.array(at.astype("datetime64[s]")).cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("s", zone))
    return np.asarray(pc.local_timestamp(zoned).to_numpy(zero_copy_only=False), "datetime64[s]")


def decimals(values: Floats, point: str = ".") -> pa.Array:
    """Return numbers with one decimal place, empty where there is none."""
    text = pc.replace_substring(pa.array(np.round(values, 1), from_pandas=True).cast(pa.string()), ".", point)
    return text.fill_null("")


def blank_unless(condition: Bools, text: pa.Array) -> pa.Array:
    """Return the text where the condition holds, else empty text."""
    return text if condition.all() else pc.if_else(pa.array(condition), text, fixed(""))


def _letters(at: np.ndarray) -> np.ndarray:
    """Return instants as a matrix of 19 letters a row; nonsense where there is none."""
    filled = np.where(np.isnat(at), np.datetime64(0, "s"), at).astype("datetime64[s]")
    text = pa.array(filled).cast(pa.string())
    return np.frombuffer(text.buffers()[2], np.uint8, len(at) * 19).reshape(-1, 19).copy()


def _fixed(letters: np.ndarray) -> pa.Array:
    """Return the rows of a matrix of letters as texts."""
    count, width = letters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    letters = np.ascontiguousarray(letters)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters))


def record_numbers(prefix: str, record_id: pa.Array) -> Ints:
    """Return the numbers behind `record_ids` of a prefix, -1 for any other text."""
    shaped = pc.match_substring_regex(record_id, f"^{(prefix + '5J0')[:6]}[0-9A-Za-z]{{12}}$").fill_null(
        False
    )
    text = pc.if_else(shaped, record_id, "0" * 18).cast(pa.string())
    raw = "".join(text.to_pylist()).encode()
    digits = np.frombuffer(raw, np.uint8).reshape(-1, 18)[:, 6:15]
    lookup = np.zeros(256, np.int64)
    lookup[_DIGITS] = np.arange(62)
    value = lookup[digits] @ (62 ** np.arange(8, -1, -1))
    return np.where(shaped.to_numpy(zero_copy_only=False), value, -1)
