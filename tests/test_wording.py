"""Sentences as templates and values: said, kept, read back, and put into other languages."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.wording import Said, english, read, recognised, say, written

TEXT = st.text(st.characters(codec="utf-8"), max_size=9)
SAID = st.recursive(
    st.builds(lambda one: say("on {one:day}", one=one), TEXT),
    lambda inner: st.builds(lambda a, b: say("{a} of {b}", a=a, b=b), TEXT | inner, inner),
    max_leaves=4,
)


@given(st.lists(SAID, max_size=3))
@settings(max_examples=50)
def test_what_is_written_is_read_again(some: list[Said]) -> None:
    assert read(written({"some": some, "none": []})) == {"some": some, "none": []}


def test_english_and_another_language() -> None:
    said = say("{count:number} on {at:slot} ({often})", count="1.5", at="wed_evening", often=say("once"))
    assert str(said) == "1.5 on Wednesday evening (once)"
    other = {said.template: "({often}) {at:slot}: {count:number}", "once": "einmal"}
    assert said.render(other.__getitem__, lambda kind, value: f"<{kind} {value}>") == (
        "(einmal) <slot wed_evening>: <number 1.5>"
    )


def test_braces_in_values_are_no_fields() -> None:
    assert str(say("'{title}'", title="{title.__class__} {0} {")) == "'{title.__class__} {0} {'"


def test_a_field_that_nothing_stands_for_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("{a}", a="1").render(lambda _: "{b}", english)


@given(TEXT.filter(bool), st.datetimes())
def test_what_was_said_is_recognised(event: str, at: datetime) -> None:
    templates = ("nothing", "'{event}' came in at {at:instant}")
    said = say(templates[1], event=event, at=str(at)[:16])
    assert recognised(str(said), templates) == said
    assert recognised(f"{said}.", templates) is None
    assert recognised("'x' came in at noon", templates) is None
