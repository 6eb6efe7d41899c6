"""Sentences as a message with its values, so that every reader's language can say the same.

A message is a template in English whose fields are `{name}` or `{name:kind}`. A value is text, or a sentence of its
own. The kind is what a language writes differently:

    day       2026-01-05
    instant   2026-01-05 09:12, in UTC
    number    -12.50, rounded as English says it
    slot      wed_evening
    word      a code of a vocabulary
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Any, NamedTuple

WEEKDAYS = {name[:3].lower(): name for name in calendar.day_name}
DAY = r"\d{4}-\d\d-\d\d"
ENGLISH = {"day": DAY, "instant": rf"{DAY} \d\d:\d\d", "number": r"-?\d+(?:\.\d+)?"}
"""How English writes a kind; other kinds are any text."""

_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


class Said(NamedTuple):
    """A template and what its fields stand for; as text it is English."""

    template: str
    values: Mapping[str, str | Said]

    def __str__(self) -> str:
        return self.render(str, english)

    def render(self, translate: Callable[[str], str], write: Callable[[str, str], str]) -> str:
        """Return the sentence in the language that `translate` puts templates and `write(kind, value)` values into.

        Raises KeyError if the translation has a field that the sentence has no value for.
        """
        made = []
        for literal, name, kind in _parts(translate(self.template)):
            made.append(literal)
            if name is not None:
                value = self.values[name]
                if isinstance(value, Said):
                    value = value.render(translate, write)
                made.append(write(kind, value) if kind else value)
        return "".join(made)


def say(template: str, /, **values: object) -> Said:
    """Return a sentence; values that are no sentences themselves become text."""
    return Said(
        template, {name: value if isinstance(value, Said) else str(value) for name, value in values.items()}
    )


def english(kind: str, value: str) -> str:
    """Return a value as English writes it."""
    if kind == "slot":
        weekday, part = value.split("_")
        return f"{WEEKDAYS[weekday]} {part}"
    return f"{value} UTC" if kind == "instant" else value


def recognised(text: str, templates: Iterable[str]) -> Said | None:
    """Return what a sentence in English was made of, None if none of the templates says just that."""
    for template in templates:
        if found := _pattern(template).fullmatch(text):
            return Said(template, found.groupdict())
    return None


def written(sentences: Mapping[str, Sequence[Said]]) -> str:
    """Return sentences by name as JSON, each as `[template, {name: value}]`."""
    return _JSON.encode(sentences)


def read(text: str) -> dict[str, list[Said]]:
    """Return what `written` wrote; ValueError if it is no JSON."""
    return {name: [_said(*one) for one in some] for name, some in json.loads(text).items()}


def _said(template: str, values: Mapping[str, Any]) -> Said:
    return Said(
        template,
        {name: value if isinstance(value, str) else _said(*value) for name, value in values.items()},
    )


@lru_cache(maxsize=1024)
def _parts(template: str) -> list[tuple[str, str | None, str]]:
    """Return each literal of a template with the name and the kind of the field after it; the last may have none."""
    return [(literal, name, kind or "") for literal, name, kind, _ in Formatter().parse(template)]


@lru_cache(maxsize=1024)
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(
        "".join(
            re.escape(literal)
            + (f"(?P<{name}>{ENGLISH.get(kind, '.+')}){' UTC' * (kind == 'instant')}" if name else "")
            for literal, name, kind in _parts(template)
        ),
        re.DOTALL,
    )
