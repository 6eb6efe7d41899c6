"""The same tests on every engine: one Spark for the whole test session."""

import os
import shutil
import sys
from importlib.util import find_spec

import pytest

from unisono.engine import open_engine


def why_no_spark():
    if find_spec("pyspark") is None:
        return "pyspark is not installed (pip install 'unisono[spark]')"
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return "there is no Java (install 17 or newer)"
    return ""


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    if why_no_spark():
        pytest.skip(f"SPARK IS NOT TESTED: {why_no_spark()}")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "OFF")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.codegen.wholeStage", "false")  # compiling takes longer than running on few rows
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.driver.extraJavaOptions", "-XX:+UseSerialGC")
        .config("spark.sql.shuffle.partitions", "2")  # each costs more than its few rows
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
    yield session
    session.stop()


ENGINES = ["duckdb", pytest.param("spark", marks=pytest.mark.spark)]


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path):
    if request.param == "spark":
        request.getfixturevalue("spark")
    with open_engine(request.param, tmp_path) as opened:
        yield opened
