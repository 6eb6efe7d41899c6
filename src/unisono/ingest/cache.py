"""What was made of each source file, kept so that a file is read again only when something about it changes.

    <folder>/<key>/entry.json     a note, and the hashes of the parts beside it
    <folder>/<key>/*.parquet      the parts

An entry is written aside and renamed, and carries a seal over all of it: one that is half written, damaged or
altered is never used. Whoever asks puts everything that an entry depends on into its key.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENTRY = "entry.json"


@dataclass(frozen=True)
class Entry:
    """What is kept under one key: a note (plain data) and Parquet parts by name, in the order of their names."""

    key: str
    note: Mapping[str, Any]
    parts: Mapping[str, Path]


class Cache:
    """Entries by key under a folder, for one user at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, key: str) -> Entry | None:
        """Return the entry of a key, or None if there is no sound one."""
        folder = self._folder / key
        try:
            found = json.loads((folder / ENTRY).read_text(encoding="utf-8"))
            parts = {name: folder / name for name in found["parts"]}
            sound = found == _sealed(key, found["note"], parts)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        if not sound:
            return None
        self._used.add(key)
        return Entry(key, found["note"], parts)

    def aside(self) -> Path:
        """Return a new folder to write parts into before `keep`."""
        return Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))

    def keep(self, key: str, note: Mapping[str, Any], written: Path) -> Entry:
        """Make the folder `written`, one that `aside` returned, the entry of `key`."""
        names = sorted(path.name for path in written.iterdir())
        sealed = _sealed(key, note, {name: written / name for name in names})
        (written / ENTRY).write_text(json.dumps(sealed), encoding="utf-8")
        folder = self._folder / key
        shutil.rmtree(folder, ignore_errors=True)
        written.rename(folder)
        self._used.add(key)
        return Entry(key, note, {name: folder / name for name in names})

    def prune(self) -> None:
        """Remove everything that was neither found nor kept since this object was made."""
        for folder in self._folder.iterdir():
            if folder.name not in self._used:
                shutil.rmtree(folder, ignore_errors=True)


def key_of(*parts: object) -> str:
    """Return a key over plain data."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _sealed(key: str, note: Mapping[str, Any], parts: Mapping[str, Path]) -> dict[str, Any]:
    entry: dict[str, Any] = {"note": note, "parts": {}}
    for name, path in parts.items():
        with path.open("rb") as stream:
            entry["parts"][name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return entry | {"seal": key_of(key, entry)}
