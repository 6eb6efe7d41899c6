"""The exact path: the choice as a mixed-integer program, solved by HiGHS through SciPy.

For whole small instances, as the oracle of tests, and as the polish of plans whose certificate is not tight enough.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from unisono.decide.instance import Bools, Floats, Instance, Ints

CORE = 4_000  # actions that a polish chooses anew at most
NODES = 200  # of branch and bound: a count, because a time limit would make the plan hang on the machine


@dataclass(frozen=True)
class _Program:
    """Minimise `cost` @ x subject to `matrix` @ x <= `most`, x >= 0: actions first, then by how much goals are missed.

    The last rows are the limits of the instance's resources.
    """

    cost: Floats
    matrix: sparse.csc_array
    most: Floats
    actions: int


def exact(instance: Instance, nodes: int = 1_000_000) -> Bools | None:
    """Return the best plan (n,), or None if `nodes` of branch and bound find no plan at all."""
    if not len(instance.value):
        return np.zeros(0, dtype=bool)
    program = _program(instance)
    is_action = np.arange(len(program.cost)) < program.actions
    with _silence():
        found = milp(
            program.cost,
            integrality=is_action,
            bounds=Bounds(0, np.where(is_action, 1.0, np.inf)),
            constraints=LinearConstraint(program.matrix, ub=program.most),
            options={"mip_rel_gap": 0.0, "node_limit": nodes},
        )
    return None if found.x is None else found.x[: program.actions] > 0.5


@contextmanager
def _silence() -> Iterator[None]:
    """Keep standard output to ourselves: in rare cases HiGHS writes a line for its developers into it."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def linear_prices(instance: Instance) -> Floats:
    """Return the resource prices (m,) of the linear relaxation."""
    program = _program(instance)
    finite = np.isfinite(program.most)
    found = linprog(program.cost, A_ub=program.matrix[finite], b_ub=program.most[finite], method="highs")
    prices = np.zeros(len(program.most))
    prices[finite] = -found.ineqlin.marginals
    return np.clip(prices[len(prices) - len(instance.limit) :], 0.0, instance.ceiling)


def _program(instance: Instance) -> _Program:
    soft = np.flatnonzero(np.isfinite(instance.ceiling))
    who, customer = np.unique(instance.customer, return_inverse=True)
    groups = instance.groups
    parts = [_memberships(customer), _memberships(groups), sparse.csr_array(instance.uses.T)]
    uses = sparse.vstack(parts, format="csc")
    first = uses.shape[0] - len(instance.limit)
    missed = (-np.ones(len(soft)), (first + soft, np.arange(len(soft))))
    excess = sparse.csc_array(missed, shape=(uses.shape[0], len(soft)))
    ones = np.ones(first - len(who))
    return _Program(
        cost=np.concatenate([-instance.value, instance.ceiling[soft]]),
        matrix=sparse.hstack([uses, excess], format="csc"),
        most=np.concatenate([instance.per_customer[who], ones, instance.limit]),
        actions=len(instance.value),
    )


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
    """Return which actions have which key, a row a key; keys are numbers from 0 without gaps."""
    return sparse.csr_array((np.ones(len(key)), (key, np.arange(len(key)))))
