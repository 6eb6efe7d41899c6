"""What a warehouse does first: records with one and the same name are one person."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

NAMES = {  # by dataset; FEBRL's are the rest
    "historical": "first_name || ' ' || surname",
    "world": "full_name",
}


def resolve(dataset: str, records: pa.Table) -> np.ndarray:
    """Return the first record of each record's name; a record without a name is alone."""
    name = NAMES.get(dataset, "given_name || ' ' || surname")
    with duckdb.connect() as con:
        con.register("known", records)
        found = con.sql(
            f"""
            with named as (select record, lower({name}) as name from known)
            select coalesce(min(other.record), named.record) as entity
            from named
            left join named as other using (name)
            group by named.record
            order by named.record
            """
        ).to_arrow_table()
    return found["entity"].to_numpy()
