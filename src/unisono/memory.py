"""Peak memory of this process while something runs."""

from __future__ import annotations

import resource
import threading
from pathlib import Path

_STATUS = Path("/proc/self/statm")
_PAGE = resource.getpagesize()


class PeakMemory:
    """Context manager; `peak_mib` is the largest resident size seen, sampled every 20 ms.

    Where the system does not tell the present size (no /proc), it is the process's peak so far.
    """

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

    @staticmethod
    def _now() -> float:
        if _STATUS.exists():
            return int(_STATUS.read_text(encoding="ascii").split()[1]) * _PAGE / 2**20
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
