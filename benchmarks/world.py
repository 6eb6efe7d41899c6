"""Claim: a country of a million customers and a hundred million touchpoints is written in bounded memory (< 4 GiB).

Makes a simulated world, counts what its exports hold, and says how long it took and how much memory all processes
had at once. The largest resident sizes are summed without regard to what processes share, so the figure is an upper
bound. A tenth of the customers is made first: if memory grew with the country, the two peaks would tell.

    python benchmarks/world.py --customers 1000000 --weeks 148 --processes 2 --json
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from unisono.memory import PeakMemory
from unisono.world import new_world

AS_OF = datetime(2026, 1, 5)
LOGS = (
    "crm/Call2_vod__c",
    "crm/Call2_Key_Message",
    "crm/Call2_Discussion",
    "crm/Sent_Email",
    "crm/Email_Activity",
    "mail/events",
    "events/",
    "portal/",
    "panel/",
)


def measure(customers: int, weeks: int, processes: int) -> dict[str, object]:
    """Make one world in a folder that is thrown away; return what it took."""
    folder = Path(tempfile.mkdtemp(prefix="unisono-benchmark-"))
    try:
        began = time.perf_counter()
        with PeakMemory(children=True) as memory:
            made = new_world(
                folder / "world",
                customers=customers,
                seed=1,
                as_of=AS_OF,
                weeks=weeks,
                processes=processes,
                progress=lambda done, of: print(f"\r{done:,} of {of:,} customers", end="", file=sys.stderr),
            )
        seconds = time.perf_counter() - began
        print(file=sys.stderr)
        touches = sum(
            rows
            for name, rows in made["files"].items()
            if name.startswith(tuple(f"data/{log}" for log in LOGS))
        )
        size = sum(path.stat().st_size for path in (folder / "world" / "data").rglob("*") if path.is_file())
        known = pq.read_metadata(folder / "world" / "truth" / "customers.parquet").num_rows
    finally:
        shutil.rmtree(folder)
    if known != customers:
        raise SystemExit(f"the truth knows {known} customers instead of {customers}")
    return {
        "customers": customers,
        "weeks": weeks,
        "processes": processes,
        "touchpoint_rows": touches,
        "all_rows": sum(made["files"].values()),
        "gib_written": round(size / 2**30, 2),
        "seconds": round(seconds, 1),
        "rows_per_second": round(sum(made["files"].values()) / seconds),
        "peak_mib": round(memory.peak_mib),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print a JSON array of rows")
    given = parser.parse_args()
    rows = [
        measure(customers, given.weeks, given.processes)
        for customers in (given.customers // 10, given.customers)
    ]
    if given.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print("  ".join(f"{name} {value:,}" for name, value in row.items()))


if __name__ == "__main__":
    main()
