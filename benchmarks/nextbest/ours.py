"""Decide by the project's own steps, with the embedded engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unisono import decide
from unisono.engine import open_engine
from unisono.pipeline import Silence, Work, make_tables
from unisono.tables import TABLES

from .tables import VALUES

STAGES = {  # table without its side of the wall -> stage; what is not named stands under 'other'
    **dict.fromkeys(("arm", "consent_status", "content_gate", "content_use", "unsubscription"), "gates"),
    **dict.fromkeys(("candidate", "funnel", "room"), "gates"),
    **dict.fromkeys(("content_option", "action"), "value"),
    **dict.fromkeys(("resource", "limit_use", "resource_price", "choice", "price", "certificate"), "solve"),
    **dict.fromkeys(("decision_fact", "commercial_decision", "decision", "no_action"), "explain"),
}


def unisono(folder: Path) -> list[dict[str, Any]]:
    """Make every table of the decide stage; return seconds and peak memory of each of them, and of all together."""
    with open_engine("duckdb", folder) as engine:
        for name in TABLES:
            if (folder / name).exists():
                engine.attach(name, folder / name)
        work = Work(folder, engine, Silence())
        make_tables(work, VALUES, decide.STEPS)
    took: dict[str, dict[str, Any]] = {}
    for made in work.stages:
        stage = STAGES.get(made["table"].removeprefix("medical_"), "other")
        for name in (stage, "all"):
            row = took.setdefault(name, {"stage": name, "seconds": 0.0, "peak_mib": 0.0})
            row["seconds"] += made["seconds"]
            row["peak_mib"] = max(row["peak_mib"], made["peak_mib"])
    return [took.pop("all"), *took.values()]
