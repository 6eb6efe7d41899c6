"""Resolve source records to customers, and key everything by customer.

Reads the `source_*` tables, `rep`, `territory_area`, stewards' decisions and what the snapshot before knew
(`previous_*`). Writes `entity_record`, the groups of records that are one customer, and `match_queue`, what stewards
are asked; then `customer_xref`, `customer`, `identity_event`, `touchpoint` (split at the wall between medical and
commercial), `consent`, `outcome` and `assignment`, and `local_day`, the calendar that days are counted by.
"""

from __future__ import annotations

from unisono.engine.graph import KernelStep, Step, sql_steps
from unisono.resolve import entities, match_steps
from unisono.resolve.local_day import local_days
from unisono.resolve.match_record import COLUMNS, match_records

CALENDAR = KernelStep("local_day", local_days, {"playbook_policy": ("time_zone",)}, values=("as_of",))
COMPARED = KernelStep(
    "match_record",
    match_records,
    {"source_record": COLUMNS, "playbook_nickname": ("name", "stands_for")},
)

STEPS: tuple[Step, ...] = (CALENDAR, COMPARED, entities.STEP, *match_steps.STEPS, *sql_steps(__file__))
