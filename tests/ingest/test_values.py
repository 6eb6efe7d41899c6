"""Texts become the contract's types; what cannot is refused."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingest.bench import GOOD, HEADER, Bench, touch


def column(bench: Bench, target: str, texts: list[str], **said: Any) -> list[object]:
    """Return what each text becomes in a column; 'refused' where its row is refused."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEADER.strip().split(","), "x"])
    for number, text in enumerate(texts):
        writer.writerow([f"t{number}", "h", "2024-01-02", "f2f_visit", "visited", "1", text])
    result = bench.touch("a.csv", out.getvalue(), columns={target: "x"}, **said)
    taken = {row["touchpoint_id"]: row[target] for row in result.rows("source_touchpoint")}
    assert {row["column_name"] for row in result.refused} <= {target}
    return [taken.get(f"t{number}", "refused") for number in range(len(texts))]


def test_numbers_with_a_point(bench: Bench) -> None:
    texts = [
        "1785",
        "1,785",
        "1,785.50",
        " 7 ",
        "+.5",
        "1'000",
        "1 000",
        "1e3",
        "",
        "1,78",
        "1.785,5",
        "12 5",
        "€5",
        "0x1F",
    ]
    assert column(bench, "amount", texts) == [
        1785, 1785, 1785.5, 7, 0.5, 1000, 1000, 1000, None, *["refused"] * 5,
    ]  # fmt: skip


def test_numbers_with_a_comma(bench: Bench) -> None:
    texts = ["1.785,50", "1785,5", "1.785", "1 785,5", "1785.5", "1,785.5"]
    assert column(bench, "amount", texts, decimal=",") == [1785.5, 1785.5, 1785, 1785.5, "refused", "refused"]


def test_truth(bench: Bench) -> None:
    texts = ["true", "YES", "1", " y ", "false", "No", "0", "", "maybe"]
    expected = [True, True, True, True, False, False, False, "refused", "refused"]
    assert column(bench, "is_human", texts) == expected


def test_instants_in_iso_form(bench: Bench) -> None:
    texts = [
        "2024-01-02",
        "2024-01-02T10:30",
        "2024-01-02 10:30:15.5",
        "2024-01-02T10:30:00Z",
        "2024-01-02T10:30:00+02:00",
        "2024-01-02 10:30:00 -0500",
        "2024-02-30",
        "2024-1-2",
        "20240102",
        "infinity",
        "2024-01-02 25:00",
    ]
    assert column(bench, "occurred_at", texts) == [
        datetime(2024, 1, 2),
        datetime(2024, 1, 2, 10, 30),
        datetime(2024, 1, 2, 10, 30, 15, 500_000),
        datetime(2024, 1, 2, 10, 30),
        datetime(2024, 1, 2, 8, 30),
        datetime(2024, 1, 2, 15, 30),
        *["refused"] * 5,
    ]


def test_instants_without_an_offset_are_in_the_source_s_zone(bench: Bench) -> None:
    texts = ["2024-01-02 10:00", "2023-07-02 10:00", "2024-01-02 10:00Z", "2024-01-02"]
    assert column(bench, "occurred_at", texts, timezone="Europe/Paris") == [
        datetime(2024, 1, 2, 9),
        datetime(2023, 7, 2, 8),
        datetime(2024, 1, 2, 10),
        datetime(2024, 1, 1, 23),
    ]


def test_formats_are_tried_in_order_and_nothing_else(bench: Bench) -> None:
    texts = ["02/01/2024", "2 Jan 2024 10:00", "02/01/2024 10:00 +0100", "2024-01-02"]
    dates = ["%d/%m/%Y", "%d %b %Y %H:%M", "%d/%m/%Y %H:%M %z"]
    assert column(bench, "occurred_at", texts, dates=dates) == [
        datetime(2024, 1, 2),
        datetime(2024, 1, 2, 10),
        datetime(2024, 1, 2, 9),
        "refused",
    ]


def test_text_is_trimmed_and_nothing_is_null(bench: Bench) -> None:
    assert column(bench, "product", [" Alpha\t", "\u00a0", "", "Ñandú 药"]) == [
        "Alpha",
        None,
        None,
        "Ñandú 药",
    ]


def test_lists(bench: Bench) -> None:
    texts = ["Alpha", '["Alpha", "", " Beta"]', "", "[Alpha"]
    expected = [["Alpha"], ["Alpha", "Beta"], None, ["[Alpha"]]
    assert column(bench, "products", texts) == expected


def test_native_types_of_parquet(bench: Bench) -> None:
    instant = pa.array([datetime(2024, 1, 2, 10)], pa.timestamp("us", tz="America/Chicago"))
    table = pa.table(
        {
            "id": [7.0],
            "hcp": [12345678901234],
            "at": instant,
            "channel": pa.array(["f2f_visit"]).dictionary_encode(),
            "event": ["visited"],
            "amount": pa.array([3], pa.int8()),
            "human": [False],
            "brands": [["A", None, " "]],
            "nothing": pa.nulls(1),
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    columns = {"is_human": "human", "products": "brands", "product": "nothing"}
    [row] = bench.touch("a.parquet", out.getvalue(), columns=columns).rows("source_touchpoint")
    assert row["touchpoint_id"] == "7"
    assert row["source_record_id"] == "12345678901234"
    assert row["occurred_at"] == datetime(2024, 1, 2, 10)
    assert (row["amount"], row["is_human"], row["products"], row["product"]) == (3, False, ["A"], None)


def test_days_are_read_off_the_source_s_clock(bench: Bench) -> None:
    bench.write("a.csv", "rep,hcp,from\nr1,h1,2024-01-02T23:30:00Z\nr1,h2,2024-01-02\nr1,h3,\n")
    result = bench.run(
        {
            "name": "cover",
            "table": "source_assignment",
            "files": ["data/a.csv"],
            "timezone": "Asia/Tokyo",
            "columns": {"rep_id": "rep", "source_record_id": "hcp", "starts_on": '"from"'},
        }
    )
    days = [row["starts_on"] and row["starts_on"].isoformat() for row in result.rows("source_assignment")]
    assert days == ["2024-01-03", "2024-01-02", None]


def test_what_is_not_mapped(bench: Bench) -> None:
    bench.write("a.csv", HEADER + GOOD + GOOD.replace("12.5", "9"))
    source = touch("a.csv", columns={"touchpoint_id": None}, simulated=True)
    rows = bench.run(source).rows("source_touchpoint")
    assert len({row["touchpoint_id"] for row in rows}) == 2
    for row in rows:
        assert row["contact_id"] == row["touchpoint_id"]
        assert row["touchpoint_id"].startswith("T")
        assert (row["system"], row["source"], row["simulated"]) == ("visits", "visits", True)
        assert (row["company"], row["direction"], row["is_human"]) == ("self", "outbound", True)
    other = bench.run({**source, "system": "crm"}, simulated=True).rows("source_touchpoint")
    assert {row["system"] for row in other} == {"crm"}
    assert [row["touchpoint_id"] for row in other] == [row["touchpoint_id"] for row in rows]


def test_made_up_ids_do_not_depend_on_the_order_of_columns(bench: Bench) -> None:
    swapped = [",".join(reversed(line.split(","))) for line in (HEADER + GOOD).split()]
    bench.write("a.csv", HEADER + GOOD)
    bench.write("b.csv", "\n".join(swapped))
    result = bench.run(touch("a.csv", "b.csv", columns={"touchpoint_id": None}))
    assert [(count.accepted, count.duplicates) for count in result.counts] == [(1, 0), (0, 1)]


@pytest.mark.parametrize("header", ["HCP ID", "hcp id", "Doctor"])
def test_older_names_and_case(header: str, bench: Bench) -> None:
    content = (HEADER + GOOD).replace("hcp", header)
    said = {"columns": {"source_record_id": '"HCP ID"'}, "aliases": {"hcp id": ["Physician", "doctor"]}}
    [row] = bench.touch("a.csv", content, **said).rows("source_touchpoint")
    assert row["source_record_id"] == "h1"


def test_optional_columns_are_empty_where_a_file_lacks_them(bench: Bench) -> None:
    said = {"columns": {"product": "coalesce(brand, 'none')"}, "optional": ["brand"]}
    [row] = bench.touch("a.csv", HEADER + GOOD, **said).rows("source_touchpoint")
    assert row["product"] == "none"


def test_value_maps(bench: Bench) -> None:
    maps = [
        {
            "from": "event",
            "to": {
                "Lunch": {"channel": "f2f_visit", "event": "visited", "is_human": "yes"},
                "mail": {
                    "channel": "approved_email",
                    "event": "opened",
                    "is_human": "no",
                    "product": "Alpha",
                },
            },
            "otherwise": {"channel": "other_transfer", "event": "received", "product": None},
        }
    ]
    content = HEADER + "".join(
        GOOD.replace("visited", word).replace("t1", f"t{n}")
        for n, word in enumerate([" lunch", "MAIL", "?", ""])
    )
    result = bench.touch("a.csv", content, columns={"channel": None, "event": None}, maps=maps)
    rows = result.rows("source_touchpoint")
    assert [(row["channel"], row["event"], row["is_human"], row["product"]) for row in rows] == [
        ("f2f_visit", "visited", True, None),
        ("approved_email", "opened", False, "Alpha"),
        ("other_transfer", "received", True, None),
        ("other_transfer", "received", True, None),
    ]
