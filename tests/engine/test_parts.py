"""A table that grew has the rows that writing it anew would give it, whoever reads it."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.engine import Grown
from unisono.engine.duckdb import DuckDBEngine
from unisono.engine.parts import count, files_of, layers
from unisono.store import Snapshot
from unisono.tables.arrow import rows

SIDES = "contact", "medical_contact"  # the same columns, so that each can grow out of the other
CUSTOMERS, CONTENTS = st.sampled_from("ABCDEF"), st.none() | st.sampled_from("xyz")
Row = dict[str, object]


def contacts(made: list[tuple[str, str | None]], first: int) -> list[Row]:
    return [
        {"customer_id": customer, "content_id": content, "contact_id": f"K{number:03}", "touchpoints": number}
        for number, (customer, content) in enumerate(made, first)
    ]


def going(values: list[tuple[str | None, str | None]]) -> pa.Table:
    """Return what goes, by customer and by content; where there is nothing, nothing goes."""
    columns = {"customer_id": [one for one, _ in values], "content_id": [other for _, other in values]}
    return pa.table({key: pa.array(column, pa.string()) for key, column in columns.items()})


def stays(row: Row, gone: pa.Table) -> bool:
    return not any(row[key] is not None and row[key] in gone[key].to_pylist() for key in gone.column_names)


def ids(table: pa.Table) -> list[object]:
    return sorted(table["contact_id"].to_pylist())


made = st.lists(st.tuples(CUSTOMERS, CONTENTS), max_size=8)
gone = st.lists(st.tuples(st.none() | CUSTOMERS, CONTENTS), max_size=2)


@settings(max_examples=50, deadline=None)
@given(first=made, grows=st.lists(st.tuples(gone, made), max_size=6))
def test_growing_gives_what_writing_anew_gives(first, grows):
    plain = contacts(first, 0)
    with TemporaryDirectory() as folder, DuckDBEngine(Path(folder) / "run") as engine:
        engine.table("contact", rows("contact", plain))
        name, number = "contact", len(plain)
        for values, more in grows:
            before, (name,) = name, [side for side in SIDES if side != name]
            what, added = going(values), contacts(more, number)
            number += len(added)
            plain = [row for row in plain if stays(row, what)] + added
            assert engine.grow(name, Grown(before, rows(name, added), what)) == len(plain)
        expected = ids(rows(name, plain))
        assert ids(engine.read(f"select contact_id from {name}")) == expected
        assert ids(Snapshot(engine.folder).table(name)) == expected
        assert ids(Snapshot(engine.folder).read(f"select contact_id from {name}")) == expected
        assert count(engine.folder / name) == len(expected)


def grown(engine: DuckDBEngine, times: int) -> None:
    """Make `contact`, and let it grow by ten rows and lose one so many times."""
    engine.table("contact", rows("contact", contacts([("A", None)] * 10, 0)))
    for time in range(times):
        more = contacts([("A", None)] * 10, 10 * time + 10)
        what = pa.table({"contact_id": [f"K{time:03}"]})
        engine.link("medical_contact", engine.folder / "contact")
        assert engine.grow("contact", Grown("medical_contact", rows("contact", more), what)) == 9 * time + 19


def test_what_came_after_is_not_gone(tmp_path):
    with DuckDBEngine(tmp_path) as engine:
        grown(engine, 1)
        again = rows("medical_contact", contacts([("B", None)], 0))
        engine.grow("medical_contact", Grown("contact", again, again.select(["contact_id"])))
        found = engine.read("select customer_id from medical_contact where contact_id = 'K000'")
        assert found["customer_id"].to_pylist() == ["B"]


def test_parts_stay_few_as_each_is_larger_than_the_next(tmp_path):
    with DuckDBEngine(tmp_path) as engine:
        grown(engine, 40)
        folder = tmp_path / "contact"
        sizes = [pq.read_metadata(file).num_rows for file in files_of(folder)][1:]
        assert len(sizes) <= 5
        assert sizes == sorted(sizes, reverse=True)
        assert [len(layer.gone) for layer in layers(folder)] == list(range(len(sizes), -1, -1))


def test_parts_are_in_the_order_of_their_numbers(tmp_path):
    with DuckDBEngine(tmp_path) as engine:
        engine.table("contact", rows("contact", contacts([("A", None)], 0)))
    for number in (2, 10):
        shutil.copyfile(tmp_path / "contact/part-0.parquet", tmp_path / f"contact/part-{number}.parquet")
    assert [file.stem for file in files_of(tmp_path / "contact")] == ["part-0", "part-2", "part-10"]


def test_a_table_that_lost_most_is_written_anew(tmp_path):
    with DuckDBEngine(tmp_path) as engine:
        grown(engine, 1)
        most = rows("contact", contacts([("A", None)] * 12, 0)).select(["contact_id"])
        assert engine.grow("medical_contact", Grown("contact", rows("contact", []), most)) == 8
        assert len(files_of(tmp_path / "medical_contact")) == 1
