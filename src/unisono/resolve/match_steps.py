"""The model of matching in use, and the pairs of records that it finds likely to be one customer.

Only people are matched: healthcare professionals, and records that do not say what they are about. The steps work on
the engine's own connection, and do nothing where the playbook does not ask for matching.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from unisono.engine import Engine, Grown
from unisono.engine.graph import EngineStep
from unisono.engine.sql import naive
from unisono.resolve.match import Model, Specification, model_of, scored, specification, trained
from unisono.tables.arrow import empty, rows

MATCHED_KINDS = "hcp", "unknown"
IS_PERSON = f"kind in {MATCHED_KINDS}"
PEOPLE, CHANGED = "match_people", "match_changed"


def match_model(engine: Engine, *, as_of: datetime, seed: int) -> pa.Table:
    """Return `match_model`: that of the snapshot before if it was learnt for what the playbook says, else a new one.

    Probabilities below the playbook's `review` are not kept, so another `review` makes another version of it.
    """
    said = engine.read("select matching, review from playbook_identity").to_pylist()[0]
    if said["matching"] is None:
        return empty("match_model")
    of = specification(json.loads(said["matching"]))
    previous = engine.read("select * from previous_match_model").to_pylist()
    if previous and previous[0]["specification"] == of.hash:
        row = previous[0]
        model = replace(model_of(row["settings"]), at_least=said["review"])
    else:
        records = engine.read(_people(of, "match_record as r"))
        row = {"specification": of.hash, "trained_at": naive(as_of), "records": len(records)}
        model = trained(of, records, seed=seed, at_least=said["review"])
    return rows("match_model", [{**row, "model_version": model.version, "settings": model.json()}])


def match_new_pairs(engine: Engine) -> pa.Table:
    """Return `match_new_pair`: pairs of records that are new or have changed since the same model compared all."""
    model, was_in_use = _in_use(engine)
    if model is None or not was_in_use:
        return empty("match_pair")
    engine.view(PEOPLE, _people(model.specification, "match_record as r"))
    of_changed = "match_record as r inner join match_change as c on c.record_key = r.record_key"
    changed = engine.read(_people(model.specification, of_changed))
    if not len(changed):
        return empty("match_pair")
    database = engine.splink()
    return scored(model, database, PEOPLE, database.register(changed).physical_name)


def match_pairs(engine: Engine) -> pa.Table | Grown:
    """Return `match_pair`.

    Two records that were compared before by the same model, and have not changed since, are not compared again.
    """
    model, was_in_use = _in_use(engine)
    if model is None:
        return empty("match_pair")
    if not was_in_use:
        engine.view(PEOPLE, _people(model.specification, "match_record as r"))
        return scored(model, engine.splink(), PEOPLE)
    touched = engine.read(
        "select record_key as left_key, record_key as right_key from match_change where was_there"
    )
    new = engine.read("select * from match_new_pair")
    return Grown("previous_match_pair", new, touched)


def _in_use(engine: Engine) -> tuple[Model | None, bool]:
    """Return the model in use, if any, and whether the snapshot before was made with it."""
    found = engine.read(
        "select m.settings, p.model_version is not null as was_in_use from match_model as m "
        "left join previous_match_model as p on p.model_version = m.model_version"
    ).to_pylist()
    return (model_of(found[0]["settings"]), found[0]["was_in_use"]) if found else (None, False)


def _people(of: Specification, source: str) -> str:
    columns = ", ".join(f"r.{name}" for name in ("record_key", *of.columns))
    return f"select {columns} from {source} where r.{IS_PERSON}"  # noqa: S608


_COMPARED = "playbook_identity", "match_record", "previous_match_model"
STEPS = (
    EngineStep("match_model", match_model, _COMPARED, values=("as_of", "seed")),
    EngineStep(
        "match_new_pair",
        match_new_pairs,
        ("match_model", "match_record", "match_change", "previous_match_model"),
    ),
    EngineStep(
        "match_pair",
        match_pairs,
        (
            "match_model",
            "match_record",
            "match_change",
            "match_new_pair",
            "previous_match_model",
            "previous_match_pair",
        ),
    ),
)
