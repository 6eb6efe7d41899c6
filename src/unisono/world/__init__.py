"""The simulated world: a made-up country of customers with a hidden truth, told by messy systems.

`new_world` writes a project whose `data/` holds what the company's systems would export and whose `truth/`
holds what really went on; the pipeline reads only the former. Everything is drawn from one seed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from unisono.errors import UsageError
from unisono.playbook import load_playbook
from unisono.templates import copy_template
from unisono.world.behaviour import Simulation
from unisono.world.brand import make_brand
from unisono.world.delivery import Delivery
from unisono.world.emit import crm, digital, roster
from unisono.world.emit.dirt import Recipe, spoil
from unisono.world.emit.files import Columns, Csv, Export, Layout, Ndjson
from unisono.world.people import MOST_CUSTOMERS, sample_people
from unisono.world.permission import DAY, sample_permission
from unisono.world.places import Places, make_places
from unisono.world.settings import Dirt, Habit, WorldSettings
from unisono.world.truth import Truth

__all__ = ["Dirt", "Habit", "WorldSettings", "new_world"]

_EXPORTS: dict[str, tuple[Layout, str, Callable[[Delivery], tuple[Columns, Recipe]]]] = {
    "crm/hcp.csv": (Csv(";"), "cp1252", crm.hcps),
    "crm/activities.csv": (Csv(";", quoted=("Messaggio", "Note")), "cp1252", crm.activities),
    "crm/consents.csv": (Csv(";"), "cp1252", crm.consents),
    "roster/msl_assignments.csv": (Csv(), "utf-8", crm.msl_assignments),
    "mail/contacts.csv": (Csv(), "utf-8", digital.contacts),
    "mail/events.ndjson": (Ndjson(bare=("bot",)), "utf-8", digital.mails),
    "mail/preferences.csv": (Csv(), "utf-8", digital.preferences),
    "events/participation.tsv": (Csv("\t"), "utf-8", digital.participation),
    "portal/events.ndjson.gz": (Ndjson(), "utf-8", digital.portal),
    "panel/contacts.csv": (Csv(), "utf-8", digital.panel),
}
LEAST_HISTORY = 100  # customer-weeks
_LABEL = """# Simulated data
Everything in this folder was made by `unisono world new`. No person, company or product in it exists;
cities are real, what happens in them is not. `../truth/` holds the hidden truth it was made from.
"""


def new_world(
    folder: Path,
    *,
    customers: int,
    seed: int,
    as_of: datetime,
    weeks: int = 52,
    settings: WorldSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Write a simulated project into an empty folder: the demo template, its `data/`, the `truth/` behind it.

    The same seed gives the same bytes. `as_of`, UTC if it has no time zone, ends a history of `weeks` weeks.
    `progress` is called with the customers done and all customers.

    Returns:
        `files` (name: rows below the header), `dirt` (file: kind: rows spoilt), `customers`, `reps`, `seed`.

    Raises:
        UsageError: UN5102 if the folder is not empty, UN5103 if a number is out of range.
    """
    _check(customers, weeks, seed)
    settings = settings or WorldSettings()
    copy_template("demo", folder)
    data = folder / "data"
    data.mkdir()
    (data / "SIMULATED.md").write_text(_LABEL, encoding="utf-8")
    places = make_places(customers, settings)
    before = np.datetime64(as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of, "s")
    files = _write_lists(data, _generator(seed, 0), places, settings)
    with ExitStack() as stack:
        exports = {
            name: stack.enter_context(Export(data / name, layout, encoding=encoding))
            for name, (layout, encoding, _) in _EXPORTS.items()
        }
        truth = stack.enter_context(Truth(folder / "truth"))
        for delivery, done in _batches(folder, customers, seed, before, weeks, places, settings):
            for name, (_, _, make) in _EXPORTS.items():
                spoil(delivery.rng, *make(delivery), settings.dirt, exports[name])
            truth.add(delivery)
            if progress:
                progress(done, customers)
    files |= {f"data/{name}": export.rows for name, export in exports.items()}
    summary = {
        "files": dict(sorted(files.items())),
        "dirt": {f"data/{name}": dict(+export.dirt) for name, export in exports.items()},
        "customers": customers,
        "reps": places.reps + places.msls,
        "seed": seed,
    }
    (folder / "truth" / "world.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return summary


def _batches(
    folder: Path,
    customers: int,
    seed: int,
    before: np.datetime64,
    weeks: int,
    places: Places,
    settings: WorldSettings,
) -> Iterator[tuple[Delivery, int]]:
    """Yield the customers, a chunk at a time, after all that happens to them; and how many are done."""
    brand = make_brand(load_playbook(folder / "playbook"))
    for first in range(0, customers, settings.chunk):
        until = min(first + settings.chunk, customers)
        rng = _generator(seed, 1, first)
        people = sample_people(rng, np.arange(first, until), brand, places, settings)
        permission = sample_permission(rng, len(people), brand, before, settings)
        life = Simulation(rng, people, permission, brand, settings)
        events = life.run(before, weeks)
        begin = before - weeks * 7 * DAY
        yield (
            Delivery(rng, begin, before, people, permission, events, life.stage, brand, places, settings),
            until,
        )


def _write_lists(
    data: Path, rng: np.random.Generator, places: Places, settings: WorldSettings
) -> dict[str, int]:
    """Write the clean lists that somebody keeps by hand; return their rows."""
    lists = {
        "roster/reps.csv": roster.reps(rng, places, settings),
        "roster/territories.csv": roster.territories(places),
        "crm/institutions.csv": crm.institutions(places),
    }
    rows = {}
    for name, columns in lists.items():
        layout = Csv(";" if name.startswith("crm/") else ",")
        with Export(data / name, layout, encoding="cp1252" if name.startswith("crm/") else "utf-8") as export:
            export.write(list(columns), layout.lines(columns))
            rows[f"data/{name}"] = export.rows
    return rows


def _generator(*seeds: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seeds)))


def _check(customers: int, weeks: int, seed: int) -> None:
    for name, value, low, high in (
        ("customers", customers, 1, MOST_CUSTOMERS),
        ("weeks", weeks, 1, 520),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not low <= value <= high:
            message = f"{name} must be from {low} to {high}, not {value}"
            raise UsageError("UN5103", message, hint=f"change {name}")
    if customers * weeks < LEAST_HISTORY:
        message = f"{customers} customers in {weeks} weeks are too few: some files would be empty"
        raise UsageError("UN5103", message, hint=f"customers times weeks must be {LEAST_HISTORY} or more")
