"""The playbook of the instance: 5 products, 12 channels, 200 contents, caps, budgets, quotas and goals."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from unisono.playbook import Playbook

PRODUCTS, CONTENTS, MEDICAL_CONTENTS = 5, 200, 30
SPECIALTIES = (
    "cardiology",
    "internal medicine",
    "general practice",
    "endocrinology",
    "nephrology",
    "geriatrics",
)
TOPICS = ("efficacy", "safety", "dosing", "mechanism", "guidelines", "real_world", "support", "access")
STAGES = ("knowledge", "interest", "demand", "action", "support")
LIFECYCLES = ("launch", "growth", "mature")
# id, owner, purpose, needs consent, unit cost, minutes, depth, expected response, days of the cap
CHANNELS = (
    ("visit", "rep", "commercial", False, 20.0, 30, 1.0, 0.55, 90),
    ("phone", "rep", "commercial", False, 4.0, 10, 0.4, 0.35, 30),
    ("remote", "rep", "commercial", False, 8.0, 25, 0.7, 0.30, 30),
    ("rep_mail", "rep", "commercial", True, 0.5, 3, 0.15, 0.28, 7),
    ("chat", "rep", "commercial", True, 1.0, 5, 0.25, 0.30, 7),
    ("mail", "central", "commercial", True, 0.2, 0, 0.1, 0.20, 7),
    ("webinar", "central", "commercial", True, 6.0, 0, 0.35, 0.20, 30),
    ("post", "central", "commercial", False, 2.0, 0, 0.05, 0.08, 30),
    ("msl_visit", "rep", "medical", False, 25.0, 60, 1.0, 0.60, 30),
    ("msl_call", "rep", "medical", False, 8.0, 25, 0.7, 0.45, 30),
    ("medical_mail", "central", "medical", True, 0.2, 0, 0.2, 0.25, 30),
    ("congress", "none", "commercial", False, 0.0, 0, 1.0, 0.50, 30),
)
SIDES = {
    purpose: tuple(entry[0] for entry in CHANNELS if entry[1] != "none" and entry[2] == purpose)
    for purpose in ("commercial", "medical")
}


def make_playbook(customers: int, seed: int) -> Playbook:
    """Return the playbook; budgets, quotas, goals and sendings grow with the number of customers."""
    luck = np.random.default_rng(seed)
    cells = {entry[0]: {"fit": 0.3 + 0.7 * luck.random(), "role": "inform"} for entry in CHANNELS}
    return Playbook.model_validate(
        {
            "company": {"id": "us", "name": "Us", "market": "IT", "currency": "EUR"},
            "products": [_product(i) for i in range(PRODUCTS)],
            "channels": [_channel(*entry, customers=customers) for entry in CHANNELS],
            "channel_matrix": dict.fromkeys(LIFECYCLES, cells),
            "ladder": {"stages": _stages(), "evidence": {"opened": {"interest": 1.2}}},
            "topics": [{"id": topic, "name": topic} for topic in TOPICS],
            "content": [_content(i, luck) for i in range(CONTENTS)],
            "budgets": [
                _limit("mailings", customers, amount=0.05, channels=["mail", "rep_mail"]),
                _limit("events", customers, amount=0.5, channels=["webinar"]),
                _limit("launch", customers, amount=1.0, products=["p0"], channels=list(SIDES["commercial"])),
            ],
            "quotas": [
                _limit("heart", customers, at_most=0.1, specialties=["cardiology"]),
                _limit("calls", customers, at_most=0.2, channels=["phone"]),
            ],
            "goals": [
                _limit("second", customers, at_least=0.05, products=["p1"]) | {"worth": 40},
                _limit("kidneys", customers, at_least=0.05, specialties=["nephrology"]) | {"worth": 40},
            ],
            "policy": {
                "per_customer": 2,
                "per_rep": 40,
                "caps": [{"days": 14, "at_most": 3}],
                "fatigue_cost": 2,
                "holdout": 0.05,
            },
        }
    )


def _product(i: int) -> dict[str, Any]:
    stage = LIFECYCLES[i % len(LIFECYCLES)]
    return {"id": f"p{i}", "name": f"Product {i}", "lifecycle": stage, "priority": 1.5 - i / 5}


def _channel(
    name: str,
    owner: str,
    purpose: str,
    needs_consent: bool,
    unit_cost: float,
    minutes: int,
    depth: float,
    response: float,
    days: int,
    *,
    customers: int,
) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "mode": "online",
        "contact": "personal",
        "owner": owner,
        "purpose": purpose,
        "consent": "required" if needs_consent else "not_required",
        "unit_cost": unit_cost,
        "minutes": minutes,
        "depth": depth,
        "capacity": max(1, customers // 10) if owner == "central" else None,
        "caps": [{"days": days, "at_most": 2}],
        "rest_days": 10 if minutes > 10 else None,
        "systems": ["crm"] if owner == "rep" else ["mail"],
        "response": {"mean": response, "strength": 20},
    }


def _stages() -> list[dict[str, Any]]:
    priors, values, chances = (
        (0.35, 0.28, 0.19, 0.12, 0.06),
        (400, 1600, 4000, 8000, 10400),
        (25, 22, 18, 12, 0),
    )
    return [
        {"id": name, "name": name, "prior": prior, "value": value, "advance": chance / 100}
        for name, prior, value, chance in zip(STAGES, priors, values, chances, strict=True)
    ]


def _content(i: int, luck: np.random.Generator) -> dict[str, Any]:
    """Return content i: one in twenty is not approved, one in twenty is no longer valid."""
    purpose = "medical" if i < MEDICAL_CONTENTS else "commercial"
    return {
        "id": f"content-{i:03}",
        "title": f"Content {i}",
        "product": f"p{i % PRODUCTS}",
        "topics": _some(TOPICS, luck),
        "key_message": "message",
        "format": "article",
        "channels": _some(SIDES[purpose], luck),
        "stage": STAGES[luck.integers(len(STAGES))],
        "purpose": purpose,
        "status": "in_review" if luck.random() < 0.05 else "approved",
        "valid_from": date(2025, 1, 1),
        "valid_until": date(2025, 12, 31) if luck.random() < 0.05 else date(2026, 12, 31),
        "version": "1",
        "markets": ["IT"],
    }


def _some(words: tuple[str, ...], luck: np.random.Generator) -> list[str]:
    """Return one to three of the words."""
    return [str(word) for word in luck.choice(words, luck.integers(1, 4), replace=False)]


def _limit(name: str, customers: int, **said: Any) -> dict[str, Any]:
    """Return a limit whose numbers are given per customer."""
    counts = {"at_most", "at_least"} & said.keys()
    scaled = {key: max(1, int(said[key] * customers)) for key in counts}
    if "amount" in said:
        scaled["amount"] = said["amount"] * customers
    return {"id": name, "name": name} | said | scaled
