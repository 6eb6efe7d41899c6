"""What pydantic found wrong, in the words of the file: a stable code, a message and a hint."""

from __future__ import annotations

import re
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from unisono.errors import did_you_mean
from unisono.playbook.document import KEY, Loc

_SUBJECT = re.compile(r"^(Input|String|List|Dictionary|Value|Number|Keys) should ")
_REWORDED = (
    (re.compile(r"a valid dictionary( or instance of \w+)?"), "a mapping of keys to values"),
    (re.compile(r"a valid string"), "text"),
    (re.compile(r"a valid list"), "a list"),
    (re.compile(r"a valid integer"), "a whole number"),
    (re.compile(r"a valid number|a finite number"), "a number"),
    (re.compile(r", (unable to parse|got a number|input is|unexpected|invalid|month|day|year).*"), ""),
    (re.compile(r" after validation"), ""),
    (re.compile(r"date or datetime"), "date like 2026-12-31"),
)
_HINTS = {
    "list": "put it in brackets: [a, b]",
    "dict": "write 'key: value' lines below it",
    "model": "write 'key: value' lines below it",
    "string_type": "write some text, in quotes if need be",
    "date": "write year-month-day",
    "int": "write digits only",
    "float": "write a number like 0.5",
    "finite": "write a number like 0.5",
    "too_short": "add one",
}


def explain(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str, str]:
    """Return code, message and hint for one error of validating `model`."""
    loc: Loc = error["loc"]
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        owner, _ = _declared(model, loc[:-1])
        return "UN1002", f"unknown key '{loc[-1]}'", did_you_mean(str(loc[-1]), _keys(owner))
    if kind == "missing":
        _, meaning = _declared(model, loc)
        return "UN1003", f"'{loc[-1]}' is missing", f"add '{loc[-1]}:'" + (f" ({meaning})" if meaning else "")
    declared, meaning = _declared(model, loc)
    if kind == "literal_error":
        allowed = [str(word) for word in get_args(declared)]
        if loc[-1] == KEY:
            return "UN1002", f"unknown key '{given}'", did_you_mean(str(given), allowed)
        return "UN1004", f"{_name(loc)} may not be {_shown(given)}", did_you_mean(str(given), allowed)
    usual = next((hint for words, hint in _HINTS.items() if kind.startswith(words)), "")
    hint = f"{usual} ({meaning})" if usual and meaning else usual or meaning
    return "UN1004", f"{_name(loc)} {_reworded(error)}", hint


def _reworded(error: ErrorDetails) -> str:
    if error["type"] in {"value_error", "assertion_error"}:
        return error["msg"].split(", ", 1)[-1]
    message = _SUBJECT.sub("should ", error["msg"])
    for pattern, words in _REWORDED:
        message = pattern.sub(words, message)
    return message if ", not " in message else f"{message}, not {_shown(error['input'])}"


def _declared(model: type[BaseModel], loc: Loc) -> tuple[object, str]:
    """Return the type declared at `loc` and what its field means; None where the model has no such path."""
    declared, meaning = _bare(model)
    for part in (*loc[:-2], KEY) if loc[-1:] == (KEY,) else loc:
        if isinstance(declared, type) and issubclass(declared, BaseModel):
            field = next((f for name, f in declared.model_fields.items() if part in {name, f.alias}), None)
            declared, nested = _bare(field.annotation if field else None)
            meaning = (field.description if field else "") or nested
        elif get_origin(declared) in {list, dict}:
            declared, nested = _bare(get_args(declared)[0 if part == KEY else -1])
            meaning = nested or meaning
        else:
            return None, meaning
    return declared, meaning


def _bare(declared: object) -> tuple[object, str]:
    """Return an annotation without `Annotated` and `| None`, and the description it carried."""
    meaning = ""
    while True:
        if get_origin(declared) is Annotated:
            declared, *notes = get_args(declared)
            meaning = next((n.description for n in notes if isinstance(n, FieldInfo) and n.description), "")
        elif get_origin(declared) in {Union, UnionType}:
            declared = next(option for option in get_args(declared) if option is not type(None))
        else:
            return declared, meaning


def _keys(owner: object) -> list[str]:
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        return [field.alias or name for name, field in owner.model_fields.items()]
    return []


def _name(loc: Loc) -> str:
    words = [part for part in loc if isinstance(part, str) and part != KEY]
    text = f"'{words[-1]}'" if words else "the file"
    if loc[-1:] == (KEY,):
        return f"key {text}"
    return f"item {loc[-1] + 1} of {text}" if loc and isinstance(loc[-1], int) else text


def _shown(given: object) -> str:
    if given is None:
        return "empty"
    if isinstance(given, dict | list):
        return "a mapping" if isinstance(given, dict) else "a list"
    return f"'{given}'"
