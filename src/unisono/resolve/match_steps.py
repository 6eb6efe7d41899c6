"""The model of matching in use, and the pairs of records that it finds likely to be one customer.

Only people are matched: healthcare professionals, and records that do not say what they are about. Both steps work on
the engine's own connection, and do nothing where the playbook does not ask for matching.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from unisono.engine import Engine
from unisono.engine.graph import EngineStep
from unisono.engine.sql import naive
from unisono.resolve.match import Model, Specification, model_of, scored, specification, trained
from unisono.tables.arrow import empty, rows

if TYPE_CHECKING:
    from collections.abc import Sequence

MATCHED_KINDS = "hcp", "unknown"
IS_PERSON = f"kind in {MATCHED_KINDS}"
PEOPLE, CHANGED = "match_people", "match_changed"

CHANGES = """
select coalesce(r.record_key, p.record_key) as record_key
from match_record as r
full join previous_match_record as p on p.record_key = r.record_key
where r.fingerprint is distinct from p.fingerprint
"""


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


def match_pairs(engine: Engine) -> pa.Table:
    """Return `match_pair`.

    Two records that were compared before by the same model, and have not changed since, are not compared again.
    """
    found = engine.read("select model_version, settings from match_model").to_pylist()
    if not found:
        return empty("match_pair")
    model, version = model_of(found[0]["settings"]), found[0]["model_version"]
    engine.view(PEOPLE, _people(model.specification, "match_record as r"))
    before = engine.read(
        "select model_version from previous_match_model where model_version = $version", {"version": version}
    )
    if not len(before):
        return scored(model, engine.splink(), PEOPLE)
    return pa.concat_tables(_since(engine, model))


def _since(engine: Engine, model: Model) -> Sequence[pa.Table]:
    """Return the pairs of the snapshot before that still hold, and those of changed records with any."""
    of = model.specification
    engine.view(CHANGED, engine.read(CHANGES))
    kept = engine.read(
        f"select p.* from previous_match_pair as p left join {CHANGED} as a on a.record_key = p.left_key "  # noqa: S608
        f"left join {CHANGED} as b on b.record_key = p.right_key where a.record_key is null and b.record_key is null"
    )
    made = [kept.cast(empty("match_pair").schema)]
    changed = engine.read(
        _people(of, f"match_record as r inner join {CHANGED} as c on c.record_key = r.record_key")
    )
    if len(changed):
        database = engine.splink()
        made.append(scored(model, database, PEOPLE, database.register(changed).physical_name))
    return made


def _people(of: Specification, source: str) -> str:
    columns = ", ".join(f"r.{name}" for name in ("record_key", *of.columns))
    return f"select {columns} from {source} where r.{IS_PERSON}"  # noqa: S608


_COMPARED = "playbook_identity", "match_record", "previous_match_model"
STEPS = (
    EngineStep("match_model", match_model, _COMPARED, values=("as_of", "seed")),
    EngineStep(
        "match_pair",
        match_pairs,
        (
            "match_model",
            "match_record",
            "previous_match_model",
            "previous_match_record",
            "previous_match_pair",
        ),
    ),
)
