"""What is counted, as text that Prometheus reads."""

from __future__ import annotations

from collections import defaultdict

KINDS = {
    "unisono_events_accepted_total": (
        "counter",
        "Events now durable in the ledger for the first time, by source.",
    ),
    "unisono_events_duplicate_total": ("counter", "Events that were in the ledger already, by source."),
    "unisono_events_refused_total": ("counter", "Events that cannot be understood, by source and reason."),
    "unisono_requests_total": ("counter", "Requests to the collector, by status."),
    "unisono_commits_total": ("counter", "Transactions of the collector's writer, by outcome."),
    "unisono_commit_seconds_total": ("counter", "Seconds the writer spent in transactions."),
    "unisono_waiting_events": ("gauge", "Events received and not yet durable."),
}


class Metrics:
    """Counters and gauges of one process."""

    def __init__(self) -> None:
        self._values: dict[str, dict[tuple[tuple[str, str], ...], float]] = defaultdict(
            lambda: defaultdict(float)
        )

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """Count `amount` more of a name of `KINDS`."""
        self._values[name][tuple(labels.items())] += amount

    def set(self, name: str, value: float) -> None:
        """Set a gauge."""
        self._values[name][()] = value

    def value(self, name: str, **labels: str) -> float:
        """Return what was counted."""
        return self._values[name][tuple(labels.items())]

    def text(self) -> str:
        """Return everything in Prometheus' text format 0.0.4."""
        lines = []
        for name, (kind, help_text) in KINDS.items():
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
            for labels, value in sorted(self._values[name].items()):
                shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
                lines.append(f"{name}{{{shown}}} {value:g}" if shown else f"{name} {value:g}")
        return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
