"""Every kind of broken input ends in an error that names the file, or in quarantine with line, reason and row."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from tests.ingest.bench import GOOD, HEADER, Bench, Result, touch
from unisono.errors import UnisonoError

CONSENT = {
    "name": "consents",
    "table": "source_consent",
    "files": ["data/c.csv"],
    "columns": {
        "source_record_id": "hcp",
        "channel": "channel",
        "status": "status",
        "stated_at": "at",
    },
}


def gz(text: str) -> bytes:
    return gzip.compress(text.encode())


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_csv", ".csv").replace("_txt", ".txt"), text)
    return out.getvalue()


def workbook(rows: list[list[object]], sheet: str = "Visits") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# name of the kind -> (code, words the message must hold, how to provoke it)
Provoke = Callable[[Bench], object]
STOPS: dict[str, tuple[str, list[str], Provoke]] = {
    "missing file": (
        "UN2001",
        ["data/no.csv", "--data DIR", "UNISONO_DATA"],
        lambda b: b.run(touch("no.csv")),
    ),
    "glob without match": ("UN2001", ["data/*.tsv"], lambda b: b.run(touch("*.tsv"))),
    "no such member": (
        "UN2001",
        ["a.zip", "b.csv"],
        lambda b: (b.write("a.zip", zipped(b_csv=HEADER)), b.run(touch("a.zip/x*.csv"))),
    ),
    "unknown ending": ("UN2003", ["a.dat", "format: csv"], lambda b: b.touch("a.dat", HEADER + GOOD)),
    "unknown member ending": (
        "UN2003",
        ["a.zip/readme.txt"],
        lambda b: b.touch("a.zip", zipped(readme_txt="hello")),
    ),
    "empty file": ("UN2004", ["a.csv", "empty"], lambda b: b.touch("a.csv", "")),
    "empty gz": ("UN2004", ["a.csv.gz"], lambda b: b.touch("a.csv.gz", gz(""))),
    "blank file": ("UN2004", ["a.csv"], lambda b: b.touch("a.csv", "\n\n\n")),
    "empty sheet": ("UN2004", ["a.xlsx"], lambda b: b.touch("a.xlsx", workbook([]))),
    "wrong encoding": (
        "UN2005",
        ["a.csv", "cp1252"],
        lambda b: b.touch("a.csv", (HEADER + "é").encode("cp1252")),
    ),
    "wrong encoding in ndjson": ("UN2005", ["a.ndjson"], lambda b: b.touch("a.ndjson", b'{"id": "\xe9"}')),
    "truncated gz": ("UN2002", ["a.csv.gz"], lambda b: b.touch("a.csv.gz", gz(HEADER + GOOD * 999)[:-20])),
    "no gz": ("UN2002", ["a.csv.gz"], lambda b: b.touch("a.csv.gz", HEADER)),
    "bad zip": ("UN2002", ["a.zip"], lambda b: b.touch("a.zip", b"PK\x03\x04 but no archive")),
    "damaged zip member": (
        "UN2002",
        ["a.zip/b.csv"],
        lambda b: b.touch("a.zip", zipped(b_csv=HEADER + GOOD).replace(b"f2f", b"F2F", 1)),
    ),
    "broken parquet": ("UN2002", ["a.parquet"], lambda b: b.touch("a.parquet", b"PAR1 and no more")),
    "broken xlsx": ("UN2002", ["a.xlsx"], lambda b: b.touch("a.xlsx", b"no workbook")),
    "broken json": ("UN2002", ["a.json"], lambda b: b.touch("a.json", '[{"id": 1},')),
    "json of no objects": (
        "UN2002",
        ["a.json", "item 2", "number"],
        lambda b: b.touch("a.json", '[{"id":"1"}, 3]'),
    ),
    "json of one text": ("UN2002", ["a.json"], lambda b: b.touch("a.json", '"hello"')),
    "missing sheet": (
        "UN2009",
        ["a.xlsx", "Visits"],
        lambda b: b.touch("a.xlsx", workbook([["id"]]), sheet="Visit"),
    ),
    "duplicate header": (
        "UN2006",
        ["a.csv", "'hcp'"],
        lambda b: b.touch("a.csv", HEADER.replace("id", "hcp")),
    ),
    "broken header": ("UN2006", ["a.csv:1"], lambda b: b.touch("a.csv", '"id,hcp\n')),
    "huge line": ("UN2007", ["a.csv:2"], lambda b: b.touch("a.csv", HEADER + "x" * (10 << 20))),
    "huge line later": (
        "UN2007",
        ["a.csv:3"],
        lambda b: b.touch("a.csv", HEADER + GOOD + "x" * (6 << 20) + "\n" + GOOD),
    ),
    "huge ndjson line": ("UN2007", ["a.ndjson:1"], lambda b: b.touch("a.ndjson", "x" * (5 << 20))),
    "unclosed quote": (
        "UN2007",
        ["a.csv:3", "quote"],
        lambda b: b.touch("a.csv", HEADER + GOOD + '"t2,h1,2024-01-02,f2f_visit,visited,1\n' + GOOD),
    ),
    "quote closed lines later": (
        "UN2007",
        ["a.csv:2"],
        lambda b: b.touch(
            "a.csv", HEADER + 't1,"h1,2024-01-02,f2f_visit,visited,1\nt2,"h2",2024-01-02,x,y,z\n'
        ),
    ),
    "unknown column": (
        "UN2008",
        ["a.csv", "'visits'", "'amuont'", "did you mean 'amount'"],
        lambda b: b.touch("a.csv", HEADER + GOOD, columns={"amount": "amuont"}),
    ),
    "unknown column of ndjson": (
        "UN2008",
        ["a.ndjson", "there is no column"],
        lambda b: b.touch("a.ndjson", '{"id": "1"}\n{"at": "2024-01-01"}\n', columns={}),
    ),
    "wrong delimiter": (
        "UN2008",
        ["a.csv", "delimiter"],
        lambda b: b.touch("a.csv", (HEADER + GOOD).replace(",", ";")),
    ),
    "fixed text without quotes": (
        "UN2008",
        ["event: \"'visited'\""],
        lambda b: b.touch("a.csv", HEADER + GOOD, columns={"event": "visited"}),
    ),
    "table not given": ("UN2010", ["sources.yaml:", "table"], lambda b: b.run(touch("a.csv", table=None))),
    "required column not mapped": (
        "UN2010",
        ["sources.yaml:", "occurred_at"],
        lambda b: b.run(touch("a.csv", columns={"occurred_at": None})),
    ),
    "unknown canonical column": (
        "UN2011",
        ["sources.yaml:", "did you mean 'product'"],
        lambda b: b.run(touch("a.csv", columns={"produkt": "x"})),
    ),
    "column of ingestion itself": (
        "UN2011",
        ["simulated"],
        lambda b: b.run(touch("a.csv", columns={"simulated": "x"})),
    ),
    "column given twice": (
        "UN2011",
        ["given twice"],
        lambda b: b.run(touch("a.csv", maps=[{"from": "event", "to": {"x": {"event": "visited"}}}])),
    ),
    "unknown table": (
        "UN1",
        ["sources.yaml:", "source_tuochpoint"],
        lambda b: b.run(touch("a.csv", table="source_tuochpoint")),
    ),
    "typo in a key": ("UN1", ["sources.yaml:", "delimitor"], lambda b: b.run(touch("a.csv", delimitor=";"))),
    "bad sql": ("UN2012", ["sources.yaml:"], lambda b: b.run(touch("a.csv", columns={"amount": "amount +"}))),
    "subquery": (
        "UN2012",
        ["sources.yaml:", "query"],
        lambda b: b.run(touch("a.csv", columns={"amount": "(select max(x) from t)"})),
    ),
    "file function": (
        "UN2012",
        ["read_text"],
        lambda b: b.run(touch("a.csv", columns={"amount": "read_text('/etc/hostname')"})),
    ),
    "two expressions": (
        "UN2012",
        ["one expression"],
        lambda b: b.run(touch("a.csv", columns={"amount": "1; drop table x"})),
    ),
    "aggregate": (
        "UN2012",
        ["other rows"],
        lambda b: b.run(touch("a.csv", columns={"amount": "sum(amount)"})),
    ),
    "hidden clock": (
        "UN2012",
        ["every run"],
        lambda b: b.run(touch("a.csv", columns={"occurred_at": "now()"})),
    ),
    "hidden dice": ("UN2012", ["every run"], lambda b: b.run(touch("a.csv", columns={"amount": "random()"}))),
    "unknown function": (
        "UN2012",
        ["did you mean 'upper'"],
        lambda b: b.run(touch("a.csv", columns={"amount": "uper(amount)"})),
    ),
    "expression that does not fit": (
        "UN2013",
        ["a.csv", "amount"],
        lambda b: b.touch("a.csv", HEADER + GOOD, columns={"amount": "amount + [1]"}),
    ),
    "unknown preset": (
        "UN2014",
        ["sources.yaml:", "did you mean 'open_payments'"],
        lambda b: b.run({"name": "op", "preset": "open_payment", "files": ["data/a.csv"]}),
    ),
    "unknown feed": (
        "UN2015",
        ["sources.yaml:", "did you mean 'payment'"],
        lambda b: b.run(
            {"name": "op", "preset": "open_payments", "feed": "payments", "files": ["data/a.csv"]}
        ),
    ),
    "unknown time zone": ("UN2016", ["Europe/Rome"], lambda b: b.run(touch("a.csv", timezone="Europe/Rom"))),
    "unknown encoding": ("UN2016", ["utf-9"], lambda b: b.run(touch("a.csv", encoding="utf-9"))),
    "name given twice": ("UN2017", ["visits"], lambda b: b.run(touch("a.csv"), touch("b.csv"))),
    "unknown channel in the mapping": (
        "UN2018",
        ["'visits'", "did you mean 'f2f_visit'"],
        lambda b: b.touch("a.csv", HEADER, columns={"channel": "'f2f_vist'"}),
    ),
    "unknown event in a map": (
        "UN2018",
        ["sources.yaml:", "did you mean 'visited'"],
        lambda b: b.run(
            touch(
                "a.csv", columns={"event": None}, maps=[{"from": "event", "to": {"x": {"event": "vistied"}}}]
            )
        ),
    ),
    "group of another table": (
        "UN2019",
        ["rep"],
        lambda b: b.run(
            {
                "name": "r",
                "table": "rep",
                "files": ["x"],
                "columns": {"rep_id": "a", "capacity_minutes": "b"},
                "group": {"by": ["role"]},
            }
        ),
    ),
}


@pytest.mark.parametrize("kind", STOPS)
def test_stops_with_an_error_that_says_where(kind: str, bench: Bench) -> None:
    code, words, provoke = STOPS[kind]
    with pytest.raises(UnisonoError) as caught:
        provoke(bench)
    text = str(caught.value)
    assert code in text
    for word in words:
        assert word in text
    assert not list(bench.target.glob("*")), "a run that stops leaves no table behind"


ROW = GOOD.strip()
# name of the kind -> (bad line, reason, column)
REFUSED: dict[str, tuple[str, str, str | None]] = {
    "too few values": ("t2,h1", "bad_row", None),
    "too many values": (ROW + ",more", "bad_row", None),
    "NUL": (ROW.replace("h1", "h\0"), "bad_row", None),
    "missing id": (ROW.replace("t1", ""), "missing", "touchpoint_id"),
    "missing customer": (ROW.replace("h1", "  "), "missing", "source_record_id"),
    "missing date": (ROW.replace("2024-01-02", ""), "missing", "occurred_at"),
    "missing event": (ROW.replace("visited", ""), "missing", "event"),
    "unparsable date": (ROW.replace("2024-01-02", "2013-00-04"), "unparsable", "occurred_at"),
    "date of another form": (ROW.replace("2024-01-02", "02/01/2024"), "unparsable", "occurred_at"),
    "future date": (ROW.replace("2024-01-02", "2024-06-02"), "after_clock", "occurred_at"),
    "ancient date": (ROW.replace("2024-01-02", "1899-12-30"), "before_1900", "occurred_at"),
    "unparsable number": (ROW.replace("12.5", "lunch"), "unparsable", "amount"),
    "number with a decimal comma": (ROW.replace("12.5", '"12,5"'), "unparsable", "amount"),
    "no number": (ROW.replace("12.5", "nan"), "unparsable", "amount"),
    "infinite number": (ROW.replace("12.5", "1e999"), "unparsable", "amount"),
    "negative amount": (ROW.replace("12.5", "-0.01"), "below_minimum", "amount"),
    "unknown channel": (ROW.replace("f2f_visit", "f2f_vist"), "unknown_value", "channel"),
    "consent's channel": (ROW.replace("f2f_visit", "all"), "unknown_value", "channel"),
    "unknown event": (ROW.replace("visited", "vistied"), "unknown_value", "event"),
    "event in capitals": (ROW.replace("visited", "VISITED"), "unknown_value", "event"),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """All of them in one file, with a good row at either end."""
    lines = "\n".join(line for line, _, _ in REFUSED.values())
    content = f"{HEADER}t0{GOOD[2:]}{lines}\nt9{GOOD[2:]}"
    return Bench(tmp_path_factory.mktemp("refused")).touch("a.csv", content)


@pytest.mark.parametrize("kind", REFUSED)
def test_is_put_into_quarantine_with_line_reason_and_row(kind: str, refused: Result) -> None:
    line, reason, column = REFUSED[kind]
    [row] = [row for row in refused.refused if row["line"] == 3 + list(REFUSED).index(kind)]
    assert (row["source"], row["file"], row["table_name"]) == ("visits", "data/a.csv", "source_touchpoint")
    assert (row["column_name"], row["reason"]) == (column, reason)
    assert row["raw"] == line
    assert row["detail"]


def test_good_rows_beside_bad_ones_are_taken(refused: Result) -> None:
    assert [touch["touchpoint_id"] for touch in refused.rows("source_touchpoint")] == ["t0", "t9"]
    assert len(refused.refused) == len(REFUSED)


def test_detail_names_what_was_seen_and_what_is_near(bench: Bench) -> None:
    row = bench.touch("a.csv", HEADER + GOOD.replace("f2f_visit", "f2f_vist")).only_refused()
    assert "'f2f_vist'" in row["detail"]
    assert "did you mean 'f2f_visit'?" in row["detail"]


def test_failing_expression_refuses_its_row_only(bench: Bench) -> None:
    content = HEADER + GOOD + GOOD.replace("t1", "t2").replace("12.5", "x")
    row = bench.touch("a.csv", content, columns={"amount": "cast(amount as double) * 2"}).only_refused()
    assert (row["line"], row["reason"], row["column_name"]) == (3, "unparsable", "amount")


def test_unknown_word_of_a_map(bench: Bench) -> None:
    maps = [{"from": "event", "to": {"Visit": {"event": "visited"}, "Call ": {"event": "called"}}}]
    content = (
        HEADER + GOOD.replace("visited", " VISIT ") + GOOD.replace("visited", "visti").replace("t1", "t2")
    )
    result = bench.touch("a.csv", content, columns={"event": None}, maps=maps)
    assert [row["event"] for row in result.rows("source_touchpoint")] == ["visited"]
    row = result.only_refused()
    assert (row["line"], row["reason"], row["column_name"]) == (3, "unknown_value", "event")
    assert "'visti'" in row["detail"]
    assert "did you mean 'Visit'?" in row["detail"]


def test_mapped_company_that_is_empty(bench: Bench) -> None:
    content = "id,hcp,at,channel,event,amount,firm\n" + GOOD.strip() + ",\n"
    row = bench.touch("a.csv", content, columns={"company": "firm"}).only_refused()
    assert (row["reason"], row["column_name"]) == ("missing", "company")


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        ("h1,all,withdrwan,2024-01-01", "unknown_value", "status"),
        ("h1,,withdrawn,2024-01-01", "missing", "channel"),
        ("h1,fax,withdrawn,2024-01-01", "unknown_value", "channel"),
        ("h1,all,withdrawn,2024-06-02T00:00:01", "after_clock", "stated_at"),
    ],
)
def test_broken_consent(line: str, reason: str, column: str, bench: Bench) -> None:
    bench.write("c.csv", f"hcp,channel,status,at\nh2,all,granted,2024-01-01\n{line}\n")
    result = bench.run(CONSENT)
    row = result.only_refused()
    assert (row["line"], row["reason"], row["column_name"]) == (3, reason, column)
    assert [consent["source_record_id"] for consent in result.rows("source_consent")] == ["h2"]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ('{"id": "t2",', "not valid JSON"),
        ("[1, 2]", "JSON list"),
        ('"text"', "JSON text"),
        ("null", "JSON null"),
        ('{"id": "\\ud800"}', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_bad_ndjson_line(line: str, detail: str, bench: Bench) -> None:
    good = '{"id": "t1", "hcp": 7, "at": "2024-01-02", "channel": "f2f_visit", "event": "visited", "amount": 1.5}'
    result = bench.touch("a.ndjson", f"{good}\n\n{line}\n")
    row = result.only_refused()
    assert (row["line"], row["reason"], row["raw"]) == (3, "bad_row", line)
    assert detail in row["detail"]
    assert result.rows("source_touchpoint")[0]["source_record_id"] == "7"


def test_conflicting_types_in_ndjson(bench: Bench) -> None:
    rest = '"hcp": "h", "at": "2024-01-02", "channel": "f2f_visit", "event": "visited"'
    base = f'{{{{"id": {{id}}, {rest}, "amount": {{amount}}}}}}'
    lines = [
        base.format(id=1, amount="1.5"),
        base.format(id='"2"', amount='"2.5"'),
        base.format(id="true", amount="null"),
        base.format(id=4, amount='{"eur": 3}'),
    ]
    result = bench.touch("a.ndjson", "\n".join(lines))
    assert [(r["touchpoint_id"], r["amount"]) for r in result.rows("source_touchpoint")] == [
        ("1", 1.5),
        ("2", 2.5),
        ("true", None),
    ]
    row = result.only_refused()
    assert (row["line"], row["reason"], row["column_name"], row["raw"]) == (
        4,
        "unparsable",
        "amount",
        lines[3],
    )


def test_header_only_is_no_rows(bench: Bench) -> None:
    result = bench.touch("a.csv", HEADER)
    assert result.counts[0].rows_in == 0
    assert result.rows("source_touchpoint") == []


def test_identical_rows_are_duplicates(bench: Bench) -> None:
    result = bench.touch("a.csv", HEADER + GOOD + GOOD)
    [count] = result.counts
    assert (count.rows_in, count.accepted, count.quarantined, count.duplicates) == (2, 1, 0, 1)


def test_same_id_with_other_content_is_refused(bench: Bench) -> None:
    second = GOOD.replace("12.5", "99")
    result = bench.touch("a.csv", HEADER + GOOD + second)
    row = result.only_refused()
    assert (row["line"], row["reason"], row["raw"]) == (3, "conflicting_duplicate", second.strip())
    assert "touchpoint_id 't1'" in row["detail"]
    assert "line 2 of data/a.csv" in row["detail"]
    assert [touch["amount"] for touch in result.rows("source_touchpoint")] == [12.5]


def test_stray_quote_within_a_line_stays_in_its_row(bench: Bench) -> None:
    stray = GOOD.replace("h1", 'h"1"').replace("t1", "t2")
    multi = GOOD.replace("h1", '"h\n1"').replace("t1", "t3")
    result = bench.touch("a.csv", HEADER + GOOD + stray + multi + "t4,short\n")
    assert [r["source_record_id"] for r in result.rows("source_touchpoint")] == ["h1", 'h"1"', "h\n1"]
    assert result.only_refused()["line"] == 6
