"""A column's lineage goes through CTEs, joins, windows, unions and kernels to the sources."""

import pytest

from unisono.engine.graph import KernelStep, SqlStep
from unisono.engine.lineage import column_lineage
from unisono.errors import UsageError

TOUCHPOINT = """
    select t.touchpoint_id, x.customer_id, t.occurred_at, t.channel, t.event, t.amount, upper(t.company) as company_id
    from source_touchpoint as t
    inner join customer_xref as x on x.system = t.system and x.source_record_id = t.source_record_id
"""
CONTACT = """
    with ranked as (
        select *, row_number() over (partition by customer_id order by occurred_at) as place from touchpoint
    ),
    both_kinds as (
        select customer_id, amount as weight, place, channel from ranked
        union all
        select customer_id, -1 as weight, 0 as place, 'fax' as channel from customer
    )
    select customer_id, channel as contact_id, max(place) as touchpoints, max(weight) > 1 as responded,
        $as_of as occurred_at, count(*) as ignored
    from both_kinds
    group by customer_id, channel
"""


def pressure(tables, *, seed):
    return tables


@pytest.fixture
def steps(tmp_path):
    (tmp_path / "stage").mkdir()
    made = []
    for table, text in (("touchpoint", TOUCHPOINT), ("contact", CONTACT)):
        path = tmp_path / "stage" / f"{table}.sql"
        path.write_text(text)
        made.append(SqlStep(table, path))
    reads = {"contact": ("customer_id", "touchpoints"), "playbook_policy": ("fatigue_window_days",)}
    return [*made, KernelStep("pressure", pressure, reads, "customer_id", ("seed",))]


@pytest.mark.parametrize(
    ("table", "column", "leaves"),
    [
        ("touchpoint", "company_id", {"source_touchpoint.company"}),
        ("touchpoint", "customer_id", {"customer_xref.customer_id"}),
        ("contact", "customer_id", {"customer_xref.customer_id", "customer.customer_id"}),
        ("contact", "contact_id", {"source_touchpoint.channel"}),
        ("contact", "touchpoints", {"customer_xref.customer_id", "source_touchpoint.occurred_at"}),
        ("contact", "responded", {"source_touchpoint.amount"}),
        ("contact", "occurred_at", {"$as_of"}),
        ("source_touchpoint", "channel", {"source_touchpoint.channel"}),
        (
            "pressure",
            "touches",
            {
                "customer_xref.customer_id",
                "customer.customer_id",
                "source_touchpoint.occurred_at",
                "playbook_policy.fatigue_window_days",
                "$seed",
            },
        ),
    ],
)
def test_leaves(steps, table, column, leaves):
    assert column_lineage(table, column, steps).leaves() == leaves


def test_the_tree_names_who_makes_each_table(steps):
    assert column_lineage("pressure", "touches", steps).lines() == [
        "pressure.touches  (tests.engine.test_lineage.pressure)",
        "├── contact.customer_id  (stage/contact.sql)",
        "│   ├── customer.customer_id",
        "│   └── touchpoint.customer_id  (stage/touchpoint.sql)",
        "│       └── customer_xref.customer_id",
        "├── contact.touchpoints  (stage/contact.sql)",
        "│   ├── touchpoint.customer_id  (see above)",
        "│   └── touchpoint.occurred_at  (stage/touchpoint.sql)",
        "│       └── source_touchpoint.occurred_at",
        "├── playbook_policy.fatigue_window_days",
        "└── $seed",
    ]


@pytest.mark.parametrize(
    ("table", "column", "message"),
    [("touchpont", "channel", "'touchpoint'"), ("touchpoint", "chanel", "'channel'")],
)
def test_what_the_contract_does_not_have_is_refused(steps, table, column, message):
    with pytest.raises(UsageError, match=rf"UN5011 [\s\S]*{message}"):
        column_lineage(table, column, steps)
