from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, anchor, headings, links, name


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_inside_the_project_resolve(page: Path) -> None:
    lost = [
        target for target in links(page) if not target.startswith("https://") and not resolves(page, target)
    ]
    assert lost == []


def resolves(page: Path, target: str) -> bool:
    path, _, fragment = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return False
    return not fragment or fragment in {anchor(heading) for heading in headings(file)}


@pytest.mark.parametrize("page", [page for page in PAGES if "reference" not in page.parts], ids=name)
def test_a_page_has_one_title_and_no_place_of_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert [place for place in ("/home/", "/root/", "/work/", "/Users/", "localhost") if place in text] == []
