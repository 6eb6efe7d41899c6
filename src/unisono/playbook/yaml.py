"""YAML files as models, every problem named by file, line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from unisono.errors import PlaybookError, ProblemsError
from unisono.playbook.document import KEY, Document, Loc, Place, Problem, parse
from unisono.playbook.explain import explain

M = TypeVar("M", bound=BaseModel)


class Finding(NamedTuple):
    """One thing wrong with a model's content, at a path of keys and list indices (see `Read.place`).

    `first` is the path of an earlier entry that it collides with.
    """

    loc: Loc
    code: str
    message: str
    hint: str = ""
    first: Loc | None = None


@dataclass(frozen=True)
class Read(Generic[M]):
    """A valid model and the document it was read from."""

    value: M
    document: Document

    def place(self, *loc: str | int) -> str:
        """Return `file:line:column` of the value at a path, e.g. `place("products", 0, "name")`."""
        return str(self.document.place(loc))


def load_yaml(path: Path, model: type[M]) -> M:
    """Return `model` read from one YAML file; ProblemsError with everything wrong in it."""
    return read_yaml([path], model).value


def read_yaml(
    paths: Sequence[Path],
    model: type[M],
    *,
    whole: Path | None = None,
    check: Callable[[M], Iterable[Finding]] | None = None,
) -> Read[M]:
    """Return `model` read from the top-level sections of all `paths`.

    `whole` is what errors name when something is missing from all files (the first file by default).
    `check` looks for further problems in a model that has the right shape.
    Raises ProblemsError with every problem of every file, sorted by file and line.
    """
    document = _merged([parse(path) for path in paths], Place((whole or paths[0]).as_posix()))
    try:
        value = model.model_validate(document.data)
    except ValidationError as error:
        document.problems.extend(_misfits(error, model, document))
        raise _failure(document.problems) from None
    if check and not document.problems:
        document.problems.extend(_placed(finding, document) for finding in check(value))
    if document.problems:
        raise _failure(document.problems)
    return Read(value, document)


def _merged(documents: Sequence[Document], whole: Place) -> Document:
    """Return all documents as one; a section found in two of them is a problem that names both places."""
    merged = Document()
    for document in documents:
        for section in document.data.keys() & merged.data.keys():
            message = f"section '{section}' is also in {merged.keys[section,]}"
            merged.problems.append(
                Problem(document.keys[section,], "UN1005", message, "keep a section in one file")
            )
        merged.data |= document.data
        merged.values |= document.values
        merged.keys |= document.keys
        merged.problems += document.problems
    merged.values[()] = whole
    return merged


def _misfits(error: ValidationError, model: type[BaseModel], document: Document) -> Iterator[Problem]:
    """Yield what does not fit the model; sections that an unreadable file may hold are not called missing."""
    unread = any(problem.code in {"UN1001", "UN1009"} for problem in document.problems)
    for detail in error.errors(include_url=False):
        kind, loc = detail["type"], detail["loc"]
        if not (unread and kind == "missing" and len(loc) == 1):
            place = document.place((*loc, KEY) if kind == "extra_forbidden" else loc)
            yield Problem(place, *explain(detail, model))


def _placed(finding: Finding, document: Document) -> Problem:
    message = finding.message
    if finding.first is not None:
        message += f"; first at {document.place(finding.first)}"
    return Problem(document.place(finding.loc), finding.code, message, finding.hint)


def _failure(problems: Iterable[Problem]) -> ProblemsError:
    return ProblemsError(
        [PlaybookError(p.code, p.message, where=str(p.place), hint=p.hint) for p in sorted(set(problems))]
    )
