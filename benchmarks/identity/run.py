"""Run one method on one dataset in a process of its own, so that time, memory and an end are its own."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from .data import Dataset
from .metrics import agreement

METHODS = {  # module: only the method's own libraries are loaded
    "unisono": "ours",
    "recordlinkage": "toolkit",
    "exact-name": "exact",
    "splink-tutorial": "tutorial",
}
MEASURES = ("precision", "recall", "f1", "b3_f1", "seconds", "peak_mib")
Row = dict[str, Any]


def run(method: str, dataset: Dataset, limit: float) -> Row:
    """Return the measures of a method and a status; it is ended after `limit` seconds.

    Seconds begin with the records in memory and the libraries imported. The process never sees who is who.
    """
    with tempfile.TemporaryDirectory(prefix="unisono-benchmark-") as name:
        folder = Path(name)
        pq.write_table(dataset.records, folder / "records.parquet")
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_work, args=(method, dataset.name, folder))
        process.start()
        try:
            process.join(limit)
            ended = not process.is_alive()
        finally:
            process.kill()
            process.join()
        if (folder / "error").exists():
            status = (folder / "error").read_text(encoding="utf-8")
        elif (folder / "found.npz").exists():
            with np.load(folder / "found.npz") as found:
                measured = {"seconds": float(found["seconds"]), "peak_mib": float(found["peak_mib"])}
                return {**agreement(dataset.gold, found["entity"]), **measured, "status": "ok"}
        else:
            status = f"ended with {process.exitcode}" if ended else f"over {limit:g} s"
    return {**dict.fromkeys(MEASURES), "status": status}


def _work(method: str, dataset: str, folder: Path) -> None:
    """Measure one method (in the new process)."""
    os.dup2(2, 1)  # progress that a library draws is not part of the report
    try:
        resolve = importlib.import_module(f".{METHODS[method]}", __package__).resolve
        records = pq.read_table(folder / "records.parquet")
        began = time.perf_counter()
        entity = resolve(dataset, records)
        seconds = time.perf_counter() - began
        np.savez(folder / "found.npz", entity=entity, seconds=seconds, peak_mib=peak_mib())
    except Exception as error:  # whatever a method raises is its row's status
        (folder / "error").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")


def peak_mib() -> float:
    """Return this process's own peak, without what the process that started it had."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
