from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, name

FRAGMENTS = sorted(path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md")


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=name)
def test_a_fragment_is_one_sentence_under_a_known_kind(fragment: Path) -> None:
    assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md", fragment.name)
    assert re.fullmatch(r"[A-Z`][^\n]+\.\n", fragment.read_text(encoding="utf-8"))
