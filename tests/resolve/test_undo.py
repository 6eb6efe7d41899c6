"""A merge that is undone leaves no trace: ids, homes and arms are those of before."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import Row
from tests.resolve.linked import clustered, decided, names, person, value
from unisono.previous import known_before
from unisono.store import Snapshot
from unisono.tables.arrow import rows

Values = dict[str, str]
MADE = ("mentioned_record", "entity_record", "customer_xref", "identity_event")


def people(values: Values) -> tuple[list[Row], list[Row]]:
    """Records, of which those with the same value are one customer."""
    return [person(key) for key in values], [value(key, what) for key, what in values.items()]


def test_both_customers_get_their_ids_back_and_every_step_is_told() -> None:
    alone = {"a:1": "x", "a:2": "y"}
    first = clustered(*people(alone))
    merged = clustered(
        *people(alone), decisions=[decided("a:1", "a:2", "same")], previous=first, run_id="run-2"
    )
    assert len(set(names(merged).values())) == 1
    apart = [decided("a:1", "a:2", "same", 1, standing=False), decided("a:1", "a:2", "not_same", 2)]
    split = clustered(*people(alone), decisions=apart, previous=merged, run_id="run-3")
    assert split["customer_xref"] == first["customer_xref"]
    told = [(row["event"], row["other_id"]) for row in split["identity_event"] if row["event"] == "manual"]
    assert sorted(told) == [("manual", "D1"), ("manual", "D2"), ("manual", "D2")]
    again = clustered(*people(alone), decisions=apart, previous=split, run_id="run-4")
    assert again["identity_event"] == split["identity_event"]


def test_records_that_came_meanwhile_take_no_id_away() -> None:
    alone = {"a:1": "x", "a:2": "y", "a:3": "y"}
    tie = [decided("a:1", "a:2", "same")]
    first = clustered(*people(alone))
    merged = clustered(*people(alone), decisions=tie, previous=first, run_id="run-2")
    assert set(names(merged).values()) == {names(first)["a:2"]}
    more = alone | {f"b:{number}": "x" for number in range(5)}
    grown = clustered(*people(more), decisions=tie, previous=merged, run_id="run-3")
    assert len(set(names(grown).values())) == 1
    split = names(clustered(*people(more), previous=grown, run_id="run-4"))
    assert split.items() >= names(first).items()
    assert {split[f"b:{number}"] for number in range(5)} == {split["a:1"]}


KEYS = [f"a:{number}" for number in range(8)]
NEW = [f"b:{number}" for number in range(5)]
VALUES = st.sampled_from("uvwxyz")


@settings(max_examples=30)
@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1),
    st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=4),
    st.dictionaries(st.sampled_from(NEW), VALUES),
    st.dictionaries(st.sampled_from(NEW), VALUES),
)
def test_merges_that_are_undone_restore_the_former_ids(
    before: Values, merges: list[tuple[str, str]], with_merge: Values, later: Values
) -> None:
    ties = [decided(*tie, "same", number) for number, tie in enumerate(merges) if tie[0] != tie[1]]
    first = clustered(*people(before), made=MADE)
    second = people(before | with_merge)
    merged = clustered(*second, decisions=ties, previous=first, run_id="run-2", made=MADE)
    third = people(before | later | with_merge)
    grown = clustered(*third, decisions=ties, previous=merged, run_id="run-3", made=MADE)
    split = clustered(*third, previous=grown, run_id="run-4", made=MADE)
    olds = [row for row in split["customer_xref"] if row["system"] == "a"]
    assert [kept(row) for row in olds] == [kept(row) for row in first["customer_xref"]]

    unmoved = names(first).items() - names(merged).items()
    tied = {key for tie in ties for key in (tie["left_key"], tie["right_key"])}
    values = {before.get(key) for key in tied}
    assert all(before[key] in values for key, _ in unmoved)
    assert names(merged).items() <= names(grown).items()


def kept(row: Row) -> tuple[str, str, str | None]:
    return row["source_record_id"], row["customer_id"], row["home_id"]


def written(folder: Path, **tables: pa.Table) -> Snapshot:
    for name, table in tables.items():
        (folder / name).mkdir(parents=True)
        pq.write_table(table, folder / name / "part-0.parquet")
    return Snapshot(folder)


def arms(*customers: tuple[str, str], name: str = "previous_arm") -> pa.Table:
    return rows(name, [{"customer_id": customer, "arm": arm} for customer, arm in customers])


def test_what_a_run_knows_of_an_older_snapshot(tmp_path: Path) -> None:
    xref = rows("customer_xref", [{"system": "a", "source_record_id": "1", "customer_id": "C1"}])
    snapshot = written(
        tmp_path,
        customer_xref=xref.drop_columns(["home_id"]),
        identity_event=rows("identity_event", []),
        arm=arms(("C1", "suggest"), name="arm"),
        previous_arm=arms(("C1", "usual"), ("C2", "usual")),
    )
    known = known_before(snapshot)
    assert known["previous_identity_event"] == tmp_path / "identity_event"
    assert known["previous_xref"]["home_id"].to_pylist() == ["C1"]
    assert {row["customer_id"]: row["arm"] for row in known["previous_arm"].to_pylist()} == {
        "C1": "suggest",
        "C2": "usual",  # merged away, and kept for the day it comes back
    }
