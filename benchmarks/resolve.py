"""Claim: customers are told apart better than by the usual tools, on records whose customers are known.

Methods, each in a process of its own on the same records:

- `unisono`: the package's identifiers, matching and clusters, with the specifications of `identity/specifications`;
- `recordlinkage`: the Python Record Linkage Toolkit with ECM, blocks and comparisons of its documentation;
- `exact-name`: a join on names in SQL;
- `splink-tutorial`: the models of Splink's own examples for the same data, untuned.

Datasets: `febrl1` to `febrl4` (the last links two lists), `historical` (50,000 records of historical persons) and
`world` (the CRM and the mail platform of a simulated country, with names in several scripts). Precision, recall and
F1 are those of pairs within clusters, `b3_f1` is B-cubed; they are computed by code that knows no method. Without
`--data`, only the simulated world is resolved.

`--incremental` matches `--new` records into a population instead, without comparing the old with one another, and
compares that with matching all of them.

    python benchmarks/resolve.py --data ../shared/data/identity --json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from identity.data import DATASETS, load, path_of
from identity.run import METHODS, Row, run


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with febrl/ and splink/")
    parser.add_argument("--datasets", type=names(DATASETS), default=list(DATASETS), help="comma-separated")
    parser.add_argument("--methods", type=names(METHODS), default=list(METHODS), help="comma-separated")
    parser.add_argument("--world-customers", type=int, default=5000)
    parser.add_argument(
        "--incremental", action="store_true", help="new records into a population, nothing else"
    )
    parser.add_argument("--population", type=int, default=900_000)
    parser.add_argument("--new", type=int, default=15_000)
    parser.add_argument("--limit", type=float, default=1800, help="seconds a method may take on a dataset")
    parser.add_argument("--json", action="store_true", help="print a JSON array of rows")
    arguments = parser.parse_args()
    log = sys.stderr if arguments.json else sys.stdout
    print(machine(), file=log)
    if arguments.incremental:
        from identity.incremental import measure

        row = measure(arguments.population, arguments.new)
        print(
            json.dumps([row], indent=2)
            if arguments.json
            else "\n".join(f"{k:>18} {v}" for k, v in row.items())
        )
        return
    rows: list[Row] = []
    for name in arguments.datasets:
        if name != "world" and (arguments.data is None or not path_of(name, arguments.data).exists()):
            print(f"{name}: SKIPPED, its records are not there (see --data)", file=sys.stderr)
            continue
        dataset = load(name, arguments.data, arguments.world_customers)
        for method in arguments.methods:
            row = {"dataset": name, "method": method, **run(method, dataset, arguments.limit)}
            rows.append(row)
            print(line(row), file=log, flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))


def names(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a parser of comma-separated names."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := set(chosen) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
        return chosen

    return parse


def machine() -> str:
    """Return what the times depend on."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())
    libraries = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "splink", "recordlinkage"))
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, {libraries}"


def line(row: Row) -> str:
    """Return a row as text."""
    if row["status"] != "ok":
        return f"{row['dataset']:<10} {row['method']:<15} {row['status']}"
    shares = "  ".join(f"{name} {row[name]:.4f}" for name in ("precision", "recall", "f1", "b3_f1"))
    return f"{row['dataset']:<10} {row['method']:<15} {shares}  {row['seconds']:7.1f} s {row['peak_mib']:6.0f} MiB"


if __name__ == "__main__":
    main()
