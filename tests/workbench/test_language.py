"""Four languages: every word of the pages in each, and the switch between them."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.conftest import suggested

HERE = Path(__file__).parents[2] / "src" / "unisono" / "workbench"
CATALOGUES = sorted((HERE / "locale").glob("*/LC_MESSAGES/django.po"))
INBOX = {"en": "Inbox", "it": "In arrivo", "tr": "Gelen kutusu", "zh-hans": "收件箱"}
FIELD = re.compile(r"%\(\w+\)|{\w+}")


def entries(path: Path) -> dict[str, list[str]]:
    """Return each message of a catalogue with its translations."""
    found = {}
    for block in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        said = [line.partition(" ") for line in block.splitlines() if line.startswith("msg")]
        parts = [(kind, ast.literal_eval(text)) for kind, _, text in said]
        found[parts[0][1]] = [text for kind, text in parts if kind.startswith("msgstr")]
    return found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_every_word_is_translated(path: Path) -> None:
    for message, said in entries(path).items():
        for text in said:
            assert text.strip(), message
            assert set(FIELD.findall(text)) <= set(FIELD.findall(message)), message
    assert "fuzzy" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[1].name)
def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message, said in entries(path).items():
        plural = compiled.ngettext(message, message, 1)
        assert said[0] in (compiled.gettext(message), plural), message


def test_every_word_of_the_pages_is_in_every_catalogue() -> None:
    said = set()
    for page in HERE.rglob("*.html"):
        said |= set(
            re.findall(r"{% translate [\"'](.*?)[\"'](?: as \w+)? %}", page.read_text(encoding="utf-8"))
        )
    for module in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Name("_" | "gettext_lazy"), [ast.Constant(str(text))]):
                    said.add(text)
    assert len(CATALOGUES) == 3
    assert len(said) > 200
    for path in CATALOGUES:
        assert not {text.replace("%", "%%") if "100 %" in text else text for text in said} - set(
            entries(path)
        )


@pytest.mark.parametrize("language", INBOX)
def test_the_switch(as_: Any, language: str) -> None:
    client = as_("rosa")
    back = client.post("/language/", {"language": language, "back": "/inbox/"})
    assert back["Location"] == "/inbox/"
    answer = client.get("/inbox/")
    page = answer.content.decode()
    assert f'<html lang="{language}">' in page
    assert answer["Content-Language"] == language
    assert f"<title>{INBOX[language]} · Unisono</title>" in page
    assert f'<ol class="why" lang="{language}">' in page
    assert as_("rosa").get("/inbox/")["Content-Language"] == language  # kept with the account


def test_the_browser_is_asked_before_anybody_signs_in(app: Any) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    page = client.get("/account/login/", headers={"Accept-Language": "it-IT,it;q=0.9,en;q=0.5"})
    assert '<html lang="it">' in page.content.decode()
    client.post("/language/", {"language": "tr"})
    page = client.get("/account/login/", headers={"Accept-Language": "it-IT"})
    assert '<html lang="tr">' in page.content.decode()


@pytest.mark.parametrize("language", INBOX)
def test_every_page_in_every_language(as_: Any, language: str) -> None:
    client = as_("cleo")
    client.post("/language/", {"language": language})
    decision = suggested()[0]
    for address in (
        f"/customers/{decision['customer_id']}/",
        f"/customers/{decision['customer_id']}/lawful/",
        f"/decisions/{decision['decision_id']}/",
        "/decisions/",
        "/overview/",
        "/desk/",
        "/audit/",
        "/account/password/",
        "/account/second-factor/",
    ):
        assert client.get(address).status_code == 200, address
