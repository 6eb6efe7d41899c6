"""Peak memory of this process, or of it and its children, while something runs."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_PAGE = resource.getpagesize()


class PeakMemory:
    """Context manager; `peak_mib` is the largest resident size seen, sampled every 20 ms.

    With `children`, the sizes of all processes started from here are added, pages that they share each time.
    Where the system does not tell the present size (no /proc), it is this process's peak so far.
    """

    def __init__(self, *, children: bool = False) -> None:
        self._children = children

    def __enter__(self) -> PeakMemory:
        self.peak_mib = self._now()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.peak_mib = max(self.peak_mib, self._now())

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.peak_mib = max(self.peak_mib, self._now())

    def _now(self) -> float:
        if not _PROC.exists():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        processes = _tree(os.getpid()) if self._children else [os.getpid()]
        return sum(map(_resident, processes)) * _PAGE / 2**20


def _resident(process: int) -> int:
    """Return the resident pages of a process, none if it has ended."""
    try:
        return int((_PROC / str(process) / "statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0


def _tree(process: int) -> Iterator[int]:
    """Yield a process and all that were started from it."""
    yield process
    for thread in (_PROC / str(process) / "task").glob("*/children"):
        try:
            started = thread.read_text(encoding="ascii").split()
        except OSError:  # it has ended
            continue
        for child in started:
            yield from _tree(int(child))
