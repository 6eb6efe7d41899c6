"""The same pairs of records on every engine, with and without a snapshot before."""

from tests.build import only
from tests.resolve.test_match import RECORDS, full, matched
from unisono.engine.graph import order, run
from unisono.tables.arrow import rows

PREVIOUS = ("previous_match_model", "previous_match_record", "previous_match_pair")


def test_every_engine_finds_the_same_pairs(engine):
    before = matched(RECORDS[:-3], full()).previous()
    for name in ("match_record", "match_model"):
        engine.table(name, rows(name, full()[name]))
    for known in (False, True):
        for name in PREVIOUS:
            engine.table(name, rows(name, before[name] if known else []))
        for step in order(only("match_change", "match_new_pair", "match_pair")):
            run(step, engine, {})
        assert (
            engine.read("select * from match_pair order by left_key, right_key").to_pylist()
            == full()["match_pair"]
        )
