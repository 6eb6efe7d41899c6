"""Rows set aside, and columns of other files beside a row's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.ingest.bench import GOOD, HEADER, Bench, touch
from unisono.errors import ProblemsError, SourceError
from unisono.ingest import read_sources, source_files

ASIDE = [{"when": "event = 'planned'", "because": "not yet a fact"}]
PEOPLE = {"name": "people", "files": ["people.csv"], "match": {"number": "hcp"}}


def joined(
    bench: Bench, people: str, *files: str, columns: dict[str, str] | None = None, **said: Any
) -> list[Any]:
    bench.write("people.csv", people)
    bench.write("a.csv", HEADER + GOOD)
    join = PEOPLE | said.pop("join", {})
    mapped = {"product": "people.likes"} | (columns or {})
    return bench.run(touch("a.csv", columns=mapped, join=[join], **said)).rows("source_touchpoint")


# ---- set aside --------------------------------------------------------------------------------------------


def test_rows_set_aside_are_kept_with_the_reason(bench: Bench) -> None:
    planned = "t2,h1,2031-01-01,unheard of,planned,minus\n"
    result = bench.touch("a.csv", HEADER + GOOD + planned, set_aside=ASIDE)
    [row] = result.refused
    assert (row["reason"], row["detail"], row["column_name"], row["line"]) == (
        "set_aside",
        "not yet a fact",
        None,
        3,
    )
    assert (row["source_record_id"], row["raw"].count("planned")) == ("h1", 1)
    assert (result.counts[0].accepted, result.counts[0].quarantined) == (1, 1)


def test_a_row_of_which_it_cannot_be_told_is_refused(bench: Bench) -> None:
    aside = [{"when": "cast(amount as integer) > 5", "because": "large"}]
    result = bench.touch("a.csv", HEADER + GOOD.replace("12.5", "x"), set_aside=aside)
    assert (result.only_refused()["reason"], result.counts[0].accepted) == ("unparsable", 0)


def test_a_condition_that_is_neither_true_nor_false_sets_nothing_aside(bench: Bench) -> None:
    aside = [{"when": "amount > 'a'", "because": "large"}]
    result = bench.touch("a.csv", HEADER + GOOD.replace("12.5", ""), set_aside=aside)
    assert result.counts[0].accepted == 1


def test_the_first_reason_counts(bench: Bench) -> None:
    aside = [*ASIDE, {"when": "true", "because": "all of them"}]
    result = bench.touch("a.csv", HEADER + GOOD, set_aside=aside)
    assert result.only_refused()["detail"] == "all of them"


# ---- join -------------------------------------------------------------------------------------------------


def test_a_partner_s_columns_are_read_and_a_missing_partner_s_are_empty(bench: Bench) -> None:
    bench.write("people.csv", "number,likes\n h1 ,Alpha\nh3,Beta\n")
    bench.write("a.csv", HEADER + GOOD + GOOD.replace("t1,h1", "t2,h2"))
    result = bench.run(touch("a.csv", columns={"product": "people.likes"}, join=[PEOPLE]))
    assert [(row["source_record_id"], row["product"]) for row in result.rows("source_touchpoint")] == [
        ("h1", "Alpha"),
        ("h2", None),
    ]


def test_the_last_row_of_a_key_stands_over_files_too(bench: Bench) -> None:
    bench.write("people_2.csv", "likes,number\nGamma,h1\n")
    files = {"files": ["people.csv", "people_*.csv"]}
    [row] = joined(bench, "number,likes\nh1,Alpha\nh1,Beta\n", join=files)
    assert row["product"] == "Gamma"


@pytest.mark.parametrize(("version_of", "likes"), [(None, "Alpha"), ("id", None)])
def test_an_older_version_does_not_pass_a_filter_that_the_last_one_fails(
    bench: Bench, version_of: str | None, likes: str | None
) -> None:
    people = "id,number,likes,active\n1,h1,Alpha,yes\n1,h1,Alpha,no\n"
    [row] = joined(bench, people, join={"where": "active = 'yes'", "version_of": version_of})
    assert row["product"] == likes


def test_joins_may_build_on_joins(bench: Bench) -> None:
    bench.write("names.csv", "key,Full Name\np1,Alpha\n")
    names = {"name": "names", "files": ["names.csv"], "match": {"key": "people.likes"}}
    bench.write("people.csv", "number,likes\nh1,p1\n")
    bench.write("a.csv", HEADER + GOOD)
    columns = {"product": 'names."Full Name" || people.number'}
    [row] = bench.run(touch("a.csv", columns=columns, join=[PEOPLE, names])).rows("source_touchpoint")
    assert row["product"] == "Alphah1"


def test_several_keys_all_have_to_match(bench: Bench) -> None:
    people = "number,day,likes\nh1,2024-01-01,Alpha\nh1,2024-01-02,Beta\nh2,2024-01-02,Gamma\n"
    [row] = joined(bench, people, join={"match": {"number": "hcp", "day": "at"}})
    assert row["product"] == "Beta"


def test_aliases_encoding_and_delimiter_go_for_joined_files(bench: Bench) -> None:
    bench.write("people.csv", "Nummer;mag\nh1;Ärmel\n".encode("cp1252"))
    bench.write("a.csv", (HEADER + GOOD).replace(",", ";"))
    said = {"encoding": "cp1252", "delimiter": ";", "aliases": {"number": ["Nummer"], "likes": ["mag"]}}
    [row] = bench.run(touch("a.csv", columns={"product": "people.likes"}, join=[PEOPLE], **said)).rows(
        "source_touchpoint"
    )
    assert row["product"] == "Ärmel"


def test_files_of_other_formats_are_joined(bench: Bench) -> None:
    bench.write("people.ndjson", '{"number": "h1"}\n{"number": "h1", "likes": ["Alpha"]}\n')
    [row] = joined(bench, "", join={"files": ["people.ndjson"]})
    assert row["product"] == '["Alpha"]'


def test_a_join_sets_aside_and_maps(bench: Bench) -> None:
    aside = [{"when": "people.likes = 'nobody'", "because": "a stub"}]
    assert joined(bench, "number,likes\nh1,nobody\n", set_aside=aside) == []
    maps = [{"from": "people.likes", "to": {"alpha": {"company": "Acme"}}}]
    [row] = joined(bench, "number,likes\nh1, ALPHA \n", maps=maps)
    assert row["company"] == "Acme"


def test_a_file_that_is_missing_is_an_error_unless_optional(bench: Bench) -> None:
    bench.write("a.csv", HEADER + GOOD)
    with pytest.raises(SourceError, match="UN2001 no file matches 'data/people.csv'"):
        bench.run(touch("a.csv", columns={"product": "people.likes"}, join=[PEOPLE]))
    optional = touch("a.csv", columns={"product": "people.likes"}, join=[PEOPLE | {"optional": True}])
    [row] = bench.run(optional).rows("source_touchpoint")
    assert row["product"] is None


def test_a_column_the_joined_file_lacks_is_named(bench: Bench) -> None:
    with pytest.raises(
        SourceError,
        match=r"data/people.csv, source 'visits', join 'people': UN2008 there is no column 'likes'",
    ):
        joined(bench, "number,like\nh1,Alpha\n")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"columns": {"product": "other.likes"}}, "UN2012"),
        ({"columns": {"product": "people.likes.x"}}, "UN2012"),
        ({"join": [PEOPLE | {"where": "people.likes = 'x'"}]}, "UN2012"),
        ({"join": [PEOPLE | {"match": {"number": "people.likes"}}]}, "UN2012"),
        ({"join": [PEOPLE | {"match": {"number": "sum(hcp)"}}]}, "UN2012"),
        ({"join": [PEOPLE, PEOPLE]}, "UN2020"),
        ({"set_aside": [{"when": "now() > at", "because": "x"}]}, "UN2012"),
    ],
)
def test_what_is_declared_wrongly_is_told_at_its_line(bench: Bench, said: dict[str, Any], code: str) -> None:
    declared = {"join": [PEOPLE]} | said
    with pytest.raises(ProblemsError) as caught:
        read_sources(bench.declare(touch("a.csv", **declared)))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert "sources.yaml:" in caught.value.problems[0].where


def test_joined_files_are_inputs_of_the_run(bench: Bench) -> None:
    bench.write("a.csv", HEADER + GOOD)
    bench.write("people.csv", "number,likes\nh1,Alpha\n")
    sources = read_sources(bench.declare(touch("a.csv", columns={"product": "people.likes"}, join=[PEOPLE])))
    before = source_files(sources, bench.project, bench.data)
    assert [file.file for file in before] == ["data/a.csv", "data/people.csv"]
    bench.write("people.csv", "number,likes\nh1,Beta\n")
    after = source_files(sources, bench.project, bench.data)
    assert [a.sha256 == b.sha256 for a, b in zip(before, after, strict=True)] == [True, False]


def test_a_file_may_be_joined_to_itself(bench: Bench) -> None:
    """Which rows are parents is said by their children."""
    parent = "id,hcp,at,channel,event,amount,parent\np,h0,2024-01-02,f2f_visit,visited,1,\n"
    bench.write("a.csv", parent + "c,h1,2024-01-02,f2f_visit,visited,1,p\n")
    child = {"name": "child", "files": ["a.csv"], "match": {"parent": "id"}}
    aside = [{"when": "child.id is not null", "because": "its children are counted"}]
    result = bench.run(touch("a.csv", join=[child], set_aside=aside))
    assert [row["touchpoint_id"] for row in result.rows("source_touchpoint")] == ["c"]
    assert [
        file.file
        for file in source_files(
            read_sources(bench.declare(touch("a.csv", join=[child]))), bench.project, bench.data
        )
    ] == ["data/a.csv"]


# ---- the generic presets ----------------------------------------------------------------------------------


def test_segment_counts_known_people_s_pages_and_tracks(bench: Bench) -> None:
    line = (
        '{"type": "%s", "event": "%s", "userId": "%s", "messageId": "%s", "timestamp": "2024-01-02T10:00:00.000Z",'
        ' "properties": {"content_id": "c1", "product": "Alpha", "surface": "%s", "session_id": "s1"}}\n'
    )
    rows = [
        ("page", "", "u1", "m1", "portal"),
        ("track", "Message Replied", "u1", "m2", "chat"),
        ("track", "Content Viewed", "", "m3", "portal"),
        ("identify", "", "u1", "m4", "portal"),
        ("track", "Unheard Of", "u1", "m5", "portal"),
    ]
    bench.write("segment.ndjson", "".join(line % row for row in rows))
    source = {"name": "web", "preset": "segment", "system": "mail", "files": ["data/segment.ndjson"]}
    result = bench.run(source, channels={"portal", "chat"})
    page, reply = result.rows("source_touchpoint")
    assert (page["event"], page["channel"], page["system"], page["contact_id"]) == (
        "viewed",
        "portal",
        "mail",
        "s1",
    )
    assert (page["content_id"], page["product"], page["direction"]) == ("c1", "Alpha", "inbound")
    assert page["occurred_at"] == datetime(2024, 1, 2, 10)
    assert (reply["event"], reply["channel"]) == ("replied", "chat")
    assert [(row["line"], row["reason"]) for row in result.refused] == [
        (3, "set_aside"),
        (4, "set_aside"),
        (5, "unknown_value"),
    ]


def test_consents_in_our_own_words(bench: Bench) -> None:
    bench.write(
        "c.csv",
        "customer_id,channel,status,stated_at,channel_value\nh1,approved_email,granted,2024-01-02,a@x.it\nh2,all,denied,2024-01-02,\n",
    )
    result = bench.run({"name": "centre", "preset": "consents", "system": "mail", "files": ["data/c.csv"]})
    first, second = result.rows("source_consent")
    assert (first["channel_value"], first["purpose"], first["statement_id"]) == ("a@x.it", "all", None)
    assert (second["channel"], second["status"], second["channel_value"]) == ("all", "denied", None)


def test_outcomes_of_customers_and_of_areas(bench: Bench) -> None:
    bench.write(
        "o1.csv",
        "customer_id,product,period,measure,value\nh1,Alpha,2024-01,new_rx,3\n,Alpha,2024-01,new_rx,3\n",
    )
    bench.write("o2.csv", "brick,product,period,measure,value\nB1,Alpha,2024-01-01,new_rx,-2\n")
    bench.write("o3.csv", "customer_id,product,period,measure,value\nh1,Alpha,2024-01,new_rx,5\n")
    source = {"name": "rx", "preset": "outcomes", "system": "crm"}
    result = bench.run(source | {"files": ["data/o1.csv", "data/o2.csv", "data/o3.csv"]})
    rows = result.rows("source_outcome")
    assert [(row["source_record_id"], row["brick"], row["value"]) for row in rows] == [
        (None, "B1", -2),
        ("h1", None, 5),
    ]
    assert {row["period_on"].isoformat() for row in rows} == {"2024-01-01"}
    refused = result.only_refused()
    assert (refused["reason"], refused["column_name"]) == ("missing", "source_record_id")
    assert "source_record_id or brick is required" in refused["detail"]


def test_a_table_that_needs_one_of_two_columns_says_so(bench: Bench) -> None:
    columns = {"product": "p", "period_on": "d", "measure": "'new_rx'", "value": "v"}
    declared = {"name": "rx", "table": "source_outcome", "files": ["data/o.csv"], "columns": columns}
    with pytest.raises(ProblemsError, match="neither source_record_id nor brick of source_outcome is mapped"):
        read_sources(bench.declare(declared))
