"""JSON Schema of playbook files, for editors.

Write it beside the playbook and name it in the first line of each file; editors with yaml-language-server
(VS Code's YAML extension, Neovim, Emacs, JetBrains) then complete keys, show meanings and mark mistakes:

    # yaml-language-server: $schema=../playbook.schema.json

The schema sees one file at a time; what must hold between files and sections is checked by `load_playbook`.
"""

from __future__ import annotations

from unisono.playbook.models import Playbook

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of one playbook file, which may hold any of the sections."""
    schema = Playbook.model_json_schema()
    del schema["required"]
    return {"$schema": DIALECT, **schema, "title": "Unisono playbook"}
