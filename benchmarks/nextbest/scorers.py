"""Score the permitted candidates with contextual bandit libraries, which know no gates, capacities or reasons.

Both learn first, untimed, from made-up responses. Both are given what is known of a customer: specialty, potential
of each product, preference for each channel, probability of each stage. Timed are the stages `features` (from the
tables to what the library takes) and `score`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from unisono.memory import PeakMemory

from .count import open_tables

TRAINED_ON = 2_000
Row = dict[str, Any]
# One line a known thing of a customer, as name and number.
KNOWN = """
select customer_id, 'specialty_' || replace(specialty, ' ', '_') as name, 1.0 as number from customer
union all
select customer_id, 'potential_' || product_id, potential from potential
union all
select customer_id, 'channel_' || value, mean from preference where dimension = 'channel'
union all
select customer_id, 'stage_' || product_id || '_' || stage, probability from belief
"""


def vowpalwabbit(folder: Path, customers: int) -> list[Row]:
    """Score each permitted product, channel and content by `--cb_adf --rank_all`, read from Vowpal Wabbit's text."""
    from vowpalwabbit import Workspace

    text, model, found = (folder / f"vw.{name}" for name in ("txt", "model", "scores"))
    options = "--cb_adf --rank_all --cb_type mtr -q ca -b 20 --quiet"
    with open_tables(folder) as connection:
        _sample(connection, min(customers, TRAINED_ON))
        _write_text(connection, text, label=True)
        Workspace(f"{options} -d {text} -f {model}").finish()
        _sample(connection, customers)
        features = _timed("features", lambda: _write_text(connection, text, label=False))
    score = _timed("score", lambda: Workspace(f"{options} -t -d {text} -i {model} -p {found}").finish())
    with found.open(encoding="utf-8") as lines:
        scored = sum(line.count(":") for line in lines)
    return _rows([features, score], scored)


def mabwiser(folder: Path, customers: int) -> list[Row]:
    """Score every arm (product, channel and content) for each customer by MABWiser's LinUCB: it knows no fewer."""
    from mabwiser.mab import MAB, LearningPolicy

    with open_tables(folder) as connection:
        _sample(connection, customers)
        arms = _column(
            connection, "select distinct product_id || '/' || channel || '/' || content_id from usable"
        )
        names = _column(connection, f"select distinct name from ({KNOWN})")
        contexts: list[np.ndarray] = []
        features = _timed("features", lambda: contexts.append(_matrix(connection, names)))
    luck = np.random.default_rng(0)
    bandit = MAB(arms, LearningPolicy.LinUCB(alpha=1.0), n_jobs=-1)
    shown = np.resize(np.arange(len(contexts[0])), TRAINED_ON)
    bandit.fit(luck.choice(arms, TRAINED_ON).tolist(), luck.integers(2, size=TRAINED_ON), contexts[0][shown])
    expected: list[Any] = []
    score = _timed("score", lambda: expected.append(bandit.predict_expectations(contexts[0])))
    return _rows([features, score], sum(map(len, expected[0])))


def _sample(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    """Restrict what is scored to so many customers."""
    first = f"select customer_id from customer order by customer_id limit {customers}"
    connection.execute(f"create or replace temp table sampled as {first}")


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return sorted(row[0] for row in connection.execute(query).fetchall())


def _write_text(connection: duckdb.DuckDBPyConnection, file: Path, *, label: bool) -> None:
    """Write one block a customer: a line of what all its actions share, then a line an action."""
    cost = "case when row_number() over (partition by s.customer_id order by hash(content_id)) = 1"
    cost += " then '0:' || -(hash(content_id, channel) % 2)::int || ':0.1 ' else '' end"
    query = f"""
    with about as (
        select customer_id, string_agg(name || ':' || round(number, 4), ' ') as line
        from ({KNOWN}) semi join sampled using (customer_id) group by customer_id
    ),
    action as (
        select
            s.customer_id,
            {cost if label else "''"} || concat_ws(' ', '|a', product_id, channel, content_id, stage) as line
        from scored as s semi join sampled using (customer_id)
    )
    select 'shared |c ' || any_value(b.line) || chr(10) || string_agg(a.line, chr(10)) || chr(10) as line
    from action as a inner join about as b using (customer_id) group by a.customer_id
    """
    connection.execute(
        f"copy ({query}) to '{file}' (format csv, header false, quote '', escape '', delimiter '\\t')"
    )


def _matrix(connection: duckdb.DuckDBPyConnection, names: list[str]) -> np.ndarray:
    """Return what is known of each sampled customer (customers, names), in the order of `names`."""
    query = f"select customer_id, name, number from ({KNOWN}) semi join sampled using (customer_id)"
    found = connection.sql(query).to_arrow_table()
    who = found["customer_id"].combine_chunks().dictionary_encode()
    place = np.searchsorted(np.array(names), found["name"].to_numpy(zero_copy_only=False).astype(str))
    matrix = np.zeros((len(who.dictionary), len(names)))
    matrix[np.asarray(who.indices), place] = found["number"].to_numpy()
    return matrix


def _timed(stage: str, work: Callable[[], object]) -> Row:
    began = time.perf_counter()
    with PeakMemory(children=True) as memory:
        work()
    return {"stage": stage, "seconds": time.perf_counter() - began, "peak_mib": memory.peak_mib}


def _rows(stages: list[Row], scored: int) -> list[Row]:
    """Return a row over all stages, then each of them."""
    whole = {
        name: combine(row[name] for row in stages) for name, combine in (("seconds", sum), ("peak_mib", max))
    }
    return [{"stage": "all", **whole, "scored": scored}, *stages]
