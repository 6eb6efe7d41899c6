"""What `unisono resolve explain` tells: two records, what speaks for and against one customer, and what came of it."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from unisono.charts.match import identified, likely, percent
from unisono.cli.resolve_decide import Records, find_pair, known_records
from unisono.resolve.match_steps import MATCHED_KINDS

if TYPE_CHECKING:
    from unisono.store import Snapshot

Row = dict[str, Any]

COMPARED = "select * from match_record where record_key in ($left, $right)"
SHARED = """
select a.field, a.value
from identifier as a
inner join identifier as b on b.field = a.field and b.value = a.value
where a.record_key = $left and b.record_key = $right
order by a.position
"""
DECISIONS = "select * from steward_decision order by decided_at, decision_id"
PAIR = """
select q.question
from match_pair as p
left join match_queue as q on q.left_key = p.left_key and q.right_key = p.right_key
where p.left_key = least($left, $right) and p.right_key = greatest($left, $right)
"""


def read_pair(snapshot: Snapshot, left: str, right: str) -> Row:
    """Return two records with everything that makes them one customer, or does not.

    `left` and `right` are the records; `identifiers` and `decisions` rows; `evidence` the waterfall, each row with its
    running `total` in bits, empty where `not_compared` says why; `outcome` is a sentence. UsageError UN5201 or UN5202
    unless they are two records of the run.
    """
    records = known_records(snapshot)
    find_pair(records, left, right)
    keys = {"left": left, "right": right}
    compared = {row["record_key"]: row for row in snapshot.read(COMPARED, keys).to_pylist()}
    (said,) = snapshot.read("select accept, review, matching from playbook_identity").to_pylist()
    pair: Row = {side: {**records[key], **compared.get(key, {})} for side, key in keys.items()}
    ours = _members(records, pair)
    pair |= {
        "one_customer": pair["left"]["customer_id"] == pair["right"]["customer_id"],
        "accept": said["accept"],
        "review": said["review"],
        "identifiers": snapshot.read(SHARED, keys).to_pylist(),
        "decisions": [
            row
            for row in snapshot.read(DECISIONS).to_pylist()
            if row["left_key"] in ours and row["right_key"] in ours
        ],
        "not_compared": _not_compared(said["matching"], pair, compared),
    }
    pair |= _evidence(snapshot, pair)
    found = snapshot.read(PAIR, keys).to_pylist()
    pair |= {"scored": bool(found), "waiting": any(row["question"] for row in found)}
    curated = set(snapshot.table("playbook_curated")["system"].to_pylist())
    because = _joined(pair, len(ours)) if pair["one_customer"] else _apart(pair, ours, curated)
    verdict = "One customer" if pair["one_customer"] else "Two customers"
    waits = " It waits for a steward's decision." if pair["waiting"] else ""
    outcome = f"{verdict}, because {because}.{waits}"
    return {**pair, "outcome": outcome, "simulated": snapshot.manifest["simulated"]}


def _members(records: Records, pair: Row) -> Records:
    """Return the records of the one or two customers."""
    customers = {pair[side]["customer_id"] for side in ("left", "right")}
    return {key: row for key, row in records.items() if row["customer_id"] in customers}


def _not_compared(matching: str | None, pair: Row, compared: Row) -> str | None:
    if matching is None:
        return "the playbook has no matching: records become one customer by identifiers and decisions only"
    for side in ("left", "right"):
        record = pair[side]
        if record["record_key"] not in compared:
            return f"of {record['record_key']} nothing is known but that others mention it"
        if record["kind"] not in MATCHED_KINDS:
            return f"{record['record_key']} is of kind {record['kind']}, and only people are compared by likeness"
    return None


def _evidence(snapshot: Snapshot, pair: Row) -> Row:
    if pair["not_compared"]:
        return {"evidence": [], "weight": None, "probability": None}
    from unisono.resolve.match import explained, model_of

    model = model_of(snapshot.table("match_model")["settings"][0].as_py())
    told = explained(model, pair["left"], pair["right"])
    totals = list(accumulate(each.weight for each in told))
    evidence = [{**vars(each), "total": total} for each, total in zip(told, totals, strict=True)]
    return {"evidence": evidence, "weight": totals[-1], "probability": 1 / (1 + 2 ** -totals[-1])}


def _joined(pair: Row, size: int) -> str:
    """Return why two records are one customer of `size` records."""
    decided = _decided(pair)
    if decided and decided["decision"] == "same":
        return _said(decided, "that they are")
    if pair["identifiers"]:
        return f"both have {_shared(pair)}"
    if _accepted(pair):
        return f"they are {likely(pair['probability'])} likely to be, and {percent(pair['accept'])} is enough"
    alone = f", though alone they are {likely(pair['probability'])} likely to be" if pair["evidence"] else ""
    return f"other records of {pair['left']['customer_id']} ({size - 2}) tie them together{alone}"


def _apart(pair: Row, ours: Records, curated: set[str]) -> str:
    """Return why two records are two customers, which have the records `ours`."""
    decided = _decided(pair)
    if decided and decided["decision"] == "not_same":
        return _said(decided, "that they are not one")
    kinds = sorted({pair[side]["kind"] for side in ("left", "right")})
    if len(kinds) > 1 and "unknown" not in kinds:
        return f"one is of kind {kinds[0]} and the other of kind {kinds[1]}"
    if pair["identifiers"] or _accepted(pair):
        tie = f"both have {_shared(pair)}" if pair["identifiers"] else "they are likely to be one"
        return f"{_obstacle(pair, ours, curated)}, though {tie}"
    if pair["not_compared"]:
        return f"they share no identifier, and {pair['not_compared']}"
    alone = f"they are {likely(pair['probability'])} likely to be one"
    if pair["probability"] < pair["review"]:
        return f"{alone}, and below {percent(pair['review'])} no steward is asked"
    if not pair["scored"]:
        return f"they agree on nothing by which records are looked up, so were not compared, though {alone}"
    return f"{alone}, less than the {percent(pair['accept'])} that is enough"


def _obstacle(pair: Row, ours: Records, curated: set[str]) -> str:
    """Return what keeps two customers apart that something ties together."""
    left, right = (
        {key: row for key, row in ours.items() if row["customer_id"] == pair[side]["customer_id"]}
        for side in ("left", "right")
    )
    kinds = {row["kind"] for row in ours.values()} - {"unknown"}
    if len(kinds) > 1:
        return f"one customer cannot be of two kinds ({' and '.join(sorted(kinds))})"
    systems = [{row["system"] for row in side.values()} & curated for side in (left, right)]
    if both := systems[0] & systems[1]:
        return f"each has a record of {min(both)}, which has no duplicates"
    for each in pair["decisions"]:
        across = (each["left_key"] in left) != (each["right_key"] in left)
        if across and each["standing"] and each["decision"] == "not_same":
            return _said(each, f"that {each['left_key']} and {each['right_key']} are not one")
    return "nothing else ties the records around them together"


def _accepted(pair: Row) -> bool:
    return bool(pair["scored"] and pair["probability"] >= pair["accept"])


def _decided(pair: Row) -> Row | None:
    """Return the decision about the two records that stands."""
    both = {pair["left"]["record_key"], pair["right"]["record_key"]}
    stand = (row for row in pair["decisions"] if row["standing"])
    return next((row for row in stand if {row["left_key"], row["right_key"]} == both), None)


def _said(decision: Row, what: str) -> str:
    return f"{decision['decided_by']} decided on {decision['decided_at']:%Y-%m-%d} {what}"


def _shared(pair: Row) -> str:
    return " and ".join(identified(row) for row in pair["identifiers"])
