"""Rows of raw files as plain text cells, read with nothing but a CSV and a JSON reader."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from unisono.world.emit.veeva import in_vault

Row = dict[str, str]
BROKEN = "(broken)"
"""A cell that is not empty where a line has too many cells or too few."""


def files(folder: Path, stems: set[str]) -> list[Path]:
    """Return a folder's files of one kind in the order of their delivery: the first has no date in its name."""
    kind = re.compile(rf"(?:{'|'.join(stems)})(_\d{{8}})?\.(?:csv|tsv|ndjson)(?:\.gz)?")
    found = ((kind.fullmatch(path.name), path) for path in folder.iterdir())
    return [path for _, path in sorted((match[1] or "", path) for match, path in found if match)]


def rows(path: Path, thing: str = "", fields: tuple[str, ...] = ()) -> Iterator[Row]:
    """Yield the rows of a file; those of a CRM object under the older names of its `fields`, whatever the form."""
    older = {in_vault(thing, field): field for field in fields}
    with _open(path) as file:
        if ".ndjson" in path.name:
            yield from _objects(file)
            return
        lines = csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        header = [older.get(name, name) for name in next(lines)]
        for cells in lines:
            broken = "" if len(cells) == len(header) else "yes"
            yield dict(zip(header, (cell.strip() for cell in cells), strict=False)) | {BROKEN: broken}


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8", newline="")


def _objects(file: IO[str]) -> Iterator[Row]:
    """Yield objects with the members of inner ones beside their own; lines that are no JSON are left out."""
    for line in file:
        with suppress(json.JSONDecodeError):
            found: dict[str, object] = json.loads(line)
            inner = [value for value in found.values() if isinstance(value, Mapping)]
            cells = {name: value for part in (found, *inner) for name, value in part.items()}
            yield {name: "" if value is None else str(value).strip() for name, value in cells.items()} | {
                BROKEN: ""
            }


def word(text: str) -> str:
    """Return a word of a picklist without case and the endings of the CRM's forms."""
    return re.sub(r"(_vod|__v|__c)$", "", text.strip().lower())


def instant(text: str, zone: ZoneInfo | None = None) -> datetime | None:
    """Return an instant as UTC without zone, None where it cannot be read; without an offset it is of `zone`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone or UTC)
    return moment.astimezone(UTC).replace(tzinfo=None)


def day(text: str) -> date | None:
    """Return a day, None where it cannot be read."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_number(text: str) -> bool:
    """Return whether a cell is empty or a number that is not negative."""
    try:
        return text == "" or float(text) >= 0
    except ValueError:
        return False
