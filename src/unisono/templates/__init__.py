"""Project templates: plain folders that `unisono init` and the simulated world copy."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree, ignore_patterns

from unisono.errors import UsageError, did_you_mean


def template_names() -> list[str]:
    """Return the names that `copy_template` takes, in order."""
    return sorted(
        entry.name for entry in files(__name__).iterdir() if entry.is_dir() and not entry.name.startswith("_")
    )


def copy_template(name: str, folder: Path) -> None:
    """Copy template `name` into `folder`, making the folder where there is none.

    Raises:
        UsageError: UN5101 if there is no such template, UN5102 if the folder holds anything, because a
            user's files are never overwritten.
    """
    known = template_names()
    if name not in known:
        raise UsageError("UN5101", f"there is no template '{name}'", hint=did_you_mean(name, known))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "UN5102",
            "the folder for the new project is not empty",
            where=str(folder),
            hint="name a folder that is empty or does not exist yet; nothing was changed",
        )
    with as_file(files(__name__) / name) as template:
        copytree(template, folder, dirs_exist_ok=True, ignore=ignore_patterns("__pycache__", "*.pyc"))
