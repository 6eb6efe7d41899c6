"""The exact path: the choice as a mixed-integer program, solved by HiGHS through SciPy.

For whole small instances, as the oracle of tests, and as the polish of plans whose certificate is not tight enough.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from unisono.decide.instance import Bools, Floats, Instance, Ints

CORE = 4_000  # actions that a polish chooses anew at most
NODES = 200  # of branch and bound: a count, because a time limit would make the plan hang on the machine


def exact(instance: Instance, nodes: int = 1_000_000) -> Bools | None:
    """Return the best plan (n,), or None if `nodes` of branch and bound find no plan at all."""
    count = len(instance.value)
    if not count:
        return np.zeros(0, dtype=bool)
    soft = np.flatnonzero(np.isfinite(instance.ceiling))
    rows = [
        _memberships(instance.customer),
        _memberships(instance.groups()),
        sparse.csr_array(instance.uses.T),
    ]
    matrix = sparse.vstack(rows, format="csr")
    excess = sparse.csr_array(
        (-np.ones(len(soft)), (matrix.shape[0] - len(instance.limit) + soft, np.arange(len(soft)))),
        shape=(matrix.shape[0], len(soft)),
    )
    most = np.concatenate(
        [instance.per_customer[np.unique(instance.customer)], np.ones(rows[1].shape[0]), instance.limit]
    )
    found = milp(
        -np.concatenate([instance.value, -instance.ceiling[soft]]),
        integrality=np.append(np.ones(count), np.zeros(len(soft))),
        bounds=Bounds(0, np.append(np.ones(count), np.full(len(soft), np.inf))),
        constraints=LinearConstraint(sparse.hstack([matrix, excess], format="csc"), ub=most),
        options={"mip_rel_gap": 0.0, "node_limit": nodes},
    )
    return None if found.x is None else found.x[:count] > 0.5


def polish(instance: Instance, prices: Floats, chosen: Bools) -> Bools:
    """Return a plan at least as good: the customers nearest to changing sides are chosen anew, the rest as they are."""
    reduced = instance.reduced(prices)
    wrong = np.where(chosen, -reduced, reduced)  # what a change of mind would gain at the prices
    closest = np.full(len(instance.per_customer), -np.inf)
    np.maximum.at(closest, instance.customer, wrong)
    order = np.argsort(-closest[instance.customer], kind="stable")
    customers = (
        np.unique(instance.customer[order[:CORE]])[:-1] if len(order) > CORE else np.unique(instance.customer)
    )
    core = np.flatnonzero(np.isin(instance.customer, customers))
    rest = chosen.copy()
    rest[core] = False
    part = replace(instance.only(core), limit=instance.limit - instance.use(rest))
    found = exact(part, NODES)
    if found is None:
        return chosen
    rest[core[found]] = True
    return max(chosen, rest, key=instance.objective)


def _memberships(key: Ints) -> sparse.csr_array:
    """Return which actions have which key, a row a key."""
    _, row = np.unique(key, return_inverse=True)
    return sparse.csr_array((np.ones(len(key)), (row, np.arange(len(key)))))
