"""The field force: who works where, and for how long each week."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from unisono.world import names
from unisono.world.delivery import rep_id
from unisono.world.emit.files import Columns
from unisono.world.places import Places, postal_code
from unisono.world.settings import WorldSettings
from unisono.world.text import joined, numbered, pick


def reps(rng: np.random.Generator, places: Places, settings: WorldSettings) -> Columns:
    """Return one representative per territory, then the science liaisons, who have none."""
    position = np.arange(places.reps + places.msls)
    is_msl = position >= places.reps
    given = pick(names.ITALIAN_GIVEN, rng.integers(0, len(names.ITALIAN_GIVEN), len(position)))
    family = pick(names.ITALIAN_FAMILY, rng.integers(0, len(names.ITALIAN_FAMILY), len(position)))
    minutes = rng.choice(settings.capacity_minutes, len(position))
    return {
        "rep_id": rep_id(position, places),
        "name": joined(" ", given, family),
        "role": pick(("sales", "msl"), is_msl.astype(np.int64)),
        "territory": pick([_territory(t) for t in range(places.reps)], np.where(is_msl, -1, position)),
        "weekly_minutes": numbered("", minutes.astype(np.int64)),
    }


def territories(places: Places) -> Columns:
    """Return what belongs to each territory: whole cities where possible, else postal codes."""
    rows: list[tuple[str, str, str]] = []
    for city, owners in enumerate(places.territory):
        if len(set(owners.tolist())) == 1:
            rows.append((_territory(owners[0]), "city", names.CITIES[city][0]))
        else:
            codes = (
                (_territory(owner), "postal_code", postal_code(city, at)) for at, owner in enumerate(owners)
            )
            rows.extend(codes)
    return {
        name: pa.array([row[position] for row in rows])
        for position, name in enumerate(("territory", "field", "area"))
    }


def _territory(position: int) -> str:
    return f"T{position + 1:04d}"
