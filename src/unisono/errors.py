"""Everything Unisono raises on purpose.

UnisonoError
├── PlaybookError     UN1xxx   a playbook or project file is wrong
├── SourceError       UN2xxx   a source file or its declaration is wrong
├── EngineError       UN3xxx   SQL or a kernel failed, or a table breaks its contract
├── StoreError        UN4xxx   a snapshot cannot be read or written
├── UsageError        UN5xxx   what was asked for does not exist
└── LedgerError       UN6xxx   the operational database cannot be opened, read or written, or was tampered with

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
    "UN2001": "no file, or no member of an archive, matches a path of a source",
    "UN2002": "a file cannot be read: missing rights, cut off, damaged, or not of its format",
    "UN2003": "the format of a file cannot be told from its ending",
    "UN2004": "a file or worksheet is empty; a file without rows still has its header",
    "UN2005": "a file is not written in the encoding its source declares",
    "UN2006": "the header of a file is missing, or has a column twice",
    "UN2007": "a row has no end: a quote is not closed, or the line is too long",
    "UN2008": "a file lacks a column that an expression uses",
    "UN2009": "a workbook has no sheet of that name",
    "UN2010": "a source names no table, or does not map a column that the table needs",
    "UN2011": "a source maps a column that its table does not have, or maps it twice",
    "UN2012": "a mapping is not one scalar DuckDB expression over the row's own columns",
    "UN2013": "an expression does not fit the types of a file's columns",
    "UN2014": "no preset is registered under that name, or the preset is broken",
    "UN2015": "a preset has no feed of that name, or a feed is named without a preset",
    "UN2016": "a time zone or an encoding is not known",
    "UN2017": "two sources have the same name",
    "UN2018": "a mapping writes a word that its column may not hold",
    "UN2019": "groups are asked for where there can be none, or they would overwrite a mapped column",
    "UN2020": "two joins of a source have the same name",
    "UN2101": "a line of stewards' decisions cannot be read",
    "UN2102": "stewards' decisions contradict one another",
    "UN2103": "stewards' decisions make one customer of records of different kinds",
    "UN2104": "a line of the erased records cannot be read",
    "UN3001": "the engine refused the SQL of a table; the message quotes it with its values",
    "UN3002": "a parameter of a table's SQL or kernel has no value",
    "UN3003": "a SQL file is not valid SQL",
    "UN3004": "a table is read that is not in the contract",
    "UN3005": "what was made for a table does not fit its contract",
    "UN3006": "a SQL file uses something that is not the same on every engine",
    "UN3007": "tables need each other in a circle",
    "UN3008": "two steps make the same table",
    "UN3009": "a kernel failed",
    "UN3010": "Spark cannot be used: the package or Java is missing, or it does not start",
    "UN3011": "a kernel asks for a column that is not in the contract",
    "UN3012": "a check found rows that must not be; nothing was published",
    "UN3013": "the commercial side of a run can be traced to what only the medical side may know",
    "UN3014": "a part of a SQL statement ('with') has the name of a table",
    "UN3020": "the rows of a file do not add up to accepted, quarantined and duplicates",
    "UN4001": "nothing has been run yet",
    "UN4002": "the published run, or its manifest, is gone or cannot be read",
    "UN4003": "another run is writing the store",
    "UN4004": "the published run was made by another playbook, version or seed than a refresh would add to it",
    "UN5001": "no engine has that name",
    "UN5002": "the published run has no table of that name",
    "UN5003": "the folder is not a project",
    "UN5004": "too few or too many words were given to a command",
    "UN5005": "a date or instant cannot be read",
    "UN5006": "no representative has that id",
    "UN5007": "a table cannot be exported to a file of that ending",
    "UN5008": "a decision and a customer were asked about at once, or neither",
    "UN5009": "no decision has that id, or the published run has none",
    "UN5010": "no customer has that id",
    "UN5011": "lineage was asked of a column that is not in the contract",
    "UN5101": "no template has that name",
    "UN5102": "the folder for a new project is not empty",
    "UN5103": "a simulated world has no such setting, or no such value for it, or suggestions for it lack a column",
    "UN5201": "no record has that key",
    "UN5202": "what a steward asks or records makes no sense: one record twice, or nothing left to split from",
    "UN5203": "no write key has that id",
    "UN5401": "an account of that name exists",
    "UN5402": "a representative is not in the roster of the published run",
    "UN5403": "no account has that name",
    "UN5301": "charts need a package that is not installed",
    "UN5302": "there is nothing to draw a chart of",
    "UN5501": "the service needs a package that is not installed",
    "UN6001": "the ledger cannot be opened",
    "UN6002": "another program holds the ledger too long",
    "UN6003": "the database of the ledger refused a statement",
    "UN6004": "a row of the audit was changed, or is missing",
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

    def __reduce__(self) -> tuple[object, ...]:
        # Errors travel between processes; what `Exception` would pickle is the text alone.
        return _rebuilt, (type(self), vars(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.code} {self.message}" if self.where else f"{self.code} {self.message}"
        return f"{text}\n  Hint: {self.hint}" if self.hint else text


def _rebuilt(kind: type[UnisonoError], facts: dict[str, object]) -> UnisonoError:
    error = kind.__new__(kind)
    vars(error).update(facts)
    return error


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


class LedgerError(UnisonoError):
    """The operational database cannot be opened, read or written, or was tampered with."""


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
