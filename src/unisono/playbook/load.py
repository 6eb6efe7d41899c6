"""A playbook folder as one checked `Playbook`."""

from __future__ import annotations

from pathlib import Path

from unisono.errors import PlaybookError, ProblemsError
from unisono.playbook.check import check
from unisono.playbook.models import Playbook
from unisono.playbook.yaml import read_yaml


def load_playbook(folder: Path) -> Playbook:
    """Return the playbook that the YAML files directly in `folder` make up together.

    Raises ProblemsError with everything wrong in all files, sorted by file and line.
    """
    return read_yaml(playbook_files(folder), Playbook, whole=folder, check=check).value


def playbook_files(folder: Path) -> list[Path]:
    """Return the YAML files of a playbook by name; ProblemsError UN1009 if there are none."""
    hint = "a playbook is a folder of .yaml files"
    if not folder.is_dir():
        raise _no_files(folder, "there is no such folder", hint)
    files = [path for path in sorted(folder.iterdir()) if path.suffix in {".yaml", ".yml"}]
    visible = [path for path in files if not path.name.startswith(".")]
    if not visible:
        raise _no_files(folder, "the folder holds no YAML file", hint)
    return visible


def _no_files(folder: Path, message: str, hint: str) -> ProblemsError:
    return ProblemsError([PlaybookError("UN1009", message, where=folder.as_posix(), hint=hint)])
