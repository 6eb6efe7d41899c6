"""Claim: 100,000 customers x 12 channels x 200 contents x 5 products are decided and explained in one run.

Makes the tables that deciding reads (see `nextbest/tables.py`), then runs each method on them in a process of its own:

- `unisono`: gates, value, solve and explain, by the steps of a run, from Parquet to Parquet;
- `vowpalwabbit`, `mabwiser`: only score what passed the gates that `unisono` asked, with a model learned before,
  untimed. They know no consent, no capacity and no reasons: they do less work, and tell what scoring alone costs.

A candidate is a customer x product x channel x content that all gates permit. `candidates` counts them by SQL of its
own (`nextbest/count.py`), the same for all methods; `asked` counts the combinations before any gate that looks at the
customer, each representative apart. `scored` is what the method worked a value out for: MABWiser scores every
product, channel and content for every customer. `candidates_per_second` is `scored` by the seconds it took.

The libraries score a sample of `sampled` customers; their `seconds` are what all customers would take at that rate.
`unisono` and `mabwiser` use all cores; `vowpalwabbit` reads and scores on one each. Peak memory is resident size. The
times of one run compare methods on one machine and promise nothing.

    python benchmarks/deciding.py --customers 5000 20000 100000 --json
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from nextbest.count import counts
from nextbest.ours import unisono
from nextbest.scorers import mabwiser, vowpalwabbit
from nextbest.tables import make

CUSTOMERS = [5_000, 20_000, 100_000]
SCORERS = {"vowpalwabbit": vowpalwabbit, "mabwiser": mabwiser}
INSTANCE = "12 channels, 200 contents, 5 products"
Row = dict[str, Any]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, nargs="+", default=CUSTOMERS)
    parser.add_argument("--sample", type=int, default=10_000, help="customers that the libraries score")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print a JSON array of rows")
    arguments = parser.parse_args()
    missing = [name for name in SCORERS if find_spec(name) is None]
    for name in missing:
        print(f"{name} is left out: not installed (pip install {name})", file=sys.stderr)
    methods = [name for name in SCORERS if name not in missing]
    rows = []
    for customers in arguments.customers:
        measured = measure(customers, arguments.seed, arguments.sample, methods)
        rows.extend(measured)
        if not arguments.json:
            print(*lines(measured), sep="\n", flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))


def measure(customers: int, seed: int, sample: int, methods: list[str]) -> list[Row]:
    """Return the rows of all methods on one instance."""
    folder = Path(tempfile.mkdtemp(prefix="unisono-benchmark-"))
    try:
        instance = folder / "instance"
        _apart(make, instance, customers, seed)
        took = {"unisono": _apart(unisono, instance)}
        counted = _apart(counts, instance)
        sampled = min(sample, customers)
        took |= {name: _apart(SCORERS[name], instance, sampled) for name in methods}
    finally:
        shutil.rmtree(folder)
    rows = []
    for method, stages in took.items():
        share = 1.0 if method == "unisono" else sampled / customers
        scored = counted["candidates"] if method == "unisono" else stages[0]["scored"]
        rows += [_row(customers, method, stage, counted, scored, share) for stage in stages]
    return rows


def _apart(work: Any, *given: Any) -> Any:
    """Return the result of a function called in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def _row(customers: int, method: str, stage: Row, counted: dict[str, int], scored: int, share: float) -> Row:
    return {
        "instance": INSTANCE,
        "customers": customers,
        "method": method,
        "version": version(method),
        "stage": stage["stage"],
        "seconds": round(stage["seconds"] / share, 3),
        "peak_mib": round(stage["peak_mib"]),
        "sampled": round(customers * share),
        "asked": counted["asked"],
        "candidates": counted["candidates"],
        "scored": scored,
        "candidates_per_second": round(scored / stage["seconds"]),
        "decisions": counted["decisions"] if method == "unisono" else None,
        "cores": os.cpu_count(),
    }


def lines(rows: list[Row]) -> list[str]:
    """Return the rows of one instance as text."""
    first = rows[0]
    head = (
        f"{first['customers']:,} customers, {first['instance']}: {first['asked']:,} combinations asked of the gates, "
        f"{first['candidates']:,} candidates, {first['decisions']:,} decisions; {first['cores']} cores"
    )
    names = f"{'method':<13} {'stage':<9} {'seconds':>9} {'peak MiB':>9} {'candidates/s':>13} {'sampled':>9}"
    return [
        head,
        names,
        *(
            f"{row['method']:<13} {row['stage']:<9} {row['seconds']:>9.2f} {row['peak_mib']:>9,} "
            f"{row['candidates_per_second']:>13,} {row['sampled']:>9,}"
            for row in rows
        ),
    ]


if __name__ == "__main__":
    main()
