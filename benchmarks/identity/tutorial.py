"""Splink as its own documentation uses it, with nothing tuned to the data.

FEBRL 4 and the historical persons have an example each, FEBRL 1 and 2 are treated like FEBRL 3, and the simulated
physicians like the persons of the getting-started tutorial, with their specialty and licence number as further
comparisons. Clusters are made at the example's threshold, 0.95 where it makes none.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

Rules = list[object]  # Splink's blocking rules, or SQL
SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"


@dataclass(frozen=True)
class Example:
    """One example of the documentation."""

    comparisons: list[object]
    block: Rules
    certain: Rules  # pairs that match for sure
    recall: float  # share of all matches among these
    train: Rules
    pairs: float = 1e6  # for estimating u
    threshold: float = 0.95
    columns: str = "*"


def _birth() -> object:
    return cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")


def _frequent(comparison: object) -> object:
    return comparison.configure(term_frequency_adjustments=True)


def febrl3() -> Example:
    """Return `examples/duckdb/febrl3`."""
    return Example(
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            _birth(),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            _frequent(cl.ExactMatch("street_number")),
            _frequent(cl.ExactMatch("postcode")),
        ],
        block=[
            block_on(column)
            for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
        ],
        certain=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname", "date_of_birth"),
            f"{SWAPPED} and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
        train=[block_on("date_of_birth"), block_on("postcode")],
    )


def febrl4() -> Example:
    """Return the detailed model of `examples/duckdb/febrl4`."""
    return Example(
        comparisons=[
            _frequent(cl.NameComparison("given_name")),
            _frequent(cl.NameComparison("surname")),
            _birth(),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            _frequent(cl.ExactMatch("street_number")),
            _frequent(cl.DamerauLevenshteinAtThresholds("postcode", [1, 2])),
        ],
        block=[
            block_on("given_name", "surname"),
            SWAPPED,
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        certain=[block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
        recall=0.8,
        train=[block_on("date_of_birth"), block_on("postcode")],
        threshold=0.99,
    )


def historical() -> Example:
    """Return `examples/duckdb/deduplicate_50k_synthetic`."""
    return Example(
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            _frequent(cl.ExactMatch("birth_place")),
            _frequent(cl.ExactMatch("occupation")),
        ],
        block=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake,1,3)", "dob"),
            block_on("substr(postcode_fake,1,3)", "first_name"),
            block_on("substr(postcode_fake,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        certain=[
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
            block_on("dob", "postcode_fake"),
        ],
        recall=0.6,
        train=[block_on("first_name", "surname"), block_on("dob")],
        pairs=5e6,
        columns="*, first_name || ' ' || surname as first_name_surname_concat",
    )


def world() -> Example:
    """Return the tutorial's model of persons with a place and an e-mail address."""
    return Example(
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            _frequent(cl.ExactMatch("city")),
            cl.EmailComparison("email"),
            cl.ExactMatch("specialty"),
            cl.ExactMatch("licence_id"),
        ],
        block=[
            block_on("first_name", "city"),
            block_on("surname"),
            block_on("email"),
            block_on("licence_id"),
        ],
        certain=[block_on("licence_id"), block_on("email")],
        recall=0.7,
        train=[block_on("first_name", "surname"), block_on("email")],
        columns=(
            "*, split_part(lower(full_name), ' ', 1) as first_name, "
            "nullif(split_part(lower(full_name), ' ', 2), '') as surname"
        ),
    )


EXAMPLES = {"febrl4": febrl4, "historical": historical, "world": world}  # others: febrl3


def resolve(dataset: str, records: pa.Table) -> np.ndarray:
    """Return the cluster of each record."""
    example = EXAMPLES.get(dataset, febrl3)()
    with duckdb.connect() as con:
        con.register("raw", records)
        con.execute(f"create table known as select {example.columns} from raw")
        sources = ("a", "b") if dataset == "febrl4" else ("%",)
        tables = [
            con.sql("from known where source like ?", params=[source]).to_arrow_table() for source in sources
        ]
        return _clustered(con, tables, example)


def _clustered(con: duckdb.DuckDBPyConnection, tables: list[pa.Table], example: Example) -> np.ndarray:
    """Train, predict and cluster."""
    settings = SettingsCreator(
        link_type="link_only" if len(tables) > 1 else "dedupe_only",
        unique_id_column_name="record",
        blocking_rules_to_generate_predictions=example.block,
        comparisons=example.comparisons,
    )
    db = DuckDBAPI(con)
    linker = Linker([db.register(table) for table in tables], settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(example.certain, recall=example.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=example.pairs, seed=1)
    for rule in example.train:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=example.threshold
    )
    found = con.sql(
        f"select dense_rank() over (order by cluster_id) as cluster from {clusters.physical_name} order by record"
    )
    return found.to_arrow_table()["cluster"].to_numpy()
