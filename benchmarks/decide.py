"""Claim: the chooser's plans are certified near-optimal, far faster than any exact linear program solver.

Makes instances (see `chooser/make.py`), saves each, and runs every method on the same file in a process of its own:

- `unisono`: the package's chooser: a plan of whole actions, and prices;
- `highs-ipm`, `highs-simplex`: the exact linear program, after the same collapse of dominated actions;
- `ortools-pdlp`: the same linear program to a relative 1e-4;
- `value-priority`: customers in order of their best value, each takes its best actions that are still possible;
- `global-greedy`: all actions by value while possible.

Every plan is checked and every bound computed anew from the method's prices by code that knows no method; a row of
a method without prices has the lowest bound that any method proved on the instance. The gap is (bound -
objective) / objective; the objective of a linear program is fractional and not a plan. One thread each; what takes
less than two seconds is timed three times and the best counts. The times of one run compare methods on one machine
and promise nothing.

    python benchmarks/decide.py --customers 5000 20000 100000 --json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from chooser.make import VARIANTS, make
from chooser.run import METHODS, Row, run

CUSTOMERS = [5_000, 20_000, 100_000, 1_000_000]
LARGEST_FOR_ALL = 100_000  # more customers are for `unisono` alone
EXACT = ("highs-ipm", "highs-simplex")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, nargs="+", default=CUSTOMERS)
    parser.add_argument("--methods", type=_names(METHODS), default=list(METHODS), help="comma-separated")
    parser.add_argument("--variants", type=_names(VARIANTS), default=list(VARIANTS), help="comma-separated")
    parser.add_argument(
        "--limit", type=float, default=600, help="seconds a method may take, loading included"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print a JSON array of rows")
    arguments = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))
    rows = []
    print(machine(), file=sys.stderr if arguments.json else sys.stdout)
    if not arguments.json:
        print(
            f"{'instance':<9} {'customers':>9} {'method':<15} {'seconds':>9} {'peak MiB':>9} {'objective':>13} "
            f"{'bound':>13} {'gap':>9}  status"
        )
    for customers in arguments.customers:
        methods = [name for name in arguments.methods if customers <= LARGEST_FOR_ALL or name == "unisono"]
        for variant in arguments.variants:
            measured = measure(variant, customers, arguments.seed, methods, arguments.limit)
            rows.extend(measured)
            if not arguments.json:
                print(*map(line, measured), sep="\n", flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        print(*claims(rows), sep="\n")


def _names(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a parser of comma-separated names."""

    def parse(text: str) -> list[str]:
        names = text.split(",")
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
        return names

    return parse


def machine() -> str:
    """Return what the times depend on."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "highspy", "ortools"))
    return f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, {libraries}"


def measure(variant: str, customers: int, seed: int, methods: list[str], limit: float) -> list[Row]:
    """Return one row a method on one instance."""
    folder = Path(tempfile.mkdtemp(prefix="unisono-benchmark-"))
    try:
        path = folder / "instance.npz"
        make(variant, customers, seed).save(path)
        found = [run(method, path, limit) for method in methods]
    finally:
        shutil.rmtree(folder)
    bounds = [row["bound"] for row in found if row["bound"] is not None]
    rows = []
    for method, row in zip(methods, found, strict=True):
        objective = row["objective"]
        bound = min(bounds, default=None) if row["bound"] is None else row["bound"]
        gap = None if objective is None or bound is None else (bound - objective) / objective
        rows.append(
            {"instance": variant, "customers": customers, "method": method, **row, "bound": bound, "gap": gap}
        )
    return rows


def line(row: Row) -> str:
    """Return a row as text."""

    def number(name: str, form: str) -> str:
        return "-" if row[name] is None else format(row[name], "z" + form)

    return (
        f"{row['instance']:<9} {row['customers']:>9} {row['method']:<15} {number('seconds', '.3f'):>9} "
        f"{number('peak_mib', '.0f'):>9} {number('objective', '.3f'):>13} {number('bound', '.3f'):>13} "
        f"{number('gap', '.4%'):>9}  {row['status']}"
    )


def claims(rows: list[Row]) -> Iterator[str]:
    """Yield how many times faster than the fastest exact solver, and how time per customer grows."""
    solved = {(row["instance"], row["customers"], row["method"]): row for row in rows if row["seconds"]}
    for (variant, customers, method), row in solved.items():
        if method != "unisono" or row["status"] != "ok":
            continue
        others = [solved[key] for name in EXACT if (key := (variant, customers, name)) in solved]
        exact = [other["seconds"] for other in others if other["status"] == "Optimal"]
        if exact:
            yield f"{variant} {customers}: {min(exact) / row['seconds']:.1f} x faster than the fastest exact solver"
        smaller = solved.get((variant, LARGEST_FOR_ALL, method))
        if smaller and customers > LARGEST_FOR_ALL:
            ratio = row["seconds"] / customers / (smaller["seconds"] / LARGEST_FOR_ALL)
            yield f"{variant} {customers}: {ratio:.2f} x the time per customer of {LARGEST_FOR_ALL}"


if __name__ == "__main__":
    main()
