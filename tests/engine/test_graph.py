"""Steps come in an order that their reads allow."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.engine.graph import KernelStep, SqlStep, order, run
from unisono.errors import EngineError
from unisono.tables import TABLES


def step(table, *reads):
    return KernelStep(table, lambda tables: tables, reads)


def names(steps):
    return [step.table for step in steps]


def test_a_table_comes_after_those_it_reads(tmp_path):
    path = tmp_path / "contact.sql"
    path.write_text("select * from touchpoint inner join playbook_event using (event)")
    steps = [step("pressure", "contact"), SqlStep("contact", path), step("touchpoint", "source_touchpoint")]
    assert names(order(steps)) == ["touchpoint", "contact", "pressure"]


@given(st.data())
def test_any_graph_without_circle_is_ordered_the_same_each_time(data):
    tables = data.draw(st.permutations(sorted(TABLES)[:12]))
    steps = [
        step(
            table, *data.draw(st.lists(st.sampled_from(tables[:position] or ["source_record"]), unique=True))
        )
        for position, table in enumerate(tables)
    ]
    shuffled = data.draw(st.permutations(steps))
    ordered = order(shuffled)
    place = {step.table: position for position, step in enumerate(ordered)}
    assert sorted(place) == sorted(tables)
    assert all(place[name] < place[s.table] for s in ordered for name in s.reads if name in place)
    assert names(order(shuffled)) == names(ordered)


def test_a_circle_is_named():
    steps = [step("contact", "pressure"), step("belief", "contact"), step("pressure", "belief")]
    with pytest.raises(EngineError) as caught:
        order(steps)
    assert caught.value.code == "UN3007"
    for edge in ("contact -> belief", "belief -> pressure", "pressure -> contact"):
        assert edge in caught.value.message


def test_two_steps_for_one_table_are_refused():
    with pytest.raises(EngineError, match="contact: UN3008"):
        order([step("contact"), step("contact", "touchpoint")])


def test_a_kernels_missing_value_is_named(tmp_path):
    kernel = KernelStep("contact", lambda tables, as_of: tables, ("touchpoint",), values=("as_of",))
    with pytest.raises(EngineError, match=r"contact: UN3002 .*\$as_of"):
        run(kernel, None, {"as_off": datetime(2026, 1, 5)})
