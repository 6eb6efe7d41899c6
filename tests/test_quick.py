"""The engine of the small tests gives what the real one gives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from tests.build import CLOCK, STEPS, given, run, values
from tests.properties.test_permitted import some_book, some_data
from tests.same import assert_rows
from unisono.engine.duckdb import DuckDBEngine
from unisono.engine.graph import order
from unisono.engine.graph import run as run_step


def test_the_quick_engine_agrees_with_the_engine(tmp_path: Path) -> None:
    book, data = some_book(Random(5)), some_data(Random(6))
    quick = run(data, book)
    with DuckDBEngine(tmp_path) as engine:
        for name, make in given(data, book).items():
            engine.table(name, make())
        for step in order(STEPS):
            run_step(step, engine, values(CLOCK))
    assert quick["candidate"]
    for step in STEPS:
        assert_rows(quick[step.table], pq.read_table(tmp_path / step.table).to_pylist(), step.table)
