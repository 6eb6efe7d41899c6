"""The wall between medical and commercial, proven from the steps of a run before anything is made.

No commercial table may be traced to what only the medical side knows: topics, contents, answers, outcomes. Where
`engine.lineage` follows values, here joins and filters count too: whoever reads a medical table learns from its rows.
That the commercial touchpoints themselves are not medical depends on the data, and is asked by `wall.sql`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unisono.engine.graph import Step
from unisono.engine.lineage import columns_used, inputs, made_by
from unisono.errors import EngineError
from unisono.tables import TABLES, TWINS

MEDICAL = ("source_touchpoint", "quarantine")
"""Tables that hold both sides as the sources tell it; whatever is made from them is medical, unless listed here."""

EVERYTHING = frozenset(TABLES["source_touchpoint"].names)

CROSSINGS: Mapping[tuple[str, str], frozenset[str]] = {
    ("touchpoint", "source_touchpoint"): EVERYTHING,
    ("customer_xref", "source_touchpoint"): frozenset({"system", "source_record_id"}),
    ("customer", "source_touchpoint"): frozenset({"system", "source_record_id", "simulated"}),
    ("consent", "quarantine"): frozenset(
        {"table_name", "reason", "source", "file", "line", "system", "source_record_id"}
    ),
    ("touch", "medical_contact"): frozenset(
        {"customer_id", "contact_id", "channel", "occurred_at", "is_own", "is_outbound"}
    ),
    ("unsubscription", "medical_touchpoint"): frozenset(
        {"customer_id", "channel", "occurred_at", "event", "is_own"}
    ),
    ("room", "medical_choice"): frozenset({"customer_id"}),
}
"""What may cross, and nothing else: (table made, medical table read) -> the columns that may be looked at.

Besides the commercial touchpoints that is who exists, statements that cannot be read, whom the company contacted when on
which channel, which channel a customer unsubscribed from, and for whom a medical suggestion is planned.
"""


@dataclass(frozen=True)
class Reading:
    """Step `step` reads `table`, which is medical."""

    step: Step
    table: str

    def __str__(self) -> str:
        looked_at = ", ".join(sorted(columns_used(self.step, self.table))) or "its rows"
        return f"{self.step.table} <- {self.table} ({looked_at})"


def prove_wall(steps: Sequence[Step]) -> str:
    """Return the name of this check; EngineError UN3013 if a commercial table can be traced to medical data."""
    made = {step.table: step for step in steps}
    known: dict[str, tuple[Reading, ...]] = {}
    ways = [way for table in TWINS if (way := way_to_medical(table, made, known))]
    if ways:
        raise _refused(min(ways, key=len))
    return "wall: no commercial column goes back to medical data"


def way_to_medical(
    table: str, made: Mapping[str, Step], known: dict[str, tuple[Reading, ...]]
) -> tuple[Reading, ...]:
    """Return the readings that lead from a table to medical data, of a shortest way; none if there is no way."""
    if table not in known and table in made:
        step = made[table]
        ways = [
            (Reading(step, name), *way_to_medical(name, made, known))
            for name in step.reads
            if (name in MEDICAL or way_to_medical(name, made, known)) and not _may_cross(step, name)
        ]
        known[table] = min(ways, key=len, default=())
    return known.get(table, ())


def _may_cross(step: Step, table: str) -> bool:
    permitted = CROSSINGS.get((step.table, table))
    return permitted is not None and (permitted == EVERYTHING or columns_used(step, table) <= permitted)


def _refused(way: Sequence[Reading]) -> EngineError:
    first = way[0]
    step = first.step
    columns = [
        name for name in TABLES[step.table].names if first.table in {table for table, _ in inputs(step, name)}
    ]
    what = ", ".join(f"{step.table}.{name}" for name in columns) or f"which rows '{step.table}' has"
    crossings = ", ".join(sorted({table for table, _ in CROSSINGS}))
    return EngineError(
        "UN3013",
        f"the commercial side can be traced to medical data: {what}; the way is {'; '.join(map(str, way))}",
        where=made_by(step),
        hint=f"read a commercial table instead; only {crossings} may look at medical tables, at some columns",
    )
