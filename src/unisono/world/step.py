"""One week more: suggestions are carried out or not, customers respond, systems tell."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unisono.errors import UsageError
from unisono.world.brand import Bools, Floats
from unisono.world.contacts import make_contacts
from unisono.world.country import MAIL, MOST_WEEKS, Country
from unisono.world.delivery import Delivery
from unisono.world.emit import tell
from unisono.world.emit.export import Exports
from unisono.world.history import deliver, join_waiting
from unisono.world.life import Life, Lived
from unisono.world.memory import Memory, Waiting, state_table, waiting_table
from unisono.world.plan import COLUMNS, Counts, Plan, carry_out, read_plan
from unisono.world.prescribe import WEEKS_A_MONTH, contact_gain
from unisono.world.respond import advance_chance, content_lift, response_chance
from unisono.world.truth import Table, weeks_table
from unisono.world.worlds import LATE, WEEKS_FILE, day, load_world, write_json, write_truth

HORIZON = 26  # weeks in which a contact's gain is counted
_TRUST = (0.1, 1.5)  # least and most
_STATE = ("state/customers.parquet", "state/waiting.parquet")
_SUMS = ("contacts", "responses", "new_rx", "expected")


def step_world(
    folder: Path, *, suggestions: pa.Table | None, adherence: float | None = None
) -> dict[str, Any]:
    """Live one week from the world's clock and write what the systems tell of it beside the earlier files.

    `suggestions` (see `plan.COLUMNS`), in the order of the list that representatives see, or None for the usual
    policy. `adherence` overrides the share of suggestions that representatives carry out.

    Returns:
        `from` and `clock` (dates), `contacts`, `responses`, `new_rx`, `expected`, `suggestions` (`given`, `executed`,
        `declined`, `left_undone`, `refused` by reason: consent, repeated, unknown, or unlisted, that is not known to
        the system that the channel needs), `adherence` (mean share), `files` (name: rows).

    Raises:
        UsageError: UN5003 if there is no world, UN5103 if a column is missing or the world has grown too old.
    """
    country, world = load_world(folder)
    week = int(world["week"])
    if week + 1 >= MOST_WEEKS:
        raise UsageError("UN5103", f"a world has at most {MOST_WEEKS} weeks", hint="make a new world")
    plan = None if suggestions is None else read_plan(suggestions, country)
    memory = Memory(folder / "truth" / "state")
    chances = _chances(country, memory.trust, adherence)
    trust, counts = memory.trust.copy(), Counts(given=0 if plan is None else len(plan))
    exports = Exports(folder / "data", late=folder / LATE, day=day(country.week_begin(week + 1)))
    with exports, ExitStack() as stack:
        tables = [stack.enter_context(Table(folder / "truth" / name)) for name in _STATE]
        sums = []
        for areas in country.places.chunks(country.settings.chunk):
            life, delivery, state = _live_chunk(country, areas, memory, week, plan, chances, counts, trust)
            exports.write(tell(delivery))
            for table, part in zip(tables, state, strict=True):
                table.write(part)
            sums += life.diary.sums
    if plan is not None:
        _forget(country, plan, trust)
    lived, clock = weeks_table(country, sums), str(day(country.week_begin(week + 1)))
    earlier = pq.read_table(folder / WEEKS_FILE)
    write_truth(folder, country, trust=trust, lived=pa.concat_tables([earlier, lived]))
    known = {name: world[name] for name in ("customers", "reps", "seed", "truth")}
    write_json(folder, country, week=week + 1, summary={**known, "clock": clock})
    present = country.force.present(week)
    return {
        "from": world["clock"],
        "clock": clock,
        **{name: lived[name].to_numpy().sum().item() for name in _SUMS},
        "suggestions": counts.told(),
        "adherence": round(float(chances[present[present >= 0]].sum() / max(1, (present >= 0).sum())), 6),
        "files": dict(sorted(exports.rows.items())),
    }


def _live_chunk(
    country: Country,
    areas: tuple[int, int],
    memory: Memory,
    week: int,
    plan: Plan | None,
    chances: Floats,
    counts: Counts,
    trust: Floats,
) -> tuple[Life, Delivery, tuple[pa.Table, pa.Table]]:
    """Live a chunk's week; `counts` and `trust` are added to. Returns its life, delivery and new state."""
    life = _resume(country, areas, memory)
    old, minutes = memory.waiting(life.people), life.minutes(week)
    planned = None if plan is None else carry_out(country, life, plan, week, chances, minutes, counts)
    lived = life.live(week, planned, minutes)
    if plan is not None:
        counts.declined += _learn(country, lived, trust)
    told = join_waiting(old, Waiting(life.diary.log.take(), plan.decision_ids if plan else ()))
    delivery, later = deliver(life, areas, (week, week + 1), told)
    return life, delivery, (state_table(life), waiting_table(life.people, later, told.decisions))


def world_state(folder: Path) -> dict[str, Any]:
    """Return `clock` (ISO date), `week`, `customers`, `seed` and what was planted of a world."""
    _, world = load_world(folder)
    return {name: world[name] for name in ("clock", "week", "weeks", "customers", "reps", "seed", "truth")}


def true_values(folder: Path, actions: pa.Table) -> Floats:
    """Return the true expected gain in new prescriptions over 26 weeks of making each contact now.

    That is the chance of a response times what it would add by goodwill and on the ladder if nothing else happened;
    zero where the contact would be refused. `actions` has the columns system, source_record_id, product_id, channel
    and content_id (null: nothing is shown).
    """
    country, world = load_world(folder)
    week, memory = int(world["week"]), Memory(folder / "truth" / "state")
    plan = read_plan(actions, country, tuple(c for c in COLUMNS if c not in ("decision_id", "rep_id")))
    gain = np.zeros(len(plan))
    for areas in country.places.chunks(country.settings.chunk):
        life = _resume(country, areas, memory)
        first = int(life.people.number[0])
        mine = (plan.number >= first) & (plan.number < first + len(life.people))
        rows = np.nonzero(mine & (plan.channel >= 0) & (plan.product >= 0))[0]
        gain[rows] = _gain(country, life, plan, rows, week)
    return np.round(gain, 6)


def _gain(country: Country, life: Life, plan: Plan, rows: np.ndarray, week: int) -> Floats:
    """Return the gain of some actions on a chunk's customers."""
    people, state, ways = life.people, life.state, country.ways
    who = plan.number[rows] - int(people.number[0])
    channel, product, content = plan.channel[rows], plan.product[rows], plan.content[rows]
    force = country.force
    seat = np.where(
        country.brand.is_medical[channel], force.territories + people.area[who], people.territory[who]
    )
    rep = np.where(
        np.array([o == "rep" for o in country.brand.owner])[channel], force.present(week)[seat], -1
    )
    contacts = make_contacts(country, people, week, who, channel, rep=rep, product=product, content=content)
    contacts.is_shown[:] = content >= 0
    chance = response_chance(country, people, state, contacts, at_any_time=True)
    chance *= np.where(channel == country.brand.channels.index(MAIL), country.settings.delivered, 1.0)
    lift = content_lift(country, state, contacts)
    advance = np.minimum(advance_chance(country, state.stage[who, product], channel) * lift, 0.9)
    gain = contact_gain(
        country, people, state, week, who, product, ways.weight[channel] * lift, advance, HORIZON
    )
    return np.asarray(chance * gain * life.allowed(week)[who, channel] * life.listed()[who, channel])


def _resume(country: Country, areas: tuple[int, int], memory: Memory) -> Life:
    """Return a chunk's customers as they were left."""
    people = country.people(areas)
    permission = country.permission(people)
    return Life(country, people, permission, memory.state(country, people, permission))


def _chances(country: Country, trust: Floats, adherence: float | None) -> Floats:
    """Return the share of suggestions each person carries out."""
    if adherence is not None:
        return np.full(len(country.force), adherence)
    return np.clip(country.force.adherence * trust, 0.0, 1.0)


def _learn(country: Country, lived: Lived, trust: Floats) -> int:
    """Let representatives' trust follow how suggestions went; return how many customers declined."""
    contacts, settings = lived.contacts, country.settings
    suggested = contacts.decision >= 0
    went_well = lived.response.succeeded
    asked: Bools = suggested & (country.ways.failure[contacts.channel] >= 0)
    by_rep = suggested & (contacts.rep >= 0)
    gained = np.where(
        went_well, settings.adherence_success, np.where(asked, -settings.adherence_declined, 0.0)
    )
    change = np.bincount(contacts.rep[by_rep], gained[by_rep], minlength=len(trust))
    trust[:] = np.clip(trust + change, *_TRUST)
    return int((asked & ~went_well).sum())


def _forget(country: Country, plan: Plan, trust: Floats) -> None:
    """Let trust fall where suggestions came and feedback goes unanswered."""
    if country.settings.answered_feedback:
        return
    asked = np.unique(plan.rep[plan.rep >= 0])
    left = (1 - country.settings.adherence_lost) ** (1 / WEEKS_A_MONTH)
    trust[asked] = np.maximum(trust[asked] * left, _TRUST[0])
