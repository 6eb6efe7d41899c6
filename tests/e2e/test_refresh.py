"""A refresh decides anew for the touched customers alone, as a run would, and gives nobody more than there is."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.e2e.conftest import Run
from tests.same import assert_rows
from unisono.checks import check
from unisono.deliver import door
from unisono.engine import open_engine
from unisono.errors import StoreError
from unisono.ledger import decisions, events, open_database
from unisono.ledger.instants import written
from unisono.pipeline import STEPS
from unisono.project import Project, open_project
from unisono.refresh import CUSTOMER, DATED, LOCAL
from unisono.store import Snapshot
from unisono.tables import TABLES

OF_A_RUN = {"run_id", "decision_id", "data_version"}


@pytest.fixture
def project(demo: Path) -> Project:
    """The demo, from which something is served."""
    project = open_project(demo)
    project.announce(clock(project.snapshot()))
    return project


def clock(snapshot: Snapshot) -> datetime:
    return datetime.fromisoformat(snapshot.manifest["clock"])


def collect(project: Project, users: list[str | None], at: datetime, **more: Any) -> None:
    """Put events into the ledger as the collector would."""
    with closing(open_database(project.ledger_url)) as ledger, ledger.transaction() as transaction:
        made = []
        for number, user in enumerate(users):
            message = f"{written(at)}-{number}"
            body = {"type": "track", "messageId": message, "userId": user, "timestamp": written(at), **more}
            if user is None:
                body["anonymousId"] = "somebody"
            made.append(events.Event("portal", message, "track", user, written(at), json.dumps(body)))
        events.append(transaction, made)


def suggested(snapshot: Snapshot, channel: str) -> list[str]:
    """Users of the mail platform who are suggested something on a channel."""
    found = snapshot.read(
        "select distinct x.source_record_id as id from decision as d inner join customer_xref as x"
        " on x.customer_id = d.customer_id and x.system = 'mail' where d.channel = $channel order by id",
        {"channel": channel},
    )
    return found["id"].to_pylist()


def everybody(snapshot: Snapshot) -> list[str]:
    return snapshot.read(
        "select min(source_record_id) as id from customer_xref where system = 'mail' group by"
        " customer_id order by id"
    )["id"].to_pylist()


def customers_of(snapshot: Snapshot, users: list[str]) -> pa.Array:
    xref = snapshot.table("customer_xref")
    of_mail = xref.filter(pc.equal(xref["system"], "mail"))
    return pc.unique(of_mail.filter(pc.is_in(of_mail["source_record_id"], pa.array(users)))[CUSTOMER])


def rows(snapshot: Snapshot, name: str, only: pa.Array, invert: bool = False) -> list[dict[str, Any]]:
    table = snapshot.table(name)
    which = pc.is_in(table[CUSTOMER], only)
    found = table.filter(pc.invert(which) if invert else which).to_pylist()
    return [{column: value for column, value in row.items() if column not in OF_A_RUN} for row in found]


def modelled() -> set[str]:
    """Tables made, directly or not, of what a run learns from everybody."""
    found = {"resource_price", "medical_resource_price", "new_content", "medical_new_content"}
    found |= {"preference_prior", "medical_preference_prior", "resource", "medical_resource"}
    for step in LOCAL:
        if found & set(step.reads):
            found.add(step.table)
    return found


def test_where_nothing_happened_a_refresh_of_everybody_makes_the_same_tables(project: Project) -> None:
    """Events that nobody can read touch their customers, and say nothing: they are put into quarantine."""
    base = project.snapshot()
    collect(project, everybody(base), clock(base) - timedelta(days=1), event="Something Unheard Of")
    refreshed = project.refresh(as_of=clock(base))
    assert refreshed is not None
    touched = customers_of(base, everybody(base))
    assert (refreshed.customers, refreshed.unknown) == (len(touched), 0)
    for step in LOCAL:
        if step.table not in DATED:
            mine, theirs = (rows(one, step.table, touched) for one in (refreshed.snapshot, base))
            assert_rows(mine, theirs, step.table)


def test_the_touched_are_as_a_run_would_make_them_and_the_others_as_they_were(
    project: Project, tmp_path: Path
) -> None:
    base = project.snapshot()
    users = suggested(base, "approved_email")[:3]
    now = clock(base) + timedelta(minutes=30)
    collect(project, [*users, "nobody we know", None], now - timedelta(minutes=9), event="Unsubscribed",
            properties={"surface": "approved_email"})  # fmt: skip
    collect(project, users, now - timedelta(minutes=5), event="Content Viewed")
    other = open_project(Path(shutil.copytree(project.folder, tmp_path / "other")))
    full = other.run(as_of=now)
    refreshed = project.refresh(as_of=now)
    assert refreshed is not None
    touched = customers_of(base, users)
    assert (refreshed.customers, refreshed.unknown) == (len(touched), 1)
    compared = 0
    for step in LOCAL:
        if step.table not in DATED:
            theirs = rows(base, step.table, touched, invert=True)
            if step.table not in ("funnel", "medical_funnel"):
                assert_rows(rows(refreshed.snapshot, step.table, touched, invert=True), theirs, step.table)
            if step.table not in modelled():
                compared += 1
                assert_rows(
                    rows(refreshed.snapshot, step.table, touched), rows(full, step.table, touched), step.table
                )
    assert compared > 15
    assert not set(users) & set(suggested(refreshed.snapshot, "approved_email"))


def test_everything_that_must_hold_of_a_run_holds_of_the_refreshed(project: Project) -> None:
    base = project.snapshot()
    for number in range(1, 4):
        now = clock(base) + timedelta(minutes=number)
        collect(project, everybody(base)[number::7], now - timedelta(seconds=30), event="Content Viewed")
        assert project.refresh(as_of=now) is not None
    refreshed = project.snapshot()
    with open_engine("duckdb", project.folder / "checking") as engine:
        for name in refreshed.tables:
            engine.attach(name, refreshed.path(name))
        check(engine, {"as_of": clock(refreshed)}, [step.table for step in STEPS if step.table in TABLES])
    used = "select resource, owner, capacity, used from price where used > capacity + 0.000001 and resource <> 'goal'"
    assert refreshed.read(used).num_rows == 0
    minutes = (
        "select p.owner from price as p left join (select rep_id, sum(minutes) as used from decision where purpose ="
        " 'commercial' group by rep_id) as d on d.rep_id = p.owner where p.resource = 'rep_minutes'"
        " and abs(coalesce(d.used, 0) - p.used) > 0.000001"
    )
    explored = refreshed.read("select count(*) as n from decision where explored")["n"][0].as_py()
    assert explored or refreshed.read(minutes).num_rows == 0


def test_new_suggestions_can_be_answered(project: Project) -> None:
    base = project.snapshot()
    user = suggested(base, "f2f_visit")[:1]
    collect(project, user, clock(base) + timedelta(minutes=1), event="Content Viewed")
    refreshed = project.refresh(as_of=clock(base) + timedelta(minutes=2))
    assert refreshed is not None
    new = refreshed.snapshot.read(
        "select decision_id from decision where run_id = $run_id", {"run_id": refreshed.snapshot.run_id}
    )["decision_id"].to_pylist()
    with closing(open_database(project.ledger_url)) as ledger:
        for decision_id in (*new, base.table("decision")["decision_id"][0].as_py()):
            assert decisions.published(ledger, decision_id)["decision_id"] == decision_id


def test_a_refusal_that_no_run_can_read_still_stops_at_the_door(project: Project) -> None:
    """No word of the mapping says what it means: the event is in quarantine, and the refresh's clock is past it."""
    base = project.snapshot()
    (user,), now = suggested(base, "f2f_visit")[:1], clock(base) + timedelta(hours=1)
    said = {"event": "Marketing Opt-Out", "properties": {"surface": "f2f_visit"}}
    collect(project, [user], now - timedelta(minutes=1), **said)
    refreshed = project.refresh(as_of=now)
    assert refreshed is not None
    (who,) = customers_of(base, [user]).to_pylist()
    visits = "select * from decision where customer_id = $who and channel = 'f2f_visit'"
    with closing(open_database(project.ledger_url)) as ledger:
        for snapshot in (base, refreshed.snapshot):
            found = snapshot.read(visits, {"who": who}).to_pylist()
            stopped = door.check(snapshot, ledger, found, now)
            assert found
            assert [stopped[one["decision_id"]].reason for one in found] == ["suppression"] * len(found)


def test_without_anything_new_nothing_is_published(project: Project) -> None:
    base = project.snapshot()
    assert project.refresh(as_of=clock(base) + timedelta(hours=1)) is None
    assert project.snapshot().run_id == base.run_id


def test_who_is_not_known_changes_nothing_and_waits_for_the_run_which_reads_all_once(
    project: Project,
) -> None:
    base = project.snapshot()
    collect(project, everybody(base)[:2], clock(base) + timedelta(minutes=1), event="Content Viewed")
    now = clock(base) + timedelta(minutes=2)
    known = project.refresh(as_of=now)
    assert known is not None
    now += timedelta(minutes=2)
    collect(project, ["nobody we know", None], now - timedelta(minutes=1), event="Content Viewed")
    unknown = project.refresh(as_of=now)
    assert unknown is not None
    assert (unknown.customers, unknown.unknown) == (0, 1)
    for name in base.tables:
        theirs, mine = (one.snapshot.table(name).to_pylist() for one in (known, unknown))
        if name == "quarantine":
            aside = [row for row in mine if row not in theirs]
            assert [row["reason"] for row in aside] == ["set_aside"]  # who is anonymous is nobody's customer
            mine.remove(aside[0])
        assert_rows(mine, theirs, name)
    full = project.run(as_of=now).table("touchpoint").to_pylist()
    waited = [row for row in full if row["source_record_id"] == "nobody we know"]
    assert len(waited) == 1
    full.remove(waited[0])
    assert_rows(full, unknown.snapshot.table("touchpoint").to_pylist(), "touchpoint")
    assert project.refresh(as_of=now + timedelta(minutes=1)) is None


def test_a_run_of_another_playbook_is_not_added_to(project: Project) -> None:
    base = project.snapshot()
    collect(project, everybody(base)[:1], clock(base), event="Content Viewed")
    brand = project.folder / "playbook" / "brand.yaml"
    brand.write_text(
        brand.read_text(encoding="utf-8").replace("priority: 1.0", "priority: 0.9", 1), encoding="utf-8"
    )
    with pytest.raises(StoreError, match="UN4004"):
        project.refresh(as_of=clock(base))


def test_the_command_says_what_it_did(project: Project, unisono: Run) -> None:
    base = project.snapshot()
    assert "Nothing was collected" in unisono("refresh", project.folder)
    collect(project, [*everybody(base)[:2], "nobody"], clock(base), event="Content Viewed")
    printed = unisono("refresh", project.folder, "--as-of", "2026-01-05T00:10")
    assert "[simulated data]: 2 customers anew." in printed
    assert "1 people are not known yet" in printed
