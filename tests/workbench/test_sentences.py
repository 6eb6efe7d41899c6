"""What a decision and the door say is said in the reader's language, and loses nothing; the record stays English."""

from __future__ import annotations

import ast
import json
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import escape

import unisono
from tests.workbench.conftest import suggested, table
from tests.workbench.test_inbox import respond, unsubscribe
from tests.workbench.test_language import CATALOGUES, entries
from unisono.deliver import Detail
from unisono.ledger import decisions as ledger
from unisono.wording import Said, read
from unisono.workbench.office import office

OTHERS = ("it", "tr", "zh-hans")
NAMED = ("channel", "product", "title", "stage", "made_for", "source", "runner_up", "levers")
"""Values that are names of the data or the playbook."""


@cache
def templates() -> set[str]:
    """Return every template that the code can say."""
    found: set[str] = set(Detail)
    for module in Path(unisono.__file__).parent.rglob("*.py"):
        code = module.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(code)) if "say(" in code else ():
            match node:
                case ast.Call(ast.Name("say"), [ast.Constant(str(text))]):
                    found.add(text)
                case ast.Call(ast.Name("say"), [what, *_]):
                    assert ast.unparse(what) == "detail", (
                        f"{module}: no catalogue can have {ast.unparse(what)}"
                    )
    return found


def fields(template: str) -> set[tuple[str, str | None]]:
    return {(name, kind) for _, name, kind, _ in string.Formatter().parse(template) if name}


def leaves(said: Said) -> Iterator[tuple[str, str]]:
    """Yield every named text that a sentence is made of."""
    for name, value in said.values.items():
        if isinstance(value, Said):
            yield from leaves(value)
        else:
            yield name, value


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_every_sentence_is_in_every_catalogue_with_all_its_values(path: Path) -> None:
    said = entries(path)
    assert len(templates()) > 60
    for template in templates():
        (text,) = said[template]
        assert text != template
        assert fields(text) == fields(template), template


@pytest.mark.parametrize("language", OTHERS)
def test_every_decision_is_said_in_the_language(app: Any, language: str) -> None:
    from django.utils.translation import override

    from unisono.workbench.templatetags.said import SINGLE, sentences

    every = table("select * from decision")
    assert len(every) > 50
    with override(language):
        for record in every:
            made, said = read(record["wording"]), sentences(record)
            assert said["language"] == language
            for name in ("reasons", *SINGLE):
                texts = said[name] if name == "reasons" else [said[name]]
                for sentence, text in zip(made[name], texts, strict=True):
                    assert text != str(sentence)
                    assert "{" not in text
                    assert all(value in text for field, value in leaves(sentence) if field in NAMED), text


def test_numbers_days_and_instants_are_written_as_the_language_does(app: Any) -> None:
    from django.utils.translation import override

    from unisono.workbench.templatetags.said import of_door, sentences

    dearer = (
        "Not the usual {channel} ({times} in the last year): after prices it is worth {theirs:number} {money}, "
        "this {mine:number} {money}."
    )
    values = {"channel": "Fax", "times": ["twice", {}], "theirs": "1.50", "mine": "-2.00", "money": "EUR"}
    proof = "{status:word} on {stated:day}, source {source}, evidence {evidence}"
    given = {"status": "granted", "stated": "2025-03-09", "source": "crm", "evidence": ["not given", {}]}
    wording = {
        "reasons": [],
        "why_not_usual": [[dearer, values]],
        "flip_condition": [
            ["In the arm {arm} actions are valued by chance, not by their worth.", {"arm": "a"}]
        ],
        "consent_proof": [[proof, given]],
    }
    with override("it"):
        said = sentences({"wording": json.dumps(wording)})
        assert said["why_not_usual"] == (
            "Non il canale abituale, Fax (due volte nell'ultimo anno): dopo i prezzi vale 1,50 EUR, questo -2,00 EUR."
        )
        assert said["consent_proof"] == "concesso il 9 Mar 2025, fonte crm, prova non indicata"
        assert of_door("unsubscribed on 2026-01-05 08:12 UTC") == "disiscritto il 5 Gen 2026, 09:12"
        assert of_door("I have told him.") == "I have told him."


@pytest.mark.parametrize(
    "wording", [None, "", '{"reasons":[["Likes {channel}.",{"channel":"Fax"}]]}', '{"reasons":[["once"']
)
def test_what_the_language_cannot_say_is_in_english(app: Any, wording: str | None) -> None:
    from django.utils.translation import override

    from unisono.workbench.templatetags.said import SINGLE, sentences

    (record, *_) = table("select * from decision")
    with override("tr"):
        said = sentences({**record, "wording": wording})
    assert said == {name: record[name] for name in ("reasons", *SINGLE)} | {"language": "en"}


@pytest.mark.parametrize("language", OTHERS)
def test_the_pages_say_it_and_the_record_stays_english(as_: Any, language: str) -> None:
    from django.utils.translation import override

    from unisono.workbench.templatetags.said import sentences

    client, decision = as_("rosa"), suggested()[0]
    client.post("/language/", {"language": language})
    with override(language):
        said = {name: escape(text) for name, text in sentences(decision).items() if isinstance(text, str)}
    inbox = client.get("/inbox/").content.decode()
    whole = client.get(f"/decisions/{decision['decision_id']}/").content.decode()
    assert said["why_not_usual"] in inbox
    assert all(text in whole for text in said.values())
    kept = ledger.published(office().database, decision["decision_id"])
    assert kept["reasons"] == decision["reasons"]
    assert kept["wording"] == decision["wording"]


def test_what_the_door_says(as_: Any) -> None:
    client, decision = as_("rosa"), suggested()[0]
    client.post("/language/", {"language": "it"})
    client.get("/inbox/")
    unsubscribe(decision["customer_id"])
    respond(client, decision, action="plan")
    (*_, answer) = ledger.responses(office().database, [decision["decision_id"]])[decision["decision_id"]]
    assert answer["note"].startswith("'Unsubscribed' came in at ")
    for address in ("/inbox/", f"/decisions/{decision['decision_id']}/"):
        page = client.get(address).content.decode()
        assert "“Unsubscribed” ricevuto il 5 Gen 2026, 10:12" in page
        assert "came in" not in page


def test_a_run_of_an_older_version_can_still_be_published(app: Any) -> None:
    from unisono.workbench.pages.cards import record_of

    (record, *_) = table("select * from decision")
    older = {name: value for name, value in record.items() if name != "wording"}
    assert record_of({**older, "full_name": "x"}) == older
