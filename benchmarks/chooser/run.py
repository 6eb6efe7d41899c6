"""Run one method on one saved instance in a process of its own, so that time, memory and an end are its own."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .check import upper_bound, violations
from .instance import Answer, Instance, load

METHODS = {  # module and function: only the method's own libraries are loaded
    "unisono": ("ours", "unisono"),
    "highs-ipm": ("highs", "ipm"),
    "highs-simplex": ("highs", "simplex"),
    "ortools-pdlp": ("pdlp", "solve"),
    "value-priority": ("greedy", "value_priority"),
    "global-greedy": ("greedy", "global_greedy"),
}
SHORT, TIMES = (
    2.0,
    3,
)  # seconds below which the machine's other work weighs on one measurement; how often then
Row = dict[str, Any]
NOTHING: Row = dict.fromkeys(("seconds", "peak_mib", "objective", "bound"))


def run(method: str, instance: Path, limit: float) -> Row:
    """Return seconds, peak_mib, objective, bound and status of a method; it is ended after `limit` seconds.

    Seconds begin with the instance in memory and the libraries imported; of what is short, the best of three count.
    The plan and the bound are
    judged by `check` afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="unisono-benchmark-") as folder:
        report = Path(folder) / "row.json"
        process = multiprocessing.get_context("spawn").Process(target=_work, args=(method, instance, report))
        process.start()
        try:
            process.join(limit)
            ended = not process.is_alive()
        finally:
            process.kill()
            process.join()
        if report.exists():
            return dict(json.loads(report.read_text(encoding="utf-8")))
    status = f"ended with {process.exitcode}" if ended else f"over {limit:g} s"
    return {**NOTHING, "status": status}


def _work(method: str, path: Path, report: Path) -> None:
    """Measure one method, then judge its answer (in the new process)."""
    module, function = METHODS[method]
    solve = getattr(importlib.import_module(f".{module}", __package__), function)
    instance = load(path)
    try:
        seconds, answer = _timed(solve, instance)
        row = {"seconds": seconds, "peak_mib": _peak_mib(), **_judged(instance, answer)}
    except Exception as error:  # whatever a method raises is its row's status
        row = {**NOTHING, "status": f"{type(error).__name__}: {error}"}
    report.write_text(json.dumps(row), encoding="utf-8")


def _timed(solve: Callable[[Instance], Answer], instance: Instance) -> tuple[float, Answer]:
    """Return the seconds and the answer of a method: of the best of `TIMES` where one takes less than `SHORT`."""
    taken: list[float] = []
    while not taken or (max(taken) < SHORT and len(taken) < TIMES):
        began = time.perf_counter()
        answer = solve(instance)
        taken.append(time.perf_counter() - began)
    return min(taken), answer


def _judged(instance: Instance, answer: Answer) -> Row:
    """Return the objective, the bound at the prices found and the status, which names what a plan breaks."""
    objective, status = answer.objective, answer.status
    if answer.plan is not None:
        broken = violations(instance, answer.plan)
        objective = float(instance.value[answer.plan].sum(dtype=np.float64))
        status = "; ".join(broken) or status
    bound = None if answer.prices is None else upper_bound(instance, answer.prices)
    return {"objective": objective, "bound": bound, "status": status}


def _peak_mib() -> float:
    """Return this process's own peak, without what the process that started it had, and its largest child's."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return children + int(status.split("VmHWM:")[1].split()[0]) / 1024
    except OSError:
        return children + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
