"""Resolve source records to customers by exact keys, and key everything by customer.

Reads the `source_*` tables, `rep`, `territory_area` and what the snapshot before knew (`previous_*`). Writes
`customer_xref`, `customer`, `identity_event`, `touchpoint` (split at the wall between medical and commercial),
`consent`, `outcome` and `assignment`.
"""

from __future__ import annotations

from unisono.engine.graph import Step, sql_steps

STEPS: tuple[Step, ...] = sql_steps(__file__)
