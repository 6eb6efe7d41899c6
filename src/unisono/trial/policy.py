"""Rival policies: each chooses from the same permitted actions under the same limits.

Consent, caps, rest, approval and the control arm have already taken their share when actions were made, so that
policies differ in nothing but what they prefer. Each chooses for the medical side of the wall first, and then for the
commercial side with the room that this leaves, as a run does.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from unisono.decide.solve import price_resources, solve
from unisono.store import Snapshot
from unisono.world import true_values
from unisono.world.chance import Chance

Floats = NDArray[np.float64]
Tables = Mapping[str, pa.Table]
Choice = dict[str, Any]
Chooser = Callable[[Tables], list[Choice]]

POLICIES: dict[str, str] = {
    "unisono": "the decisions of the published run",
    "usual": "no suggestions: representatives and channels do as they always did",
    "random": "permitted actions in random order until the limits are reached",
    "greedy": "permitted actions of the highest estimated value first, without prices of time",
    "oracle": "unisono's solver, given the true gain in new prescriptions instead of an estimated value in money",
}
"""What each policy suggests.

The oracle maximises true expected new prescriptions and ignores what contacts cost, while unisono maximises value in
money after their costs: the two do not maximise the same thing.
"""

SUGGESTION = pa.schema(
    [
        (name, pa.string())
        for name in (
            "decision_id",
            "system",
            "source_record_id",
            "product_id",
            "channel",
            "rep_id",
            "content_id",
        )
    ]
)
"""What a week of the world takes: one row per suggestion, in the order of the lists that are worked through."""

_RECORD_KEY = ("system", "source_record_id")
_LIMITS = ("rep", "playbook_channel", "playbook_policy")
_RECORD = """
select customer_id, system, source_record_id
from customer_xref
where system in ('crm', 'mail')
qualify row_number() over (partition by customer_id order by system, source_record_id) = 1
"""


def suggest(policy: str, snapshot: Snapshot, world: Path, seed: int) -> pa.Table | None:
    """Return what `policy` suggests at the run's clock, as `SUGGESTION`; None where nothing is suggested at all.

    Only the oracle looks into `world`, and only random choice uses `seed`.
    """
    if policy == "usual":
        return None
    records = {row.pop("customer_id"): row for row in snapshot.read(_RECORD).to_pylist()}
    if policy == "unisono":
        return _named(snapshot.table("decision").to_pylist(), records)
    clock = datetime.fromisoformat(snapshot.manifest["clock"])
    choosers: dict[str, Chooser] = {
        "oracle": lambda tables: _solved({**tables, "action": _told(tables["action"], records, world)}),
        "greedy": lambda tables: take(tables, tables["action"]["value"].to_numpy()),
        "random": lambda tables: take(tables, _luck(tables["action"], clock, seed)),
    }
    chosen = _both_sides(snapshot, choosers[policy])
    return _named([row | {"decision_id": _decision_id(policy, clock, row)} for row in chosen], records)


def _both_sides(snapshot: Snapshot, choose: Chooser) -> list[Choice]:
    """Return what is chosen for the medical side and then, in the room this leaves, for the commercial side."""
    limits = {name: snapshot.table(name) for name in _LIMITS}
    medical = choose(limits | _side(snapshot, "medical_"))
    room = dict(zip(*_columns(snapshot.table("medical_room"), "customer_id", "room"), strict=True))
    for row in medical:
        room[row["customer_id"]] -= 1
    commercial = _side(snapshot, "")
    left = pa.array([room[who] for who in commercial["action"]["customer_id"].to_pylist()], pa.int64())
    return medical + choose(limits | commercial | {"action": _replaced(commercial["action"], "room", left)})


def _side(snapshot: Snapshot, prefix: str) -> dict[str, pa.Table]:
    """Return what is chosen from on one side of the wall."""
    tables = {name: snapshot.table(prefix + name) for name in ("action", "resource", "limit_use")}
    return tables | {"action": _sorted(tables["action"])}


def _solved(tables: Tables) -> list[Choice]:
    """Return what the run's own solver chooses."""
    chosen: list[Choice] = solve({**tables, "resource_price": price_resources(tables)}).to_pylist()
    return chosen


def _luck(action: pa.Table, clock: datetime, seed: int) -> Floats:
    """Return a random number in (0, 1] for each action."""
    return 1.0 - Chance(seed).uniform("random policy", clock.toordinal(), np.arange(action.num_rows))


def take(tables: Tables, worth: Floats) -> list[Choice]:
    """Return actions of positive `worth`, highest first, as long as every limit holds.

    The limits are those of the solver: room of a customer, one action of a representative and one on each central
    channel; minutes and suggestions of a representative; sendings of a central channel.
    """
    policy = tables["playbook_policy"].to_pylist()[0]
    minutes = dict(zip(*_columns(tables["rep"], "rep_id", "capacity_minutes"), strict=True))
    sends = dict(zip(*_columns(tables["playbook_channel"], "channel", "capacity"), strict=True))
    of_customer, of_rep = Counter[str](), Counter[str]()
    met: set[tuple[str, str]] = set()
    taken = []
    actions = tables["action"].to_pylist()
    for index in np.argsort(-worth, kind="stable").tolist():
        action = actions[index]
        who, channel, rep = action["customer_id"], action["channel"], action["rep_id"]
        group = (who, channel if rep is None else "any representative")
        most = (
            policy["per_customer"] if action["room"] is None else min(policy["per_customer"], action["room"])
        )
        if worth[index] <= 0 or of_customer[who] >= most or group in met:
            continue
        if rep is None:
            if sends[channel] is not None and sends[channel] < 1:
                continue
            sends[channel] = None if sends[channel] is None else sends[channel] - 1
        else:
            if of_rep[rep] >= policy["per_rep"] or minutes.get(rep, 0.0) < action["minutes"]:
                continue
            minutes[rep] -= action["minutes"]
            of_rep[rep] += 1
        of_customer[who] += 1
        met.add(group)
        taken.append(action)
    return taken


def _told(action: pa.Table, records: Mapping[str, Mapping[str, str]], world: Path) -> pa.Table:
    """Return actions with their true gain in new prescriptions, costs ignored, in place of the estimated value."""
    known = [records[who] for who in action["customer_id"].to_pylist()]
    asked = pa.Table.from_pylist(known, pa.schema([SUGGESTION.field(name) for name in _RECORD_KEY]))
    for column in ("product_id", "channel", "content_id"):
        asked = asked.append_column(column, action[column])
    return _replaced(action, "value", pa.array(true_values(world, asked), pa.float64()))


def _replaced(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), table.field(name), column)


def _named(chosen: Sequence[Mapping[str, Any]], records: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Return choices as suggestions about the source record by which the systems know the customer.

    A list is ordered by rank where the choices have one, else as the choices come.
    """
    ordered = sorted(chosen, key=lambda row: row.get("rank") or 0)
    rows = [{**row, **records[row["customer_id"]]} for row in ordered]
    return pa.Table.from_pylist([{name: row[name] for name in SUGGESTION.names} for row in rows], SUGGESTION)


def _decision_id(policy: str, clock: datetime, action: Mapping[str, Any]) -> str:
    place = (action[name] or "" for name in ("customer_id", "product_id", "channel", "rep_id"))
    return (
        policy[0].upper()
        + hashlib.sha256("|".join((policy, clock.isoformat(), *place)).encode()).hexdigest()[:16]
    )


def _sorted(action: pa.Table) -> pa.Table:
    """Return actions in the order of their key, so that ties are broken alike whatever wrote the table."""
    keys = ("customer_id", "product_id", "channel", "rep_id")
    return action.sort_by([(name, "ascending") for name in keys])


def _columns(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table[name].to_pylist() for name in names]
