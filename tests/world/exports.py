"""Reading what the simulated systems export, with nothing of the pipeline."""

import csv
import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from unisono.world import Dirt, WorldSettings, new_world

AS_OF = datetime(2026, 1, 5, tzinfo=UTC)
NO_DIRT = Dirt(**dict.fromkeys(vars(Dirt()), 0.0))
CLEAN = WorldSettings(dirt=NO_DIRT, late_row=0, wrong_zone=0, typo=0)


def small(folder: Path, **changes) -> Path:
    """Make a small world."""
    new_world(folder, **{"customers": 40, "seed": 5, "as_of": AS_OF, "weeks": 8} | changes)
    return folder


def raw(path: Path) -> bytes:
    """Bytes of a file; of an archive its content, because zlib may differ between machines."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def digests(folder: Path) -> dict[str, str]:
    """Hash of every file."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(raw(path)).hexdigest() for path in paths}


def lines(path: Path) -> list[str]:
    """Lines of a text file, the header among them."""
    return raw(path).decode("cp1252" if path.parent.name == "register" else "utf-8").splitlines()


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of a delimited file whose number of cells is right."""
    header, *body = csv.reader(lines(path), delimiter=delimiter)
    return [dict(zip(header, cells, strict=True)) for cells in body if len(cells) == len(header)]


def objects(path: Path) -> list[dict]:
    """Objects of an NDJSON file, without lines cut off on purpose."""
    found = []
    for line in lines(path):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def truth(folder: Path, what: str, where: str = "true") -> list:
    """Rows of the hidden list of customers."""
    table = f"'{folder}/truth/customers.parquet'"
    return duckdb.sql(f"select {what} from {table} where {where} order by customer").fetchall()
