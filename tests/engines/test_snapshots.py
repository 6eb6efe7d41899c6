"""The SQL that Spark is sent for every .sql file, to be read in reviews.

UNISONO_UPDATE_SNAPSHOTS=1 pytest tests/engines/test_snapshots.py writes the files anew.
"""

import os
from datetime import datetime
from pathlib import Path

import pytest

import unisono
from unisono.engine.sql import Query, check_portable, parameters, source, typed
from unisono.tables import TABLES

PACKAGE = Path(unisono.__file__).parent
SNAPSHOTS = Path(__file__).parent / "snapshots"
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.sql"))
KNOWN = {"as_of": datetime(2026, 1, 5, 12)}
FITTING = {
    "VARCHAR": {"TEXT", "VARCHAR", "UNKNOWN"},  # $run_id
    "BIGINT": {"BIGINT", "INT"},
    "DOUBLE": {"DOUBLE", "BIGINT", "INT"},
    "BOOLEAN": {"BOOLEAN"},
    "DATE": {"DATE"},
    "TIMESTAMP": {"TIMESTAMP", "UNKNOWN"},  # $as_of
    "VARCHAR[]": {"TEXT[]", "VARCHAR[]"},
}


def makes_a_table(file):
    return file.stem in TABLES and TABLES[file.stem].made_by == file.parent.name


def spark_sql(path):
    text, where = source(path)
    values = {name: KNOWN.get(name, f"<{name}>") for name in parameters(text, where)}
    return Query(text, where, values).sql("spark") + "\n"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_spark_sql_is_as_reviewed(file):
    snapshot = SNAPSHOTS / file
    found = spark_sql(PACKAGE / file)
    if os.environ.get("UNISONO_UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(found, encoding="utf-8")
    assert snapshot.exists(), "new file: UNISONO_UPDATE_SNAPSHOTS=1 pytest tests/engines/test_snapshots.py"
    assert found == snapshot.read_text(encoding="utf-8")


def test_no_snapshot_is_left_over():
    kept = sorted(path.relative_to(SNAPSHOTS) for path in SNAPSHOTS.rglob("*.sql"))
    if os.environ.get("UNISONO_UPDATE_SNAPSHOTS"):
        for file in set(kept) - set(FILES):
            (SNAPSHOTS / file).unlink()
        return
    assert set(kept) <= set(FILES)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_is_portable(file):
    check_portable(*source(PACKAGE / file))


@pytest.mark.parametrize("file", [file for file in FILES if makes_a_table(file)], ids=str)
def test_types_fit_the_contract(file):
    """A fraction in a column of whole numbers would be rounded by one engine and cut off by the other."""
    contract = TABLES[file.stem]
    found = {
        column.alias_or_name: column.type.sql("duckdb") for column in typed(*source(PACKAGE / file)).selects
    }
    for column in contract.columns:
        assert found[column.name] in {*FITTING[column.type], "NULL"}, column.name
