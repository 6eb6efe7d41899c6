"""Use up what repair leaves over: exchanges of few actions that raise a plan's value within every limit.

A representative's minutes left over are lost at their price. An exchange brings one action in, takes out the one of the
same customer it displaces, if any, and may take out another of the same representative to make room. Only actions whose
reduced value is within the price of what is left over can win, so few are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from unisono.decide.instance import Bools, Floats, Instance, Ints
from unisono.decide.repair import allowed

ROUNDS = 12
LEAST = 1e-9  # gain that counts
WIDTH = 12  # actions coming in, and going out, that are looked at for each representative in a round


@dataclass(frozen=True)
class _Moves:
    """Actions that come in, those of the same customer they displace, and others that make room; -1 where none."""

    comes: Ints
    displaces: Ints
    leaves: Ints


def exchange(instance: Instance, prices: Floats, chosen: Bools) -> Bools:
    """Return a plan (n,) worth at least as much as the feasible plan `chosen`, and as feasible."""
    chosen = chosen.copy()
    reps = instance.reps
    if not reps:
        return chosen
    minutes = np.asarray(instance.uses[:, :reps].sum(axis=1), dtype=float)
    reduced, group = instance.reduced(prices), instance.groups()
    for _ in range(ROUNDS):
        left = allowed(instance) - instance.use(chosen)
        worth = np.append(prices[:reps] * np.maximum(left[:reps], 0.0), 0.0)  # nobody's is last
        moves = _moves(instance, reduced, group, chosen, worth)
        moves = _with_room(instance, moves, _leaving(instance, reduced, chosen, worth), minutes, left)
        moves = _together(instance, moves, left)
        if not len(moves.comes):
            break
        for out in (moves.displaces, moves.leaves):
            chosen[out[out >= 0]] = False
        chosen[moves.comes] = True
    return chosen


def _moves(instance: Instance, reduced: Floats, group: Ints, chosen: Bools, worth: Floats) -> _Moves:
    """Return the actions that could come in, given what a representative's left-over minutes are worth."""
    at = np.flatnonzero(chosen)
    by_value = at[np.argsort(-reduced[at], kind="stable")]
    poorest = np.full(len(instance.per_customer), -1)
    poorest[instance.customer[by_value]] = by_value
    of_group = np.full(len(chosen), -1)
    of_group[group[at]] = at
    is_full = np.bincount(instance.customer[at], minlength=len(poorest)) >= instance.per_customer
    comes = np.flatnonzero(~chosen & (instance.rep >= 0) & (instance.value > 0))
    customer = instance.customer[comes]
    displaces = np.where(is_full[customer], poorest[customer], -1)
    displaces = np.where(of_group[group[comes]] >= 0, of_group[group[comes]], displaces)
    loss = np.append(reduced, 0.0)[displaces] - reduced[comes]
    has_place = ~is_full[customer] | (displaces >= 0)
    near = np.flatnonzero(has_place & (loss < worth[instance.rep[comes]]))
    near = near[np.argsort(loss[near], kind="stable")]
    return _Moves(comes[near], displaces[near], np.full(len(near), -1))


def _leaving(instance: Instance, reduced: Floats, chosen: Bools, worth: Floats) -> Ints:
    """Return the chosen actions that could make room, those of least reduced value first."""
    at = np.flatnonzero(chosen & (instance.rep >= 0) & (reduced < 2 * worth[instance.rep]))
    return at[np.argsort(reduced[at], kind="stable")]


def _with_room(instance: Instance, moves: _Moves, leaving: Ints, minutes: Floats, left: Floats) -> _Moves:
    """Return each representative's best move that raises the value and fits, with what leaves for it."""
    reps = instance.reps
    value, cost = np.append(instance.value, 0.0), np.append(minutes, 0.0)
    comes = _table(instance.rep[moves.comes], moves.comes, reps)
    displaces = _table(instance.rep[moves.comes], moves.displaces, reps)
    leaves = np.concatenate([np.full((reps, 1), -1), _table(instance.rep[leaving], leaving, reps)], axis=1)
    is_own = np.append(instance.rep, -2)[displaces] == np.arange(reps)[:, None]
    gain = (value[comes] - value[displaces])[:, :, None] - value[leaves][:, None, :]
    more = (cost[comes] - cost[displaces] * is_own)[:, :, None] - cost[leaves][:, None, :]
    count = (1.0 - is_own)[:, :, None] - (leaves >= 0)[:, None, :]
    fits = (
        (comes >= 0)[:, :, None]
        & (more <= left[:reps, None, None])
        & (count <= left[reps : 2 * reps, None, None])
    )
    fits &= (displaces[:, :, None] != leaves[:, None, :]) | (leaves < 0)[:, None, :]
    gain = np.where(fits, gain, -np.inf).reshape(reps, -1)
    best = gain.argmax(axis=1)
    rep = np.flatnonzero(gain[np.arange(reps), best] > LEAST)
    rep = rep[np.argsort(-gain[rep, best[rep]], kind="stable")]
    into, out = np.divmod(best[rep], leaves.shape[1])
    return _Moves(comes[rep, into], displaces[rep, into], leaves[rep, out])


def _together(instance: Instance, moves: _Moves, left: Floats) -> _Moves:
    """Return the moves that can be made at once: no customer twice, shared limits kept and no goal missed for them."""
    count = len(moves.comes)
    customer = np.append(instance.customer, -1)
    touched = np.stack([customer[moves.comes], customer[moves.leaves]])
    touched[1] = np.where(touched[1] < 0, touched[0], touched[1])
    _, first, which = np.unique(touched.T.ravel(), return_index=True, return_inverse=True)
    keep = (first[which].reshape(count, 2) // 2 == np.arange(count)[:, None]).all(axis=1)
    uses = sparse.vstack([instance.uses, sparse.csr_array((1, len(left)))], format="csr")
    change = (uses[moves.comes] - uses[moves.displaces] - uses[moves.leaves]).tocsc()
    for resource in range(2 * instance.reps, len(left)):
        span = slice(change.indptr[resource], change.indptr[resource + 1])
        amount = np.zeros(count)
        amount[change.indices[span]] = np.maximum(change.data[span], 0.0)
        keep &= (np.cumsum(amount * keep) <= left[resource]) | (amount == 0)
    return _Moves(moves.comes[keep], moves.displaces[keep], moves.leaves[keep])


def _table(rep: Ints, at: Ints, reps: int) -> Ints:
    """Return the first few positions of each representative (reps, WIDTH), -1 where there are fewer."""
    order = np.argsort(rep, kind="stable")
    begin = np.searchsorted(rep[order], np.arange(reps))
    place = np.arange(len(rep)) - begin[rep[order]]
    table = np.full((reps, WIDTH), -1)
    kept = place < WIDTH
    table[rep[order][kept], place[kept]] = at[order][kept]
    return table
