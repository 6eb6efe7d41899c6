"""Everything known of one customer, out of a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unisono.errors import UsageError, did_you_mean
from unisono.playbook.identity import GOLDEN_FIELDS
from unisono.read import decision

if TYPE_CHECKING:
    from unisono.store import Snapshot

Row = dict[str, Any]

FIND = """
select min(customer_id) as id from customer_xref
where customer_id = $who or system || ':' || source_record_id = $who
"""
MERGED = """
select customer_id from identity_event
where event = 'merge' and other_id = $who
order by occurred_at desc
limit 1
"""
NEAREST = """
select customer_id as id from customer_xref
union
select system || ':' || source_record_id as id from customer_xref
order by levenshtein(id, $who), id
limit 20
"""
ABOUT = {
    "values": "select * from golden_value where customer_id = $who order by field",
    "records": """
        select x.*, r.kind, r.updated_at, r.source, {fields}
        from customer_xref as x
        left join source_record as r on r.system = x.system and r.source_record_id = x.source_record_id
        where x.customer_id = $who
        order by x.system, x.source_record_id
    """,
    "events": """
        select * from identity_event
        where customer_id = $who or other_id = $who
        order by occurred_at desc, event, customer_id, other_id
    """,
    "works_at": """
        select a.*, c.full_name, c.city, t.name as type_name
        from affiliation as a
        inner join customer as c on c.customer_id = a.institution_id
        inner join institution as i on i.institution_id = a.institution_id
        left join playbook_institution_type as t on t.type_id = i.institution_type
        where a.customer_id = $who
        order by c.full_name, a.institution_id
    """,
    "counts": """
        select i.*, t.name as type_name
        from institution as i
        left join playbook_institution_type as t on t.type_id = i.institution_type
        where i.institution_id = $who
    """,
    "decision_makers": """
        select c.customer_id, c.full_name, c.specialty, a.basis
        from affiliation as a
        inner join customer as c on c.customer_id = a.customer_id
        where a.institution_id = $who and a.is_decision_maker
        order by c.full_name, c.customer_id
    """,
    "touchpoints": """
        select 'commercial' as side, * from touchpoint where customer_id = $who
        union all
        select 'medical' as side, * from medical_touchpoint where customer_id = $who
        order by occurred_at desc, touchpoint_id
    """,
    "consent": """
        select * from consent where customer_id = $who
        order by channel, purpose, product_id, stated_at desc, status
    """,
    "standing": "select * from consent_status where customer_id = $who order by channel, product_id",
    **{name: decision.ABOUT[name] for name in ("belief", "preference")},
}


def read_customer(snapshot: Snapshot, wanted: str) -> Row:
    """Return a customer's columns and everything in `ABOUT` as rows; `wanted` is its id, or system:id of a record.

    Each of `values` has also the `others`: values of other records that differ, with the records. UsageError UN5010 if
    there is no such customer.
    """
    who = snapshot.read(FIND, {"who": wanted}).to_pylist()[0]["id"]
    if who is None:
        raise UsageError("UN5010", f"no customer is called '{wanted}'", hint=_hint(snapshot, wanted))
    (customer,) = snapshot.read("select * from customer where customer_id = $who", {"who": who}).to_pylist()
    fields = ", ".join(f"r.{field}" for field in GOLDEN_FIELDS)
    about = {
        name: snapshot.read(sql.format(fields=fields), {"who": who}).to_pylist()
        for name, sql in ABOUT.items()
    }
    order = {field: place for place, field in enumerate(GOLDEN_FIELDS)}
    about["values"].sort(key=lambda value: order[value["field"]])
    for value in about["values"]:
        value["others"] = _others(value, about["records"])
    return {**customer, **about}


def _others(believed: Row, records: list[Row]) -> list[str]:
    """Return the values of other records that differ, whatever the case and blanks, each with its record."""
    said = [(record, record[believed["field"]]) for record in records]
    return [
        f"{value} ({record['system']}:{record['source_record_id']})"
        for record, value in said
        if value is not None and value.strip() and _plain(value) != _plain(believed["value"])
    ]


def _plain(value: str) -> str:
    return value.lower().replace(" ", "")


def _hint(snapshot: Snapshot, wanted: str) -> str:
    merged = snapshot.read(MERGED, {"who": wanted}).to_pylist()
    if merged:
        return f"it was merged into '{merged[0]['customer_id']}'"
    near = snapshot.read(NEAREST, {"who": wanted})["id"].to_pylist()
    return (
        did_you_mean(wanted, near)
        or "write a customer's id, or system:id of a record; see 'unisono tables show DIR customer_xref'"
    )
