"""Was a contact permitted on that day? The gates' own SQL, asked with that day's clock over what was stated by then."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unisono.store import Snapshot

Row = dict[str, Any]

PARTS = ("record_consent", "consent_status", "unsubscription")
STANDING = """
with touchpoint as (select * from touchpoint where occurred_at <= $as_of),
medical_touchpoint as (select * from medical_touchpoint where occurred_at <= $as_of),
record_consent as (
{record_consent}
),
consent_status as (
{consent_status}
),
unsubscription as (
{unsubscription}
)
select
    h.channel, h.channel_name, h.purpose, p.product_id, p.product_name, h.consent as rule,
    coalesce(s.status, 'none') as status, s.stated_at, s.expires_at, s.evidence, s.source,
    u.unsubscribed_at
from playbook_channel as h
cross join playbook_product as p
left join consent_status as s
    on s.customer_id = $customer and s.channel = h.channel and s.purpose = h.purpose and s.product_id = p.product_id
left join unsubscription as u
    on u.customer_id = $customer and u.channel = h.channel and u.product_id = p.product_id
where p.is_own and h.owner <> 'none'
order by h.channel, p.product_id
"""


def standing_on(snapshot: Snapshot, customer_id: str, as_of: datetime) -> list[Row]:
    """Return for each channel and own product whether contact with a customer was permitted at an instant (UTC).

    Each row has `lawful`, and the statement that decided it. Statements count as they are known in the snapshot; the
    customer's addresses are today's, and a statement that cannot be read counts from the snapshot's clock on.
    """
    own = files("unisono.decide")
    parts = {name: (own / f"{name}.sql").read_text("utf-8") for name in PARTS}
    rows: list[Row] = snapshot.read(
        STANDING.format(**parts), {"customer": customer_id, "as_of": as_of}
    ).to_pylist()
    return [{**row, "lawful": _lawful(row)} for row in rows]


def _lawful(row: Row) -> bool:
    if row["unsubscribed_at"] is not None or row["status"] in ("denied", "withdrawn"):
        return False
    return bool(row["rule"] == "not_required" or row["status"] == "granted")
