"""The market's calendar: which instants each day begins at, back from the clock's day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from unisono.tables.arrow import schema

DAYS = 3651
"""Days that are listed: the clock's own, and as many before it as the longest window of a playbook has."""


def local_days(tables: Mapping[str, pa.Table], *, as_of: datetime) -> pa.Table:
    """Kernel: `playbook_policy` -> `local_day`.

    A day begins at local midnight or, where clocks skip that, at the first instant after it; days have 23 or 25 hours
    where clocks are changed. The rules are those of the tz database.
    """
    zone = ZoneInfo(tables["playbook_policy"]["time_zone"][0].as_py())
    clock = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    today = clock.astimezone(zone).date()
    days = [today - timedelta(days=age) for age in range(DAYS)]
    begins = [datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None) for day in days]
    return pa.table([range(DAYS), days, begins], schema("local_day"))
