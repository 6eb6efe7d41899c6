"""One YAML file as plain data that knows where each part of it stands.

Scalars are read as text and the model decides what they are: `market: NO` stays Norway, `version: 1.10`
stays 1.10, and a date is a date where a date is wanted. Only plain `null`, `~` and nothing at all are empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import yaml
from yaml.reader import Reader

Loc = tuple[str | int, ...]
"""A path of keys and list indices; a last part `[key]` means the key, not its value."""

KEY = "[key]"

MAX_DEPTH = 100

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
_TAGS = {
    _STANDARD + name for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "seq", "map")
}
_HINTS = (
    ("mapping values are not allowed", "put text that holds ': ' in quotes, or check the indentation"),
    ("cannot start any token", "put text that begins with a special character in quotes"),
    ("alphabetic or numeric", "put text that begins with * or & in quotes"),
    ("another document", "keep one document per file; remove the '---' between them"),
    ("undefined alias", "put text that begins with * in quotes, or define the anchor before its use"),
    ("end of stream", "a quote or bracket is not closed"),
)


class Place(NamedTuple):
    """Where something stands; lines and columns count from 1, and line 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Problem(NamedTuple):
    """One thing wrong at a place; sorts by place."""

    place: Place
    code: str
    message: str
    hint: str = ""


@dataclass
class Document:
    """Plain data of one or more files, and where each value and each key of it stands."""

    data: dict[str, object] = field(default_factory=dict)
    values: dict[Loc, Place] = field(default_factory=dict)
    keys: dict[Loc, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, loc: Loc) -> Place:
        """Return where `loc` stands, or the nearest thing around it; a last part `[key]` means the key."""
        if loc[-1:] == (KEY,) and loc[:-1] in self.keys:
            return self.keys[loc[:-1]]
        while loc not in self.values:
            loc = loc[:-1]
        return self.values[loc]


def parse(path: Path) -> Document:
    """Return the data of one file; problems are kept in it, and what could be read is returned."""
    document = Document()
    document.values[()] = Place(path.as_posix())
    try:
        text = _text(path, document)
        _check_depth(text)
        node = yaml.compose(text, Loader=_LOADER)
        data = _plain(node, (), path.as_posix(), document) if node else {}
    except OSError as error:
        document.problems.append(_unreadable(path, error))
    except yaml.MarkedYAMLError as error:
        document.problems.append(_not_yaml(path, text, error))
    except RecursionError:
        hint = f"a value may not hold itself, nor be more than {MAX_DEPTH} levels deep"
        document.problems.append(Problem(Place(path.as_posix()), "UN1001", "nested too deeply", hint))
    else:
        if isinstance(data, dict):
            document.data = data
        elif data is not None:
            message = "the file should hold keys and values at its top level"
            document.problems.append(Problem(document.values[()], "UN1004", message, "begin with 'key:'"))
    return document


def _text(path: Path, document: Document) -> str:
    """Return the file's text up to the first thing that is not text."""
    raw = path.read_bytes()
    try:
        text, bad, what = raw.decode("utf-8-sig"), None, ""
    except UnicodeDecodeError as error:
        text = raw[: error.start].decode("utf-8-sig")
        bad, what = len(text), "the file is not UTF-8"
    if bad is None and (found := Reader.NON_PRINTABLE.search(text)):
        bad, what = found.start(), f"character U+{ord(found.group()):04X} is not allowed in YAML"
    if bad is None:
        return text
    line, column = text.count("\n", 0, bad) + 1, bad - text.rfind("\n", 0, bad)
    document.problems.append(
        Problem(Place(path.as_posix(), line, column), "UN1001", what, "save the file as UTF-8 text")
    )
    return ""


def _check_depth(text: str) -> None:
    """RecursionError if the text is nested so deeply that composing it would exhaust the C stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise RecursionError


def _plain(node: yaml.Node, loc: Loc, file: str, document: Document) -> object:
    """Return a node as dict, list, text or None, noting where it and all parts of it stand."""
    here = Place(file, node.start_mark.line + 1, node.start_mark.column + 1)
    document.values[loc] = here
    _supported(node, here, document)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, loc, file, document)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*loc, index), file, document) for index, item in enumerate(node.value)]
    return None if node.tag == _STANDARD + "null" else str(node.value)


def _mapping(node: yaml.MappingNode, loc: Loc, file: str, document: Document) -> dict[str, object]:
    data: dict[str, object] = {}
    for key, value in node.value:
        here = Place(file, key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            hint = "put text that begins with { or [ in quotes"
            document.problems.append(Problem(here, "UN1004", "a key should be text", hint))
        elif key.value in data:
            message = f"key '{key.value}' is given twice; first at {document.keys[*loc, key.value]}"
            document.problems.append(Problem(here, "UN1005", message, "remove one of them"))
        elif _supported(key, here, document):
            document.keys[*loc, key.value] = here
            data[key.value] = _plain(value, (*loc, key.value), file, document)
    return data


def _supported(node: yaml.Node, here: Place, document: Document) -> bool:
    """Whether a node's tag says no more than its text does; a problem if it does."""
    if node.tag in _TAGS:
        return True
    what = "merge key '<<'" if node.tag == _STANDARD + "merge" else f"tag '{node.tag}'"
    hint = "write the values out; an anchor (&) and alias (*) may stand for a whole value"
    document.problems.append(Problem(here, "UN1001", f"{what} is not supported", hint))
    return False


def _unreadable(path: Path, error: OSError) -> Problem:
    reason = (error.strerror or str(error)).lower()
    return Problem(Place(path.as_posix()), "UN1009", f"cannot be read: {reason}", "check the path")


def _not_yaml(path: Path, text: str, error: yaml.MarkedYAMLError) -> Problem:
    """Return what the YAML parser said, with a hint for the usual slips."""
    mark, problem = error.problem_mark or error.context_mark, error.problem or ""
    line = mark.line if mark else 0
    message = f"not valid YAML: {problem}"
    if error.context:
        since = f" that begins at line {error.context_mark.line + 1}" if error.context_mark else ""
        message += f", {error.context}{since}"
    hint = next((hint for words, hint in _HINTS if words in problem), "check the indentation and the quotes")
    if "\t" in "".join(text.splitlines()[line : line + 1]):
        hint = "indent with spaces; YAML allows no tabs there"
    return Problem(Place(path.as_posix(), line + 1, mark.column + 1 if mark else 1), "UN1001", message, hint)
