"""Suggestions on their way to customers: who carries them out, and what the door refuses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from unisono.errors import UsageError, did_you_mean
from unisono.world.brand import Bools, Floats, Ints
from unisono.world.contacts import Contacts, contact_id, make_contacts
from unisono.world.country import MOST_WEEKS, Country
from unisono.world.life import Life
from unisono.world.people import customer_number
from unisono.world.usual import cumulated

COLUMNS = (
    "decision_id",
    "system",
    "source_record_id",
    "product_id",
    "channel",
    "rep_id",
    "content_id",
)


@dataclass(frozen=True)
class Plan:
    """Suggestions as positions, one entry each, in the order of the list; -1 where there is none or not known."""

    decision_ids: tuple[str, ...]
    number: Ints
    channel: Ints
    product: Ints
    rep: Ints  # person of the force
    content: Ints

    def __len__(self) -> int:
        return len(self.number)


@dataclass
class Counts:
    """What became of suggestions."""

    given: int = 0
    executed: int = 0
    declined: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    left_undone: int = 0  # by representatives, for whatever reason

    def told(self) -> dict[str, Any]:
        """Return the counts by name; suggestions about nobody we know are refused, too."""
        about_nobody = self.given - self.executed - self.left_undone - self.refused.total()
        refused = self.refused + Counter(unknown=about_nobody)
        return {
            "given": self.given,
            "executed": self.executed,
            "declined": self.declined,
            "left_undone": self.left_undone,
            "refused": dict(+refused),
        }


def read_plan(suggestions: pa.Table, country: Country, columns: tuple[str, ...] = COLUMNS) -> Plan:
    """Return suggestions as positions.

    Raises:
        UsageError: UN5103 if a column is missing.
    """
    for name in columns:
        if name not in suggestions.column_names:
            hint = did_you_mean(name, suggestions.column_names)
            raise UsageError(
                "UN5103", f"the suggestions have no column '{name}'", where="suggestions", hint=hint
            )
    brand, n = country.brand, len(suggestions)
    system = suggestions["system"].to_pylist()
    by_system = {name: _numbers(suggestions, name) for name in ("crm", "mail")}
    nobody = np.full(n, -1)
    reps = country.force.id.to_pylist() if "rep_id" in columns else []
    return Plan(
        decision_ids=tuple(suggestions["decision_id"].to_pylist()) if "decision_id" in columns else ("",) * n,
        number=np.array([by_system.get(name, nobody)[at] for at, name in enumerate(system)], np.int64),
        channel=_positions(suggestions["channel"], brand.channels),
        product=_positions(suggestions["product_id"], brand.products),
        rep=_positions(suggestions["rep_id"], reps) if reps else nobody,
        content=_positions(suggestions["content_id"], brand.contents),
    )


def carry_out(
    country: Country, life: Life, plan: Plan, week: int, chances: Floats, minutes: Floats, counts: Counts
) -> Contacts:
    """Return the suggested contacts of a chunk that come to be.

    `chances`, by person of the force, are the shares of suggestions they follow; `minutes`, by seat, is spent here.
    """
    mine = _known(country, life, plan, counts)
    who, channel = plan.number[mine] - int(life.people.number[0]), plan.channel[mine]
    by_rep = np.array([owner == "rep" for owner in country.brand.owner])[channel]
    follows = ~by_rep | _follows(country, plan, mine, week, chances)
    listed, allowed = life.listed()[who, channel], life.allowed(week)[who, channel]
    passes = listed & allowed
    again = _is_repeated(plan.number[mine], channel, follows & passes)
    done = follows & passes & ~again
    done &= ~by_rep | _in_time(country, plan.rep[mine], channel, done & by_rep, minutes)
    counts.refused.update(
        unlisted=int((follows & ~listed).sum()),
        consent=int((follows & listed & ~allowed).sum()),
        repeated=int(again.sum()),
    )
    counts.executed += int(done.sum())
    counts.left_undone += int((by_rep & ~done & ~again & (passes | ~follows)).sum())
    who, channel, at = who[done], channel[done], mine[done]
    webinar = country.brand.channels.index("webinar")
    return make_contacts(
        country,
        life.people,
        week,
        who,
        channel,
        rep=np.where(by_rep[done], plan.rep[at], -1),
        product=plan.product[at],
        group=np.where(channel == webinar, plan.product[at] * MOST_WEEKS + week, -1),
        decision=at,
        content=plan.content[at],
    )


def _known(country: Country, life: Life, plan: Plan, counts: Counts) -> Ints:
    """Return the suggestions about a chunk's customers that somebody could act on."""
    first, n = int(life.people.number[0]), len(life.people)
    mine = np.nonzero((plan.number >= first) & (plan.number < first + n))[0]
    is_acted_on = np.array([owner != "none" for owner in country.brand.owner])
    known = (plan.channel[mine] >= 0) & is_acted_on[plan.channel[mine]] & (plan.product[mine] >= 0)
    counts.refused.update(unknown=int((~known).sum()))
    return np.asarray(mine[known])


def _follows(country: Country, plan: Plan, mine: Ints, week: int, chances: Floats) -> Bools:
    """Return which suggestions their representatives would carry out if there is time."""
    rep = plan.rep[mine]
    force = country.force
    here = (rep >= 0) & (force.present(week)[force.seat[rep]] == rep)
    luck = country.chance.uniform("follows", contact_id(plan.number[mine], week, plan.channel[mine]))
    return np.asarray(here & (luck < chances[rep]))


def _in_time(country: Country, rep: Ints, channel: Ints, wanted: Bools, minutes: Floats) -> Bools:
    """Return which suggestions fit into their representatives' weeks, taken in order; spends `minutes`."""
    rows = np.nonzero(wanted)[0]
    seat = country.force.seat[rep[rows]]
    order = np.argsort(seat, kind="stable")
    cost = country.brand.minutes[channel[rows]]
    fits = cumulated(cost[order], seat[order]) <= minutes[seat[order]]
    chosen = order[fits]
    np.subtract.at(minutes, seat[chosen], cost[chosen])
    done = np.zeros(len(rep), bool)
    done[rows[chosen]] = True
    return done


def _is_repeated(number: Ints, channel: Ints, counted: Bools) -> Bools:
    """Return which suggestions reach a person on a channel a second time: two records of one person."""
    rows = np.nonzero(counted)[0]
    _, first = np.unique(number[rows] * 64 + channel[rows], return_index=True)
    repeated = np.zeros(len(number), bool)
    repeated[rows] = True
    repeated[rows[first]] = False
    return repeated


def _numbers(table: pa.Table, system: str) -> Ints:
    return customer_number(system, table["source_record_id"].combine_chunks().cast(pa.string()))


def _positions(column: pa.ChunkedArray, words: tuple[str, ...] | list[str]) -> Ints:
    position = {word: at for at, word in enumerate(words)}
    return np.array([position.get(word, -1) for word in column.to_pylist()], np.int64)
