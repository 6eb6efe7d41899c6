"""Make instances: heavy-tailed values, most representatives short of time, two of three shared budgets short.

- `plain`: resources by channel, at most 3 contacts a customer.
- `goals`: also coverage goals (visits to the customers of a segment), travel that makes a visit's minutes and
  costs each customer's own, and 1 to 3 contacts a customer.
- `ties`: as plain, but customers are of 40 types, and those of one type have the same values.
"""

from __future__ import annotations

import numpy as np

from .instance import Instance

VARIANTS = ("plain", "goals", "ties")
CONTENTS, MOST_CONTACTS, PER_REP, TYPES, GOALS = 4, 3, 200, 40, 20

#                    visit, video, phone, own e-mail, webinar, e-mail
RESPONSE = np.array([1.0, 0.6, 0.35, 0.2, 0.5, 0.12])
MINUTES = np.array([35.0, 20.0, 10.0, 4.0, 0.0, 0.0])
MONEY = np.array([20.0, 4.0, 2.0, 0.5, 15.0, 0.2])
SAMPLES = np.array([2.0, 0.0, 0.0, 0.0, 0.0, 0.0])
SEATS = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0])
CHANNELS, VISIT = len(RESPONSE), 0

TIME = (0.15, 1.0)  # range of the representatives' time, and then each budget, in shares of what
BUDGETS = np.array([0.4, 1.0, 0.2])  # all customers' most valuable contacts would use
COVERAGE = 0.8  # a segment's goal, in visits, as a share of what an even spread of the time would give


def make(variant: str, customers: int, seed: int) -> Instance:
    """Return the instance of this variant and size, the same one for the same seed."""
    random = np.random.default_rng([seed, customers, VARIANTS.index(variant)])
    rep = np.arange(customers) // PER_REP
    segment = random.integers(GOALS, size=customers)
    minutes = np.tile(MINUTES, (customers, 1))
    shared = np.stack([np.tile(use, (customers, 1)) for use in (MONEY, SAMPLES, SEATS)])
    most = np.full(customers, MOST_CONTACTS)
    if variant == "ties":
        value = _values(random, np.ones(TYPES))[random.integers(TYPES, size=customers)]
    else:
        value = _values(random, random.lognormal(0, 0.4, GOALS)[segment])
    if variant == "goals":
        travel = random.lognormal(0, 0.5, customers)
        minutes[:, VISIT] += 15 * travel
        shared[0, :, VISIT] += 10 * travel
        most = random.integers(1, MOST_CONTACTS + 1, customers)
    wanted = _wanted(value.max(axis=2), most)
    time = random.permutation(np.linspace(*TIME, rep[-1] + 1))
    rep_capacity = np.bincount(rep, (wanted * minutes).sum(axis=1)) * time
    capacity = (wanted * shared).sum(axis=(1, 2)) * BUDGETS
    goal, goal_least = np.full(customers, -1), np.zeros(0)
    if variant == "goals":
        goal = segment
        visited = _even_visits(random, rep, minutes[:, VISIT], shared[:, :, VISIT], rep_capacity, capacity)
        goal_least = np.floor(COVERAGE * np.bincount(segment[visited], minlength=GOALS))
    return Instance(
        **_cells(rep, value, minutes, shared, goal),
        rep_capacity=rep_capacity,
        capacity=capacity,
        goal_least=goal_least,
        per_customer=most.astype(np.int8),
    )


def _values(random: np.random.Generator, level: np.ndarray) -> np.ndarray:
    """Draw customers x channels x contents: potential x response x content effect."""
    rows = len(level)
    potential = level * random.lognormal(0, 1, rows)
    response = RESPONSE * random.lognormal(0, 0.5, (rows, CHANNELS))
    content = random.lognormal(0, 0.3, (rows, CHANNELS, CONTENTS))
    return potential[:, None, None] * response[:, :, None] * content


def _wanted(best: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Mark each customer's most valuable channels (customers x channels), as if nothing were short."""
    rank = np.argsort(np.argsort(-best, axis=1), axis=1)
    return rank < most[:, None]


def _even_visits(
    random: np.random.Generator,
    rep: np.ndarray,
    minutes: np.ndarray,
    shared: np.ndarray,
    rep_capacity: np.ndarray,
    capacity: np.ndarray,
) -> np.ndarray:
    """Return the customers of a possible plan of visits alone that looks at no value: it proves the goals possible."""
    order = np.lexsort((random.random(len(rep)), rep))
    spent = np.cumsum(minutes[order])
    before = np.append(0, spent)[np.searchsorted(rep, rep)]
    order = random.permutation(order[spent - before <= rep_capacity[rep]])
    return order[(np.cumsum(shared[:, order], axis=1) <= capacity[:, None]).all(axis=0)]


def _cells(
    rep: np.ndarray, value: np.ndarray, minutes: np.ndarray, shared: np.ndarray, goal: np.ndarray
) -> dict[str, np.ndarray]:
    """Return what an instance says of its cells: all contents of all channels of all customers."""
    customers = len(rep)
    channel, visit = np.arange(CHANNELS), np.arange(CHANNELS) == VISIT

    def each(by_channel: np.ndarray, kind: type) -> np.ndarray:
        return np.repeat(by_channel.astype(kind).ravel(), CONTENTS)

    return {
        "customer": each(np.repeat(np.arange(customers), CHANNELS), np.int32),
        "channel": each(np.tile(channel, customers), np.int8),
        "content": np.tile(np.arange(CONTENTS, dtype=np.int8), customers * CHANNELS),
        "rep": each(np.where(MINUTES > 0, rep[:, None], -1), np.int32),
        "value": value.astype(np.float32).ravel(),
        "minutes": each(minutes, np.float32),
        "shared": np.stack([each(use, np.float32) for use in shared]),
        "goal": each(np.where(visit, goal[:, None], -1), np.int8),
    }
