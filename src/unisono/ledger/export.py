"""Collected events as files that runs read: one JSON object a line, each event in one file, files never changed.

<folder>/<first>-<last>.ndjson      the events of those numbers, in the order they were committed
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from unisono.ledger.database import Database
from unisono.ledger.events import after

ENDING = ".ndjson"


def export_events(database: Database, source: str, folder: Path) -> Path | None:
    """Write the events of a source that are not in `folder` yet as one more file; return it, None if there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    last = max((int(path.stem.split("-")[1]) for path in folder.glob(f"*{ENDING}")), default=0)
    aside = folder / "writing"
    numbers: list[int] = []
    with aside.open("w", encoding="utf-8") as file:
        for number, body in _from(database, source, last):
            numbers.append(number)
            file.write(body + "\n")
        file.flush()
        os.fsync(file.fileno())
    if not numbers:
        aside.unlink()
        return None
    return aside.rename(folder / f"{numbers[0]:012d}-{numbers[-1]:012d}{ENDING}")


def _from(database: Database, source: str, last: int) -> Iterator[tuple[int, str]]:
    while page := after(database, source, last):
        yield from ((row["event_id"], row["body"]) for row in page)
        last = page[-1]["event_id"]
