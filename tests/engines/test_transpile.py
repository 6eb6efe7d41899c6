"""What SQL files may use gives the same on DuckDB and Spark."""

from datetime import datetime

import pytest
from sqlglot import exp, parse_one

from tests.engines.cases import STATEMENTS, TABLES, aggregates, expressions
from tests.same import assert_equal, in_order, same
from unisono.engine import open_engine
from unisono.engine.dialect import PORTABLE
from unisono.engine.sql import check_portable

VALUES = {"as_of": datetime(2026, 1, 5, 12)}


@pytest.fixture(scope="module")
def engines(spark, tmp_path_factory):
    opened = [open_engine(name, tmp_path_factory.mktemp(name)) for name in ("duckdb", "spark")]
    for engine in opened:
        for name, data in TABLES.items():
            engine.table(name, data)
    yield opened
    for engine in opened:
        engine.close()


@pytest.mark.spark
@pytest.mark.parametrize("many", [expressions, aggregates])
def test_expressions_and_aggregates(engines, many):
    statement, named = many()
    duckdb, spark = (engine.read(statement) for engine in engines)
    assert duckdb.num_rows > 1
    different = [
        f"{text}: {duckdb.schema.field(name).type} on DuckDB, {spark.schema.field(name).type} on Spark"
        for name, text in named.items()
        if duckdb.schema.field(name).type != spark.schema.field(name).type
    ]
    different += [
        f"{text}: {row[name]!r} on DuckDB, {twin[name]!r} on Spark"
        for row, twin in zip(in_order(duckdb.to_pylist()), in_order(spark.to_pylist()), strict=True)
        for name, text in named.items()
        if not same(row[name], twin[name])
    ]
    assert not different, "\n".join(different)


@pytest.mark.spark
@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements(engines, statement):
    values = VALUES if "$as_of" in statement else {}
    assert_equal(*(engine.read(statement, values) for engine in engines), statement)


@pytest.mark.parametrize("statement", [expressions()[0], aggregates()[0], *STATEMENTS])
def test_what_is_compared_is_portable(statement):
    check_portable(statement, "case")


def test_everything_portable_is_compared():
    seen = {
        type(node)
        for statement in [expressions()[0], aggregates()[0], *STATEMENTS]
        for node in parse_one(statement, dialect="duckdb").find_all(exp.Func)
    }
    assert not {function.__name__ for function in PORTABLE - seen}


def test_division_by_zero_and_logarithms_of_nothing_are_empty(engine):
    engine.table("touchpoint", TABLES["touchpoint"])
    found = engine.read(
        "select touchpoint_id, 1 / amount as ratio, ln(amount) as log, ln(-1 * amount) as negative"
        " from touchpoint where touchpoint_id in ('T1', 'T4')"
    )
    assert [list(row.values())[1:] for row in found.to_pylist()] == [[None] * 3] * 2
