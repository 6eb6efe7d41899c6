"""Real files, by mapping only: every row is accounted for and the bad ones are found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.ingest.bench import SHARED, Bench, Result

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"real data is not kept at {SHARED}"),
]


def taken(result: Result, source: str) -> tuple[int, int, int, int]:
    counts = [count for count in result.counts if count.name == source]
    return (
        sum(count.rows_in for count in counts),
        sum(count.accepted for count in counts),
        sum(count.quarantined for count in counts),
        sum(count.duplicates for count in counts),
    )


def test_iowa_by_preset(bench: Bench) -> None:
    preset = {"preset": "iowa_pseudonymised"}
    result = bench.run(
        {"name": "hcps", "feed": "hcp", "files": ["data/us_ia/hcp_master_pseudonymised.parquet"], **preset},
        {"name": "payments", "feed": "touchpoint", "files": ["data/us_ia/touchpoints_*.parquet"], **preset},
        data=SHARED,
    )
    assert taken(result, "hcps") == (2048, 2048, 0, 0)
    assert taken(result, "payments") == (71036, 71036, 0, 0)
    rows = result.rows("source_touchpoint")
    channels = Counter(row["channel"] for row in rows)
    assert channels["f2f_visit"] + channels["hospital_meeting"] == 60379
    assert (channels["congress"], channels["kol_programme"], channels["other_transfer"]) == (4824, 3021, 762)
    met = Counter(row["group_id"] for row in rows if row["channel"] == "hospital_meeting")
    assert None not in met
    assert min(met.values()) >= 3
    known = {row["source_record_id"] for row in result.rows("source_record")}
    assert {row["source_record_id"] for row in rows} <= known


def test_french_sample(bench: Bench) -> None:
    result = bench.run_file(HERE / "fr_sample.yaml", data=SHARED)
    assert taken(result, "fr_benefits") == (39557, 38118, 10, 1429)
    assert taken(result, "fr_contracts") == (2736, 2634, 0, 102)
    assert taken(result, "fr_recipients")[0] == 39557 + 2736
    seen = {(row["source"], row["column_name"], row["reason"]) for row in result.refused}
    assert seen == {("fr_benefits", "amount", "unparsable")}
    assert all("'restauration'" in row["detail"] for row in result.refused)
    amounts = [row["amount"] for row in result.rows("source_touchpoint") if row["source"] == "fr_benefits"]
    assert 1785 in amounts


def test_eight_french_companies(bench: Bench) -> None:
    result = bench.run_file(HERE / "fr_companies.yaml", data=SHARED)
    rows, accepted, refused, duplicates = taken(result, "fr_declarations")
    assert (rows, refused) == (51267, 161)
    assert accepted + duplicates == 51267 - 161
    assert {(row["column_name"], row["reason"]) for row in result.refused} == {("occurred_at", "unparsable")}
    impossible = [row for row in result.refused if "'2013-00-04'" in row["detail"]]
    assert impossible[0]["raw"].split(",")[9] == "2013-00-04"
    assert all(",2013-00-04," in row["raw"] for row in impossible)
