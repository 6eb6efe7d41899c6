"""Ingestion finds exactly the dirt that the world put in, and nothing else."""

from collections import Counter
from datetime import UTC, datetime

import duckdb
import pytest

from unisono.ingest import ingest, read_sources
from unisono.playbook import load_playbook
from unisono.world import Dirt, WorldSettings, new_world

AS_OF = datetime(2026, 1, 5, tzinfo=UTC)
REASONS = {
    "bad_date": "unparsable",
    "future_date": "after_clock",
    "unknown_word": "unknown_value",
    "negative_number": "below_minimum",
    "blank_id": "missing",
    "ragged_row": "bad_row",
    "conflicting_row": "conflicting_duplicate",
}
RECORDS = ("data/crm/hcp.csv", "data/mail/contacts.csv")  # a later row replaces; any specialty is taken


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the world says it did, what ingestion says it found, and the folder of its tables."""
    folder = tmp_path_factory.mktemp("world")
    more = WorldSettings(dirt=Dirt(conflicting_row=0.002, future_date=0.002, ragged_row=0.002))
    world = new_world(folder / "project", customers=300, seed=11, as_of=AS_OF, settings=more)
    playbook = load_playbook(folder / "project/playbook")
    counts = ingest(
        read_sources(folder / "project/sources.yaml"),
        project=folder / "project",
        data=folder / "project/data",
        target=folder / "tables",
        as_of=AS_OF,
        channels={channel.id for channel in playbook.channels},
        simulated=True,
    )
    return world, {count.file: count for count in counts}, folder / "tables"


def read(tables, sql):
    return duckdb.sql(sql.format(**{t.name: f"'{t}/*.parquet'" for t in tables.iterdir()})).fetchall()


def test_all_rows_of_all_files_are_accounted_for(told):
    world, counts, _ = told
    assert {name: count.rows_in for name, count in counts.items()} == world["files"]
    for count in counts.values():
        assert count.rows_in == count.accepted + count.quarantined + count.duplicates


def test_nearly_everything_is_accepted(told):
    _, counts, _ = told
    assert sum(c.accepted for c in counts.values()) / sum(c.rows_in for c in counts.values()) > 0.97


def test_each_kind_of_dirt_lands_where_it_should(told):
    world, counts, tables = told
    found = Counter()
    for file, reason, rows in read(tables, "select file, reason, count(*) from {quarantine} group by all"):
        found[file, reason] += rows
    expected, duplicates = Counter(), Counter()
    for file, kinds in world["dirt"].items():
        for kind, rows in kinds.items():
            if kind == "duplicate_row" or (kind == "conflicting_row" and file in RECORDS):
                duplicates[file] += rows
            elif kind in REASONS and not (kind == "unknown_word" and file in RECORDS):
                expected[file, REASONS[kind]] += rows
    assert found == expected
    assert set(REASONS.values()) == {reason for _, reason in found}
    assert {file: count.duplicates for file, count in counts.items() if count.duplicates} == duplicates


def test_everything_is_labelled_simulated(told):
    _, _, tables = told
    for table in ("source_record", "source_touchpoint", "source_consent", "rep"):
        assert read(tables, f"select distinct simulated from {{{table}}}") == [(True,)], table


def test_touchpoints_speak_the_playbooks_language(told):
    _, _, tables = told
    channels = {channel for (channel,) in read(tables, "select distinct channel from {source_touchpoint}")}
    assert len(channels) == 10
    machine = read(tables, "select count(*) from {source_touchpoint} where not is_human and event = 'opened'")
    assert machine[0][0] > 0
    assert read(tables, "select min(length(specialty)) from {source_record} where kind = 'hcp'")[0][0] > 5
