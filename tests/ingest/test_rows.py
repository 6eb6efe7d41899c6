"""Which rows stay: duplicates, contradictions, groups; and that none is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest.bench import GOOD, HEADER, Bench, touch
from unisono.errors import EngineError
from unisono.ingest.batch import Batch

PEOPLE = {
    "name": "crm",
    "table": "source_record",
    "files": ["data/*.csv"],
    "columns": {"source_record_id": "id", "city": "city"},
}


def test_latest_record_wins_across_files(bench: Bench) -> None:
    bench.write("a.csv", "id,city\nh1,Rome\nh2,Oslo\nh1,Milan\n")
    bench.write("b.csv", "id,city\nh1,Turin\nh1,Turin\n")
    result = bench.run(PEOPLE)
    assert [(row["source_record_id"], row["city"]) for row in result.rows("source_record")] == [
        ("h2", "Oslo"),
        ("h1", "Turin"),
    ]
    assert [(c.rows_in, c.accepted, c.quarantined, c.duplicates) for c in result.counts] == [
        (3, 1, 0, 2),
        (2, 1, 0, 1),
    ]


def test_contradicting_records_can_be_refused_instead(bench: Bench) -> None:
    bench.write("a.csv", "id,city\nh1,Rome\nh1,Milan\nh1,Rome\n")
    result = bench.run(PEOPLE | {"conflict": "quarantine"})
    assert [row["city"] for row in result.rows("source_record")] == ["Rome"]
    row = result.only_refused()
    assert (row["line"], row["reason"], row["raw"]) == (3, "conflicting_duplicate", "h1,Milan")


def test_contradicting_touchpoints_can_be_replaced_instead(bench: Bench) -> None:
    result = bench.touch("a.csv", HEADER + GOOD + GOOD.replace("12.5", "9"), conflict="latest")
    assert [row["amount"] for row in result.rows("source_touchpoint")] == [9]
    assert result.refused == []


def test_statements_of_one_consent_all_stay(bench: Bench) -> None:
    bench.write(
        "c.csv",
        "hcp,channel,status,at\nh1,all,granted,2024-01-01\nh1,all,withdrawn,2024-01-01\nh1,all,granted,2024-01-01\n",
    )
    result = bench.run(
        {
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
    )
    assert sorted(row["status"] for row in result.rows("source_consent")) == ["granted", "withdrawn"]
    assert result.counts[0].duplicates == 1


def test_keys_with_nothing_in_them_are_alike(bench: Bench) -> None:
    bench.write("a.csv", "rep,hcp\nr1,h1\nr1,h1\n")
    result = bench.run(
        {
            "name": "cover",
            "table": "source_assignment",
            "files": ["data/a.csv"],
            "columns": {"rep_id": "rep", "source_record_id": "hcp", "starts_on": "null"},
        }
    )
    assert (result.counts[0].accepted, result.counts[0].duplicates) == (1, 1)


def test_contradiction_in_another_file_is_refused_with_its_row(bench: Bench) -> None:
    bench.write("a.csv", HEADER + GOOD)
    bench.write("b.ndjson", '{"id": "t1", "hcp": "other"}')
    said = {
        "columns": {
            "occurred_at": "'2024-01-02'",
            "channel": "'f2f_visit'",
            "event": "'visited'",
            "amount": "null",
        }
    }
    result = bench.run(touch("a.csv"), touch("b.ndjson", name="other", **said))
    row = result.only_refused()
    assert (row["source"], row["file"], row["line"]) == ("other", "data/b.ndjson", 1)
    assert row["raw"] == '{"id": "t1", "hcp": "other"}'
    assert "data/a.csv" in row["detail"]


def meals(sizes: dict[str, int]) -> str:
    rows = [
        f"{place}{number},h{number},2024-01-02,f2f_visit,visited,{place}\n"
        for place, size in sizes.items()
        for number in range(size)
    ]
    return HEADER + "".join(rows)


GROUP = {"by": ["occurred_at", "amount", "product"], "channel": {"f2f_visit": "hospital_meeting"}}


def test_groups_by_number_of_customers(bench: Bench) -> None:
    result = bench.touch("a.csv", meals({"10": 1, "20": 2, "30": 3}), group=GROUP)
    seen: dict[float, list[tuple[bool, str]]] = {}
    for row in result.rows("source_touchpoint"):
        seen.setdefault(row["amount"], []).append((row["group_id"] is not None, row["channel"]))
    assert seen == {
        10: [(False, "f2f_visit")],
        20: [(True, "f2f_visit")] * 2,
        30: [(True, "hospital_meeting")] * 3,
    }
    assert len({row["group_id"] for row in result.rows("source_touchpoint") if row["group_id"]}) == 2


def test_one_customer_twice_is_no_group(bench: Bench) -> None:
    content = HEADER + GOOD + GOOD.replace("t1", "t2") + GOOD.replace("t1", "t3")
    assert {
        row["group_id"] for row in bench.touch("a.csv", content, group=GROUP).rows("source_touchpoint")
    } == {None}


def test_groups_stay_within_their_source(bench: Bench) -> None:
    bench.write("a.csv", HEADER + GOOD)
    bench.write("b.csv", HEADER + GOOD.replace("t1", "t2").replace("h1", "h2"))
    result = bench.run(touch("a.csv", group=GROUP), touch("b.csv", name="others", group=GROUP))
    assert {row["group_id"] for row in result.rows("source_touchpoint")} == {None}


def test_channel_of_a_group_is_one_of_the_playbook(bench: Bench) -> None:
    bench.write("a.csv", HEADER)
    with pytest.raises(Exception, match="UN2018.*'hospital_meting'"):
        bench.run(touch("a.csv", group=GROUP | {"channel": {"f2f_visit": "hospital_meting"}}))


def test_a_lost_row_stops_the_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batch, "rows", property(lambda batch: len(batch.lines) + 1))
    with pytest.raises(EngineError, match="data/a.csv, source 'visits': UN3020 "):
        bench.touch("a.csv", HEADER + GOOD)


VALUES = {
    "id": st.sampled_from(["1", "2", "3", "4", ""]),
    "hcp": st.sampled_from(["h1", "h2", " "]),
    "at": st.sampled_from(["2024-01-02", "2024-01-03", "2031-01-01", "soon", ""]),
    "channel": st.sampled_from(["f2f_visit", "congress", "fax"]),
    "event": st.sampled_from(["visited", "vistied"]),
    "amount": st.sampled_from(["1", "2.5", "-1", "much", ""]),
}
ROWS = st.lists(st.fixed_dictionaries(VALUES), max_size=30)
BREAKS = st.sampled_from(
    [None, "short", "1,2,3,4,5,6,7", 'x"y', "", '"a\nb",h1,2024-01-02,f2f_visit,visited,1']
)


def ingested(lines: list[str], **said: Any) -> tuple[Any, list[dict[str, Any]], list[dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        result = Bench(Path(folder)).touch("a.csv", HEADER + "\n".join(lines) + "\n", **said)
        return result.counts[0], result.rows("source_touchpoint"), result.refused


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, breaks=st.lists(BREAKS, max_size=4))
def test_no_row_is_lost(rows: list[dict[str, str]], breaks: list[str | None]) -> None:
    lines = [",".join(row.values()) for row in rows] + [line for line in breaks if line is not None]
    count, accepted, refused = ingested(lines)
    assert count.rows_in == len([line for line in lines if line])
    assert (count.accepted, count.quarantined) == (len(accepted), len(refused))
    assert count.rows_in == count.accepted + count.quarantined + count.duplicates
    text = HEADER + "\n".join(lines)
    for row in refused:
        assert text.split("\n")[row["line"] - 1] == row["raw"].split("\n")[0]
    ids = [row["touchpoint_id"] for row in accepted]
    assert len(ids) == len(set(ids))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, data=st.data())
def test_order_of_rows_does_not_change_which_ids_are_accepted(
    rows: list[dict[str, str]], data: st.DataObject
) -> None:
    lines = [",".join(row.values()) for row in rows]
    shuffled = data.draw(st.permutations(lines))
    first, second = ingested(lines), ingested(shuffled)
    assert {row["touchpoint_id"] for row in first[1]} == {row["touchpoint_id"] for row in second[1]}
    assert first[0].rows_in == second[0].rows_in
    assert first[0].accepted == second[0].accepted


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_a_value_with_a_line_end_elsewhere_changes_nothing(rows: list[dict[str, str]]) -> None:
    """Blocks with such a value take another way through the parser."""
    lines = [",".join(row.values()) for row in rows]
    plain, with_care = ingested(lines), ingested([*lines, '"a\nb",h1,2024-01-02,f2f_visit,visited,1'])
    assert with_care[1][:-1] == plain[1]
    assert with_care[2] == plain[2]
