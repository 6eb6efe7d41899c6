"""The step that makes `entity_record`; since the snapshot before, only what a change can reach is clustered again.

Records that nothing ties together, directly or through others, are no matter to one another: such components are
clustered alone with the same result. All that tied a component together before is in it, so a change reaches the
components that its records were in, and those of the records that these are tied to now.
"""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa
import pyarrow.compute as pc

from unisono.engine import Engine, Grown
from unisono.engine.graph import EngineStep
from unisono.resolve.agglomerate import LARGE, UNSCORED_BITS
from unisono.resolve.cluster import cluster
from unisono.tables.arrow import empty, schema

EVERY, CHANGED, REACHED = "entity_every", "entity_changed", "entity_reached"

RECORDS = """
select record_key, system, source_record_id, kind, false as mentioned from match_record
union all
select record_key, system, source_record_id, 'unknown' as kind, true as mentioned from mentioned_record
"""

CHANGES = """
select record_key from match_change
union
select m.record_key
from mentioned_record as m
left join previous_entity_record as p on p.record_key = m.record_key and p.method = 'touchpoint_only'
where p.record_key is null
union
select p.record_key
from previous_entity_record as p
left join mentioned_record as m on m.record_key = p.record_key
where p.method = 'touchpoint_only' and m.record_key is null
union
select coalesce(i.record_key, p.record_key)
from identifier as i
full join previous_identifier as p on p.record_key = i.record_key and p.field = i.field
where i.value is distinct from p.value or i.position is distinct from p.position
"""

# A decision ties records through others that may be gone: where it leads is not looked up.
REACH = f"""
with tied as (
    select record_key from {CHANGED}
    union
    select p.left_key from match_new_pair as p inner join playbook_identity as i on p.probability >= i.accept
    union
    select p.right_key from match_new_pair as p inner join playbook_identity as i on p.probability >= i.accept
    union
    select other.record_key
    from identifier as i
    inner join {CHANGED} as c on c.record_key = i.record_key
    inner join identifier as other on other.value = i.value and other.position = i.position
    union
    select left_key from steward_decision
    union
    select right_key from steward_decision
),
part as (
    select record_key as component from tied
    union
    select p.component
    from previous_entity_record as p
    inner join tied as t on t.record_key = p.record_key
    where p.component <> p.record_key
)
select p.record_key, true as was_there
from previous_entity_record as p
inner join part on part.component = p.component
union all
select record_key, false as was_there from tied
"""  # noqa: S608

INPUTS = {EVERY: ("record_key",), "identifier": ("record_key",), "match_pair": ("left_key", "right_key")}
"""What is clustered -> its columns that hold keys of records."""


def entity_records(engine: Engine) -> pa.Table | Grown:
    """Return `entity_record`, which is the same whether there was a snapshot before or not."""
    engine.view(EVERY, RECORDS)
    rules = _rules(engine)
    known = engine.read(
        "select record_key from previous_entity_record where rules = $rules limit 1", {"rules": rules}
    )
    if not len(known):
        return _clustered(engine, rules, "")
    engine.view(CHANGED, engine.read(CHANGES))
    reached = engine.read(REACH)
    engine.view(REACHED, pa.table({"record_key": pc.unique(reached["record_key"])}))
    again = _clustered(engine, rules, REACHED)
    gone = reached.filter(reached["was_there"]).select(["record_key"])
    return Grown("previous_entity_record", again, gone, went=len(gone))


def _clustered(engine: Engine, rules: str, among: str) -> pa.Table:
    """Return the rows of all records, or of those in the table `among`."""
    every, identifiers, pairs = (
        engine.read(_rows(name, keys if among else (), among)) for name, keys in INPUTS.items()
    )
    if not len(every):
        return empty("entity_record")
    every = every.sort_by("record_key")
    decisions, curated, identity = (
        engine.read(f"select * from {name}")  # noqa: S608
        for name in ("steward_decision", "playbook_curated", "playbook_identity")
    )
    told = cluster(every, decisions, identifiers, pairs, curated, identity["accept"][0].as_py())
    columns = {name: every[name] for name in ("record_key", "system", "source_record_id")}
    columns |= {name: told[name] for name in ("entity", "probability", "component")}
    columns["method"] = pc.if_else(every["mentioned"], "touchpoint_only", told["method"])
    columns["rules"] = pa.repeat(rules, len(every))
    wanted = schema("entity_record")
    return pa.table({name: columns[name] for name in wanted.names}, wanted)


def _rows(table: str, keys: tuple[str, ...], among: str) -> str:
    """Return SQL of the rows of a table whose `keys` are all in the table `among`."""
    joins = (f"inner join {among} as in_{key} on in_{key}.record_key = t.{key}" for key in keys)
    return f"select t.* from {table} as t {' '.join(joins)}"  # noqa: S608


def _rules(engine: Engine) -> str:
    """Return 16 hex digits over what clusters depend on besides records, their identifiers and their pairs."""
    said = [
        engine.read(sql).to_pylist()
        for sql in (
            "select left_key, right_key, decision from steward_decision where standing "
            "order by left_key, right_key, decision",
            "select system from playbook_curated order by system",
            "select accept from playbook_identity",
            "select model_version from match_model",
        )
    ]
    text = json.dumps([said, UNSCORED_BITS, LARGE], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


STEP = EngineStep(
    "entity_record",
    entity_records,
    (
        "match_record",
        "match_change",
        "mentioned_record",
        "identifier",
        "match_model",
        "match_new_pair",
        "match_pair",
        "steward_decision",
        "playbook_curated",
        "playbook_identity",
        "previous_entity_record",
        "previous_identifier",
    ),
)
