"""Small worlds for tests: ingest tables from dictionaries, a small playbook, and the stages run over both.

A builder fills what a test does not say with the contract's defaults. Days count back from the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any

import pyarrow as pa

from tests.quick import QuickEngine
from unisono import decide, plan, profile, resolve
from unisono.checks import CHECKS, check
from unisono.engine.graph import Step, order
from unisono.engine.graph import run as run_step
from unisono.engine.sql import reads, source
from unisono.playbook import Playbook, compile_playbook
from unisono.previous import KEPT
from unisono.tables import TABLES, TWINS
from unisono.tables.arrow import rows
from unisono.tables.ingest import INGEST

Row = dict[str, Any]
Data = Mapping[str, Sequence[Row]]
Given = dict[str, Callable[[], pa.Table]]

CLOCK = datetime.fromisoformat("2025-06-30T12:00:00")
STEPS: tuple[Step, ...] = (*resolve.STEPS, *profile.STEPS, *plan.STEPS, *decide.STEPS)
GIVEN = (
    *(table.name for table in INGEST),
    *KEPT,
    "steward_decision",
)


def ago(days: float, clock: datetime = CLOCK) -> datetime:
    """Return the instant so many days before the clock."""
    return clock - timedelta(days=days)


def filled(table: str, given: Row) -> Row:
    """Return a row of `table`: what is given, else the contract's default, else a plain system and source."""
    plain = {"system": "crm", "source": "test"}
    row = {column.name: plain.get(column.name) for column in TABLES[table].columns}
    for column in TABLES[table].columns:
        if column.default is not None:
            row[column.name] = {"true": True, "false": False}.get(column.default, column.default)
    assert given.keys() <= row.keys(), given.keys() - row.keys()
    return row | given


def record(key: str, **given: Any) -> Row:
    """A source's record of a healthcare professional."""
    return filled("source_record", {"source_record_id": key, "kind": "hcp"} | given)


def touch(key: str, days: float = 5, event: str = "sent", channel: str = "email", **given: Any) -> Row:
    """A touchpoint; its id and its contact tell what it is unless given."""
    name = f"{key}-{channel}-{event}-{days}-{given.get('company', 'self')}"
    said = {"touchpoint_id": name, "source_record_id": key, "occurred_at": ago(days)}
    said |= {"channel": channel, "event": event, "contact_id": given.get("touchpoint_id", name)}
    return filled("source_touchpoint", said | given)


def consent(
    key: str, days: float = 100, status: str = "granted", channel: str = "email", **given: Any
) -> Row:
    """A statement about permission."""
    said = {"source_record_id": key, "stated_at": ago(days), "status": status, "channel": channel}
    return filled("source_consent", said | given)


def rep(key: str, minutes: float = 480, **given: Any) -> Row:
    """A representative; works a territory of the same name."""
    return filled("rep", {"rep_id": key, "territory_id": key, "capacity_minutes": minutes} | given)


def area(territory: str, place: str, field: str = "city") -> Row:
    """A place that belongs to a territory."""
    return filled("territory_area", {"territory_id": territory, "field": field, "area": place})


def named(rep_id: str | None, key: str, **given: Any) -> Row:
    """A customer named as covered by a representative, or by those of a territory."""
    return filled("source_assignment", {"rep_id": rep_id, "source_record_id": key} | given)


def channel(key: str, **given: Any) -> Row:
    """A channel of the playbook: central, digital, without need of consent and without limits."""
    plain = {
        "id": key,
        "name": key.capitalize(),
        "mode": "online",
        "contact": "non_personal",
        "owner": "central",
    }
    return plain | {"consent": "not_required", "response": {"mean": 0.2, "strength": 20}} | given


def content(key: str, product: str = "ours", channels: Sequence[str] = ("email",), **given: Any) -> Row:
    """A content of the playbook: approved, valid around the clock, for the first stage."""
    plain = {"id": key, "title": key.capitalize(), "product": product, "topics": ["safety"], "version": "1"}
    plain |= {"key_message": "m", "format": "leaflet", "channels": list(channels), "stage": "unaware"}
    plain |= {"status": "approved", "valid_from": date(2025, 1, 1), "valid_until": date(2025, 12, 31)}
    return plain | {"markets": ["NO"]} | given


def stage(key: str, prior: float, value: float, advance: float) -> Row:
    """A stage of the ladder."""
    return {"id": key, "name": key.capitalize(), "prior": prior, "value": value, "advance": advance}


EMAIL = channel("email", consent="required", unit_cost=1)
VISIT = channel("visit", owner="rep", contact="personal", mode="offline", unit_cost=5, minutes=30)
MSL = channel("msl", owner="rep", contact="personal", purpose="medical", minutes=30)
FAX = channel("fax", unit_cost=2)
SITE = channel("site", owner="none", access="public")
LADDER = {
    "stages": [stage("unaware", 0.5, 0, 0.5), stage("trial", 0.3, 400, 0.4), stage("loyal", 0.2, 1000, 0)],
    "evidence": {"opened": {"trial": 2, "loyal": 3}, "visited": {"trial": 3}, "asked": {"loyal": 4}},
    "half_life_days": 180,
}
PLAYBOOK: Row = {
    "company": {"id": "us", "name": "Us", "market": "NO", "currency": "EUR"},
    "competitors": [{"id": "them", "name": "Them", "products": [{"id": "theirs", "name": "Theirs"}]}],
    "products": [{"id": "ours", "name": "Ours", "lifecycle": "growth"}],
    "channels": [EMAIL, VISIT, MSL, FAX, SITE],
    "ladder": LADDER,
    "topics": [{"id": "safety", "name": "Safety"}, {"id": "dosing", "name": "Dosing"}],
    "content": [
        content("leaflet", channels=["email", "visit", "fax"]),
        content("paper", channels=["msl"], purpose="medical"),
    ],
    "policy": {"holdout": 0, "exploration": {"enabled": False}},
}


def playbook(**sections: Any) -> Playbook:
    """Return the small playbook with whole sections replaced; `policy` is merged. Every matrix cell fits by 1."""
    policy = PLAYBOOK["policy"] | sections.pop("policy", {})
    said = PLAYBOOK | sections | {"policy": policy}
    cells = {entry["id"]: {"fit": 1, "role": "inform"} for entry in said["channels"]}
    matrix = {product["lifecycle"]: cells for product in said["products"]}
    return Playbook.model_validate({"channel_matrix": matrix} | said)


in_order = cache(order)
CHECKED = frozenset(name for path in CHECKS for name in reads(*source(path)))


class Tables:
    """The tables of one run, as lists of dictionaries; each is made when it is first asked for, after what it reads.

    Whoever asks for decisions gets them checked, if the run is `checked`.
    """

    def __init__(
        self, given: Given, steps: Sequence[Step], run_values: dict[str, Any], checked: bool
    ) -> None:
        self._engine = QuickEngine()
        self._given = given
        self._waiting = {step.table: step for step in in_order(tuple(steps))}
        self._values = run_values
        self._checked = checked

    @property
    def engine(self) -> QuickEngine:
        """The engine, with every table."""
        self._make([*self._given, *self._waiting])
        return self._engine

    def _make(self, names: Iterable[str]) -> None:
        wanted, asked = set[str](), list(names)
        while asked:
            name = asked.pop()
            if name not in wanted:
                wanted.add(name)
                asked += self._waiting[name].reads if name in self._waiting else ()
        for name in wanted & self._given.keys():
            self._engine.table(name, self._given.pop(name)())
        for name in [name for name in self._waiting if name in wanted]:
            run_step(self._waiting.pop(name), self._engine, self._values)
        if self._checked and "decision" in wanted:
            self._checked = False
            self._make(CHECKED)
            check(self._engine, self._values, ())

    def __getitem__(self, name: str) -> list[Row]:
        self._make([name])
        return self._engine.get(name).to_pylist()

    def both(self, name: str) -> list[Row]:
        """Return the rows of a table and of its medical twin."""
        return self[name] + self[TWINS[name]]

    def by(self, name: str, *columns: str) -> dict[Any, Row]:
        """Return rows by key columns; each key may come once."""
        found = self[name]
        keyed = {
            tuple(row[c] for c in columns) if len(columns) > 1 else row[columns[0]]: row for row in found
        }
        assert len(keyed) == len(found), f"{name} has {columns} twice"
        return keyed

    def customer(self, key: str, system: str = "crm") -> str:
        """Return the customer that a source record belongs to."""
        return self.by("customer_xref", "system", "source_record_id")[system, key]["customer_id"]

    def previous(self) -> dict[str, list[Row]]:
        """Return what the next run has to know of this one."""
        return {
            name: [{column: row[column] for column in TABLES[name].names} for row in self[table]]
            for name, table in KEPT.items()
            if table in self._waiting or table in self._given or self._engine.has(table)
        }


def sides(*names: str) -> tuple[str, ...]:
    """Return names of tables and of their medical twins."""
    return (*names, *(TWINS[name] for name in names))


def only(*names: str) -> tuple[Step, ...]:
    """Return the steps that make the named tables; what they read has to be given."""
    return tuple(step for step in STEPS if step.table in names)


def values(as_of: datetime = CLOCK, run_id: str = "run-1", seed: int = 0) -> dict[str, Any]:
    """Return the parameters of a run."""
    versions = {"run_id": run_id, "data_version": "data", "code_version": "code"}
    return {"as_of": as_of, "seed": seed, **versions}


@cache
def compiled(book: str) -> dict[str, pa.Table]:
    """Return the tables of a playbook."""
    return compile_playbook(Playbook.model_validate_json(book))


def given(data: Data, book: Playbook) -> Given:
    """Return what makes the playbook's tables and the given ones; those not given are empty."""
    tables = compiled(book.model_dump_json())
    making: Given = {name: partial(tables.__getitem__, name) for name in tables}
    for name in {**dict.fromkeys(GIVEN), **data}:
        making[name] = partial(rows, name, list(data.get(name, ())))
    return making


def run(
    data: Data,
    book: Playbook | None = None,
    *,
    as_of: datetime = CLOCK,
    run_id: str = "run-1",
    steps: Sequence[Step] = STEPS,
    checked: bool = True,
) -> Tables:
    """Return the tables that `steps` make of the data; all of the project's own checks hold unless not `checked`."""
    checked = checked and len(steps) == len(STEPS)
    return Tables(given(data, book or playbook()), steps, values(as_of, run_id), checked)
