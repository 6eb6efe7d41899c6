"""A small population with duplicates in several scripts, and who is who in it."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.build import Row, record

NAMES = "Maria Giulia Luca Marco Anna Paolo Elena Davide Chiara Matteo Ayşe Çağla Oğuz Jürgen Søren"
FAMILY_NAMES = (
    "Rossi Bianchi Ferrari Russo Gallo Conti Greco Marino Rizzo Lombardi Müller Sørensen Yıldırım Öztürk"
)
GIVEN, FAMILY = NAMES.split(), FAMILY_NAMES.split()
HAN = [("张", "Zhang", "伟", "Wei"), ("李", "Li", "晓东", "Xiaodong"), ("王", "Wang", "芳", "Fang")]
SPECIALTIES = ("cardiology", "general practice", "nephrology", "geriatrics")
PLACES = ("Roma", "Milano", "Torino", "Forlì", "L'Aquila", "Bari", "Verona")
MATCHING: dict[str, Any] = {
    "compare": [
        {"field": "given_name", "by": "name", "by_frequency": True},
        {"field": "family_name", "by": "name", "by_frequency": True},
        {"field": "specialty"},
        {"field": "place"},
        {"field": "email"},
        {"field": "phone"},
        {"field": "licence_id"},
    ],
    "block_on": [
        ["family_name", "given_name"],
        ["family_name", "specialty"],
        ["email"],
        ["licence_id"],
        ["given_name", "place", "specialty"],
    ],
}
PLAIN = str.maketrans("üöäøışğçÖÇŞ", "uoaoisgcOCS")


def population(people: int, seed: int = 0) -> tuple[list[Row], set[tuple[str, str]]]:
    """Return records of so many people, most of them in two systems, and the pairs that are one person."""
    draw = Random(seed)
    records: list[Row] = []
    same: set[tuple[str, str]] = set()
    for n in range(people):
        han = draw.random() < 0.05
        chosen = draw.choice(HAN) if han else None
        family, given = (chosen[1], chosen[3]) if chosen else (draw.choice(FAMILY), draw.choice(GIVEN))
        person = {
            "specialty": draw.choice(SPECIALTIES),
            "city": draw.choice(PLACES),
            "email": f"dr{n}@clinic.example.org" if draw.random() < 0.7 else None,
            "phone": f"+39 02 {700000 + n}" if draw.random() < 0.6 else None,
        }
        licence = f"RM-{10000 + n}"
        crm = {**person, "given_name": given, "family_name": family}
        records.append(record(f"c{n}", **crm, licence_id=licence if draw.random() < 0.8 else None))
        if draw.random() < 0.85:
            mail = {**person, "licence_id": licence if draw.random() < 0.8 else "000"}
            if draw.random() < 0.3:
                mail["email"] = f"home{n}@gmail.com"
            if chosen:
                mail |= {"full_name": chosen[0] + chosen[2]}
            else:
                mail |= {"full_name": f"Dott. {given.translate(PLAIN)} {family.translate(PLAIN).upper()}"}
            records.append(record(f"m{n}", system="mail", **mail))
            same.add((f"crm:c{n}", f"mail:m{n}"))
    return records, same
