"""How a table lies in its folder: files of rows, and what of them is gone.

    <table>/part-0.parquet    its rows
    <table>/part-1.parquet    the rows that were added when it first grew, and so on
    <table>/gone-1.parquet    what went then: a column or more, named as the table's

A row of a part before number 1 is gone if it has, in a column of `gone-1.parquet`, one of the values there; so a table
grows without a row being written again. All who read a table read it through here.
"""

from __future__ import annotations

import shutil
from functools import reduce
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unisono.engine.sql import ordering
from unisono.tables.arrow import conform_arrow, schema

PARTS = 16  # a table that grew more often is written anew
LIVING = 0.5  # and so is one of which less than this share of rows is left
ROW_GROUP = 122_880  # DuckDB's own: small enough to skip most of a file that is sorted by customer
HARDLY = 2  # times the rows that are added: a part before that has no more is written anew with them
WENT = b"rows"  # under which a file of what is gone notes how many rows went


class Layer(NamedTuple):
    """Files of rows, and the files that say which of these rows are gone."""

    files: list[Path]
    gone: list[Path]


def files_of(folder: Path) -> list[Path]:
    """Return the files of a table's rows, in the order they were added."""
    return [file for file in _files(folder) if not _is_gone(file)]


def layers(folder: Path) -> list[Layer]:
    """Return the files of a table, together where the same is gone of them."""
    gone = [file for file in _files(folder) if _is_gone(file)]
    layered = groupby(
        files_of(folder), lambda file: [later for later in gone if _number(later) > _number(file)]
    )
    return [Layer(list(files), later) for later, files in layered]


def read(folder: Path) -> pa.Table:
    """Return a table's rows."""
    found = [
        reduce(without, map(pq.read_table, layer.gone), pq.read_table(layer.files))
        for layer in layers(folder)
    ]
    return pa.concat_tables(found, promote_options="permissive")  # files differ in what may be null


def count(folder: Path) -> int:
    """Return a table's number of rows, from what its files note of themselves."""
    written = sum(pq.read_metadata(file).num_rows for file in files_of(folder))
    went = (pq.read_metadata(file).metadata[WENT] for file in _files(folder) if _is_gone(file))
    return int(written - sum(map(int, went)))


def without(rows: pa.Table, gone: pa.Table) -> pa.Table:
    """Return the rows that have in no column of `gone` one of the values there; nothing is null's equal."""
    if not len(gone):
        return rows
    found = (pc.is_in(rows[key], gone[key].combine_chunks(), skip_nulls=True) for key in gone.column_names)
    return rows.filter(pc.invert(reduce(pc.or_, found)))


def is_full(folder: Path, went: int) -> bool:
    """Whether a table has too many parts, or too few living rows once `went` more are gone, to grow again."""
    files = files_of(folder)
    written = sum(pq.read_metadata(file).num_rows for file in files)
    return len(files) >= PARTS or count(folder) - went < LIVING * written


def store(name: str, data: pa.Table, file: Path) -> int:
    """Write Arrow data as table `name`, cast to its contract and sorted by it; return its number of rows."""
    fitting = conform_arrow(data, name).sort_by([(column, "ascending") for column in ordering(name)])
    pq.write_table(fitting, file, compression="snappy", row_group_size=ROW_GROUP)
    return int(fitting.num_rows)


def add(name: str, folder: Path, added: pa.Table, gone: pa.Table, went: int) -> None:
    """Add rows to table `name` in its folder; of those it has, `went` are without what is `gone`.

    The part before is written anew with what is added where it is hardly larger: parts double in size, and stay few.
    """
    last = files_of(folder)[-1]
    number = _number(last)
    if number and pq.read_metadata(last).num_rows <= HARDLY * (len(added) + 1):
        before, rows = folder / f"gone-{number}.parquet", pq.read_table(last)
        kept = without(rows, gone)
        if before.exists():
            went += int(pq.read_metadata(before).metadata[WENT])
            gone = pa.concat_tables([pq.read_table(before), gone], promote_options="default")
            before.unlink()
        last.unlink()
        added = pa.concat_tables([conform_arrow(part, name) for part in (kept, added)])
        return add(name, folder, added, gone, went - (len(rows) - len(kept)))
    number += 1
    if len(gone):
        fields = [schema(name).field(key).with_nullable(True) for key in gone.column_names]
        distinct = gone.group_by(gone.column_names).aggregate([]).select(gone.column_names)
        noted = distinct.cast(pa.schema(fields, {WENT: str(went)}))
        pq.write_table(noted, folder / f"gone-{number}.parquet", compression="snappy")
    store(name, added, folder / f"part-{number}.parquet")
    return None


def share(folder: Path, target: Path) -> Path:
    """Make the files of a table those of an empty folder too, by copies where the disk has no hard links."""
    for file in _files(folder):
        try:
            (target / file.name).hardlink_to(file)
        except OSError:
            shutil.copyfile(file, target / file.name)
    return target


def emptied(folder: Path) -> Path:
    """Return a folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"), key=_number)


def _number(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])


def _is_gone(file: Path) -> bool:
    return file.name.startswith("gone-")
