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

SINGLE = ("why_not_usual", "flip_condition", "consent_proof")
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
    language = _language()
    if language != "en":
        try:
            said = read(record.get("wording") or "{}")
            made = {name: [_rendered(one) for one in some] for name, some in said.items()}
            return {
                "reasons": made["reasons"],
                **{name: made[name][0] for name in SINGLE},
                "language": language,
            }
        except (KeyError, ValueError):
            pass
    return {name: record[name] for name in ("reasons", *SINGLE)} | {"language": "en"}


@register.filter
def of_door(text: str) -> str:
    """Return what the door said in the reader's language; any other text as it is."""
    said = recognised(text, Detail)
    if said is None or _language() == "en":
        return text
    try:
        return _rendered(said)
    except (KeyError, ValueError):
        return text


def _language() -> str:
    return get_language() or "en"


def _rendered(said: Said) -> str:
    return said.render(_translated, lambda kind, value: KINDS[kind](value))


def _translated(message: str) -> str:
    """Return a template in the reader's language; KeyError if the catalogue does not have it."""
    found = gettext(message)
    if found == message:
        raise KeyError(message)
    return found
