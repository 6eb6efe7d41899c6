"""How alike two values can be: the levels of each kind of comparison, from equal to different, as SQL.

`{l}` and `{r}` stand for the two values. Only what DuckDB and Spark both have and agree on is used.
"""

from __future__ import annotations

from dataclasses import dataclass

LONGER = "greatest(length({l}), length({r}))"
TYPOS = "levenshtein({l}, {r})"
SHORTER_BEGINS = (
    "(substr({l}, 1, length({r})) = {r} or substr({r}, 1, length({l})) = {l})"
    " and least(length({l}), length({r})) "
)
HALF = f"cast(ceil({LONGER} / 2.0) as int)"


@dataclass(frozen=True)
class Level:
    """One degree of likeness: holds where its condition does and none before it did.

    `m` and `u` are where learning starts: its probability in two records of one person, and of two.
    """

    label: str
    condition: str
    m: float
    u: float


EXACT = Level("equal", "{l} = {r}", 0.85, 0.01)
ELSE = "ELSE"


def _else(m: float, u: float) -> Level:
    return Level("different", ELSE, m, u)


LEVELS: dict[str, tuple[Level, ...]] = {
    "exact": (EXACT, _else(0.15, 0.99)),
    "name": (
        EXACT,
        Level(
            "a typing error apart, or the other's beginning",
            f"{TYPOS} <= 0.2 * {LONGER} or ({SHORTER_BEGINS} >= 3)",
            0.06,
            0.005,
        ),
        Level("the other's initial", f"{SHORTER_BEGINS} >= 1", 0.02, 0.005),
        Level("similar", f"{TYPOS} <= 0.4 * {LONGER}", 0.02, 0.03),
        _else(0.05, 0.95),
    ),
    "text": (
        EXACT,
        Level("nearly equal", f"{TYPOS} <= 0.2 * {LONGER} or ({SHORTER_BEGINS} >= 6)", 0.06, 0.005),
        Level("similar", f"{TYPOS} <= 0.4 * {LONGER}", 0.02, 0.03),
        _else(0.07, 0.955),
    ),
    "code": (
        EXACT,
        Level("one character apart", f"{TYPOS} <= 1", 0.06, 0.005),
        Level("the same beginning", f"substr({{l}}, 1, {HALF}) = substr({{r}}, 1, {HALF})", 0.04, 0.02),
        _else(0.05, 0.965),
    ),
}
"""Likeness of the playbook -> its levels."""
