"""Who somebody is: a customer, and every record that is theirs; and which rows of a table are about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from unisono.engine import Engine
from unisono.errors import UsageError
from unisono.store import Snapshot

RECORDS = "select system, source_record_id from customer_xref where customer_id = $who order by all"

PERSONAL = {
    "customer_id": "{column} in (select customer_id from person)",
    "other_id": "{column} in (select customer_id from person)",
    "home_id": "{column} in (select customer_id from person)",
    "source_record_id": "system || ':' || {column} in (select record_key from person)",
    "record_key": "{column} in (select record_key from person)",
    "left_key": "{column} in (select record_key from person)",
    "right_key": "{column} in (select record_key from person)",
    "entity": "{column} in (select record_key from person)",
    "component": "{column} in (select record_key from person)",
    "raw": "exists (select 1 from person as p where length(p.source_record_id) > 3 and contains({column},"
    " p.source_record_id))",
}
"""Column -> what is true of rows about the people in the view `person`."""


@dataclass(frozen=True)
class Person:
    """One customer and their records, (system, id)."""

    customer_id: str
    records: tuple[tuple[str, str], ...]

    def users(self, systems: dict[str, str]) -> dict[str, list[str]]:
        """Return their ids by source of collected events; `systems` tells the namespace of each source's ids."""
        return {
            source: [one for of, one in self.records if of == system] for source, system in systems.items()
        }

    def view(self, engine: Engine) -> None:
        """Make the person known to an engine as the view `person`."""
        rows = [
            {"customer_id": self.customer_id, "record_key": f"{system}:{one}", "source_record_id": one}
            for system, one in self.records
        ]
        engine.view("person", pa.Table.from_pylist(rows))


def find_person(snapshot: Snapshot, customer_id: str) -> Person:
    """Return who a customer is; UsageError UN5010 if there is none of that id."""
    found = snapshot.read(RECORDS, {"who": customer_id}).to_pylist()
    if not found:
        hint = "find the id: unisono customer DIR SYSTEM:RECORD"
        raise UsageError("UN5010", f"no customer has the id '{customer_id}'", hint=hint)
    return Person(customer_id, tuple((row["system"], row["source_record_id"]) for row in found))


def about(columns: Sequence[str]) -> str | None:
    """Return the condition of rows about a person for a table with such columns; None if it names no people."""
    named = [text.format(column=column) for column, text in PERSONAL.items() if column in columns]
    if "system" not in columns:
        named = [text for text in named if not text.startswith("system")]
    return " or ".join(f"coalesce({text}, false)" for text in named) or None
