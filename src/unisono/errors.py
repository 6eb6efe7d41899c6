"""Everything Unisono raises on purpose.

UnisonoError
├── PlaybookError     UN1xxx   a playbook or project file is wrong
├── SourceError       UN2xxx   a source file or its declaration is wrong
├── EngineError       UN3xxx   SQL or a kernel failed, or a table breaks its contract
├── StoreError        UN4xxx   a snapshot cannot be read or written
└── UsageError        UN5xxx   what was asked for does not exist

Every error says what, where and how to fix it, and has a stable code to search for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

CODES: dict[str, str] = {
    "UN1000": "one or more problems were found; each is listed with its own code",
    "UN1001": "the file is not YAML as Unisono reads it, or not UTF-8",
    "UN1002": "unknown key",
    "UN1003": "a key is missing",
    "UN1004": "a value has the wrong type or is not allowed",
    "UN1005": "the same key or section is given twice",
    "UN1006": "the same name stands for two things",
    "UN1007": "something is referred to that the playbook does not have",
    "UN1008": "the priors of the ladder do not sum to 1",
    "UN1009": "a file or folder is missing, empty or cannot be read",
    "UN1010": "the channel matrix lacks a cell that a product needs",
    "UN1011": "content and channel differ in purpose: the wall between medical and commercial",
    "UN1012": "content is meant for a channel that nobody acts on",
    "UN1013": "a period ends before it begins",
    "UN1014": "a channel has a limit that does not apply to whoever acts on it",
}
"""What each code means; the reference page is made from it."""


class UnisonoError(Exception):
    """Base of all errors: `code`, `message`, `where` (file:line:column or table) and `hint`."""

    def __init__(self, code: str, message: str, *, where: str = "", hint: str = "") -> None:
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.code} {self.message}" if self.where else f"{self.code} {self.message}"
        return f"{text}\n  Hint: {self.hint}" if self.hint else text


class PlaybookError(UnisonoError):
    """A playbook or project file is wrong; see `ProblemsError` for many at once."""


class SourceError(UnisonoError):
    """A source file or its declaration is wrong."""


class EngineError(UnisonoError):
    """SQL or a kernel failed, or a table breaks its contract."""


class StoreError(UnisonoError):
    """A snapshot cannot be read or written."""


class UsageError(UnisonoError):
    """What was asked for does not exist."""


class ProblemsError(PlaybookError):
    """All problems of all files at once; `problems` holds them in file order."""

    def __init__(self, problems: Sequence[UnisonoError]) -> None:
        self.problems = list(problems)
        plural = "problem" if len(self.problems) == 1 else "problems"
        super().__init__("UN1000", f"{len(self.problems)} {plural} found")

    def __str__(self) -> str:
        return "\n".join([*(str(problem) for problem in self.problems), f"{self.code} {self.message}"])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the nearest of `known`, or the first few of them if none is near."""
    options = sorted(set(known))
    near = get_close_matches(word, options, n=1, cutoff=0.6) or get_close_matches(
        word.lower(), options, n=1, cutoff=0.6
    )
    if near:
        return f"did you mean '{near[0]}'?"
    if not options:
        return ""
    listed = ", ".join(f"'{option}'" for option in options[:12])
    return f"known: {listed}{', ...' if len(options) > 12 else ''}"
