"""What decisions and the door say, in the reader's language; in English where that cannot say all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext

from unisono.deliver import Detail
from unisono.wording import Said, read, recognised
from unisono.workbench.templatetags import words

register = template.Library()

Row = dict[str, Any]

SENTENCES = ("reasons", "why_not_usual", "flip_condition", "consent_proof")
KINDS: dict[str, Callable[[str], str]] = {
    "day": lambda value: words.day(date.fromisoformat(value)),
    "instant": lambda value: words.instant(datetime.fromisoformat(value)),
    "number": lambda value: value.replace(".", get_format("DECIMAL_SEPARATOR")),
    "slot": words.slot,
    "word": words.word,
}


def sentences(record: Mapping[str, Any]) -> Row:
    """Return the sentences of a decision record in the reader's language, and which `language` that is.

    They are all in English if a record is older than its wording, or if one of its templates is not in the catalogue.
    """
    language = get_language() or "en"
    if not language.startswith("en"):
        try:
            made = read(record.get("wording") or "{}")
            return {name: _rendered(made[name]) for name in SENTENCES} | {"language": language}
        except (KeyError, ValueError):
            pass
    return {name: record[name] for name in SENTENCES} | {"language": "en"}


@register.filter
def of_door(text: str) -> str:
    """Return what the door said in the reader's language; any other text as it is."""
    said = recognised(text, Detail)
    if said is None or (get_language() or "en").startswith("en"):
        return text
    try:
        return _rendered(said)
    except (KeyError, ValueError):
        return text


def _rendered(said: Said | list[Said]) -> Any:
    if isinstance(said, Said):
        return said.render(_translated, lambda kind, value: KINDS[kind](value))
    return [_rendered(one) for one in said]


def _translated(message: str) -> str:
    """Return a template in the reader's language; KeyError if the catalogue does not have it."""
    found = gettext(message)
    if found == message:
        raise KeyError(message)
    return found
