"""Resolve source records to customers by exact keys, and key everything by customer.

Reads the `source_*` tables, `rep`, `territory_area` and what the snapshot before knew (`previous_*`). Writes
`customer_xref`, `customer`, `identity_event`, `touchpoint`, `consent` and `assignment`.
"""

from __future__ import annotations

from pathlib import Path

from unisono.engine.graph import SqlStep, Step

STEPS: tuple[Step, ...] = tuple(
    SqlStep(path.stem, path) for path in sorted(Path(__file__).parent.glob("*.sql"))
)
