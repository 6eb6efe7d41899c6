"""What is in a file arrives, whatever the file looks like, with the place where each row stands."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from datetime import date, datetime, timedelta, timezone
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingest.bench import GOOD, HEADER, Bench, touch
from unisono.ingest import INGESTED, delimited, read, read_sources, source_files
from unisono.tables import TABLES

ROWS: list[dict[str, Any]] = [
    {
        "id": f"t{number}",
        "hcp": f"h{number % 3}",
        "at": f"2024-01-{number % 28 + 1:02}",
        "channel": "f2f_visit",
        "event": "visited",
        "amount": number / 4,
    }
    for number in range(40)
]


def as_csv(delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue().encode(encoding)


def as_excel() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.append(list(ROWS[0]))
    for row in ROWS:
        page.append([date.fromisoformat(value) if name == "at" else value for name, value in row.items()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_parquet() -> bytes:
    out = io.BytesIO()
    table = pa.Table.from_pylist([row | {"at": date.fromisoformat(row["at"])} for row in ROWS])
    pq.write_table(table, out, row_group_size=7)
    return out.getvalue()


def as_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("in/a.csv", as_csv())
        archive.writestr("readme.txt", "not for reading")
    return out.getvalue()


LINES = "\n".join(json.dumps(row) for row in ROWS)
FORMATS: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "csv": ("a.csv", as_csv(), {}),
    "csv with byte order mark": ("a.csv", as_csv(encoding="utf-8-sig"), {}),
    "csv in utf-16": ("a.csv", as_csv(encoding="utf-16"), {"encoding": "utf-16"}),
    "csv with semicolons": ("a.csv", as_csv(";"), {"delimiter": ";"}),
    "csv of another ending": ("a.txt", as_csv(), {"format": "csv"}),
    "csv without quoting": ("a.csv", as_csv(), {"quote": None}),
    "tsv": ("a.tsv", as_csv("\t"), {}),
    "gz": ("a.csv.gz", gzip.compress(as_csv()), {}),
    "parquet": ("a.parquet", as_parquet(), {}),
    "parquet in gz": ("a.parquet.gz", gzip.compress(as_parquet()), {}),
    "ndjson": ("a.ndjson", LINES.encode(), {}),
    "jsonl in gz": ("a.jsonl.gz", gzip.compress(LINES.encode()), {}),
    "json": ("a.json", json.dumps(ROWS).encode(), {}),
    "excel": ("a.xlsx", as_excel(), {}),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_reads(kind: str, bench: Bench) -> None:
    name, content, said = FORMATS[kind]
    result = bench.touch(name, content, **said)
    assert [row["touchpoint_id"] for row in result.rows("source_touchpoint")] == [row["id"] for row in ROWS]
    assert [row["amount"] for row in result.rows("source_touchpoint")] == [row["amount"] for row in ROWS]
    assert [row["occurred_at"] for row in result.rows("source_touchpoint")] == [
        datetime.fromisoformat(row["at"]) for row in ROWS
    ]
    assert result.refused == []


def test_reads_chosen_members_of_an_archive(bench: Bench) -> None:
    bench.write("a.zip", as_zip())
    result = bench.run(touch("a.zip/*.csv"))
    [count] = result.counts
    assert (count.file, count.accepted) == ("data/a.zip/in/a.csv", len(ROWS))


def test_all_tables_are_written_even_if_no_source_fills_them(bench: Bench) -> None:
    result = bench.touch("a.csv", HEADER + GOOD)
    assert set(INGESTED) == {name for name, table in TABLES.items() if table.made_by == "ingest"}
    assert {table: len(result.rows(table)) for table in INGESTED} == {
        **dict.fromkeys(INGESTED, 0),
        "source_touchpoint": 1,
    }
    assert sorted(folder.name for folder in result.target.iterdir()) == sorted(INGESTED)


def test_same_input_gives_the_same_bytes(bench: Bench) -> None:
    def written() -> dict[str, bytes]:
        target = bench.touch("a.csv", as_csv()).target
        return {str(file.relative_to(target)): file.read_bytes() for file in target.rglob("*.parquet")}

    assert written() == written()


def test_progress_hears_of_every_file(bench: Bench) -> None:
    heard: list[tuple[str, int]] = []
    bench.write("a.csv", as_csv())
    bench.run(touch("a.csv"), progress=lambda file, rows: heard.append((file, rows)))
    assert heard[-1] == ("data/a.csv", len(ROWS))


def test_files_are_fingerprinted_by_name_and_bytes(bench: Bench) -> None:
    bench.write("b.csv", HEADER)
    bench.write("a.csv", HEADER)
    (bench.project / "c.csv").write_text(HEADER)
    path = bench.declare({**touch("*.csv", "a.csv"), "files": ["data/*.csv", "data/a.csv", "c.csv"]})

    def files() -> list[tuple[str, str, str]]:
        return source_files(read_sources(path), project=bench.project, data=bench.data)

    before = files()
    assert [file for _, file, _ in before] == ["data/a.csv", "data/b.csv", "c.csv"]
    bench.write("b.csv", HEADER + GOOD)
    changed = [new.file for old, new in zip(before, files(), strict=True) if old != new]
    assert changed == ["data/b.csv"]


REST = ",h,2024-01-02,f2f_visit,visited,1"
TEXTS: dict[str, tuple[str, list[int], int]] = {  # text, lines of its bad rows, number of its rows
    "plain": (f"a{REST}\nbad\nc{REST}\n", [3], 3),
    "no line end at the end": (f"a{REST}\nbad", [3], 2),
    "carriage returns": (f"a{REST}\r\nbad\r\nc{REST}\r\n", [3], 3),
    "blank lines": (f"a{REST}\n\n\nbad\nc{REST}\n\n\n", [5], 3),
    "line ends in values": (f'"a\nb"{REST}\nbad\n"c\n\nd"{REST}\nbad\n', [4, 8], 4),
    "quotes and line ends": (f'"a ""b""\n"{REST}\nbad\n"c,d"{REST}\nbad\n', [4, 6], 4),
    "line ends in bad rows": (f'a{REST}\n"x\ny"\nb{REST}\nbad\n', [3, 6], 4),
    "only bad rows": ("bad\nbad\nbad\n", [2, 3, 4], 3),
}


@pytest.mark.parametrize("block", [16, 100, 8 << 20])
@pytest.mark.parametrize("kind", TEXTS)
def test_lines_are_physical_lines(
    kind: str, block: int, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the text is cut into blocks; an editor opened at the line shows the row."""
    monkeypatch.setattr(delimited, "BLOCK", block)
    text, lines, rows = TEXTS[kind]
    result = bench.touch("a.csv", HEADER + text)
    assert [row["line"] for row in result.refused] == lines
    assert result.counts[0].rows_in == rows


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.ndjson", LINES + "\n\n" + '{"id": "x"}', 42),
        ("a.json", json.dumps([*ROWS, {"id": "x"}]).encode(), 41),
    ],
)
def test_place_of_a_refused_row_in_other_formats(name: str, content: str, line: int, bench: Bench) -> None:
    row = bench.touch(name, content).only_refused()
    assert row["line"] == line
    assert json.loads(row["raw"])["id"] == "x"


def test_place_in_a_worksheet_is_its_row(bench: Bench) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append([])
    page.append(HEADER.strip().split(","))
    page.append([])
    page.append(["t1", 12345678901, datetime(2024, 1, 2, 9, 30), "f2f_visit", "visited", 2.5])
    page.append(["t2", "h", "soon", "f2f_visit", "visited", None])
    out = io.BytesIO()
    book.save(out)
    result = bench.touch("a.xlsx", out.getvalue(), decimal=",", dates=["%d/%m/%Y"])
    [row] = result.rows("source_touchpoint")
    assert (row["source_record_id"], row["occurred_at"], row["amount"]) == (
        "12345678901",
        datetime(2024, 1, 2, 9, 30),
        2.5,
    )
    assert result.only_refused()["line"] == 5


def test_batches_of_one_file_make_one_table(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "BATCH_ROWS", 7)
    first = '{"extra": 1, ' + LINES[1:]
    result = bench.touch("a.ndjson", first)
    assert len(result.rows("source_touchpoint")) == len(ROWS)


def test_nested_json_is_json_text_for_expressions(bench: Bench) -> None:
    row = {**ROWS[0], "hcp": {"ids": ["h7", "h8"]}, "brands": ["Alpha", " ", "Beta"]}
    result = bench.touch(
        "a.ndjson",
        json.dumps(row),
        columns={"source_record_id": "hcp->>'$.ids[0]'", "products": "brands", "product": "brands->>'$[0]'"},
    )
    [touched] = result.rows("source_touchpoint")
    assert (touched["source_record_id"], touched["product"], touched["products"]) == (
        "h7",
        "Alpha",
        ["Alpha", "Beta"],
    )


def test_clock_may_have_a_zone(bench: Bench) -> None:
    bench.write("a.csv", HEADER + GOOD.replace("2024-01-02", "2024-01-02T10:30"))
    for hour, reasons in ((12, []), (11, ["after_clock"])):
        as_of = datetime(2024, 1, 2, hour, tzinfo=timezone(timedelta(hours=1)))
        assert [row["reason"] for row in bench.run(touch("a.csv"), as_of=as_of).refused] == reasons
