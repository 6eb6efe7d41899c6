"""The overview: who can be reached, how stages moved, where the plan is not carried out; of one's own only."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import ModuleType
from typing import Any
from uuid import uuid4

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbench.conftest import MORNING, Time, suggested, table
from unisono.ledger import decisions as ledger
from unisono.project import Project
from unisono.tables.vocabulary import GATES
from unisono.workbench import draw
from unisono.workbench.office import office

PERMITTED = {*GATES[GATES.index("suppression") + 1 :], None}


def user(name: str) -> Any:
    from unisono.workbench.models import User

    return User.objects.get(username=name)


@pytest.fixture
def pages(app: Any) -> ModuleType:
    """Modules of pages can be imported when Django is set up."""
    from unisono.workbench.pages import execution, reachable, stages

    return type("Pages", (), {"execution": execution, "reachable": reachable, "stages": stages})  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("name", "sides", "territory"),
    [
        ("kim", {"commercial"}, None),
        ("gaia", {"commercial"}, "T0001"),
        ("cleo", {"commercial", "medical"}, None),
    ],
)
def test_who_can_be_reached(pages: Any, name: str, sides: set[str], territory: str | None) -> None:
    assigned = table("select customer_id, territory_id from assignment")
    mine = {row["customer_id"] for row in assigned if territory in (None, row["territory_id"])}
    if territory is None:
        mine = {row["customer_id"] for row in table("select customer_id from customer")}
    everybody = {row["customer_id"] for row in table("select * from customer where kind = 'hcp'")} & mine
    names = {row["channel"]: row["channel_name"] for row in table("select * from playbook_channel")}
    expected: dict[str, set[str]] = {}
    for side in sides:
        for row in table(f"select * from {'medical_' if side == 'medical' else ''}candidate"):
            found = expected.setdefault(names[row["channel"]], set())
            if row["customer_id"] in mine and row["blocked_by"] in PERMITTED:
                found.add(row["customer_id"])
    by_channel, by_specialty = pages.reachable.reachable(user(name), office().snapshot())
    assert {row[0]: row[2] for row in by_channel.rows} == {
        name: len(found) for name, found in expected.items()
    }
    assert all(row[1] == len(everybody) == sum(row[2:]) for row in by_channel.rows)
    assert 0 < sum(row[2] for row in by_channel.rows) < len(by_channel.rows) * len(everybody)
    assert sum(row[1] for row in by_specialty.rows) == len(everybody)
    assert sum(row[2] for row in by_specialty.rows) == len(set.union(*expected.values()))
    assert len({row[0].lower() for row in by_specialty.rows}) == len(by_specialty.rows)


@pytest.fixture
def earlier(project: Project) -> Iterator[None]:
    """A week earlier everybody was a stage higher, but for one customer who came since."""
    now = project.snapshot()
    before = shutil.copytree(now.folder, now.folder.with_name("earlier"))
    manifest = {**now.manifest, "clock": "2025-12-29T00:00:00"}
    (before / "manifest.json").write_text(json.dumps(manifest))
    belief = now.table("belief")
    ladder = [row["stage"] for row in table("select stage from playbook_ladder order by position")]
    raised = [ladder[min(ladder.index(stage) + 1, len(ladder) - 1)] for stage in belief["stage"].to_pylist()]
    belief = belief.set_column(2, belief.schema.field(2), [raised])
    newcomer = pc.min(belief["customer_id"])
    for file in (before / "belief").iterdir():
        file.unlink()
    pq.write_table(
        belief.filter(pc.not_equal(belief["customer_id"], newcomer)), before / "belief/part-0.parquet"
    )
    yield
    shutil.rmtree(before)


def test_how_stages_moved(pages: Any, project: Project, earlier: None) -> None:
    charts = pages.stages.stages(user("kim"), office().snapshot())
    likely = table("select * from belief where most_likely")
    last = table("select stage from playbook_ladder order by position desc")[0]["stage"]
    newcomer = min(row["customer_id"] for row in table("select customer_id from belief"))
    for chart, product in zip(
        charts, table("select * from playbook_product where is_own order by product_name"), strict=True
    ):
        rows = [row for row in likely if row["product_id"] == product["product_id"]]
        new = sum(row["customer_id"] == newcomer for row in rows)
        stayed = sum(row["stage"] == last and row["customer_id"] != newcomer for row in rows)
        back = len(rows) - new - stayed
        assert chart.note == f"0 moved on, {stayed} stayed, {back} moved back, {new} new, 0 gone"
        assert chart.ends == ["29 Dec 2025", "5 Jan 2026"]
        assert sum(int(cell) for row in chart.rows for cell in row[1:] if cell) == len(rows)


def test_a_manager_sees_the_moves_of_own_customers(pages: Any, earlier: None) -> None:
    mine = {row["customer_id"] for row in table("select * from assignment where territory_id = 'T0001'")}
    known = {row["customer_id"] for row in table("select * from belief")}
    assert known - mine
    for chart in pages.stages.stages(user("gaia"), office().snapshot()):
        assert sum(int(cell) for row in chart.rows for cell in row[1:] if cell) <= len(mine & known)


def test_without_an_earlier_run_there_is_nothing_to_compare_with(pages: Any) -> None:
    charts = pages.stages.stages(user("kim"), office().snapshot())
    assert {chart.note for chart in charts} == {"No earlier run is kept to compare with."}
    assert all(chart.flow is None and sum(row[1] for row in chart.rows) for chart in charts)


@given(
    st.lists(
        st.builds(draw.Move, st.integers(0, 5), st.integers(0, 5), st.integers(0, 9999), st.just("stayed"))
    )
)
def test_a_flow_is_as_high_as_its_bars(moves: list[draw.Move]) -> None:
    made = draw.flow(moves, list("abcdef"), list("uvwxyz"), str)
    total = sum(move.count for move in moves)
    for column in (made.before, made.after):
        assert sum(block.height for block in column) == pytest.approx(draw.FLOW_HEIGHT if total else 0)
        assert all(above.y + above.height < below.y for above, below in pairwise(column))
        assert column[-1].y + column[-1].height <= made.height + 1e-6
    assert len(made.bands) == len(moves)


def test_what_became_of_the_plan_by_representative_and_channel(pages: Any, as_: Any) -> None:
    first, second, third = suggested()[:3]
    respond(first, "dismissed", reason="not_now")
    respond(second, "accepted")
    respond(second, "done", MORNING + timedelta(minutes=1))
    respond(third, "snoozed", until_on=date(2026, 1, 8))
    rows = pages.execution.counted(user("gino"))
    by_rep, by_channel = pages.execution.executions(user("gino"), office().snapshot(), rows)
    (rosa,) = [row for row in by_rep.rows if row[0] == name_of("R0001")]
    mine = table("select * from decision where rep_id = 'R0001'")
    assert rosa[1] == len(mine) == rosa[3][-1].suggested
    assert rosa[2] == [1, 0, 1, 0]
    behind = next(row for row in reversed(by_rep.behind.rows) if row[0] == name_of("R0001"))
    assert behind[-2:] == (1, len(mine) - 3)  # later, not answered yet
    commercial = table("select * from decision where purpose = 'commercial' and rep_id is not null")
    assert sum(row[1] for row in by_rep.rows) == sum(row[1] for row in by_channel.rows) == len(commercial)
    assert dict(pages.execution.reasons(rows).rows)["Not the right moment"] == 1


def test_what_nobody_answered_counts_as_expired(pages: Any, time: Time) -> None:
    time.now = MORNING + timedelta(days=14)
    respond(suggested()[0], "done", MORNING)
    by_rep, _ = pages.execution.executions(
        user("gino"), office().snapshot(), pages.execution.counted(user("gino"))
    )
    rosa = next(row for row in by_rep.rows if row[0] == name_of("R0001"))
    assert rosa[2] == [1, 0, 0, rosa[1] - 1]
    assert [week.suggested for week in rosa[3]] == [0, rosa[1], 0, 0]


def test_execution_is_of_ones_own_and_names_no_one_to_marketers(pages: Any) -> None:
    snapshot = office().snapshot()
    mine = {row["customer_id"] for row in table("select * from assignment where territory_id = 'T0001'")}
    planned = table("select * from decision where purpose = 'commercial' and rep_id is not null")
    (by_channel,) = pages.execution.executions(user("kim"), snapshot, pages.execution.counted(user("kim")))
    assert by_channel.first == "channel"
    by_rep, _ = pages.execution.executions(user("gaia"), snapshot, pages.execution.counted(user("gaia")))
    own = [row for row in planned if row["customer_id"] in mine]
    assert 0 < sum(row[1] for row in by_rep.rows) == len(own) < len(planned)
    medical = {name_of(row["rep_id"]) for row in table("select * from decision where purpose = 'medical'")}
    assert medical
    assert not medical & {row[0] for row in by_rep.rows}


def respond(decision: dict[str, Any], response: Any, at: datetime = MORNING, **more: Any) -> None:
    told = {"decision_id": decision["decision_id"], "actor": "rosa", "response": response, "at": at, **more}
    ledger.respond(office().database, response_id=str(uuid4()), **told)


def name_of(rep_id: str) -> str:
    return str(table("select rep_name from rep where rep_id = $rep_id", rep_id=rep_id)[0]["rep_name"])
