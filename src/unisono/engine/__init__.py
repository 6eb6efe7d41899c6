"""Where tables are computed: DuckDB by default, Spark when one machine is outgrown."""

from __future__ import annotations

from pathlib import Path

from unisono.engine.base import Engine, Grown, Kernel
from unisono.engine.sql import Query, Value
from unisono.errors import UsageError, did_you_mean

__all__ = ["ENGINES", "Engine", "Grown", "Kernel", "Query", "Value", "open_engine"]

ENGINES = ("duckdb", "spark")


def open_engine(name: str, folder: Path) -> Engine:
    """Return the engine called `name`, writing under `folder`; UsageError UN5001 if there is none."""
    if name == "duckdb":
        from unisono.engine.duckdb import DuckDBEngine

        return DuckDBEngine(folder)
    if name == "spark":
        from unisono.engine.spark import SparkEngine

        return SparkEngine(folder)
    raise UsageError("UN5001", f"no engine is called '{name}'", hint=did_you_mean(name, ENGINES))
