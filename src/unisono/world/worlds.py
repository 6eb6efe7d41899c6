"""A world's folder: made from one seed, and known again from `truth/world.json`."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unisono.errors import UsageError
from unisono.playbook import load_playbook
from unisono.templates import copy_template
from unisono.world.country import MOST_WEEKS, WEEK, Country
from unisono.world.emit import tell
from unisono.world.emit.export import Exports, Told
from unisono.world.emit.veeva import rename_sources
from unisono.world.history import live_history
from unisono.world.people import MOST_CUSTOMERS
from unisono.world.settings import WorldSettings, from_json, to_json
from unisono.world.truth import Table, content_ratios, weeks_table

LEAST_HISTORY = 100  # customer-weeks
FORCE_FILE, WEEKS_FILE, LATE = "truth/state/trust.parquet", "truth/weeks.parquet", "truth/state/late"
_LABEL = """# Simulated data
Everything in this folder was made by `unisono world new`. No person, company or product in it exists;
cities are real, what happens in them is not. `../truth/` holds the hidden truth it was made from.
"""
_Work = tuple[dict[str, Told], dict[str, pa.Table], list[dict[str, Any]], int]


def new_world(
    folder: Path,
    *,
    customers: int,
    seed: int,
    as_of: datetime,
    weeks: int = 52,
    settings: WorldSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
    processes: int = 1,
) -> dict[str, Any]:
    """Write a simulated project into an empty folder: the demo template, its `data/`, the `truth/` behind it.

    The same seed gives the same bytes, whatever the chunks and processes. A history of `weeks` weeks ends with the
    midnight (UTC) that begins the day of `as_of`, UTC if it has no time zone. `progress` is called with the
    customers done and all customers.

    Returns:
        `files` (name: rows below the header), `dirt` (file: kind: rows spoilt), `customers`, `reps`, `seed`,
        `clock`, and `truth` with what was planted.

    Raises:
        UsageError: UN5102 if the folder is not empty, UN5103 if a number is out of range.
    """
    _check(customers, weeks, seed)
    settings = settings or WorldSettings()
    copy_template("demo", folder)
    rename_sources(settings.crm_form, folder / "sources.yaml")
    (folder / "data").mkdir()
    (folder / "data" / "SIMULATED.md").write_text(_LABEL, encoding="utf-8")
    clock = np.datetime64(as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of, "D")
    begin = clock.astype("datetime64[s]") - weeks * WEEK
    country = Country(seed, customers, begin, weeks, settings, load_playbook(folder / "playbook"))
    written = _write(folder, country, processes, progress or _quiet)
    ratios = {name: ratio if isfinite(ratio) else None for name, ratio in content_ratios(folder).items()}
    summary = {
        **written,
        "customers": customers,
        "reps": country.places.reps + country.places.msls,
        "seed": seed,
        "clock": str(clock),
        "truth": {"content_lift_on_weight": settings.content_lift, "content_ratio": ratios},
    }
    write_json(folder, country, week=weeks, summary=summary)
    return summary


def load_world(folder: Path) -> tuple[Country, dict[str, Any]]:
    """Return the country of a world's folder and what `truth/world.json` says of it.

    Raises:
        UsageError: UN5003 if there is no world in the folder.
    """
    path = folder / "truth" / "world.json"
    if not path.is_file():
        message = "there is no simulated world in this folder"
        raise UsageError("UN5003", message, where=str(folder), hint="make one: unisono world new DIR")
    world = json.loads(path.read_text(encoding="utf-8"))
    begin = np.datetime64(world["begin"], "s")
    settings = from_json(world["settings"])
    playbook = load_playbook(folder / "playbook")
    return Country(world["seed"], world["customers"], begin, world["weeks"], settings, playbook), world


def write_truth(folder: Path, country: Country, *, trust: np.ndarray, lived: pa.Table) -> None:
    """Write what is known of all customers together: representatives' trust, and the weeks' sums."""
    pq.write_table(pa.table({"rep_id": country.force.id, "trust": np.round(trust, 6)}), folder / FORCE_FILE)
    pq.write_table(lived, folder / WEEKS_FILE)


def write_json(folder: Path, country: Country, *, week: int, summary: dict[str, Any]) -> None:
    """Write what a world is made of and which week is next."""
    made = {"weeks": country.weeks, "begin": str(country.begin), "settings": to_json(country.settings)}
    text = json.dumps({**summary, "simulated": True, "week": week, **made}, indent=2)
    (folder / "truth" / "world.json").write_text(text + "\n", encoding="utf-8")


def day(at: np.datetime64) -> date:
    """Return the day of an instant."""
    return date.fromisoformat(str(at.astype("datetime64[D]")))


def _write(
    folder: Path, country: Country, processes: int, progress: Callable[[int, int], None]
) -> dict[str, dict[str, Any]]:
    """Write the history's files chunk by chunk; return the rows and the dirt in them."""
    sums: list[dict[str, Any]] = []
    with ExitStack() as stack:
        exports = stack.enter_context(Exports(folder / "data", late=folder / LATE))
        tables: dict[str, Table] = {}
        for told, truth, weekly, done in _work(country, processes):
            exports.write(told)
            for name, table in truth.items():
                if name not in tables:
                    tables[name] = stack.enter_context(Table(folder / "truth" / name))
                tables[name].write(table)
            sums += weekly
            progress(done, country.customers)
    write_truth(folder, country, trust=np.ones(len(country.force)), lived=weeks_table(country, sums))
    dirt = {name: dict(+kinds) for name, kinds in exports.dirt.items()}
    return {"files": dict(sorted(exports.rows.items())), "dirt": dirt}


def _quiet(done: int, customers: int) -> None:
    """Say nothing."""


def _work(country: Country, processes: int) -> Iterator[_Work]:
    """Yield chunks in order, whoever makes them; few are under way at a time, which bounds memory."""
    chunks = list(country.places.chunks(country.settings.chunk))
    if processes == 1:
        yield from (_chunk(country, areas) for areas in chunks)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _set_country, (country,)) as pool:
        under_way: deque[Future[_Work]] = deque()
        for areas in chunks:
            if len(under_way) > processes:
                yield under_way.popleft().result()
            under_way.append(pool.submit(_chunk_of_worker, areas))
        while under_way:
            yield under_way.popleft().result()


def _chunk(country: Country, areas: tuple[int, int]) -> _Work:
    part = live_history(country, areas)
    return tell(part.delivery), part.truth, part.sums, int(country.places.first_customer[areas[1]])


_country: Country  # of a worker process


def _set_country(country: Country) -> None:
    global _country  # noqa: PLW0603 - the pool's way to give each worker something once
    _country = country


def _chunk_of_worker(areas: tuple[int, int]) -> _Work:
    return _chunk(_country, areas)


def _check(customers: int, weeks: int, seed: int) -> None:
    for name, value, low, high in (
        ("customers", customers, 1, MOST_CUSTOMERS),
        ("weeks", weeks, 1, MOST_WEEKS // 2),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not low <= value <= high:
            message = f"{name} must be from {low} to {high}, not {value}"
            raise UsageError("UN5103", message, hint=f"change {name}")
    if customers * weeks < LEAST_HISTORY:
        message = f"{customers} customers in {weeks} weeks are too few: some files would be empty"
        raise UsageError("UN5103", message, hint=f"customers times weeks must be {LEAST_HISTORY} or more")
