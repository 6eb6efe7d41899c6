"""The playbook: strategy as data.

Reads the YAML files of a project's `playbook/` folder; writes every `playbook_*` table of the contract.
`load_playbook` names everything wrong by file, line and column; `compile_playbook` makes the tables;
`load_yaml` and `read_yaml` do the same reading for any other YAML file with a model.
"""

from __future__ import annotations

from unisono.playbook.compile import compile_playbook, playbook_hash
from unisono.playbook.load import load_playbook
from unisono.playbook.models import Playbook
from unisono.playbook.schema import json_schema
from unisono.playbook.yaml import Finding, load_yaml, read_yaml

__all__ = [
    "Finding",
    "Playbook",
    "compile_playbook",
    "json_schema",
    "load_playbook",
    "load_yaml",
    "playbook_hash",
    "read_yaml",
]
