"""Claim: what the pipeline adds around its SQL (order, contract, Parquet, notes) costs at most half again.

Makes one instance of canonical source tables, then computes the same tables twice in this process: by the
pipeline's own steps, and by one hand-written DuckDB script (`pipeline_hand_written.sql`) that keeps everything in
memory and writes the same Parquet at the end. Both results are compared before any time is printed. The times of
one run are ratios on one machine, not promises.

    python benchmarks/pipeline.py --customers 100000 --touchpoints 10000000 --json
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from datetime import datetime
from pathlib import Path

import duckdb

from unisono import decide, profile, resolve
from unisono.engine import open_engine
from unisono.memory import PeakMemory
from unisono.pipeline import Silence, Work, make_tables
from unisono.playbook import compile_playbook, load_playbook
from unisono.tables import TABLES
from unisono.tables.arrow import empty

HERE = Path(__file__).parent
PLAYBOOK = HERE.parent / "src" / "unisono" / "templates" / "demo" / "playbook"
AS_OF = datetime(2026, 1, 5)
VALUES = {
    "as_of": AS_OF,
    "seed": 0,
    "run_id": "benchmark",
    "data_version": "benchmark",
    "code_version": "benchmark",
}


def make_instance(folder: Path, customers: int, touchpoints: int) -> None:
    """Write the playbook and canonical source tables, as DuckDB's hash of the row number decides."""
    playbook = compile_playbook(load_playbook(PLAYBOOK))
    with open_engine("duckdb", folder) as engine:
        for name, table in playbook.items():
            engine.table(name, table)
        for table in TABLES.values():
            if table.made_by in ("ingest", "store"):
                engine.table(table.name, empty(table.name))
    connection = duckdb.connect()
    for name in playbook:
        connection.read_parquet(str(folder / name / "*.parquet")).create_view(name)
    script = (HERE / "pipeline_instance.sql").read_text(encoding="utf-8")
    for name, statement in statements(script):
        target = folder / name / "part-0.parquet"
        given = {"customers": customers, "touchpoints": touchpoints, "as_of": AS_OF}
        used = {key: value for key, value in given.items() if f"${key}" in statement}
        connection.execute(f"copy ({statement}) to '{target}' (format parquet)", used)
    connection.close()


def statements(script: str) -> list[tuple[str, str]]:
    """Split a script at its `-- table: NAME` lines."""
    parts = script.split("-- table: ")[1:]
    return [(part.split("\n", 1)[0].strip(), part.split("\n", 1)[1].strip().rstrip(";")) for part in parts]


def run_pipeline(folder: Path) -> list[dict[str, object]]:
    """Make every table of resolve, profile and decide by the pipeline's steps."""
    with open_engine("duckdb", folder) as engine:
        for name in TABLES:
            if (folder / name).exists():
                engine.attach(name, folder / name)
        work = Work(folder, engine, Silence())
        make_tables(work, VALUES, (*resolve.STEPS, *profile.STEPS, *decide.STEPS))
    return work.stages


def run_hand_written(folder: Path, target: Path) -> dict[str, dict[str, float]]:
    """Run the hand-written script; the time of a table includes writing its Parquet."""
    connection = duckdb.connect(
        config={"temp_directory": str(target / ".spill"), "preserve_insertion_order": False}
    )
    for path in sorted(folder.iterdir()):
        if path.is_dir() and any(path.glob("*.parquet")):
            connection.read_parquet(str(path / "*.parquet")).create_view(path.name)
    took = {}
    for name, statement in statements((HERE / "pipeline_hand_written.sql").read_text(encoding="utf-8")):
        connection.execute(f"drop view if exists {name}")
        began = time.perf_counter()
        with PeakMemory() as memory:
            values = {"as_of": AS_OF} if "$as_of" in statement else {}
            connection.execute(f"create table {name} as {statement}", values)
            connection.execute(f"copy {name} to '{target / (name + '.parquet')}' (format parquet)")
        took[name] = {"seconds": time.perf_counter() - began, "peak_mib": memory.peak_mib}
    connection.close()
    return took


def compare(folder: Path, target: Path, names: list[str]) -> None:
    """Stop unless both ways made the same rows (numbers to 1e-6 of their sums)."""
    connection = duckdb.connect()
    for name in names:
        sums = [
            f"coalesce(sum({column.name}), 0)::double" if column.type == "DOUBLE" else f"count({column.name})"
            for column in TABLES[name].columns
        ]
        ours, theirs = (
            connection.execute(f"select count(*), {', '.join(sums)} from '{path}'").fetchone()
            for path in (folder / name / "*.parquet", target / f"{name}.parquet")
        )
        for mine, other in zip(ours, theirs, strict=True):
            if abs(mine - other) > 1e-6 * max(1.0, abs(mine)):
                raise SystemExit(f"{name}: the pipeline and the hand-written script differ: {ours} {theirs}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--touchpoints", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print a JSON array of rows")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="unisono-benchmark-"))
    try:
        rows = measure(folder, arguments.customers, arguments.touchpoints)
    finally:
        shutil.rmtree(folder)
    if arguments.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{'stage':<20} {'rows':>12} {'seconds':>9} {'peak MiB':>9} {'hand-written s':>15}")
    for row in rows:
        hand = "" if row["hand_written_seconds"] is None else f"{row['hand_written_seconds']:.2f}"
        print(
            f"{row['stage']:<20} {row['rows']:>12,} {row['seconds']:>9.2f} {row['peak_mib']:>9.0f} {hand:>15}"
        )


def measure(folder: Path, customers: int, touchpoints: int) -> list[dict[str, object]]:
    """Return one row a table, and a last row over the tables that were also made by hand."""
    instance, target = folder / "instance", folder / "hand"
    instance.mkdir()
    target.mkdir()
    make_instance(instance, customers, touchpoints)
    hand = run_hand_written(instance, target)
    stages = run_pipeline(instance)
    compare(instance, target, list(hand))
    rows = [
        {
            "stage": stage["table"],
            "rows": stage["rows"],
            "seconds": stage["seconds"],
            "peak_mib": stage["peak_mib"],
            "hand_written_seconds": round(hand[stage["table"]]["seconds"], 4)
            if stage["table"] in hand
            else None,
        }
        for stage in stages
    ]
    both = [row for row in rows if row["hand_written_seconds"] is not None]
    ours, theirs = (sum(row[name] for row in both) for name in ("seconds", "hand_written_seconds"))
    total = {
        "stage": "sql part",
        "rows": sum(row["rows"] for row in both),
        "seconds": round(ours, 4),
        "peak_mib": max(row["peak_mib"] for row in both),
        "hand_written_seconds": round(theirs, 4),
        "hand_written_peak_mib": round(max(each["peak_mib"] for each in hand.values()), 1),
        "ratio": round(ours / theirs, 3),
    }
    return [*rows, total]


if __name__ == "__main__":
    main()
