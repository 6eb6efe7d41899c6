"""The Python Record Linkage Toolkit: blocks, comparisons and ECM as in its documentation.

The comparisons are those of its guides on linking and deduplicating FEBRL (given name and state exactly, surname by
Jaro-Winkler, address by Levenshtein, both from 0.85), given likewise to the other data. Its guides block on one
column; here, to its advantage, on each of several.
"""

from __future__ import annotations

import warnings

import duckdb
import numpy as np
import pyarrow as pa
import recordlinkage
from recordlinkage.index import Block

from .graph import components

ALIKE = 0.85
BLOCKS: dict[str, list[str | list[str]]] = {
    "febrl": ["given_name", "surname", "date_of_birth", "soc_sec_id", "postcode"],
    "historical": ["postcode_fake", ["first_name", "surname"], ["dob", "first_name"], ["dob", "surname"]],
    "world": [["given_name", "family_name"], ["family_name", "city"], "email", "licence_id"],
}
EXACT = {
    "febrl": ["date_of_birth", "soc_sec_id", "suburb", "state", "postcode"],
    "historical": ["dob", "birth_place", "postcode_fake", "occupation", "gender"],
    "world": ["specialty", "city", "email", "licence_id"],
}
SIMILAR = {
    "febrl": {"given_name": "jarowinkler", "surname": "jarowinkler", "address_1": "levenshtein"},
    "historical": {"first_name": "jarowinkler", "surname": "jarowinkler"},
    "world": {"given_name": "jarowinkler", "family_name": "jarowinkler"},
}
COLUMNS = {
    "world": (
        "* replace (split_part(lower(full_name), ' ', 1) as given_name, "
        "nullif(split_part(lower(full_name), ' ', 2), '') as family_name, lower(specialty) as specialty)"
    )
}


def resolve(dataset: str, records: pa.Table) -> np.ndarray:
    """Return the connected component of each record, by the pairs that ECM finds to match."""
    kind = "febrl" if dataset.startswith("febrl") else dataset
    with duckdb.connect() as con, warnings.catch_warnings():
        for category in (FutureWarning, RuntimeWarning):  # the toolkit's own
            warnings.simplefilter("ignore", category)
        con.register("raw", records)
        frame = con.sql(f"select {COLUMNS.get(kind, '*')} from raw").to_arrow_table().to_pandas()
        frame = frame.set_index("record")
        parts = [frame[frame["source"] == source] for source in "ab"] if dataset == "febrl4" else [frame]
        index = recordlinkage.Index([Block(column) for column in BLOCKS[kind]])
        features = _compare(kind).compute(index.index(*parts), *parts)
        pairs = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features)
    left, right = (np.asarray(pairs.get_level_values(level), np.int64) for level in (0, 1))
    return components(len(records), left, right)


def _compare(kind: str) -> recordlinkage.Compare:
    compare = recordlinkage.Compare()
    for column, method in SIMILAR[kind].items():
        compare.string(column, column, method=method, threshold=ALIKE, label=column)
    for column in EXACT[kind]:
        compare.exact(column, column, label=column)
    return compare
