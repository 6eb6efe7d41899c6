"""The three verbs, reading and errors do the same on every engine."""

import shutil
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.same import assert_equal
from unisono.engine import Grown, Query
from unisono.engine.graph import KernelStep, SqlStep, run
from unisono.engine.parts import PARTS
from unisono.errors import EngineError
from unisono.tables.arrow import rows, schema

NOW = datetime(2026, 1, 5, 12)
CONTACTS = rows(
    "contact",
    [
        {
            "customer_id": f"C{number % 7}",
            "contact_id": f"K{number:02}",
            "channel": "email",
            "occurred_at": NOW - timedelta(days=number),
            "touchpoints": number,
        }
        for number in reversed(range(40))
    ],
)
CUSTOMERS = rows("customer", [{"customer_id": f"C{n}", "record_count": n} for n in range(9)])
PRODUCTS = rows("playbook_product", [{"product_id": "P"}, {"product_id": "Q"}])


@pytest.fixture
def filled(engine):
    engine.table("contact", CONTACTS)
    engine.table("customer", CUSTOMERS)
    engine.table("playbook_product", PRODUCTS)
    return engine


def pressure_kernel():
    """Return a kernel made here, so that Spark sends its code and need not import the tests."""

    def pressure(tables, *, as_of):
        contacts = tables["contact"].to_pylist()
        customers = tables["customer"]["customer_id"].to_pylist()
        assert set(tables["contact"].column_names) == {"customer_id", "contact_id", "touchpoints"}
        assert {row["customer_id"] for row in contacts} <= set(customers)
        made = [
            {
                "customer_id": customer,
                "channel": ",".join(r["contact_id"] for r in contacts if r["customer_id"] == customer),
                "days": tables["playbook_product"].num_rows,
                "touches": sum(r["touchpoints"] for r in contacts if r["customer_id"] == customer),
                "last_contact_at": as_of,
            }
            for customer in customers
        ]
        return rows("pressure", made)

    return pressure


READS = {
    "contact": ("customer_id", "contact_id", "touchpoints"),
    "customer": ("customer_id",),
    "playbook_product": ("product_id",),
}


def test_table_from_sql_has_the_contracts_columns_types_and_order(filled):
    query = Query(
        "select 1 as ignored, count(*) as touches, 7 as days, channel, customer_id, max(occurred_at) as last_contact_at"
        " from contact group by channel, customer_id",
        "profile/pressure.sql",
    )
    assert filled.table("pressure", query) == 7
    stored = pq.read_table(filled.folder / "pressure")
    assert [(f.name, f.type) for f in stored.schema] == [(f.name, f.type) for f in schema("pressure")]
    assert stored["customer_id"].to_pylist() == [f"C{number}" for number in range(7)]
    assert filled.read("select sum(touches) as n from pressure")["n"].to_pylist() == [40]


def test_table_from_arrow_is_sorted_and_replaces_what_was_there(filled):
    assert filled.table("contact", CONTACTS.slice(0, 3)) == 3
    assert filled.read("select count(*) as n from contact")["n"].to_pylist() == [3]
    stored = pq.read_table(filled.folder / "customer")
    assert stored["customer_id"].to_pylist() == sorted(stored["customer_id"].to_pylist())


def test_a_finished_table_is_only_parquet_in_its_folder(filled):
    filled.map("pressure", partial(pressure_kernel(), as_of=NOW), READS, "customer_id")
    files = [file.name for name in ("pressure", "contact") for file in (filled.folder / name).iterdir()]
    assert set(files) >= {"part-0.parquet"}
    assert all(name.endswith(".parquet") for name in files)


@pytest.mark.parametrize("by", ["customer_id", None])
def test_map_brings_together_all_rows_of_a_key_in_order(filled, by, monkeypatch):
    monkeypatch.setattr("unisono.engine.duckdb.PARTITION_ROWS", 9)
    assert filled.map("pressure", partial(pressure_kernel(), as_of=NOW), READS, by) == 9
    found = filled.read("select * from pressure order by customer_id").to_pylist()
    assert [row["customer_id"] for row in found] == [f"C{number}" for number in range(9)]
    for number, row in enumerate(found):
        own = [n for n in range(40) if n % 7 == number]
        assert row["touches"] == sum(own)
        assert row["channel"] == ",".join(f"K{n:02}" for n in own)
        assert row["days"] == 2
        assert row["last_contact_at"] == NOW


def test_map_without_rows_makes_an_empty_table(filled):
    filled.table("contact", CONTACTS.slice(0, 0))
    filled.table("customer", CUSTOMERS.slice(0, 0))
    assert filled.map("pressure", partial(pressure_kernel(), as_of=NOW), READS, "customer_id") == 0
    assert filled.read("select * from pressure").num_rows == 0


@pytest.mark.parametrize("by", ["customer_id", None])
def test_fold_combines_what_partitions_return(filled, by, monkeypatch):
    monkeypatch.setattr("unisono.engine.duckdb.PARTITION_ROWS", 9)

    def count(tables):
        return pa.table({"n": [tables["contact"].num_rows], "names": [["a"]]})

    total = filled.fold(count, ["contact"], by, lambda parts: pa.table({"n": [sum_of(parts)]}))
    assert total["n"].to_pylist() == [40]


def sum_of(parts):
    return sum(part["n"][0].as_py() for part in parts)


def test_attach_reads_several_folders_as_one_table(filled, tmp_path):
    for number, name in enumerate(["base [1]", "thin {2}"]):
        (tmp_path / name).mkdir()
        pq.write_table(CONTACTS.slice(number * 5, 5), tmp_path / name / "part-0.parquet")
    filled.attach("contact", tmp_path / "base [1]", tmp_path / "thin {2}")
    assert_equal(filled.read("select * from contact"), CONTACTS.slice(0, 10))


def test_read_binds_values_as_values(filled):
    found = filled.read(
        "select $text as text, $number as number, $yes as yes, $at as at, cast($at as date) as day",
        {"text": "it's; drop table contact --", "number": 1.5, "yes": True, "at": NOW},
    )
    assert found.to_pylist() == [
        {"text": "it's; drop table contact --", "number": 1.5, "yes": True, "at": NOW, "day": NOW.date()}
    ]


def test_instants_are_bound_as_utc(filled):
    berlin = timezone(timedelta(hours=1))
    found = filled.read(
        "select $a as a, $b as b", {"a": NOW.astimezone(berlin), "b": NOW.replace(tzinfo=UTC)}
    )
    assert found["b"].to_pylist() == [NOW]
    assert found["a"].to_pylist() == [NOW.astimezone(UTC).replace(tzinfo=None)]


def test_read_gives_the_contracts_types(filled):
    found = filled.read(
        "select sum(touchpoints) as s, count(*) as n, 1 as one, 1.5 as x, sum(1.5) as y, max(occurred_at) as at,"
        " date_trunc('month', max(occurred_at)) as month, ['a'] as l, true as yes from contact"
    )
    assert [str(field.type) for field in found.schema] == [
        *["int64"] * 3,
        *["double"] * 2,
        *["timestamp[us]"] * 2,
        "list<item: string>",
        "bool",
    ]


def test_sql_error_quotes_file_values_and_sql(filled):
    query = Query(
        "select nope\nfrom contact where channel = $channel", "profile/pressure.sql", {"channel": "fax"}
    )
    with pytest.raises(EngineError) as caught:
        filled.table("pressure", query)
    message = str(caught.value)
    assert caught.value.code == "UN3001"
    assert message.startswith("profile/pressure.sql: UN3001 SQL failed: ")
    assert "nope" in message
    assert "Bound values: $channel = 'fax'" in message
    assert f"SQL as sent ({filled.dialect}):" in message
    assert "channel = 'fax'" in message


def test_a_missing_column_of_the_contract_fails_at_its_table(filled):
    with pytest.raises(EngineError, match="channel") as caught:
        filled.table("pressure", Query("select customer_id from contact", "profile/pressure.sql"))
    assert caught.value.where == "profile/pressure.sql"


def test_reading_an_unknown_table_says_so(filled):
    with pytest.raises(EngineError, match="contacts") as caught:
        filled.read("select * from contacts")
    assert caught.value.code == "UN3001"


@pytest.mark.parametrize("by", ["customer_id", None])
def test_a_failing_kernel_is_named(filled, by):
    def breaks(tables):
        raise ValueError("no such thing")

    with pytest.raises(EngineError, match="breaks: UN3009 kernel failed: ValueError: no such thing"):
        filled.map("pressure", breaks, ["contact"], by)
    with pytest.raises(EngineError, match="UN3009"):
        filled.fold(breaks, ["contact"], by, lambda parts: parts[0])


@pytest.mark.parametrize("by", ["customer_id", None])
def test_a_kernel_that_breaks_the_contract_is_told(filled, by):
    def short(tables):
        return pa.table({"customer_id": ["C1"]})

    with pytest.raises(EngineError) as caught:
        filled.map("pressure", short, ["contact"], by)
    assert caught.value.code == "UN3005"
    assert caught.value.where == "pressure"


def test_kernels_read_only_what_the_contract_has(filled):
    with pytest.raises(EngineError, match=r"UN3004 .*'contct'[\s\S]*did you mean 'contact'"):
        filled.map("pressure", pressure_kernel(), ["contct"], None)
    with pytest.raises(EngineError, match=r"contact: UN3011 .*'chanel'[\s\S]*did you mean 'channel'"):
        filled.map("pressure", pressure_kernel(), {"contact": ["chanel"]}, None)
    with pytest.raises(EngineError, match="UN3011"):
        filled.map("pressure", pressure_kernel(), ["playbook_product"], "customer_id")


def test_steps_run_with_the_values_they_name(filled, tmp_path):
    path = tmp_path / "pressure.sql"
    path.write_text(
        "select customer_id, channel, 7 as days, 1 as touches, occurred_at as last_contact_at from contact"
        " where occurred_at > $as_of - interval 3 day"
    )
    values = {"as_of": NOW, "seed": 7}
    assert run(SqlStep("pressure", path), filled, values) == 3
    step = KernelStep("pressure", pressure_kernel(), READS, "customer_id", ("as_of",))
    assert run(step, filled, values) == 9


def grown_contacts(filled, gone=(), numbers=(90, 91)):
    more = rows("contact", [{**CONTACTS.to_pylist()[0], "contact_id": f"K{n}"} for n in numbers])
    without = pa.table({key: pa.array(gone, pa.string()) for key in ("customer_id", "contact_id")})
    count = filled.grow("medical_contact", Grown("contact", more, without))
    found = filled.read("select contact_id from medical_contact order by contact_id")[
        "contact_id"
    ].to_pylist()
    assert count == len(found)
    return found


def test_a_table_grows_out_of_another_and_is_whole_when_that_is_gone(filled):
    every = [f"K{n:02}" for n in range(40)]
    assert grown_contacts(filled) == [*every, "K90", "K91"]
    shutil.rmtree(filled.folder / "contact")
    assert filled.read("select count(*) as n from medical_contact")["n"].to_pylist() == [42]


def test_a_table_that_grows_leaves_out_what_is_gone(filled):
    gone = [*(f"C{n}" for n in range(6)), "K13", "K34"]
    assert grown_contacts(filled, gone) == ["K06", "K20", "K27", "K90", "K91"]
    assert grown_contacts(filled, gone, numbers=()) == ["K06", "K20", "K27"]
    stored = pq.read_table(filled.folder / "medical_contact")
    assert [(f.name, f.type) for f in stored.schema] == [(f.name, f.type) for f in schema("contact")]
    assert filled.read("select count(*) as n from contact")["n"].to_pylist() == [40]


def test_what_grew_grows_again_and_what_goes_by_null_stays(filled):
    grown_contacts(filled, ["C1", "K13"])
    assert filled.link("contact", filled.folder / "medical_contact") == 35
    gone = pa.table({"contact_id": ["K90", "K00"], "content_id": pa.nulls(2, pa.string())})
    again = CONTACTS.filter(pc.is_in(CONTACTS["contact_id"], pa.array(["K00", "K01"])))
    assert filled.grow("medical_contact", Grown("contact", again, gone)) == 35
    found = filled.read("select contact_id from medical_contact order by contact_id")["contact_id"]
    left = [f"K{n:02}" for n in range(40) if n % 7 != 1 and n != 13]
    assert found.to_pylist() == sorted([*left, "K01", "K91"])


def test_an_empty_table_grows(filled):
    filled.table("contact", CONTACTS.slice(0, 0))
    assert grown_contacts(filled, ["C1"]) == ["K90", "K91"]


def test_a_table_of_many_parts_becomes_one_again(filled):
    part = filled.folder / "contact" / "part-0.parquet"
    for number in range(1, PARTS):
        shutil.copyfile(part, part.with_name(f"part-{number}.parquet"))
    filled.attach("contact", part.parent)
    before = len(list(part.parent.glob("*.parquet")))
    grown_contacts(filled)
    after = len(list((filled.folder / "medical_contact").glob("*.parquet")))
    assert after < before == PARTS


def test_files_are_taken_over_without_a_copy_where_the_disk_can(filled):
    assert filled.link("medical_contact", filled.folder / "contact") == 40
    one, other = ((filled.folder / name / "part-0.parquet").stat() for name in ("contact", "medical_contact"))
    assert one.st_ino == other.st_ino


def test_files_are_copied_where_the_disk_cannot_share_them(filled, monkeypatch):
    def cannot(*_):
        raise OSError

    monkeypatch.setattr("pathlib.Path.hardlink_to", cannot)
    assert filled.link("medical_contact", filled.folder / "contact") == 40
    assert filled.read("select count(*) as n from medical_contact")["n"].to_pylist() == [40]
