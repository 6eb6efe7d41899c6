"""Engines are opened by name, and say what they lack."""

import os
import subprocess
import sys

import pytest

from unisono.engine import open_engine
from unisono.errors import EngineError, UsageError


def test_an_unknown_engine_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"UN5001 [\s\S]*did you mean 'duckdb'"):
        open_engine("duckbd", tmp_path)


def test_spark_without_pyspark_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(EngineError, match=r"UN3010 .*pyspark[\s\S]*pip install 'unisono\[spark\]'"):
        open_engine("spark", tmp_path)


@pytest.mark.spark
def test_spark_without_java_says_what_to_install(tmp_path):
    pytest.importorskip("pyspark", reason="SPARK IS NOT TESTED: pyspark is not installed")
    program = (
        "from pathlib import Path\n"
        "from unisono.engine import open_engine\n"
        f"open_engine('spark', Path({str(tmp_path)!r}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "JAVA_HOME": str(tmp_path / "no-java")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "UN3010 Spark does not start" in done.stderr
    assert "Hint: Spark needs Java 17 or newer" in done.stderr
