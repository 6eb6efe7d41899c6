"""What ties records together and what keeps them apart, as arrays over the places of records in the order of keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from unisono.tables import CUSTOMER_KINDS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
KINDS = [kind for kind in CUSTOMER_KINDS if kind != "unknown"]


@dataclass(frozen=True)
class Links:
    """Rows that tie two records (or groups of them) to each other, by their places."""

    left: Ints
    right: Ints

    def where(self, rows: Bools | Ints) -> Links:
        """Return some of them."""
        return Links(self.left[rows], self.right[rows])

    def of(self, label: Ints) -> Links:
        """Return what they tie if each place stands for its label."""
        return Links(label[self.left], label[self.right])

    def __add__(self, other: Links) -> Links:
        return Links(np.concatenate([self.left, other.left]), np.concatenate([self.right, other.right]))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.left.tolist(), self.right.tolist(), strict=True)


@dataclass(frozen=True)
class Records:
    """All records: what each is about (0: unknown), its curated system (-1: none), and what stewards decided."""

    keys: pa.Array
    kind: Ints
    system: Ints
    must: Links
    cannot: Links

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class SharedValues:
    """Which record has which identifying value; sorted by priority, a value's first record, value and record."""

    record: Ints
    value: Ints

    @property
    def links(self) -> Links:
        """Each record tied to the next that has the same value."""
        return chained(self.record, self.value)


@dataclass(frozen=True)
class Scored:
    """Pairs of records in the order of their places, with weight in bits and probability."""

    links: Links
    weight: Floats
    probability: Floats
    accepted: Bools

    def where(self, rows: Bools | Ints) -> Scored:
        """Return some of them."""
        return Scored(self.links.where(rows), self.weight[rows], self.probability[rows], self.accepted[rows])


def read_records(records: pa.Table, decisions: pa.Table, curated: pa.Table) -> Records:
    """Return `records` (key, system, kind) with what `decisions` say of them.

    What is decided of a record that is there no more still ties those that it was one with.
    """
    known = records.sort_by("record_key")
    kind, system = (
        _codes(known[name], words)
        for name, words in (("kind", pa.array(KINDS)), ("system", curated["system"].combine_chunks()))
    )
    keys = known["record_key"].combine_chunks()
    standing = decisions.filter(decisions["standing"])
    named = [keys, *standing["left_key"].chunks, *standing["right_key"].chunks]
    every = pc.unique(pa.chunked_array(named, pa.string()))  # those that are there come first, in their order
    same, not_same = (
        _links(every, standing.filter(pc.equal(standing["decision"], word))) for word in ("same", "not_same")
    )
    decided = components(len(every), same)
    there = np.arange(len(keys))
    order = np.lexsort((there, decided[: len(keys)]))
    must = chained(there[order], decided[order])
    first = np.full(len(every), len(keys))
    np.minimum.at(first, decided[there], there)
    cannot = not_same.of(decided).of(first)
    return Records(
        keys, kind + 1, system, must, cannot.where((cannot.left < len(keys)) & (cannot.right < len(keys)))
    )


def read_values(records: Records, identifiers: pa.Table) -> SharedValues:
    """Return the values of `identifier` that identify `records`."""
    record = _codes(identifiers["record_key"], records.keys)
    position = identifiers["position"].to_numpy()
    written = pc.binary_join_element_wise(
        identifiers["position"].cast(pa.string()), identifiers["value"], "|"
    )
    value = _codes(written, pc.unique(written))
    first = np.full(int(value.max(initial=-1)) + 1, len(records))
    np.minimum.at(first, value, record)
    order = np.lexsort((record, value, first[value], position))
    return SharedValues(record[order], value[order])


def read_pairs(records: Records, pairs: pa.Table, accept: float) -> Scored:
    """Return `match_pair`, pairs as likely as `accept` being accepted."""
    links = _links(records.keys, pairs)
    weight, probability = (pairs[name].to_numpy() for name in ("weight", "probability"))
    scored = Scored(links, weight, probability, probability >= accept)
    return scored.where(np.lexsort((links.right, links.left)))


def components(size: int, links: Links) -> Ints:
    """Return the connected component of each of `size` places: the first place in it."""
    if not size:
        return np.empty(0, np.int64)
    graph = sparse.coo_array((np.ones(len(links.left)), (links.left, links.right)), shape=(size, size))
    number, label = connected_components(graph, directed=False)
    first = np.full(number, size)
    np.minimum.at(first, label, np.arange(size))
    return cast(Ints, first[label])


def chained(places: Ints, label: Ints) -> Links:
    """Return links from each place to the next, where both have the same label; `label` is sorted in runs."""
    rows = np.flatnonzero(label[1:] == label[:-1])
    return Links(places[rows], places[rows + 1])


def _links(keys: pa.Array, pairs: pa.Table) -> Links:
    return Links(_codes(pairs["left_key"], keys), _codes(pairs["right_key"], keys))


def _codes(column: pa.ChunkedArray, words: pa.Array) -> Ints:
    """Return the place of each value among `words`, -1 for those that are not among them."""
    return cast(Ints, pc.fill_null(pc.index_in(column, words), -1).to_numpy().astype(np.int64))
