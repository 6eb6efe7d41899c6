"""Learning a model from records alone, without being told which of them are one person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.engine.duckdb import open_database, splink_on
from unisono.resolve.match.model import KEY, Model, Specification, untrained
from unisono.resolve.match.score import linker_on, quiet

if TYPE_CHECKING:
    from splink import Linker
    from splink.internals.database_api import DatabaseAPI

SAMPLE = 100_000
"""Records that are learnt from at most; of more, so many are drawn."""
RANDOM_PAIRS = 1.5e6
"""Pairs drawn at random, to learn how often records of two people agree."""
LEAST = 1e-5
"""No likeness is taken to be less probable than this, nor certain."""
DIGITS = 9
SWEEPS = 200
CONVERGED = 1e-7
SHARE = 0.2
"""Of the pairs in a block that are one person, before anything is learnt."""
Floats = np.ndarray[Any, np.dtype[np.float64]]
Levels = np.ndarray[Any, np.dtype[np.int64]]
Weights = tuple[tuple[tuple[float, float], ...], ...]


def trained(of: Specification, records: pa.Table, *, seed: int, at_least: float = 0.5) -> Model:
    """Return a model learnt from `records` (`record_key` and the columns of the specification).

    How often records of two people agree (u) is seen in pairs drawn at random; how often records of one person do (m),
    and the prior, by expectation maximisation in blocks. The order of the rows does not matter.
    """
    shares = {each.field: frequencies(records[each.field]) for each in of.compare if each.by_frequency}
    rarest = {name: min(found.values(), default=1.0) for name, found in shares.items()}
    start = replace(untrained(of), frequencies=shares, rarest=rarest, at_least=at_least)
    sample = drawn(records.select([KEY, *of.columns]), seed)
    if len(sample) < 2:
        return start
    with open_database(threads="1") as connection, quiet():  # one thread: the same sums in the same order
        connection.register("sample_rows", sample)
        connection.execute("create table sample as select * from sample_rows")
        database = splink_on(connection)
        chance = _random_agreement(linker_on(start, database, "sample"), seed)
        model = replace(start, weights=_with_chance(start.weights, chance))
        model = replace(model, weights=_learnt(model, database))
        return replace(model, prior=_prior(model, database, len(sample)))


def frequencies(values: pa.ChunkedArray) -> dict[str, float]:
    """Return the share of records that have each value, of those that have any, in order of the values."""
    counts = pc.value_counts(pc.drop_null(values.combine_chunks()))
    total = max(1, sum(counts.field("counts").to_pylist()))
    found = zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    return {value: float(f"{count / total:.6g}") for value, count in sorted(found)}


def drawn(records: pa.Table, seed: int) -> pa.Table:
    """Return at most `SAMPLE` records, chosen by a hash of their keys, sorted by key."""
    if len(records) > SAMPLE:
        salt = f"{seed}|".encode()
        lots = [
            int.from_bytes(hashlib.blake2b(salt + key.encode(), digest_size=8).digest())
            for key in records[KEY].to_pylist()
        ]
        chosen = np.argpartition(np.array(lots, dtype=np.uint64), SAMPLE)[:SAMPLE]
        records = records.take(pa.array(chosen))
    return records.sort_by(KEY)


def _random_agreement(linker: Linker, seed: int) -> list[list[float | None]]:
    """Return u of every level of every comparison, None where no pair drawn was of that level."""
    linker.training.estimate_u_using_random_sampling(
        max_pairs=RANDOM_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1
    )
    learnt = linker.misc.save_model_to_json()["comparisons"]
    return [
        [level.get("u_probability") for level in said["comparison_levels"] if not level.get("is_null_level")]
        for said in learnt
    ]


def _with_chance(start: Weights, chance: Sequence[Sequence[float | None]]) -> Weights:
    """Return the weights with u as it was seen; where a comparison was never seen, as it was at the start."""
    made = []
    for levels, seen in zip(start, chance, strict=True):
        is_known = any(u is not None for u in seen)
        u = [each or 0.0 for each in seen] if is_known else [each for _, each in levels]
        made.append(tuple(zip([m for m, _ in levels], _bounded(u), strict=True)))
    return tuple(made)


def _patterns(model: Model, database: DatabaseAPI[Any], rule: tuple[str, ...]) -> tuple[Levels, Floats]:
    """Return the patterns of likeness in a block, and how many pairs have each.

    Patterns are rows of levels, one for each comparison: 0 is equal, the last is different, -1 is missing.
    """
    blocked = replace(model, specification=replace(model.specification, block_on=(rule,)))
    linker = linker_on(blocked, database, "sample", details=True)
    found = linker.inference.predict()
    names = [f"gamma_{each.field}" for each in model.specification.compare]
    listed = ", ".join(names)
    counted = database.query_sql(
        f"select {listed}, count(*) as pairs from {found.physical_name} group by {listed} order by {listed}"  # noqa: S608
    ).as_pyarrow_table()
    found.drop_table_from_database_and_remove_from_cache()
    gamma = np.array([counted[name].to_numpy() for name in names], dtype=np.int64)
    top = np.array([[len(levels) - 1] for levels in model.weights])
    return np.where(gamma < 0, -1, top - gamma).T, counted["pairs"].to_numpy().astype(float)


def _expected_matches(model: Model, levels: Levels, pairs: Floats, at: Sequence[int]) -> list[Floats]:
    """Return how many pairs of one person a block has at each level of the comparisons `at`, by EM.

    The others are what the block agrees on, so nothing can be learnt of them there.
    """
    u = [np.array([u for _, u in model.weights[n]]) for n in at]
    start = [np.array([m for m, _ in model.weights[n]]) for n in at]
    m, share = start, SHARE
    seen = [levels[:, n, None] == np.arange(len(start[k])) for k, n in enumerate(at)]
    for _ in range(SWEEPS):
        ratio = np.exp(sum(each @ np.log(m[k] / u[k]) for k, each in enumerate(seen)))
        odds = share / (1 - share) * ratio
        matches = pairs * odds / (1 + odds)
        counts = [matches @ each for each in seen]
        m = [_posterior(counts[k], start[k]) for k in range(len(at))]
        before, share = share, float(np.clip(matches.sum() / pairs.sum(), 1e-9, 1 - 1e-9))
        if abs(share - before) < CONVERGED:
            break
    return counts


def _posterior(counts: Floats, start: Floats) -> Floats:
    """Return the shares of counts, with as much weight as one pair on where learning started."""
    return np.asarray((counts + start) / (counts.sum() + start.sum()))


def _learnt(model: Model, database: DatabaseAPI[Any]) -> Weights:
    """Return the weights with m learnt in all blocks together, each with as much say as it has matches."""
    fields = [each.field for each in model.specification.compare]
    totals = [np.zeros(len(levels)) for levels in model.weights]
    for rule in model.specification.block_on:
        at = [n for n, name in enumerate(fields) if name not in rule]
        levels, pairs = _patterns(model, database, rule)
        if at and len(pairs):
            for n, counts in zip(at, _expected_matches(model, levels, pairs, at), strict=True):
                totals[n] += counts
    return tuple(
        tuple(
            zip(_bounded(_posterior(total, np.array([m for m, _ in old]))), [u for _, u in old], strict=True)
        )
        for total, old in zip(totals, model.weights, strict=True)
    )


def _bounded(values: Sequence[float] | Floats) -> list[float]:
    """Return probabilities that sum to one, none of them nought."""
    least = np.maximum(LEAST, np.array(values, dtype=float))
    return [float(f"{value:.{DIGITS}g}") for value in least / least.sum()]


def _prior(model: Model, database: DatabaseAPI[Any], records: int) -> float:
    """Return the share of all pairs that are one person: what makes it the mean of the pairs' probabilities."""
    linker = linker_on(model, database, "sample")
    found = linker.inference.predict()
    weights = database.query_sql(
        "select round(match_weight, 2) as weight, count(*) as pairs "  # noqa: S608
        f"from {found.physical_name} group by 1 order by 1"
    ).as_pyarrow_table()
    total = records * (records - 1) / 2
    counts = weights["pairs"].to_numpy().astype(float)
    evidence = np.exp2(weights["weight"].to_numpy() - np.log2(model.prior / (1 - model.prior)))
    prior = model.prior
    for _ in range(SWEEPS):
        odds = prior / (1 - prior) * evidence
        prior = float(np.clip(np.sum(counts * odds / (1 + odds)) / total, 1 / (total + 1), 0.5))
    return float(f"{prior:.{DIGITS}g}")
