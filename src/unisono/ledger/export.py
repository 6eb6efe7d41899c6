"""Collected events as files that runs read: one JSON object a line, each event in one file, files never changed.

<folder>/<first>-<last>.ndjson      the events of those numbers, in the order they were committed
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from unisono.ledger.database import Database
from unisono.ledger.events import after
from unisono.ledger.instants import written

ENDING = ".ndjson"


def export_events(database: Database, source: str, folder: Path, until: datetime) -> Path | None:
    """Write the events of a source that are not in `folder` yet as one more file; return it, None if there are none.

    Only those received before `until` (UTC, without zone) are: what comes after a run's clock is the next one's. Events
    behind one that came later wait with it, as after a clock stepped back, so that none is passed by.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last = max((int(path.stem.split("-")[1]) for path in folder.glob(f"*{ENDING}")), default=0)
    aside = folder / "writing"
    numbers: list[int] = []
    with aside.open("w", encoding="utf-8") as file:
        for number, body in _from(database, source, last, written(until)):
            numbers.append(number)
            file.write(body + "\n")
        file.flush()
        os.fsync(file.fileno())
    if not numbers:
        aside.unlink()
        return None
    return aside.rename(folder / f"{numbers[0]:012d}-{numbers[-1]:012d}{ENDING}")


def _from(database: Database, source: str, last: int, until: str) -> Iterator[tuple[int, str]]:
    while page := after(database, source, last):
        for row in page:
            if row["received_at"] >= until:
                return
            yield row["event_id"], row["body"]
        last = page[-1]["event_id"]
