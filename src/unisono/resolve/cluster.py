"""Which records are one customer: stewards' decisions, then identifiers by priority, then likely pairs.

Whatever links records is resolved by connected components first. Only where a component holds what must not be
together, or where not all of its records support one another, are its links followed one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import cast

import numpy as np
import pyarrow as pa

from unisono.resolve import evidence
from unisono.resolve.agglomerate import LARGE, UNSCORED_BITS, Group, agglomerate
from unisono.resolve.evidence import KINDS, Bools, Ints, Records, Scored, SharedValues, components
from unisono.resolve.steward import STEWARDSHIP, mixed_kinds


def cluster(
    records: pa.Table,
    decisions: pa.Table,
    identifiers: pa.Table,
    pairs: pa.Table,
    curated: pa.Table,
    accept: float,
) -> pa.Table:
    """Return `record_key`, `entity`, `method`, `probability` and `component` of each record, in the order of keys.

    `records` has `record_key`, `system` and `kind`; the others are `steward_decision`, `identifier`, `match_pair` and
    `playbook_curated`. Stewards' decisions always hold; two kinds, and two records of one `curated` system, are never
    joined by anything else. A component is all that is tied together, whether it became one or not, named by its first
    record; what is in it depends on nothing else. SourceError UN2103 if a steward joined records of different kinds.
    """
    every = evidence.read_records(records, decisions, curated)
    shared = evidence.read_values(every, identifiers)
    scored = evidence.read_pairs(every, pairs, accept)
    entity = join_likely(every, join_certain(every, shared), scored)
    tied = every.must + shared.links + scored.links.where(scored.accepted)
    component = every.keys.take(pa.array(components(len(every), tied)))
    return _told(every, entity, shared, scored).append_column("component", component)


def join_certain(records: Records, shared: SharedValues) -> Ints:
    """Return the group of each record by decisions and identifiers alone, named by its first record's place."""
    decided = components(len(records), records.must)
    _refuse_mixed(records, decided)
    component = components(len(records), records.must + shared.links)
    contested = _contested(records, component)[component]
    groups = _groups(records, contested, decided)
    of = {record: group for group in groups.values() for record in group.members}
    rows = contested[shared.record]
    holders = zip(shared.value[rows].tolist(), shared.record[rows].tolist(), strict=True)
    for _, same_value in groupby(holders, itemgetter(0)):
        _join_holders([record for _, record in same_value], of)
    return _regrouped(component, of.values())


def _join_holders(holders: list[int], of: dict[int, Group]) -> None:
    """Join the groups of records that hold one value: each with the first that it may be joined to."""
    met: list[Group] = []
    for record in holders:
        group = of[record]
        if any(group is other for other in met):
            continue
        target = next((other for other in met if other.allows(group)), None)
        if target is None:
            met.append(group)
            continue
        target.take(group)
        of.update(dict.fromkeys(group.members, target))


def join_likely(records: Records, group: Ints, scored: Scored) -> Ints:
    """Return the entity of each record, named by its first record's place: groups joined by accepted pairs."""
    scored = scored.where(group[scored.links.left] != group[scored.links.right])
    links = scored.links.of(group)
    component = components(len(records), links.where(scored.accepted))[group]
    doubtful = _contested(records, component) | ~_certain(group, component, scored)
    left, right = component[links.left], component[links.right]
    inside = (left == right) & doubtful[left]
    across = zip(
        *(ends[inside].tolist() for ends in (links.left, links.right, scored.weight, scored.accepted)),
        strict=True,
    )
    return _regrouped(component, agglomerate(_groups(records, doubtful[component], group), across))


def _certain(group: Ints, component: Ints, scored: Scored) -> Bools:
    """Return of each component whether all of its groups become one, in whatever order they are joined.

    They do if even the weakest accepted pair outweighs all pairs across groups that are not accepted, as where there
    are none of these. Whether one link is enough for a large customer depends on the order.
    """
    size = np.bincount(component, minlength=len(group))
    within = np.bincount(component, np.bincount(group, minlength=len(group))[group], len(group))
    accepted = scored.where(scored.accepted)
    part = component[accepted.links.left]
    weakest = np.full(len(group), np.inf)
    np.minimum.at(weakest, part, accepted.weight)
    others = (size**2 - within) / 2 - np.bincount(part, minlength=len(group))
    against = others * -scored.weight.min(initial=UNSCORED_BITS)
    return cast(Bools, (weakest > against) & ((others == 0) | (size < LARGE)))


def _contested(records: Records, component: Ints) -> Bools:
    """Return of each component whether it holds what must not be together."""
    found = _mixed_kinds(records, component)
    curated = np.flatnonzero(records.system >= 0)
    systems = int(records.system.max(initial=0)) + 1
    seen, times = np.unique(component[curated] * systems + records.system[curated], return_counts=True)
    found[seen[times > 1] // systems] = True
    apart = records.cannot.of(component)
    found[apart.left[apart.left == apart.right]] = True
    return found


def _mixed_kinds(records: Records, component: Ints) -> Bools:
    known = np.flatnonzero(records.kind > 0)
    kinds = len(KINDS) + 1
    seen = np.unique(component[known] * kinds + records.kind[known]) // kinds
    return np.bincount(seen, minlength=len(records)) > 1


def _refuse_mixed(records: Records, decided: Ints) -> None:
    for component in np.flatnonzero(_mixed_kinds(records, decided)):
        inside = np.flatnonzero((decided == component) & (records.kind > 0))
        other = inside[records.kind[inside] != records.kind[inside[0]]][0]
        both = {str(records.keys[place]): KINDS[records.kind[place] - 1] for place in (inside[0], other)}
        raise mixed_kinds(both, STEWARDSHIP)


def _groups(records: Records, rows: Bools, label: Ints) -> dict[int, Group]:
    """Return the groups that `rows` of the records are in, by label."""
    apart: dict[int, set[int]] = defaultdict(set)
    for left, right in records.cannot:
        apart[left].add(right)
        apart[right].add(left)
    places = np.flatnonzero(rows)
    columns = (places, label[places], records.kind[places], records.system[places])
    groups: dict[int, Group] = {}
    for record, name, kind, system in zip(*(column.tolist() for column in columns), strict=True):
        systems = frozenset([system] if system >= 0 else [])
        alone = Group({record}, kind, systems, frozenset(apart.get(record, ())))
        if name in groups:
            groups[name].take(alone)
        else:
            groups[name] = alone
    return groups


def _regrouped(component: Ints, groups: Iterable[Group]) -> Ints:
    """Return `component`, with the records of `groups` in these instead."""
    label = component.copy()
    for group in groups:
        label[list(group.members)] = min(group.members)
    return label


def _told(records: Records, entity: Ints, shared: SharedValues, scored: Scored) -> pa.Table:
    """Return what is told of each record: the strongest kind of evidence that ties it to another of its entity."""
    size = len(records)
    by_steward = np.zeros(size, np.bool_)
    by_steward[np.concatenate([records.must.left, records.must.right])] = True
    values = int(shared.value.max(initial=0)) + 1
    held = entity[shared.record] * values + shared.value
    _, row, times = np.unique(held, return_inverse=True, return_counts=True)
    by_value = np.zeros(size, np.bool_)
    by_value[shared.record[times[row] > 1]] = True
    together = np.bincount(entity, minlength=size)[entity] > 1
    by_match = together & ~by_steward & ~by_value
    likely = np.zeros(size)
    within = scored.where(entity[scored.links.left] == entity[scored.links.right])
    for end in (within.links.left, within.links.right):
        np.maximum.at(likely, end, within.probability)
    method = np.select([by_steward, by_value, by_match], ["steward", "identifier", "match"], "source_id")
    return pa.table(
        {
            "record_key": records.keys,
            "entity": records.keys.take(pa.array(entity)),
            "method": pa.array(method, pa.string()),
            "probability": np.where(by_match, likely, 1.0),
        }
    )
