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
from unisono.decide.repair import allowed, displaced

ROUNDS = 12
LEAST = 1e-9  # gain that counts
WIDTH = 12  # actions coming in, and going out, that are looked at for each representative in a round


@dataclass(frozen=True)
class _Moves:
    """Actions that come in, those of the same customer they displace, and others that make room; -1 where none."""

    comes: Ints
    displaces: Ints
    leaves: Ints

    def only(self, kept: Bools | Ints) -> _Moves:
        """Return some of the moves."""
        return _Moves(self.comes[kept], self.displaces[kept], self.leaves[kept])

    def change(self, uses: sparse.csr_array) -> sparse.csr_array:
        """Return how much more of each resource they use (k, m)."""
        return sparse.csr_array(uses[self.comes] - uses[self.displaces] - uses[self.leaves])


@dataclass(frozen=True)
class _State:
    """A feasible plan, what is left of everything, and what actions are worth while goals are missed."""

    instance: Instance
    uses: sparse.csr_array  # (n + 1, m) nothing in the last row
    minutes: Floats  # (n,) of a representative
    chosen: Bools  # (n,)
    left: Floats  # (m,) negative where a goal is missed
    reduced: Floats  # (n,) value less the price of what it uses
    spare: Floats  # (R + 1,) most that reduced value may fall for the sake of what is left over; nobody's is last


def exchange(instance: Instance, prices: Floats, chosen: Bools, enough: float = np.inf) -> Bools:
    """Return a plan (n,) as feasible as the feasible plan `chosen`, and worth more until it is worth `enough`."""
    if not instance.reps:
        return chosen
    minutes = np.asarray(instance.uses[:, : instance.reps].sum(axis=1), dtype=float)
    uses = sparse.vstack([instance.uses, sparse.csr_array((1, len(prices)))], format="csr")
    reduced, chosen = instance.reduced(prices), chosen.copy()
    for _ in range(ROUNDS):
        if instance.objective(chosen) >= enough:
            break
        left = allowed(instance) - instance.use(chosen)
        state = _State(instance, uses, minutes, chosen, left, reduced, _spare(instance, prices, left))
        moves = _together(state, _with_room(state, _moves(state), _leaving(state)))
        if not len(moves.comes):
            break
        for out in (moves.displaces, moves.leaves):
            chosen[out[out >= 0]] = False
        chosen[moves.comes] = True
    return chosen


def _spare(instance: Instance, prices: Floats, left: Floats) -> Floats:
    """Return what the minutes left over are worth (R,), and at the end what one action could use of shared ones."""
    most = np.zeros(len(prices))
    np.maximum.at(most, instance.uses.indices, np.abs(instance.uses.data))
    shared = np.arange(len(prices)) >= 2 * instance.reps
    together = float((prices * np.clip(np.where(shared, left, 0.0), 0.0, most)).sum())
    return np.append(prices[: instance.reps] * np.maximum(left[: instance.reps], 0.0), 0.0) + together


def _moves(state: _State) -> _Moves:
    """Return the actions that could come in for the sake of what is left over, those of least loss first."""
    instance, reduced = state.instance, state.reduced
    has_places = instance.per_customer[instance.customer] > 0
    comes = np.flatnonzero(~state.chosen & (instance.value > 0) & has_places)
    out = displaced(instance, reduced, state.chosen, comes)
    loss = np.append(reduced, 0.0)[out] - reduced[comes]
    near = np.flatnonzero(loss < state.spare[instance.rep[comes]])
    near = near[np.argsort(loss[near], kind="stable")]
    moves = _Moves(comes[near], out[near], np.full(len(near), -1))
    return moves.only(_fit_shared(state, moves.change(state.uses)))


def _leaving(state: _State) -> Ints:
    """Return the chosen actions that could make room, those of least reduced value first."""
    instance, reduced = state.instance, state.reduced
    at = np.flatnonzero(state.chosen & (instance.rep >= 0))
    at = at[reduced[at] < 2 * state.spare[instance.rep[at]]]
    at = at[np.argsort(reduced[at], kind="stable")]
    return at[_fit_shared(state, sparse.csr_array(-instance.uses[at]))]


def _fit_shared(state: _State, change: sparse.csr_array) -> Bools:
    """Return which changes of use (k, m) fit what is left of shared limits, and do without nobody's goal."""
    entries = change.tocoo()
    shared = entries.col >= 2 * state.instance.reps
    lacks = shared & (entries.data > 0) & (entries.data > state.left[entries.col])
    fits = np.ones(change.shape[0], dtype=bool)
    fits[entries.row[lacks]] = False
    return fits


def _with_room(state: _State, moves: _Moves, leaving: Ints) -> _Moves:
    """Return the moves that raise the value and fit, the best of each representative with what leaves for it."""
    instance, reps = state.instance, state.instance.reps
    value, cost = np.append(instance.value, 0.0), np.append(state.minutes, 0.0)
    rep = instance.rep[moves.comes]
    comes, displaces = (_table(rep, at, reps) for at in (moves.comes, moves.displaces))
    leaves = np.concatenate([np.full((reps, 1), -1), _table(instance.rep[leaving], leaving, reps)], axis=1)
    is_own = np.append(instance.rep, -2)[displaces] == np.arange(reps)[:, None]
    gain = (value[comes] - value[displaces])[:, :, None] - value[leaves][:, None, :]
    more = (cost[comes] - cost[displaces] * is_own)[:, :, None] - cost[leaves][:, None, :]
    count = (1.0 - is_own)[:, :, None] - (leaves >= 0)[:, None, :]
    minutes, suggestions = state.left[:reps, None, None], state.left[reps : 2 * reps, None, None]
    fits = (comes >= 0)[:, :, None] & (more <= minutes) & (count <= suggestions)
    fits &= (displaces[:, :, None] != leaves[:, None, :]) | (leaves < 0)[:, None, :]
    extra = (_shared(state, comes) - _shared(state, displaces))[:, :, None] - _shared(state, leaves)[
        :, None, :
    ]
    fits &= ((extra <= np.maximum(state.left[2 * reps :], 0.0)) | (extra <= 0)).all(axis=-1)
    gain = np.where(fits, gain, -np.inf).reshape(reps, -1)
    best = gain.argmax(axis=1)
    found = np.flatnonzero(gain[np.arange(reps), best] > LEAST)
    into, out = np.divmod(best[found], leaves.shape[1])
    central = np.flatnonzero((rep < 0) & (value[moves.comes] - value[moves.displaces] > LEAST))
    all_moves = _Moves(
        np.append(comes[found, into], moves.comes[central]),
        np.append(displaces[found, into], moves.displaces[central]),
        np.append(leaves[found, out], np.full(len(central), -1)),
    )
    gains = value[all_moves.comes] - value[all_moves.displaces] - value[all_moves.leaves]
    return all_moves.only(np.argsort(-gains, kind="stable"))


def _together(state: _State, moves: _Moves) -> _Moves:
    """Return the moves that can be made at once: no customer twice, shared limits kept."""
    instance, count = state.instance, len(moves.comes)
    customer = np.append(instance.customer, -1)
    touched = np.stack([customer[moves.comes], customer[moves.leaves]])
    touched[1] = np.where(touched[1] < 0, touched[0], touched[1])
    _, first, which = np.unique(touched.T.ravel(), return_index=True, return_inverse=True)
    keep = (first[which].reshape(count, 2) // 2 == np.arange(count)[:, None]).all(axis=1)
    change = moves.change(state.uses).tocsc()
    for resource in range(2 * instance.reps, len(state.left)):
        span = slice(change.indptr[resource], change.indptr[resource + 1])
        amount = np.zeros(count)
        amount[change.indices[span]] = change.data[span]
        left = state.left[resource]
        uses = np.maximum(amount, 0.0)
        keep &= (np.cumsum(uses * keep) <= left) | (uses == 0)
    return moves.only(keep)


def _table(rep: Ints, at: Ints, reps: int) -> Ints:
    """Return the first few positions of each representative (reps, WIDTH), -1 where there are fewer."""
    order = np.argsort(rep, kind="stable")
    begin = np.searchsorted(rep[order], np.arange(reps))
    place = np.arange(len(rep)) - begin[rep[order]]
    table = np.full((reps, WIDTH), -1)
    kept = (place < WIDTH) & (rep[order] >= 0)
    table[rep[order][kept], place[kept]] = at[order][kept]
    return table


def _shared(state: _State, at: Ints) -> Floats:
    """Return how much of each shared limit actions use, one axis more than their positions."""
    uses = state.uses[at.ravel()][:, 2 * state.instance.reps :]
    return np.asarray(uses.toarray()).reshape(*at.shape, -1)
