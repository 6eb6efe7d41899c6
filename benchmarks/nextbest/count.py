"""What there is to decide on, counted without the project's own SQL for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from .tables import AS_OF

REPEAT_DAYS = 60  # what the playbook leaves at its default
# Contents that may be shown at the clock, on each of their channels.
USABLE = """
select c.content_id, c.product_id, c.stage, h.value as channel
from playbook_content as c
inner join playbook_content_tag as h on h.content_id = c.content_id and h.tag = 'channel'
where c.status = 'approved' and date '{today}' between c.valid_from and c.valid_until
"""
ASKED = """
with candidate as (
    select customer_id, product_id, channel, rep_id from candidate
    union all
    select customer_id, product_id, channel, rep_id from medical_candidate
)
select count(*) as combinations
from candidate as a
inner join usable as u on u.product_id = a.product_id and u.channel = a.channel
"""
# A content met lately may not be repeated, so its combinations are no candidates.
CANDIDATES = """
with permitted as (
    select customer_id, product_id, channel from candidate where blocked_by is null
    union all
    select customer_id, product_id, channel from medical_candidate where blocked_by is null
),
met as (
    select customer_id, content_id from touchpoint where occurred_at >= timestamp '{recent}'
    union all
    select customer_id, content_id from medical_touchpoint where occurred_at >= timestamp '{recent}'
)
select p.customer_id, p.product_id, p.channel, u.content_id, u.stage
from permitted as p
inner join usable as u on u.product_id = p.product_id and u.channel = p.channel
anti join met as m on m.customer_id = p.customer_id and m.content_id = u.content_id
"""


def open_tables(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that sees every table of an instance, and the views `usable` and `permitted`."""
    connection = duckdb.connect()
    for path in sorted(folder.iterdir()):
        if any(path.glob("*.parquet")):
            connection.read_parquet(str(path / "*.parquet")).create_view(path.name)
    recent = datetime(AS_OF.year, AS_OF.month, AS_OF.day) - timedelta(days=REPEAT_DAYS - 1)
    for name, text in (("usable", USABLE), ("scored", CANDIDATES)):
        query = text.format(today=f"{AS_OF:%Y-%m-%d}", recent=f"{recent:%Y-%m-%d %H:%M:%S}")
        connection.execute(f"create view {name} as {query}")
    return connection


def counts(folder: Path) -> dict[str, int]:
    """Return combinations asked of the gates, candidates that passed them all, and decisions made."""
    with open_tables(folder) as connection:
        asked = ASKED, "select count(*) from scored", "select count(*) from decision"
        names = "asked", "candidates", "decisions"
        return {
            name: connection.execute(query).fetchall()[0][0] for name, query in zip(names, asked, strict=True)
        }
