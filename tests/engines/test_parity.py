"""The whole pipeline gives equal tables on every engine."""

from datetime import datetime

import pytest

from tests.same import assert_equal
from unisono.project import open_project
from unisono.world import new_world

AS_OF = datetime(2026, 1, 5)
SAYS_WHEN_OR_WITH_WHAT = {"run_id", "decision_id", "identity_event_id"}  # the run's id depends on the engine


@pytest.mark.spark
def test_a_simulated_world_is_decided_alike(spark, tmp_path):
    runs = {}
    for engine in ("duckdb", "spark"):
        new_world(tmp_path / engine, customers=80, seed=3, as_of=AS_OF, weeks=20)
        runs[engine] = open_project(tmp_path / engine).run(as_of=AS_OF, engine=engine)
    duckdb, spark_run = runs["duckdb"], runs["spark"]
    assert duckdb.tables == spark_run.tables
    assert duckdb.table("decision").num_rows > 10
    for name in duckdb.tables:
        assert_equal(comparable(duckdb, name), comparable(spark_run, name), name)


def comparable(run, name):
    found = run.table(name)
    return found.drop_columns([column for column in found.column_names if column in SAYS_WHEN_OR_WITH_WHAT])
