"""Published plans made from instances, with the terms behind the actions' values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from unisono.decide.choose import choose
from unisono.decide.instance import Instance
from unisono.decide.published import PublishedPlan
from unisono.decide.sensitivity import COSTS, FACTORS


def plan_of(instance: Instance, **terms: np.ndarray) -> PublishedPlan:
    """Return the plan of an instance valued by `terms`; factors not given are 1, costs 0.

    Without any terms the instance keeps its values, and the potential is what explains them.
    """
    count = len(instance.value)
    usual = {name: np.ones(count) for name in FACTORS} | {name: np.zeros(count) for name in COSTS}
    told = usual | {"response_sd": np.zeros(count)} | (terms or {"potential": instance.value})
    value = np.prod([told[name] for name in FACTORS], axis=0) - sum(told[name] for name in COSTS)
    valued = replace(instance, value=value)
    channel = pa.array([f"channel{group}" for group in instance.group], pa.string())
    action = pa.table({name: pa.array(column) for name, column in told.items()} | {"channel": channel})
    return PublishedPlan(_resources(instance), action, valued, choose(valued))


def _resources(instance: Instance) -> pa.Table:
    force = [(kind, f"r{at}") for kind in ("rep_minutes", "rep_suggestions") for at in range(instance.reps)]
    others = range(2 * instance.reps, len(instance.limit))
    names = [*force, *(("budget" if np.isinf(instance.ceiling[at]) else "goal", f"m{at}") for at in others)]
    return pa.table({"resource": [kind for kind, _ in names], "owner": [owner for _, owner in names]})
