"""The wall between medical and commercial, proven from the steps of a run before anything is made.

No commercial table may be traced to what only the medical side knows: topics, contents, answers, outcomes. Where
`engine.lineage` follows values, here joins and filters count too: whoever reads a medical table learns from its rows.
That the commercial touchpoints themselves are not medical depends on the data, and is asked by `wall.sql`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unisono.engine.graph import Step, order
from unisono.engine.lineage import columns_used, inputs, made_by
from unisono.errors import EngineError
from unisono.tables import TABLES, TWINS

MEDICAL = ("source_touchpoint", "quarantine")
"""Tables that hold both sides as the sources tell it; whatever is made from them is medical, unless listed here."""

EVERYTHING = frozenset(TABLES["source_touchpoint"].names)

CROSSINGS: Mapping[tuple[str, str], frozenset[str]] = {
    ("touchpoint", "source_touchpoint"): EVERYTHING,
    ("mentioned_record", "source_touchpoint"): frozenset({"system", "source_record_id"}),
    ("customer", "source_touchpoint"): frozenset({"system", "source_record_id", "simulated"}),
    ("consent", "quarantine"): frozenset(
        {"table_name", "reason", "source", "file", "line", "system", "source_record_id"}
    ),
    ("touch", "medical_contact"): frozenset(
        {"customer_id", "contact_id", "channel", "occurred_at", "is_own", "is_outbound"}
    ),
    ("unsubscription", "medical_touchpoint"): frozenset(
        {"customer_id", "system", "source_record_id", "channel", "occurred_at", "event", "is_own"}
    ),
    ("room", "medical_choice"): frozenset({"customer_id"}),
}
"""What may cross, and nothing else: (table made, medical table read) -> the columns that may be looked at.

Besides the commercial touchpoints that is who exists, statements that cannot be read, whom the company contacted when
on which channel, which channel a customer unsubscribed from, and for whom a medical suggestion is planned.
"""


@dataclass(frozen=True)
class Reading:
    """Step `step` reads `table`, which is medical."""

    step: Step
    table: str

    @property
    def columns(self) -> list[str]:
        """The columns it looks at although they may not cross, sorted."""
        return sorted(columns_used(self.step, self.table) - (self.permitted or frozenset()))

    @property
    def permitted(self) -> frozenset[str] | None:
        """The columns it may look at; None if it may not read the table at all."""
        return CROSSINGS.get((self.step.table, self.table))

    @property
    def may_cross(self) -> bool:
        """Whether it reads no more than what may cross."""
        return self.permitted == EVERYTHING or (self.permitted is not None and not self.columns)


Way = tuple[Reading, ...]


def prove_wall(steps: Sequence[Step]) -> str:
    """Return the name of this check; EngineError UN3013 if a commercial table can be traced to medical data."""
    ways = ways_to_medical(steps)
    leaks = [ways[table] for table in TWINS if table in ways]
    if leaks:
        raise _refused(min(leaks, key=len))
    return "wall: no commercial column goes back to medical data"


def ways_to_medical(steps: Sequence[Step]) -> dict[str, Way]:
    """Return a shortest way from each table that can be traced to medical data."""
    ways: dict[str, Way] = {}
    for step in order(steps):
        readings = [Reading(step, name) for name in step.reads if name in MEDICAL or name in ways]
        found = [(each, *ways.get(each.table, ())) for each in readings if not each.may_cross]
        if found:
            ways[step.table] = min(found, key=len)
    return ways


def told(way: Way) -> str:
    """Return a way as text, e.g. `belief <- medical_touchpoint <- source_touchpoint`."""
    return " <- ".join([way[0].step.table, *(reading.table for reading in way)])


def _refused(way: Way) -> EngineError:
    at = next((reading for reading in way if reading.permitted is not None), way[0])
    names = TABLES[at.step.table].names
    made = [name for name in names if at.table in {table for table, _ in inputs(at.step, name)}]
    what = ", ".join(f"{at.step.table}.{name}" for name in made) or f"which rows '{at.step.table}' has"
    crossings = ", ".join(sorted({table for table, _ in CROSSINGS}))
    return EngineError(
        "UN3013",
        f"the commercial side can be traced to medical data: {what}\n"
        f"  Looks at {at.table}: {', '.join(at.columns) or 'its rows'}\n  Way: {told(way)}",
        where=made_by(at.step),
        hint=f"read a commercial table instead; only {crossings} may look at medical tables, at some columns",
    )
