"""Decide the next best action: gates -> value -> solve -> explain.

Reads what resolution, profiling and the playbook wrote. Writes `candidate` and `funnel` (gates), `action`
(value), `choice` and `price` (solve), `decision` and `no_action` (explain). The medical side of the wall is decided
first, from medical tables; the commercial side learns only how much room that leaves.
"""

from __future__ import annotations

from unisono.decide.explain import explain
from unisono.decide.solve import solve
from unisono.engine.graph import KernelStep, Step, sql_steps, twin

KERNELS = (
    KernelStep(
        "choice",
        solve,
        {
            "action": (
                "customer_id",
                "product_id",
                "channel",
                "rep_id",
                "content_id",
                "value",
                "minutes",
                "room",
            ),
            "rep": ("rep_id", "capacity_minutes"),
            "playbook_channel": ("channel", "capacity"),
            "playbook_policy": ("per_customer", "per_rep"),
        },
    ),
    KernelStep(
        "commercial_decision",
        explain,
        ("decision_fact",),
        by="customer_id",
        values=("run_id", "as_of", "data_version", "code_version"),
    ),
)

STEPS: tuple[Step, ...] = (*sql_steps(__file__), *KERNELS, *map(twin, KERNELS))
