"""The embedded engine: files are sorted and the same each time, nothing is left behind."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unisono.engine import Query, open_engine

MANY = 300_000  # more than two row groups
SHUFFLED = Query(
    """
    with recursive digit as (select 0 as d union all select d + 1 from digit where d < 9),
    row as (
        select a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d as n
        from digit as a, digit as b, digit as c, digit as e, digit as f, digit as g
    )
    select md5(cast(n as varchar)) as customer_id, 'hcp' as kind, n as record_count, false as simulated,
        null as full_name, null as given_name, null as family_name, null as specialty, null as institution,
        null as city, null as region, null as postal_code, null as country, null as brick, null as email, null as phone,
        null as licence_id
    from row where n < $many
    """,
    "resolve/customer.sql",
    {"many": MANY},
)


def test_files_are_sorted_and_have_the_same_bytes_each_time(tmp_path):
    files = []
    for name in ("one", "two"):
        with open_engine("duckdb", tmp_path / name) as engine:
            assert engine.table("customer", SHUFFLED) == MANY
        files.append(tmp_path / name / "customer" / "part-0.parquet")
    ids = pq.read_table(files[0], columns=["customer_id"])["customer_id"].combine_chunks()
    assert pc.all(pc.less(ids[:-1], ids[1:])).as_py()
    assert pq.ParquetFile(files[0]).num_row_groups > 1
    assert files[0].read_bytes() == files[1].read_bytes()


def test_kernels_by_a_key_run_in_partitions(tmp_path, monkeypatch):
    monkeypatch.setattr("unisono.engine.duckdb.PARTITION_ROWS", MANY // 5)
    with open_engine("duckdb", tmp_path) as engine:
        engine.table("customer", SHUFFLED)
        parts = engine.fold(
            lambda tables: pa.table({"n": [tables["customer"].num_rows]}),
            {"customer": ("customer_id",)},
            "customer_id",
            pa.concat_tables,
        )
    assert parts.num_rows == 5
    assert sum(parts["n"].to_pylist()) == MANY


def test_closing_leaves_only_tables(tmp_path):
    with open_engine("duckdb", tmp_path) as engine:
        engine.table("customer", SHUFFLED)
    assert [path.name for path in tmp_path.iterdir()] == ["customer"]
