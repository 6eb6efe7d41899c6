"""Instances of the choice made from a seed, and checks of plans that share no code with the solver."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from unisono.decide.instance import Instance


def some_instance(
    seed: int,
    customers: int = 8,
    *,
    reps: int = 2,
    shared: int = 2,
    goals: int = 1,
    most: int = 3,
    rounded: bool = False,
) -> Instance:
    """Return an instance with up to five groups a customer, shared limits and goals, some of them out of reach."""
    random = np.random.default_rng(seed)
    customer, group, rep, value, entries = [], [], [], [], []
    for who in range(customers):
        worth = random.lognormal(0, 1)
        for place in range(random.integers(0, 6)):
            for _ in range(random.integers(1, 4)):
                by = int(random.integers(-1, reps)) if reps else -1
                at = len(value)
                customer.append(who)
                group.append(place)
                rep.append(by)
                value.append(worth * random.normal(1, 0.8))
                if by >= 0:
                    entries += [(at, by, float(random.choice([10, 20, 35]))), (at, reps + by, 1.0)]
                for row in range(shared):
                    if random.random() < 0.4:
                        entries.append((at, 2 * reps + row, float(random.uniform(0.5, 3))))
                for row in range(goals):
                    if random.random() < 0.3:
                        entries.append((at, 2 * reps + shared + row, -1.0))
    value = np.round(value, 0) if rounded else np.array(value, dtype=float)
    count, resources = len(value), 2 * reps + shared + goals
    rows, columns, amounts = zip(*entries, strict=True) if entries else ((), (), ())
    limit = np.concatenate(
        [
            random.uniform(0, 30 * customers / max(reps, 1), reps),
            random.integers(0, customers + 1, reps).astype(float),
            random.uniform(0, customers, shared),
            -random.integers(0, customers + 2, goals).astype(float),
        ]
    )
    return Instance(
        customer=np.array(customer, dtype=np.int64),
        group=np.array(group, dtype=np.int64),
        rep=np.array(rep, dtype=np.int64),
        value=value,
        uses=sparse.csr_array((amounts, (rows, columns)), shape=(count, resources)),
        per_customer=random.integers(0, most + 1, customers),
        limit=limit,
        ceiling=np.concatenate([np.full(2 * reps + shared, np.inf), random.uniform(0.5, 5, goals)]),
        reps=reps,
    )


def repeated(instance: Instance, times: int) -> Instance:
    """Return the instance with every customer `times` times, and as many times of everything that is limited."""
    starts = np.arange(times) * len(instance.per_customer)
    return replace(
        instance,
        **{
            name: np.tile(getattr(instance, name), times)
            for name in ("group", "rep", "value", "per_customer")
        },
        customer=(starts[:, None] + instance.customer).ravel(),
        uses=sparse.vstack([instance.uses] * times, format="csr"),
        limit=instance.limit * times,
    )


def breaches(instance: Instance, chosen: np.ndarray) -> list[str]:
    """Return which limits a plan breaks, counted one action at a time."""
    found = []
    taken = np.flatnonzero(chosen)
    for who in set(instance.customer[taken].tolist()):
        groups = [int(instance.group[i]) for i in taken if instance.customer[i] == who]
        if len(groups) > instance.per_customer[who]:
            found.append(f"customer {who}: {len(groups)} actions")
        if len(set(groups)) < len(groups):
            found.append(f"customer {who}: a group twice")
    use = instance.uses.toarray()[taken].sum(axis=0)
    for row in range(len(use)):
        hard = np.isinf(instance.ceiling[row])
        if hard and use[row] > instance.limit[row] + 1e-6:
            found.append(f"resource {row}: {use[row]} of {instance.limit[row]}")
    return found


def worth(instance: Instance, chosen: np.ndarray) -> float:
    """Return a plan's value less the price of missed goals."""
    use = instance.uses.toarray()[np.flatnonzero(chosen)].sum(axis=0)
    missed = [
        max(use[row] - instance.limit[row], 0.0) * instance.ceiling[row]
        for row in range(len(use))
        if np.isfinite(instance.ceiling[row])
    ]
    return float(instance.value[chosen].sum() - sum(missed))


def relaxed(instance: Instance) -> tuple[float, np.ndarray]:
    """Return the optimum of the linear relaxation and its resource prices, by HiGHS."""
    keys = list(zip(instance.customer.tolist(), instance.group.tolist(), strict=True))
    each = {key: row for row, key in enumerate(dict.fromkeys(keys))}
    at, ones = np.arange(len(keys)), np.ones(len(keys))
    groups = sparse.csr_array((ones, ([each[key] for key in keys], at)))
    persons = sparse.csr_array((ones, (instance.customer, at)), shape=(len(instance.per_customer), len(keys)))
    soft = np.flatnonzero(np.isfinite(instance.ceiling))
    finite = np.isfinite(instance.limit)
    uses = instance.uses.T.tocsr()
    excess = sparse.csr_array(
        (-np.ones(len(soft)), (soft, range(len(soft)))), shape=(uses.shape[0], len(soft))
    )
    matrix = sparse.block_array([[groups, None], [persons, None], [uses[finite], excess[finite]]])
    most = np.concatenate([np.ones(len(each)), instance.per_customer, instance.limit[finite]])
    cost = -np.concatenate([instance.value, -instance.ceiling[soft]])
    found = linprog(cost, A_ub=matrix, b_ub=most, method="highs")
    prices = np.zeros(len(finite))
    prices[finite] = -found.ineqlin.marginals[-int(finite.sum()) :]
    return -found.fun, prices


def best_of_customer(instance: Instance, reduced: np.ndarray, who: int) -> float:
    """Return the most a customer's actions can be worth together, by trying all of them."""
    mine = np.flatnonzero(instance.customer == who)
    best = 0.0
    for size in range(1, int(instance.per_customer[who]) + 1):
        for some in itertools.combinations(mine, size):
            if len({int(instance.group[i]) for i in some}) == size:
                best = max(best, float(reduced[list(some)].sum()))
    return best
