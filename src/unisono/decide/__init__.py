"""Decide the next best action: gates -> value -> solve -> explore -> explain.

Reads what resolution, profiling and the playbook wrote. Writes `candidate` and `funnel` (gates), `action` (value),
`resource_price`, `priced_action`, `choice`, `price` and `certificate` (solve), `draw` and `selection` (explore),
`decision`, `agenda` and `no_action` (explain). The medical side of the wall is decided first, from medical tables; the
commercial side learns only how much room that leaves.
"""

from __future__ import annotations

from unisono.decide.explain import explain
from unisono.decide.explore import draw
from unisono.decide.solve import price_resources, solve
from unisono.engine.graph import KernelStep, Step, sql_steps, twin

_ACTION = ("customer_id", "product_id", "channel", "rep_id", "content_id", "value", "minutes", "room")
_CHOSEN_FROM = {
    "action": _ACTION,
    "resource": ("resource", "owner", "capacity", "worth"),
    "limit_use": ("customer_id", "product_id", "channel", "rep_id", "resource", "owner", "amount"),
}
KERNELS = (
    KernelStep("resource_price", price_resources, _CHOSEN_FROM),
    KernelStep("choice", solve, _CHOSEN_FROM | {"resource_price": ("resource", "owner", "price")}),
    KernelStep(
        "draw",
        draw,
        ("draw_option", "playbook_exploration"),
        by="customer_id",
        values=("as_of", "seed"),
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
