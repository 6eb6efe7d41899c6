"""Who can be reached: how far the gates let each customer come on each channel, as they stood in the run."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from unisono.store import Snapshot
from unisono.tables.vocabulary import GATES
from unisono.workbench.access import scope, sides_of
from unisono.workbench.models import User
from unisono.workbench.pages.charts import Chart, part_chart
from unisono.workbench.templatetags.words import word

Row = dict[str, Any]

PERMITTED = GATES.index("content") + 1
"""Place of the first gate after consent: who comes as far is known to the channel's system and may be contacted."""
FURTHEST = """
with asked as (
    select 'commercial' as side, customer_id, channel, blocked_by from candidate
    union all
    select 'medical' as side, customer_id, channel, blocked_by from medical_candidate
),
furthest as (
    select
        customer_id,
        channel,
        max(coalesce(list_position(string_split($gates, ' '), blocked_by), len(string_split($gates, ' ')) + 1)) as place
    from asked
    where list_contains(string_split($sides, ' '), side) and {scope}
    group by customer_id, channel
    having place > 1
)
"""
"""The furthest gate over products and representatives; the first gate keeps out who is no professional."""
BY_CHANNEL = """
select h.channel_name, least(f.place, $permitted) as place, count(*) as customers
from furthest as f
inner join playbook_channel as h on h.channel = f.channel
group by all
order by all
"""
BY_SPECIALTY = """
select
    min(c.specialty) as specialty,
    h.channel_name,
    count(distinct f.customer_id) as customers,
    count(distinct f.customer_id) filter (where f.place >= $permitted) as reached
from furthest as f
inner join customer as c on c.customer_id = f.customer_id
inner join playbook_channel as h on h.channel = f.channel
group by grouping sets ((lower(c.specialty), h.channel_name), (lower(c.specialty)))
order by customers desc, specialty
"""


def reachable(user: User, snapshot: Snapshot) -> list[Chart]:
    """Return how many of somebody's customers each channel could reach, and why not the others; and by specialty."""
    return [
        _by_channel(_read(BY_CHANNEL, user, snapshot)),
        _by_specialty(_read(BY_SPECIALTY, user, snapshot)),
    ]


def _read(sql: str, user: User, snapshot: Snapshot) -> list[Row]:
    mine, values = scope(user)
    about: dict[str, str | int] = {
        "gates": " ".join(GATES),
        "sides": " ".join(sides_of(user)),
        "permitted": PERMITTED,
    }
    rows: list[Row] = snapshot.read(FURTHEST.format(scope=mine) + sql, {**about, **values}).to_pylist()
    return rows


def _by_channel(found: list[Row]) -> Chart:
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for row in found:
        counts[row["channel_name"]][row["place"]] = row["customers"]
    stopped = sorted({row["place"] for row in found} - {PERMITTED})
    rows = [
        (name, sum(by.values()), by.get(PERMITTED, 0), *(by.get(place, 0) for place in stopped))
        for name, by in counts.items()
    ]
    columns = (
        *(_("channel"), _("customers"), _("can be reached")),
        *(word(GATES[place - 1]) for place in stopped),
    )
    return part_chart(
        _("Who can be reached"),
        columns,
        sorted(rows, key=lambda row: -row[2]),
        _(
            "Known to a system that the channel uses, and permitted by consent. Caps and rest periods come later."
        ),
    )


def _by_specialty(found: list[Row]) -> Chart:
    channels = sorted({row["channel_name"] for row in found} - {None})
    names = {row["specialty"]: row["specialty"] or _("not known") for row in found}
    reached = {(row["specialty"], row["channel_name"]): row["reached"] for row in found}
    rows = [
        (
            names[row["specialty"]],
            row["customers"],
            row["reached"],
            *(reached[row["specialty"], channel] for channel in channels),
        )
        for row in found
        if row["channel_name"] is None
    ]
    columns = (_("specialty"), _("customers"), _("by any channel"), *channels)
    return part_chart(_("Who can be reached, by specialty"), columns, rows)
