"""What a world remembers between steps, in `truth/state/`: customers now, events to come, representatives' trust."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unisono.world.brand import Ints
from unisono.world.country import MAIL, Country
from unisono.world.events import Events
from unisono.world.life import Life
from unisono.world.people import People
from unisono.world.permission import Permission
from unisono.world.state import SENDS_WEEKS, State

_BY_PRODUCT = ("stage", "goodwill", "pressure", "recent_rx", "month_rx")


@dataclass(frozen=True)
class Waiting:
    """Events of one chunk that lie after the clock, with the ids of the suggestions they carry out."""

    events: Events
    decisions: tuple[str, ...]


def state_table(life: Life) -> pa.Table:
    """Return one row per customer with all that changes."""
    state, country = life.state, life.country
    columns: dict[str, np.ndarray | pa.Array] = {"customer": life.people.number}
    for name in _BY_PRODUCT:
        values = getattr(state, name)
        columns |= {f"{name}_{word}": values[:, at] for at, word in enumerate(country.brand.products)}
    columns["load"] = state.load
    columns |= {f"sends_{ago}": state.sends[:, ago] for ago in range(SENDS_WEEKS)}
    columns["left_at"] = pa.array(life.permission.left_at[:, country.brand.channels.index(MAIL)])
    return pa.table(columns)


def waiting_table(people: People, events: Events, decisions: tuple[str, ...]) -> pa.Table:
    """Return events to come, with the customer's number and the id of the suggestion."""
    columns = {name: column for name, column in vars(events).items() if name not in ("who", "decision")}
    known = pa.array([*decisions, None], pa.string())
    return pa.table(
        {
            "customer": people.number[events.who],
            **columns,
            "decision_id": known.take(
                pa.array(np.where(events.decision < 0, len(decisions), events.decision))
            ),
        }
    )


class Memory:
    """Reads a world's `truth/state/` back, one range of customers at a time."""

    def __init__(self, folder: Path) -> None:
        self._state = pq.read_table(folder / "customers.parquet")
        self._waiting = pq.read_table(folder / "waiting.parquet")
        self.trust = pq.read_table(folder / "trust.parquet")["trust"].to_numpy()

    def state(self, country: Country, people: People, permission: Permission) -> State:
        """Return how these customers are; their unsubscribing goes into `permission`."""
        rows = self._state.slice(int(people.number[0]), len(people))

        def stacked(names: list[str]) -> np.ndarray:
            return np.stack([rows[name].to_numpy() for name in names], axis=1)

        permission.left_at[:, country.brand.channels.index(MAIL)] = rows["left_at"].to_numpy()
        by_product = {
            name: stacked([f"{name}_{word}" for word in country.brand.products]) for name in _BY_PRODUCT
        }
        sends = stacked([f"sends_{ago}" for ago in range(SENDS_WEEKS)])
        return State(**by_product, load=rows["load"].to_numpy().copy(), sends=sends)

    def waiting(self, people: People) -> Waiting:
        """Return these customers' events to come."""
        first, last = int(people.number[0]), int(people.number[-1])
        customer = self._waiting["customer"]
        rows = self._waiting.filter(pc.and_(pc.greater_equal(customer, first), pc.less_equal(customer, last)))
        ids = rows["decision_id"].combine_chunks().dictionary_encode()
        decision: Ints = ids.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        columns = {
            name: rows[name].to_numpy()
            for name in rows.column_names
            if name not in ("customer", "decision_id")
        }
        who = rows["customer"].to_numpy() - first
        return Waiting(Events(who=who, decision=decision, **columns), tuple(ids.dictionary.to_pylist()))
