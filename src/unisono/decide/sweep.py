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
    """Customers of one shape: the cells of `span`, customer after customer within each of the groups' places."""

    span: slice
    widths: tuple[int, ...]  # of the groups
    limit: int  # groups taken at most


@dataclass(frozen=True)
class Layout:
    """An instance's actions block by block; `origin` is their position before, -1 for padding."""

    origin: Ints
    value: Floats
    bundle: Ints  # of each cell
    bundles: sparse.csr_array  # (bundles, m) what each uses
    blocks: list[Block]
    limit: Floats  # (m,) as of the instance
    ceiling: Floats


@dataclass(frozen=True)
class Sweep:
    """What customers take at some prices.

    `value` is their reduced value and `use` what they use (m,); `chosen` and `near` are positions of cells, `density`
    how likely a small rise of the reduced value of those near the margin changes what is taken, per unit. Where only
    some customers are looked at for the margin, each stands for as many as are not.
    """

    value: float
    use: Floats
    chosen: Ints
    near: Ints
    density: Floats


def lay_out(instance: Instance) -> Layout:
    """Return the instance's actions arranged in blocks of customers of the same shape."""
    origins, shapes = [np.zeros(0, dtype=np.int64)], []
    for origin, widths, limit in _arranged(instance) if len(instance.value) else ():
        origins.append(origin)
        shapes.append((widths, limit))
    origin = np.concatenate(origins)
    value = instance.value[origin]
    value[origin < 0] = -np.inf
    begins = np.cumsum([len(part) for part in origins]).tolist()
    blocks = [
        Block(slice(begin, end), *shape)
        for begin, end, shape in zip(begins, begins[1:], shapes, strict=False)
    ]
    bundle, bundles = instance.bundled
    return Layout(origin, value, bundle[origin], bundles, blocks, instance.limit, instance.ceiling)


def sweep(layout: Layout, prices: Floats, nearness: float, every: int = 1) -> Sweep:
    """Return what customers take at `prices`; margins below `nearness` (in units of value) count as near.

    The margin is looked at for one of `every` so many customers.
    """
    value, chosen, near, density = 0.0, [], [], []
    price = layout.bundles @ prices
    for block in layout.blocks:
        reduced = layout.value[block.span] - price[layout.bundle[block.span]]
        cells = reduced.reshape(sum(block.widths), -1)
        worth, taken = _take(cells, block)
        value += worth
        chosen.append(np.flatnonzero(taken) + block.span.start)
        margin = _margin(np.ascontiguousarray(cells[:, ::every]), block).ravel()
        close = np.flatnonzero(margin < nearness)
        place = np.arange(block.span.start, block.span.stop).reshape(cells.shape)
        near.append(place[:, ::every].ravel()[close])
        density.append((1 - margin[close] / nearness) * (every / nearness))
    picked = _joined(chosen)
    times = np.bincount(layout.bundle[picked], minlength=len(price)).astype(float)
    return Sweep(
        value, layout.bundles.T @ times, picked, _joined(near), np.concatenate([np.zeros(0), *density])
    )


def best_value(layout: Layout, reduced: Floats) -> float:
    """Return what customers take is worth at these reduced values of an instance's actions (n,)."""
    value, reduced = 0.0, np.append(reduced, -np.inf)
    for block in layout.blocks:
        cells = reduced[layout.origin[block.span]].reshape(sum(block.widths), -1)
        best = np.take_along_axis(cells, _winners(cells, block), axis=0) if max(block.widths) > 1 else cells
        value += _worth(_tops(best, block.limit))
    return value


def _winners(cells: Floats, block: Block) -> Ints:
    """Return the row of the best cell of each group (groups, customers)."""
    starts = np.cumsum((0, *block.widths[:-1]))
    return np.stack(
        [
            begin + cells[begin : begin + width].argmax(axis=0)
            for begin, width in zip(starts, block.widths, strict=True)
        ]
    )


def _take(cells: Floats, block: Block) -> tuple[float, Bools]:
    """Return the value taken, and which cells are taken."""
    if max(block.widths) == 1:
        return _win(cells, block.limit)
    winner = _winners(cells, block)
    value, wins = _win(np.take_along_axis(cells, winner, axis=0), block.limit)
    taken = np.zeros(cells.shape, dtype=bool)
    np.put_along_axis(taken, winner, wins, axis=0)
    return value, taken


def _win(best: Floats, limit: int) -> tuple[float, Bools]:
    """Return the value of the best groups, and which these are: the first of equals, as many as there are places."""
    tops = _tops(best, limit)
    bar = np.maximum(tops[-1], np.finfo(float).tiny)
    wins = best >= bar
    if np.count_nonzero(wins) > sum(np.count_nonzero(top > 0) for top in tops):
        tied = np.flatnonzero(wins.sum(axis=0) > limit)
        above = best[:, tied] > bar[tied]
        equal = wins[:, tied] & ~above
        wins[:, tied] = above | (equal & (np.cumsum(equal, axis=0) <= limit - above.sum(axis=0)))
    return _worth(tops), wins


def _margin(cells: Floats, block: Block) -> Floats:
    """Return how far each cell is from changing sides.

    What is taken is above the bar to leave, what is not is below the bar to enter and the best of its group.
    """
    if max(block.widths) == 1:
        enters, leaves = _bars(cells, block.limit)
        return np.maximum(cells - leaves, enters - cells)
    winner = _winners(cells, block)
    best = np.take_along_axis(cells, winner, axis=0)
    enters, leaves = _bars(best, block.limit)
    margin = np.repeat(np.maximum(best, enters), block.widths, axis=0) - cells
    np.put_along_axis(margin, winner, np.maximum(best - leaves, enters - best), axis=0)
    return margin


def _bars(best: Floats, limit: int) -> tuple[Floats, Floats]:
    """Return what a group must be worth to enter, and to leave, what is taken (customers,)."""
    tops = [np.maximum(top, 0.0) for top in _tops(best, limit + 1)]
    return tops[limit - 1], tops[limit] if limit < len(tops) else np.zeros(len(tops[0]))


def _worth(tops: list[Floats]) -> float:
    return sum(float(np.maximum(top, 0.0).sum()) for top in tops)


def _tops(best: Floats, count: int) -> list[Floats]:
    """Return the `count` highest of each column, highest first, by a sorting network."""
    tops = [best[0]]
    for row in best[1:]:
        left = row
        for place, top in enumerate(tops):
            tops[place] = np.maximum(top, left)
            if place + 1 < count:
                left = np.minimum(top, left)
        if len(tops) < count:
            tops.append(left)
    return tops


def _arranged(instance: Instance) -> Iterator[tuple[Ints, tuple[int, ...], int]]:
    """Yield blocks of customers of the same shape: their actions' positions, the groups' widths, groups at most."""
    first = np.flatnonzero(instance.starts())
    size = np.append(first[1:], len(instance.value)) - first
    owner = instance.customer[first]
    width = _padded(size)
    own = np.bincount(owner, minlength=len(instance.per_customer))
    begin = np.cumsum(own) - own
    limit = np.minimum(instance.per_customer, own)
    shape = _shapes(owner, width, limit)
    order = np.argsort(shape, kind="stable")
    order = order[limit[order] > 0]
    for alike in np.split(order, np.flatnonzero(np.diff(shape[order])) + 1) if len(order) else ():
        groups = begin[alike][:, None] + np.arange(own[alike[0]])
        if np.ptp(width[groups[0]]):
            groups = np.take_along_axis(groups, np.argsort(-width[groups], axis=1, kind="stable"), axis=1)
        widths, most = tuple(width[groups[0]].tolist()), int(limit[alike[0]])
        for part in _parts(groups, sum(widths)):
            yield _cells(first, size, widths, part), widths, most


def _padded(size: Ints) -> Ints:
    every = np.arange(int(size.max()) + 1)
    wide = 2 ** np.ceil(np.log2(np.maximum(every, 1))).astype(np.int64)
    most = WIDTHS[-1]
    return np.where(every > most, wide, WIDTHS[np.searchsorted(WIDTHS, np.minimum(every, most))])[size]


def _shapes(owner: Ints, width: Ints, limit: Ints) -> Ints:
    """Return a number for the shape of each customer (N,), who may take `limit` groups."""
    widths = np.flatnonzero(np.bincount(width))
    kind = owner * len(widths) + np.searchsorted(widths, width) if len(widths) > 1 else owner
    shape = limit
    for of_width in np.bincount(kind, minlength=len(limit) * len(widths)).reshape(len(limit), -1).T:
        shape = shape * (int(of_width.max()) + 1) + of_width
    return shape


def _parts(groups: Ints, cells: int) -> Iterator[Ints]:
    step = max(1, BLOCK_CELLS // cells)
    for begin in range(0, len(groups), step):
        yield groups[begin : begin + step]


def _cells(first: Ints, size: Ints, widths: tuple[int, ...], groups: Ints) -> Ints:
    """Return the positions of a block's actions, place by place, -1 where a group has fewer than its width."""
    rows = []
    for place, width in zip(np.ascontiguousarray(groups.T), widths, strict=True):
        rows.append(first[place])
        rows += [np.where(offset < size[place], first[place] + offset, -1) for offset in range(1, width)]
    return np.concatenate(rows)


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
