"""The YAML on the pages is what Unisono takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from tests.docs.pages import DOCS, Block, blocks
from unisono.ingest import presets, read_sources
from unisono.ingest.presets import Preset
from unisono.playbook import Playbook
from unisono.project import Settings

YAML = [block for page in sorted(DOCS.rglob("*.md")) for block in blocks(page, "yaml")]


@pytest.mark.parametrize("block", YAML, ids=lambda block: block.where)
def test_yaml_loads(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = yaml.safe_load(block.text)
    if "sources" in data:
        file = tmp_path / "sources.yaml"
        file.write_text(block.text, encoding="utf-8")
        monkeypatch.setattr(presets, "entry_points", _with_acme)
        assert read_sources(file).sources
    elif "name" in data:
        assert Settings.model_validate(data)
    elif set(data) <= set(Playbook.model_fields):
        for section, value in data.items():
            TypeAdapter(Playbook.model_fields[section].annotation).validate_python(value)
    else:
        assert Preset.model_validate(data)


class _Acme:
    """The preset that add-a-preset.md registers."""

    name = "acme"

    @staticmethod
    def load() -> object:
        block = blocks(DOCS / "how-to/add-a-preset.md", "yaml")[0]
        return lambda: yaml.safe_load(block.text)


_registered = presets.entry_points


def _with_acme(group: str) -> list[object]:
    return [*_registered(group=group), _Acme()]
