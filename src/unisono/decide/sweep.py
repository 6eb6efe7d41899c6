"""One pass over all customers at given prices: what each takes, what that uses, and how use answers to prices.

At fixed prices customers decide apart: the best action of each group, the best groups up to the customer's limit. That
is exact, because the limits of one customer are nested. Customers of the same shape (as many groups of the same widths,
the same limit) are laid out side by side, so that a pass is a few array operations on each block of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from unisono.decide.instance import Bools, Floats, Instance, Ints

BLOCK_CELLS = 65_536  # so that a block's arrays stay in the processor's cache
WIDTHS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64])  # wider groups are padded to powers of two


@dataclass(frozen=True)
class Block:
    """Customers of one shape: cells `begin` and on, customer after customer within each of the groups' places."""

    begin: int
    customers: int
    widths: tuple[int, ...]  # of the groups
    limit: int  # groups taken at most


@dataclass(frozen=True)
class Layout:
    """An instance whose actions stand block by block; `origin` is their position before, -1 for padding."""

    cells: Instance
    origin: Ints
    blocks: list[Block]


@dataclass(frozen=True)
class Sweep:
    """What customers take at some prices.

    `value` is their reduced value; `chosen` and `near` are positions of cells, `density` how likely a small rise of
    the reduced value of those near the margin changes what is taken, per unit.
    """

    value: float
    chosen: Ints
    near: Ints
    density: Floats


def lay_out(instance: Instance) -> Layout:
    """Return the instance's actions arranged in blocks of customers of the same shape."""
    count = len(instance.value)
    if not count:
        return Layout(instance, np.zeros(0, dtype=np.int64), [])
    first = np.flatnonzero(np.diff(instance.groups(), prepend=-1))
    size = np.diff(first, append=count)
    owner = instance.customer[first]
    width = _padded(size)
    own = np.bincount(owner, minlength=len(instance.per_customer))
    limit = np.minimum(instance.per_customer, own)
    shape = _shapes(owner, width, limit)
    order = np.argsort(shape, kind="stable")
    order = order[own[order] > 0]
    places, blocks, begin = [], [], 0
    for alike in np.split(order, np.flatnonzero(np.diff(shape[order])) + 1):
        groups = (np.cumsum(own) - own)[alike][:, None] + np.arange(own[alike[0]])
        if np.ptp(width[groups[0]]):
            groups = np.take_along_axis(groups, np.argsort(-width[groups], axis=1, kind="stable"), axis=1)
        widths, most = tuple(width[groups[0]].tolist()), int(limit[alike[0]])
        for part in _parts(groups, sum(widths)):
            cells = _cells(first, size, widths, part)
            places.append(cells)
            blocks.append(Block(begin, len(part), widths, most))
            begin += len(cells)
    origin = np.concatenate(places)
    arranged = instance.only(origin)
    arranged.value[origin < 0] = -np.inf
    return Layout(arranged, origin, blocks)


def sweep(layout: Layout, prices: Floats, nearness: float) -> Sweep:
    """Return what customers take at `prices`; margins below `nearness` (in units of value) count as near."""
    value, chosen, near, density = 0.0, [], [], []
    for block, cells in _blocks(layout, prices):
        worth, taken, margin = _take(cells, block)
        value += worth
        chosen.append(np.flatnonzero(taken) + block.begin)
        close = np.flatnonzero(margin < nearness)
        near.append(close + block.begin)
        density.append((1 - margin.ravel()[close] / nearness) / nearness)
    return Sweep(value, _joined(chosen), _joined(near), np.concatenate([np.zeros(0), *density]))


def best_value(layout: Layout, prices: Floats) -> float:
    """Return the reduced value of what customers take at `prices`, and nothing else about it."""
    value = 0.0
    for block, cells in _blocks(layout, prices):
        best = np.take_along_axis(cells, _winners(cells, block), axis=0) if max(block.widths) > 1 else cells
        value += float(np.maximum(_tops(best, block.limit), 0.0).sum())
    return value


def _blocks(layout: Layout, prices: Floats) -> Iterator[tuple[Block, Floats]]:
    """Yield the blocks with the reduced values of their cells (sum of widths, customers)."""
    value, uses = layout.cells.value, layout.cells.uses
    for block in layout.blocks:
        end = block.begin + sum(block.widths) * block.customers
        first, last = uses.indptr[block.begin], uses.indptr[end]
        rows = uses.indptr[block.begin : end + 1] - first
        part = (uses.data[first:last], uses.indices[first:last], rows)
        price = sparse.csr_array(part, shape=(end - block.begin, len(prices))) @ prices
        yield block, (value[block.begin : end] - price).reshape(-1, block.customers)


def _winners(cells: Floats, block: Block) -> Ints:
    """Return the row of the best cell of each group (groups, customers)."""
    starts = np.cumsum((0, *block.widths[:-1]))
    return np.stack(
        [
            begin + cells[begin : begin + width].argmax(axis=0)
            for begin, width in zip(starts, block.widths, strict=True)
        ]
    )


def _take(cells: Floats, block: Block) -> tuple[float, Bools, Floats]:
    """Return the value taken, which cells are taken, and how far each is from changing sides."""
    if max(block.widths) == 1:
        value, wins, enters, leaves = _win(cells, block.limit)
        return value, wins, np.abs(cells - np.where(wins, leaves, enters))
    winner = _winners(cells, block)
    best = np.take_along_axis(cells, winner, axis=0)
    value, wins, enters, leaves = _win(best, block.limit)
    taken = np.zeros(cells.shape, dtype=bool)
    np.put_along_axis(taken, winner, wins, axis=0)
    bar = np.where(taken, leaves, np.maximum(np.repeat(best, block.widths, axis=0), enters))
    return value, taken, np.abs(cells - bar)


def _win(best: Floats, limit: int) -> tuple[float, Bools, Floats, Floats]:
    """Return the value of the best groups, which these are, and the bars to enter among them and to leave them."""
    tops = _tops(best, limit + 1)
    nothing = np.zeros(best.shape[1])
    enters = np.maximum(tops[limit - 1], 0.0) if limit <= len(best) else nothing
    leaves = np.maximum(tops[limit], 0.0) if limit < len(best) else nothing
    wins = (best >= enters) & (best > 0)
    tied = np.flatnonzero((enters == leaves) & (enters > 0))
    if len(tied):  # the first of equals, as many as there are places
        above = best[:, tied] > enters[tied]
        equal = wins[:, tied] & ~above
        wins[:, tied] = above | (equal & (np.cumsum(equal, axis=0) <= limit - above.sum(axis=0)))
    return float(np.maximum(tops[:limit], 0.0).sum()), wins, enters, leaves


def _tops(best: Floats, count: int) -> Floats:
    """Return the `count` highest of each column, highest first, by a sorting network."""
    count = min(count, len(best))
    tops = np.full((count, best.shape[1]), -np.inf)
    for row in best:
        left = row
        for place in range(count):
            higher = np.maximum(tops[place], left)
            left = np.minimum(tops[place], left)
            tops[place] = higher
    return tops


def _padded(size: Ints) -> Ints:
    every = np.arange(int(size.max()) + 1)
    wide = 2 ** np.ceil(np.log2(np.maximum(every, 1))).astype(np.int64)
    most = WIDTHS[-1]
    return np.where(every > most, wide, WIDTHS[np.searchsorted(WIDTHS, np.minimum(every, most))])[size]


def _shapes(owner: Ints, width: Ints, limit: Ints) -> Ints:
    """Return a number for the shape of each customer (N,), who may take `limit` groups."""
    shape = limit
    for one in np.flatnonzero(np.bincount(width)):
        of_width = np.bincount(owner[width == one], minlength=len(limit))
        shape = shape * (int(of_width.max()) + 1) + of_width
    return shape


def _parts(groups: Ints, cells: int) -> Iterator[Ints]:
    step = max(1, BLOCK_CELLS // cells)
    for begin in range(0, len(groups), step):
        yield groups[begin : begin + step]


def _cells(first: Ints, size: Ints, widths: tuple[int, ...], groups: Ints) -> Ints:
    """Return the positions of a block's actions, place by place, -1 where a group has fewer than its width."""
    rows = []
    for place, width in enumerate(widths):
        begin, there = first[groups[:, place]], size[groups[:, place]]
        rows += [np.where(offset < there, begin + offset, -1) for offset in range(width)]
    return np.concatenate(rows)


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
