"""Steps come in an order that their reads allow."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.engine.graph import KernelStep, SqlStep, order, run, sql_steps, twin
from unisono.errors import EngineError
from unisono.tables import TABLES
from unisono.tables.arrow import empty


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


TWO_SIDED = """
    with own as (select * from contact where is_own)
    select touchpoint.customer_id, p.potential
    from touchpoint
    inner join own on own.customer_id = touchpoint.customer_id
    inner join potential as p on p.customer_id = own.customer_id
    cross join playbook_policy
"""


def test_a_file_of_a_two_sided_table_makes_its_twin_over_the_twins_of_what_it_reads(tmp_path):
    (tmp_path / "evidence.sql").write_text("select * from touchpoint where channel = $purpose")
    (tmp_path / "pressure.sql").write_text("select * from contact")
    plain, pressure, medical = sql_steps(str(tmp_path / "__init__.py"))
    assert names((plain, pressure, medical)) == ["evidence", "pressure", "medical_evidence"]
    assert (plain.reads, medical.reads) == (("touchpoint",), ("medical_touchpoint",))
    assert (plain.values, medical.values) == ({"purpose": "commercial"}, {"purpose": "medical"})
    (tmp_path / "medical_evidence.sql").write_text("select * from contact")
    assert [step.reads for step in sql_steps(str(tmp_path / "__init__.py"))] == [
        ("touchpoint",),
        ("contact",),
        ("contact",),
    ]


def test_columns_find_a_table_that_was_renamed(tmp_path):
    path = tmp_path / "evidence.sql"
    path.write_text(TWO_SIDED)
    medical = twin(SqlStep("evidence", path))
    assert medical.reads == ("medical_contact", "medical_potential", "medical_touchpoint", "playbook_policy")
    text, where = medical.source
    assert where == f"{tmp_path.name}/evidence.sql"
    assert "FROM medical_touchpoint AS touchpoint" in text
    assert "JOIN medical_potential AS p" in text
    assert "JOIN own" in text


def test_no_part_of_a_statement_hides_a_table(tmp_path):
    path = tmp_path / "evidence.sql"
    path.write_text("with medical_contact as (select * from medical_contact) select * from medical_contact")
    with pytest.raises(EngineError, match=r"evidence.sql: UN3014 'with medical_contact' hides"):
        order([SqlStep("evidence", path)])


def test_a_kernel_knows_the_twins_by_their_plain_names():
    seen = {}

    def kernel(tables, *, as_of):
        seen.update(tables, as_of=as_of)
        return empty("medical_choice")

    class Engine:
        def map(self, table, kernel, reads, by):
            return kernel({name: f"rows of {name}" for name in reads}).num_rows

    for reads in (("action", "rep"), {"action": ("value",), "rep": ("rep_id",)}):
        medical = twin(KernelStep("choice", kernel, reads, values=("as_of",)))
        assert medical.table == "medical_choice"
        assert list(medical.reads) == ["medical_action", "rep"]
        assert run(medical, Engine(), {"as_of": "now"}) == 0
        assert seen == {"action": "rows of medical_action", "rep": "rows of rep", "as_of": "now"}
