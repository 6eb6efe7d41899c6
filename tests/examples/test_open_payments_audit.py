"""An audit of the real-data example that reads the register and the roster by itself, not the run's tables."""

from __future__ import annotations

from collections import Counter
from csv import DictReader
from datetime import datetime
from pathlib import Path
from shutil import copytree

import pyarrow.parquet as pq
import pytest
from tests.build import Row
from tests.examples.test_open_payments import AS_OF, EXAMPLE, REAL

from unisono.playbook import Playbook
from unisono.project import open_project
from unisono.trial.audit import audit
from unisono.trial.facts import Contact, Employment, Facts

pytestmark = pytest.mark.shared
CHANNELS = {"Food and Beverage": "f2f_visit", "Education": "educational_material"}
SUGGESTIONS = """
select d.*, x.system, x.source_record_id
from decision as d
inner join customer_xref as x on x.customer_id = d.customer_id
"""
WHY = """
select count(*) as decisions, count(consent_proof) as proofs, count(flip_condition) as flips,
    count(content_version) as contents, count(policy_version) as policies, min(len(reasons)) as reasons,
    min(propensity) as least_propensity
from decision
"""


def own_rows(book: Playbook) -> list[Row]:
    """Return what the company paid in the register, one row per product."""
    names = {name.lower() for name in (book.company.name, *book.company.aliases)}
    (file,) = REAL.glob("touchpoints_*.parquet")
    return [row for row in pq.read_table(file).to_pylist() if row["company"].lower() in names]


def contacts(rows: list[Row]) -> list[Contact]:
    """Return visits and mailings; a meal of three and more at one price is a meeting."""

    def meal(row: Row) -> tuple[object, ...]:
        product = row["product_1"] or row["product_2"]
        return row["company"], row["date"], row["amount_usd"], product

    eaters = Counter(meal(row) for row in rows if row["nature"] == "Food and Beverage")
    found = set()
    for row in rows:
        channel = CHANNELS.get(row["nature"])
        if channel == "f2f_visit" and eaters[meal(row)] >= 3:
            channel = "hospital_meeting"
        if channel:
            key = f"{row['hcp_key']}|{row['date']}|{row['company']}|{row['nature']}"
            found.add(Contact(("iowa_pseudonymised", row["hcp_key"]), key, channel, row["date"]))
    return sorted(found, key=lambda contact: (contact.day, contact.contact_id, contact.channel))


def roster() -> dict[str, Employment]:
    with (EXAMPLE / "roster" / "rep.csv").open(encoding="utf-8") as file:
        return {
            row["rep_id"]: Employment(row["rep_id"], float(row["capacity_minutes"]))
            for row in DictReader(file)
        }


def test_nothing_is_suggested_against_the_register_and_the_playbook(tmp_path: Path) -> None:
    if not REAL.is_dir():
        pytest.skip(f"needs the real data in {REAL}, which is not part of the repository")
    copytree(EXAMPLE, tmp_path / EXAMPLE.name)
    project = open_project(tmp_path / EXAMPLE.name)
    snapshot, book = project.run(as_of=AS_OF, data=REAL), project.playbook()
    facts = Facts(contacts=contacts(own_rows(book)), roster=roster())
    suggestions = snapshot.read(SUGGESTIONS).to_pylist()
    assert len(suggestions) > 100
    assert len(facts.contacts) > 2000
    assert audit(suggestions, facts, book, AS_OF).findings == []
    late = [row | {"channel": "f2f_visit"} for row in suggestions]
    met = [
        Contact(
            ("iowa_pseudonymised", late[0]["source_record_id"]),
            "x",
            "f2f_visit",
            datetime(2014, 12, 31).date(),
        )
    ]
    assert audit(late[:1], Facts(contacts=met, roster=roster()), book, AS_OF).findings
    (record,) = snapshot.read(WHY).to_pylist()
    assert len({record[name] for name in ("decisions", "proofs", "flips", "contents", "policies")}) == 1
    assert record["reasons"] >= 3
    assert 0 < record["least_propensity"] <= 1
