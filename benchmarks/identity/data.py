"""Records of which it is known who is who, in columns of their own names."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from unisono.ingest import ingest, read_sources
from unisono.world import WorldSettings, new_world

FEBRL = {
    "febrl1": ["dataset1"],
    "febrl2": ["dataset2"],
    "febrl3": ["dataset3"],
    "febrl4": ["dataset4a", "dataset4b"],
}
HISTORICAL = "splink/historical_figures_with_errors_50k.parquet"
DATASETS = (*FEBRL, "historical", "world")
AS_OF = datetime(2026, 1, 5)
SCRIPTS = {"turkish": 0.15, "chinese": 0.15}  # shares of names that are not plain Latin letters
KNOWN_FROM = {"crm": "crm_accounts", "mail": "mail_contacts"}


@dataclass(frozen=True)
class Dataset:
    """n records with `record` (a number) and `source`, and the label of whom each is about."""

    name: str
    records: pa.Table
    gold: np.ndarray


def path_of(name: str, data: Path) -> Path:
    """Return the file or folder that a dataset of real records needs."""
    return data / ("febrl" if name in FEBRL else HISTORICAL)


def load(name: str, data: Path | None, customers: int) -> Dataset:
    """Return a dataset, its records in an order of chance and without what would tell who they are.

    The simulated world's `customers` are made anew; the others are read from the folder `data`.
    """
    if name == "world":
        rows = _world(customers)
    elif data is None:
        raise ValueError(f"{name} is read from a folder")
    else:
        rows = _febrl(name, data) if name in FEBRL else _historical(data)
    rows = rows.take(np.random.default_rng(0).permutation(len(rows)))
    gold = np.unique(rows["gold"].to_numpy(zero_copy_only=False), return_inverse=True)[1]
    records = rows.drop_columns(["gold"]).add_column(0, "record", pa.array(np.arange(len(rows))))
    return Dataset(name, records, gold)


def _febrl(name: str, data: Path) -> pa.Table:
    """Return FEBRL's persons; `rec-1070-dup-0` is a copy of `rec-1070-org`."""
    files = [str(data / "febrl" / f"{file}.csv.gz") for file in FEBRL[name]]
    with duckdb.connect() as con:
        return con.sql(
            "select split_part(trim(rec_id), '-', 2) as gold, if(filename like '%4b.%', 'b', 'a') as source, "
            "nullif(trim(columns(* exclude (rec_id, filename))), '') "
            f"from read_csv({files!r}, all_varchar = true, normalize_names = true, filename = true)"
        ).to_arrow_table()


def _historical(data: Path) -> pa.Table:
    """Return Splink's historical persons, several records with errors of each."""
    with duckdb.connect() as con:
        return con.sql(
            'select "cluster" as gold, \'wikidata\' as source, * exclude (unique_id, "cluster") '
            f"from read_parquet('{data / HISTORICAL}')"
        ).to_arrow_table()


def _world(customers: int) -> pa.Table:
    """Return what the CRM and the mail platform of a simulated country know of its physicians.

    The mail platform knows the name that they signed up with, in their own script.
    """
    with tempfile.TemporaryDirectory(prefix="unisono-benchmark-") as folder:
        project, tables = Path(folder) / "world", Path(folder) / "tables"
        made = WorldSettings(**SCRIPTS)
        new_world(
            project, customers=customers, seed=1, as_of=AS_OF, weeks=-(-100 // customers), settings=made
        )
        sources = read_sources(project / "sources.yaml")
        wanted = [source for source in sources.sources if source.name in KNOWN_FROM.values()]
        chosen = sources.model_copy(update={"sources": wanted})
        options = {"project": project, "data": project / "data", "target": tables, "as_of": AS_OF}
        ingest(chosen, **options, channels=set(), simulated=True)
        known, truth = tables / "source_record" / "*.parquet", project / "truth" / "customers.parquet"
        with duckdb.connect() as con:
            return con.sql(
                f"""
                select truth.customer as gold, known.system as source, known.full_name,
                    if(known.system = 'crm', known.given_name, null) as given_name,
                    if(known.system = 'crm', known.family_name, null) as family_name,
                    known.specialty, known.institution, known.city, known.region, known.postal_code, known.country,
                    known.email, known.phone, known.licence_id
                from read_parquet('{known}') as known
                inner join read_parquet('{truth}') as truth
                    on known.source_record_id = if(known.system = 'crm', truth.crm_id, truth.mail_id)
                where known.kind = 'hcp'
                order by gold, source
                """
            ).to_arrow_table()
