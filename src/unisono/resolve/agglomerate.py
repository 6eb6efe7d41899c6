"""Join groups of records one by one, where not everything that is linked can or should be one customer.

Average linkage: a group is joined to another only if all pairs across the two speak for it on average, so that a chain
of links is no customer. Each join is checked against what must not be together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

UNSCORED_BITS = -5.0
"""Weight of two records that were not found likely to be one customer: about as unlikely as 3 %, in bits."""

LARGE = 6
"""A customer of so many records or more is not joined by one link alone, however strong."""


@dataclass(slots=True)
class Group:
    """Records that are one customer. `kind` is 0 as long as no record tells.

    `systems` are the curated ones it has a record of, `apart` the records it must not hold.
    """

    members: set[int]
    kind: int
    systems: frozenset[int]
    apart: frozenset[int]

    def allows(self, other: Group) -> bool:
        """Whether nothing forbids that the two become one."""
        return (
            (not self.kind or not other.kind or self.kind == other.kind)
            and self.systems.isdisjoint(other.systems)
            and self.apart.isdisjoint(other.members)
        )

    def take(self, other: Group) -> None:
        """Take in all that is in `other`."""
        self.members |= other.members
        self.kind = self.kind or other.kind
        self.systems |= other.systems
        self.apart |= other.apart


@dataclass(order=True, slots=True)
class Support:
    """What speaks for joining two groups: summed weight and number of pairs scored, and of those accepted."""

    weight: float
    scored: int
    links: int

    def __add__(self, other: Support) -> Support:
        return Support(self.weight + other.weight, self.scored + other.scored, self.links + other.links)

    def mean(self, pairs: int) -> float:
        """Return the average weight of all pairs across, in bits; those not scored speak against."""
        return (self.weight + UNSCORED_BITS * (pairs - self.scored)) / pairs


Scored = tuple[int, int, float, bool]
"""The groups of two records, the weight of the pair in bits and whether it is accepted."""


def agglomerate(groups: Mapping[int, Group], scored: Iterable[Scored]) -> list[Group]:
    """Return what the numbered groups become; `scored` pairs of records name two of them.

    The two groups with the highest average weight are joined first (ties: the lowest numbers), as long as it is
    positive, one pair is accepted (two for a large group) and nothing forbids it.
    """
    near = _neighbours(scored)
    alive = dict(groups)
    heap = [entry for a in near for entry in _candidates(alive, near, a) if entry[1] == a]
    heapify(heap)
    while heap:
        _, a, b, support = heappop(heap)
        if near.get(a, {}).get(b) is not support:  # one of the two has grown or is gone
            continue
        alive[a].take(alive.pop(b))
        _merge_neighbours(near, a, b)
        for entry in _candidates(alive, near, a):
            heappush(heap, entry)
    return list(alive.values())


Neighbours = dict[int, dict[int, Support]]
Candidate = tuple[float, int, int, Support]


def _neighbours(scored: Iterable[Scored]) -> Neighbours:
    near: Neighbours = {}
    for a, b, weight, accepted in scored:
        support, known = Support(weight, 1, int(accepted)), near.setdefault(a, {}).get(b)
        near[a][b] = near.setdefault(b, {})[a] = known + support if known else support
    return near


def _candidates(alive: dict[int, Group], near: Neighbours, a: int) -> Iterator[Candidate]:
    """Yield the joins of group `a` that its support allows, as entries of the heap."""
    group = alive[a]
    for b, support in near[a].items():
        other = alive[b]
        size = len(group.members) + len(other.members)
        mean = support.mean(len(group.members) * len(other.members))
        if mean > 0 and support.links >= (2 if size >= LARGE else 1) and group.allows(other):
            yield (-mean, min(a, b), max(a, b), support)


def _merge_neighbours(near: Neighbours, a: int, b: int) -> None:
    """Give what speaks for joining others to `b` to `a`; what is known of `a` is renewed, for it has grown."""
    for other, support in near.pop(b).items():
        del near[other][b]
        if other != a:
            known = near[a].get(other)
            near[a][other] = known + support if known else support
    for other, support in near[a].items():
        near[a][other] = near[other][a] = Support(support.weight, support.scored, support.links)
