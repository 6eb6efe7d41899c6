"""Published decisions searched for, and counted by what became of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unisono.ledger.database import Database, Row
from unisono.ledger.instants import written

ORDER = ("shown", "snoozed", "accepted", "dismissed", "done", "withdrawn")
"""Of answers given at one instant, the last of these counts."""
TALLY = """
with told as (
    select decision_id, rep_id, channel, customer_id, product_id, expires_at, case {period} end as period
    from published_decision
    where {where} and rep_id is not null
),
ranked as (
    select
        t.period, t.rep_id, t.channel, r.response, r.reason,
        max(t.expires_at) over (partition by t.period, t.rep_id, t.channel, t.customer_id, t.product_id) as ends_at,
        row_number() over (
            partition by t.period, t.rep_id, t.channel, t.customer_id, t.product_id
            order by
                case when r.response is null then 2 when r.response = 'shown' then 1 else 0 end,
                r.responded_at desc,
                case r.response {order} end desc,
                t.decision_id
        ) as place
    from told as t
    left join response as r on r.decision_id = t.decision_id
),
latest as (
    select period, rep_id, channel, response, reason, case when ends_at <= :now then 1 else 0 end as is_over
    from ranked
    where place = 1 and period is not null
)
select period, rep_id, channel, response, reason, is_over, count(*) as suggestions
from latest
group by period, rep_id, channel, response, reason, is_over
"""


@dataclass(frozen=True)
class Search:
    """What decisions are searched by; `customers` None are all of them, instants are UTC, `until` is not included."""

    purposes: Sequence[str]
    customers: Sequence[str] | None = None
    rep_id: str | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def find(database: Database, search: Search, most: int, after: str | None = None) -> list[dict[str, Any]]:
    """Return at most so many records, the newest and of these the most valuable first; those `after` a decision."""
    where, values = _where(database, search)
    if after is not None:
        where += (
            " and (decided_at, reduced_value, decision_id) < (select decided_at, reduced_value, decision_id"
            " from published_decision where decision_id = :after)"
        )
    rows = database.read(
        f"select body from published_decision where {where}"  # noqa: S608 - our own conditions
        " order by decided_at desc, reduced_value desc, decision_id desc limit :most",
        {**values, "most": most, "after": after},
    )
    return [json.loads(row["body"]) for row in rows]


def count(database: Database, search: Search, most: int | None = None) -> int:
    """Return how many decisions are found; counting ends at `most`."""
    where, values = _where(database, search)
    limit = "" if most is None else " limit :most"
    (row,) = database.read(
        f"select count(*) as found from (select 1 from published_decision where {where}{limit}) as hit",  # noqa: S608
        {**values, "most": most},
    )
    return int(row["found"])


def tally(database: Database, search: Search, periods: Sequence[datetime], now: datetime) -> list[Row]:
    """Return how many suggestions to representatives had which last answer, by period, representative and channel.

    `periods` are their begins. What is suggested again in a period, by another run or a refresh, is one suggestion.
    Columns: period (a number from 0), rep_id, channel, response and reason (null if none), is_over (1 if it can no
    longer be used), suggestions.
    """
    where, values = _where(database, search)
    begins = {f"begin_{'abcdefghij'[number]}": written(begin) for number, begin in enumerate(periods)}
    period = " ".join(
        f"when decided_at >= :{name} then {number}" for number, name in reversed(list(enumerate(begins)))
    )
    order = " ".join(f"when '{answer}' then {place}" for place, answer in enumerate(ORDER))
    return database.read(
        TALLY.format(where=where, period=period, order=order),
        {**values, **begins, "now": written(now)},
    )


def _where(database: Database, search: Search) -> tuple[str, Row]:
    conditions = [f"purpose in {database.each('purposes')}"]
    values: Row = {"purposes": json.dumps(list(search.purposes))}
    if search.customers is not None:
        conditions.append(f"customer_id in {database.each('customers')}")
        values["customers"] = json.dumps(list(search.customers))
    for column in ("rep_id", "channel"):
        if wanted := getattr(search, column):
            conditions.append(f"{column} = :{column}")
            values[column] = wanted
    for name, sign in (("since", ">="), ("until", "<")):
        if at := getattr(search, name):
            conditions.append(f"decided_at {sign} :{name}")
            values[name] = written(at)
    return " and ".join(conditions), values
