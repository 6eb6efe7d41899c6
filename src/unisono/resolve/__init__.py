"""Resolve source records to customers, and key everything by customer.

Reads the `source_*` tables, `rep`, `territory_area`, stewards' decisions and what the snapshot before knew
(`previous_*`). Writes `entity_record`, the groups of records that are one customer, and `match_queue`, what stewards
are asked; then `customer_xref`, `customer`, `identity_event`, `touchpoint` (split at the wall between medical and
commercial), `consent`, `outcome` and `assignment`, and `local_day`, the calendar that days are counted by.
"""

from __future__ import annotations

from unisono.engine.graph import KernelStep, Step, sql_steps
from unisono.resolve import match_steps
from unisono.resolve.cluster import entity_records
from unisono.resolve.local_day import local_days
from unisono.resolve.match_record import COLUMNS, match_records

CALENDAR = KernelStep("local_day", local_days, {"playbook_policy": ("time_zone",)}, values=("as_of",))
ENTITIES = KernelStep(
    "entity_record",
    entity_records,
    {
        "match_record": ("record_key", "system", "source_record_id", "kind"),
        "mentioned_record": ("record_key", "system", "source_record_id"),
        "steward_decision": ("left_key", "right_key", "decision", "standing"),
        "identifier": ("record_key", "value", "position"),
        "match_pair": ("left_key", "right_key", "weight", "probability"),
        "playbook_curated": ("system",),
        "playbook_identity": ("accept",),
    },
)

COMPARED = KernelStep(
    "match_record",
    match_records,
    {"source_record": COLUMNS, "playbook_nickname": ("name", "stands_for")},
)

STEPS: tuple[Step, ...] = (CALENDAR, COMPARED, ENTITIES, *match_steps.STEPS, *sql_steps(__file__))
