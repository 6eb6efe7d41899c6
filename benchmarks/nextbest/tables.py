"""The tables that deciding reads, made directly with NumPy: one seed, one brand.

A representative covers 200 customers, a medical liaison 1,000. Three in five customers consented where consent is
required, one in ten took it back, a few never were where a system could write to them; some had so many contacts
lately that caps stop more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from unisono import profile, resolve
from unisono.engine import Engine, open_engine
from unisono.pipeline import Silence, Work, make_tables
from unisono.playbook import compile_playbook
from unisono.tables import TABLES
from unisono.tables.arrow import ARROW_TYPES, empty, schema

from .book import (
    CHANNELS,
    CONTENTS,
    MEDICAL_CONTENTS,
    PRODUCTS,
    SIDES,
    SPECIALTIES,
    STAGES,
    TOPICS,
    make_playbook,
)

AS_OF = datetime(2026, 1, 5)
VALUES = {
    "as_of": AS_OF,
    "seed": 0,
    "run_id": "benchmark",
    "data_version": "benchmark",
    "code_version": "benchmark",
}
PER_REP, PER_LIAISON, TOUCHES = 200, 1_000, 6
NAMES = tuple(entry[0] for entry in CHANNELS)
Columns = Mapping[str, Any]


def make(folder: Path, customers: int, seed: int) -> None:
    """Write every table that deciding reads into `folder`; those not made here are empty."""
    folder.mkdir()
    luck = np.random.default_rng(seed)
    with open_engine("duckdb", folder) as engine:
        for table in TABLES.values():
            if table.made_by not in ("playbook", "decide"):
                engine.table(table.name, empty(table.name))
        for name, table in compile_playbook(make_playbook(customers, seed)).items():
            engine.table(name, table)
        _people(engine, customers, luck)
        _contacts(engine, customers, luck)
        _knowledge(engine, customers, luck)
        windows = [
            step for step in (*resolve.STEPS, *profile.STEPS) if step.table in ("local_day", "pressure")
        ]
        make_tables(Work(folder, engine, Silence()), VALUES, windows)


def _people(engine: Engine, customers: int, luck: np.random.Generator) -> None:
    who = _ids("C", customers)
    kind = _pick(("hcp", "hco"), luck.random(customers) < 0.02)
    specialty = _pick(SPECIALTIES, luck.integers(len(SPECIALTIES), size=customers))
    _store(engine, "customer", customer_id=who, kind=kind, specialty=specialty, record_count=1)
    forces = (("R", "sales", PER_REP, 1_500.0), ("M", "msl", PER_LIAISON, 1_500.0))
    reps = {letter: _ids(letter, -(-customers // each)) for letter, _, each, _ in forces}
    covers = {
        letter: reps[letter].take(pa.array(np.arange(customers) // each)) for letter, _, each, _ in forces
    }
    role = np.concatenate([np.full(len(reps[letter]), role) for letter, role, _, _ in forces])
    every = pa.concat_arrays(list(reps.values()))
    _store(
        engine, "rep", rep_id=every, rep_name=every, role=role, territory_id=every, capacity_minutes=1_500.0
    )
    _store(
        engine,
        "assignment",
        customer_id=pa.concat_arrays([who, who]),
        rep_id=pa.concat_arrays(list(covers.values())),
        role=np.repeat(["sales", "msl"], customers),
        basis="named",
    )
    known = {"crm": luck.random(customers) < 0.95, "mail": luck.random(customers) < 0.85}
    records = pa.concat_arrays([who.filter(pa.array(there)) for there in known.values()])
    system = np.repeat(list(known), [there.sum() for there in known.values()])
    _store(
        engine, "customer_xref", system=system, source_record_id=records, customer_id=records, method="source_id",
        probability=1.0,
    )  # fmt: skip
    _consents(engine, who, luck)


def _consents(engine: Engine, who: pa.Array, luck: np.random.Generator) -> None:
    """Write one statement a customer over all channels, and for some another about one channel."""
    general = np.searchsorted((0.6, 0.7), luck.random(len(who)))  # granted, withdrawn, nothing
    special = luck.random((len(who), len(NAMES))) < 0.1
    one, channel = np.nonzero(special)
    said = np.concatenate([general[general < 2], luck.integers(2, size=len(one))])
    stated_by = who.take(pa.array(np.concatenate([np.flatnonzero(general < 2), one])))
    _store(
        engine,
        "consent",
        customer_id=stated_by,
        system="crm",
        source_record_id=stated_by,
        channel=_pick(("all", *NAMES), np.concatenate([np.zeros((general < 2).sum(), int), channel + 1])),
        purpose="all",
        status=_pick(("granted", "withdrawn"), said),
        stated_at=_ago(luck.uniform(10, 700, len(said))),
        product_id="all",
        address="any",
    )


def _contacts(engine: Engine, customers: int, luck: np.random.Generator) -> None:
    """Write the company's own contacts of a year, with the content used in two of three of them."""
    count = luck.poisson(TOUCHES, customers)
    who = _ids("C", customers).take(pa.array(np.repeat(np.arange(customers), count)))
    contact, n = _ids("T", len(who)), len(who)
    channel = luck.integers(len(NAMES), size=n)
    is_medical = np.isin(channel, [NAMES.index(name) for name in SIDES["medical"]])
    at = _ago(365 * luck.random(n) ** 2)
    _store(
        engine, "touch", customer_id=who, contact_id=contact, channel=_pick(NAMES, channel), occurred_at=at
    )
    low, high = np.where(is_medical, 0, MEDICAL_CONTENTS), np.where(is_medical, MEDICAL_CONTENTS, CONTENTS)
    used = pa.array(luck.integers(low, high), mask=luck.random(n) > 2 / 3)
    content = pa.array([f"content-{i:03}" for i in range(CONTENTS)]).take(used)
    event = _pick(("sent", "unsubscribed"), luck.random(n) < 0.02)
    for name, side in (("touchpoint", ~is_medical), ("medical_touchpoint", is_medical)):
        columns = {
            "touchpoint_id": contact, "customer_id": who, "contact_id": contact, "occurred_at": at, "event": event,
            "channel": _pick(NAMES, channel), "content_id": content,
        }  # fmt: skip
        kept = {key: values.filter(pa.array(side)) for key, values in columns.items()}
        _store(engine, name, **kept, direction="outbound", is_own=True, is_human=True)


def _knowledge(engine: Engine, customers: int, luck: np.random.Generator) -> None:
    """Write preferences, beliefs and potential of each side of the wall."""
    who = _ids("C", customers)
    for prefix in ("", "medical_"):
        priors = [("channel", entry[0], entry[7]) for entry in CHANNELS] + [("topic", t, 0.3) for t in TOPICS]
        segments = ("*", *SPECIALTIES)
        dimension, value, mean = (np.tile(column, len(segments)) for column in zip(*priors, strict=True))
        _store(
            engine, f"{prefix}preference_prior", segment=np.repeat(segments, len(priors)), dimension=dimension,
            value=value, mean=mean, strength=20.0,
        )  # fmt: skip
        one, which = np.nonzero(luck.random((customers, len(priors))) < 0.4)
        strength, contacts = 25.0, 1 + luck.poisson(4, len(one))
        rate = luck.beta(6, 14, len(one))
        _store(
            engine,
            f"{prefix}preference",
            customer_id=who.take(pa.array(one)),
            dimension=_pick([prior[0] for prior in priors], which),
            value=_pick([prior[1] for prior in priors], which),
            mean=rate,
            sd=np.sqrt(rate * (1 - rate) / strength),
            evidence_count=contacts,
            response_count=luck.binomial(contacts, rate),
            last_at=_ago(luck.uniform(1, 300, len(one))),
            prior_mean=0.3,
            prior_strength=20.0,
        )
        _store(
            engine,
            f"{prefix}potential",
            customer_id=who.take(pa.array(np.repeat(np.arange(customers), PRODUCTS))),
            product_id=np.tile([f"p{i}" for i in range(PRODUCTS)], customers),
            potential=luck.gamma(2, 0.2, customers * PRODUCTS),
            specialty_weight=luck.random(customers * PRODUCTS),
            activity_rank=luck.random(customers * PRODUCTS),
            prescribing=1.0,
        )
        _beliefs(engine, f"{prefix}belief", who, luck)


def _beliefs(engine: Engine, name: str, who: pa.Array, luck: np.random.Generator) -> None:
    """Write the stages of three in five customers and products."""
    one, product = np.nonzero(luck.random((len(who), PRODUCTS)) < 0.6)
    share = luck.dirichlet([2.0, 2, 1.5, 1, 0.5], len(one))
    _store(
        engine,
        name,
        customer_id=who.take(pa.array(np.repeat(one, len(STAGES)))),
        product_id=_pick([f"p{i}" for i in range(PRODUCTS)], np.repeat(product, len(STAGES))),
        stage=np.tile(STAGES, len(one)),
        probability=share.ravel(),
        most_likely=(share == share.max(axis=1, keepdims=True)).ravel(),
        moved_by="opened",
        moved_at=_ago(np.repeat(luck.uniform(1, 300, len(one)), len(STAGES))),
    )


def _store(engine: Engine, name: str, **columns: Any) -> None:
    """Write a table; one value stands for a whole column, and what is not said is empty, false or 'benchmark'."""
    rows = max(len(column) for column in columns.values() if isinstance(column, (np.ndarray, pa.Array)))
    plain = {"source": "benchmark", "system": "crm", "simulated": True, "source_record_id": "record"}
    arrays = []
    for column in TABLES[name].columns:
        value = columns.get(column.name, None if column.nullable else plain.get(column.name))
        if not isinstance(value, (np.ndarray, pa.Array)):
            value = pa.repeat(pa.scalar(value, ARROW_TYPES[column.type]), rows)
        arrays.append(pa.array(value).cast(ARROW_TYPES[column.type]))
    engine.table(name, pa.Table.from_arrays(arrays, schema=schema(name)))


def _ids(letter: str, count: int) -> pa.Array:
    return pa.array([f"{letter}{i:07}" for i in range(count)])


def _pick(words: Any, places: np.ndarray) -> pa.Array:
    return pa.array(list(words)).take(pa.array(places.astype(np.int64)))


def _ago(days: np.ndarray) -> pa.Array:
    """Return instants before the clock."""
    seconds = (np.asarray(days) * 86_400).astype("timedelta64[s]")
    return pa.array(np.datetime64(AS_OF - timedelta(seconds=1), "us") - seconds.astype("timedelta64[us]"))
