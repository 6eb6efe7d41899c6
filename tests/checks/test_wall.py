"""The wall is proven from the steps: whatever leads from a commercial table to medical data is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from unisono.checks.wall import CROSSINGS, EVERYTHING, prove_wall, told, ways_to_medical
from unisono.engine.graph import KernelStep, SqlStep, Step
from unisono.engine.lineage import columns_used
from unisono.errors import EngineError
from unisono.pipeline import STEPS
from unisono.tables import TWINS

MADE = {step.table: step for step in STEPS}
Replace = Callable[[str, str], tuple[Step, ...]]


@pytest.fixture
def replaced(tmp_path: Path) -> Replace:
    """Return the steps of a run, one table made by other SQL."""

    def steps(table: str, text: str) -> tuple[Step, ...]:
        path = tmp_path / f"{table}.sql"
        path.write_text(text, encoding="utf-8")
        return tuple(SqlStep(table, path) if step.table == table else step for step in STEPS)

    return steps


def test_no_commercial_table_goes_back_to_medical_data() -> None:
    assert prove_wall(STEPS).startswith("wall: ")
    assert not ways_to_medical(STEPS).keys() & TWINS.keys()


def test_what_is_made_from_medical_touchpoints_is_medical() -> None:
    ways = ways_to_medical(STEPS)
    blind = {"medical_room", "medical_resource"}  # made of contact counts, capacities and the playbook only
    assert {*TWINS.values(), "decision", "funnel", "no_action", "voice"} - blind <= ways.keys()
    assert told(ways["medical_belief"]) == "medical_belief <- medical_touchpoint <- source_touchpoint"


USE = "select t.customer_id, t.content_id, t.occurred_at as last_used_at, {} as too_recent from {} as t {}"
LEAKS = {
    "value": (USE.format("t.responded", "medical_contact", ""), "content_use.too_recent"),
    "value through an expression": (
        USE.format("max(t.duration_minutes) over () > 5", "medical_touchpoint", ""),
        "content_use.too_recent",
    ),
    "join": (
        USE.format(
            "true", "touchpoint", "semi join medical_touchpoint as m on m.customer_id = t.customer_id"
        ),
        "which rows 'content_use' has",
    ),
    "filter": (
        USE.format(
            "true",
            "touchpoint",
            "where exists (select 1 from medical_belief as b where b.customer_id = t.customer_id)",
        ),
        "which rows 'content_use' has",
    ),
    "count": (
        USE.format("true", "touchpoint", "cross join (select count(*) as n from medical_contact) as m"),
        "which rows 'content_use' has",
    ),
    "order": (
        "with best as (select customer_id from medical_belief order by probability desc limit 9) "
        + USE.format("true", "touchpoint", "inner join best as m on m.customer_id = t.customer_id"),
        "which rows 'content_use' has",
    ),
    "both sides": (
        USE.format("v.mentions > 1", "touchpoint", "inner join voice as v on v.company_id = t.company_id"),
        "content_use.too_recent",
    ),
    "the sources themselves": (
        USE.replace("t.customer_id", "t.source_record_id as customer_id").format(
            "t.is_human", "source_touchpoint", ""
        ),
        "content_use.too_recent",
    ),
}


@pytest.mark.parametrize(("text", "what"), LEAKS.values(), ids=LEAKS.keys())
def test_a_step_that_leaks_is_refused(replaced: Replace, text: str, what: str) -> None:
    with pytest.raises(EngineError) as caught:
        prove_wall(replaced("content_use", text))
    error = caught.value
    assert error.code == "UN3013"
    assert error.where.endswith("content_use.sql")
    assert "Way: content_use <- " in error.message
    assert what.split(".")[-1] in error.message
    assert "read a commercial table instead" in error.hint


def test_the_way_and_the_columns_looked_at_are_told(replaced: Replace) -> None:
    text = "select t.* from medical_contact as t semi join evidence as e on e.customer_id = t.customer_id"
    with pytest.raises(EngineError, match=r"touch\.sql: UN3013") as caught:
        prove_wall(replaced("touch", text))
    what, looked_at, way = caught.value.message.splitlines()
    assert what.endswith(": touch.customer_id, touch.contact_id, touch.channel, touch.occurred_at")
    assert looked_at == "  Looks at medical_contact: content_id, product_id, rep_id, responded, touchpoints"
    assert way == "  Way: candidate <- touch <- medical_contact <- medical_touchpoint <- source_touchpoint"


@pytest.mark.parametrize("column", ["responded", "content_id", "product_id", "touchpoints"])
@pytest.mark.parametrize("clause", ["select {} as x, * from", "where {} is not null", "order by {}"])
def test_a_crossing_table_may_look_at_its_permitted_columns_only(
    replaced: Replace, column: str, clause: str
) -> None:
    columns = "select customer_id, contact_id, channel, occurred_at from medical_contact"
    assert prove_wall(replaced("touch", f"{columns} where is_own"))
    leak = f"{clause} medical_contact" if "from" in clause else f"{columns} {clause}"
    with pytest.raises(EngineError, match="UN3013"):
        prove_wall(replaced("touch", leak.format(column)))


def test_a_kernel_that_takes_a_medical_table_is_refused() -> None:
    solve = MADE["choice"]
    assert isinstance(solve, KernelStep)
    assert isinstance(solve.reads, dict)
    peeping = KernelStep("choice", solve.kernel, {**solve.reads, "medical_action": ("customer_id",)})
    with pytest.raises(EngineError, match=r"unisono\.decide\.solve\.solve: UN3013 .*choice\.value"):
        prove_wall([*(step for step in STEPS if step is not solve), peeping])


def test_nothing_may_cross_that_does_not_need_to() -> None:
    for (table, medical), permitted in CROSSINGS.items():
        assert medical in MADE[table].reads
        assert permitted in (EVERYTHING, columns_used(MADE[table], medical))
