"""What resolution writes: customers, and everything keyed by them."""

from __future__ import annotations

from unisono.tables.columns import (
    CHANNEL_VALUE,
    CONSENT,
    CUSTOMER,
    OUTCOME,
    PERSON,
    PROVENANCE,
    RECORD_REF,
    TOUCH,
    TOUCH_DETAIL,
    c,
)
from unisono.tables.contract import Table
from unisono.tables.vocabulary import ADDRESSES

HOME = c(
    "home_id",
    "VARCHAR",
    "the customer it belongs to again once others that were merged into its own have left: the first it was seen in; "
    "empty as long as that is a merged one",
    nullable=True,
)
IDENTITY_EVENT = (
    c("identity_event_id", "VARCHAR", "the event"),
    CUSTOMER,
    c("event", "VARCHAR", "what happened", values=("create", "absorb", "merge", "split", "manual")),
    c(
        "other_id",
        "VARCHAR",
        "customer merged in or split from, record absorbed, or the steward's decision",
        nullable=True,
    ),
    c("occurred_at", "TIMESTAMP", "clock of the run that saw it"),
    c("run_id", "VARCHAR", "the run that saw it"),
)

RESOLVE = (
    Table(
        "previous_xref",
        "store",
        "which customer a record belonged to in the snapshot before",
        ("system", "source_record_id"),
        (*RECORD_REF, CUSTOMER, HOME),
    ),
    Table(
        "previous_identity_event",
        "store",
        "identity events up to the snapshot before",
        ("identity_event_id",),
        IDENTITY_EVENT,
    ),
    Table(
        "customer_xref",
        "resolve",
        "one source record and the customer it belongs to",
        ("system", "source_record_id"),
        (
            *RECORD_REF,
            CUSTOMER,
            HOME,
            c(
                "method",
                "VARCHAR",
                "what joined it",
                values=("source_id", "identifier", "match", "steward", "touchpoint_only"),
            ),
            c("probability", "DOUBLE", "confidence of the match", unit="0..1"),
        ),
    ),
    Table(
        "customer",
        "resolve",
        "one resolved customer",
        ("customer_id",),
        (
            CUSTOMER,
            *PERSON,
            c("record_count", "BIGINT", "source records behind it", unit="records"),
            c("simulated", "BOOLEAN", "true where any record behind it is simulated"),
        ),
        ("customer_id",),
    ),
    Table(
        "identity_event",
        "resolve",
        "one change of identity: create, absorb, merge, split, manual (append-only)",
        ("identity_event_id",),
        IDENTITY_EVENT,
    ),
    Table(
        "touchpoint",
        "resolve",
        "one thing that happened between a company and a customer",
        ("touchpoint_id",),
        (
            c("touchpoint_id", "VARCHAR", "the touchpoint"),
            CUSTOMER,
            *TOUCH,
            c("company_id", "VARCHAR", "company of the playbook; empty if not in it", nullable=True),
            c("is_own", "BOOLEAN", "true where the company itself acted"),
            c("product_id", "VARCHAR", "first product named; empty if not in the playbook", nullable=True),
            c("products", "VARCHAR[]", "all products named, as written", nullable=True),
            *TOUCH_DETAIL,
            *RECORD_REF,
            *PROVENANCE,
        ),
        ("customer_id", "occurred_at"),
        two_sided=True,
    ),
    Table(
        "consent",
        "resolve",
        "one statement about permission by a customer",
        (
            *(
                "customer_id",
                "system",
                "source_record_id",
                "channel",
                "purpose",
                "product_id",
                "channel_value",
            ),
            *("stated_at", "status", "source"),
        ),
        (
            CUSTOMER,
            *CONSENT,
            c("product_id", "VARCHAR", "product it is limited to, or all"),
            CHANNEL_VALUE,
            c("address", "VARCHAR", "what that is to the customer now", values=ADDRESSES),
            c(
                "own_address",
                "VARCHAR",
                "what it is to the record that stated it; empty if its addresses are the customer's",
                nullable=True,
                values=ADDRESSES,
            ),
            *RECORD_REF,
            *PROVENANCE,
        ),
    ),
    Table(
        "outcome",
        "resolve",
        "one figure of one month, of a customer or of a sales area",
        ("customer_id", "brick", "product", "period_on", "measure", "source"),
        (
            c("customer_id", "VARCHAR", "the customer; empty if it is of an area", nullable=True),
            *OUTCOME,
            c("product_id", "VARCHAR", "product of the playbook; empty if not in it", nullable=True),
            c("period_on", "DATE", "first day of the month"),
            *PROVENANCE,
        ),
    ),
    Table(
        "assignment",
        "resolve",
        "one customer covered by one representative at the run's clock",
        ("customer_id", "rep_id"),
        (
            CUSTOMER,
            c("rep_id", "VARCHAR", "the representative"),
            c("role", "VARCHAR", "field force", values=("sales", "msl")),
            c("territory_id", "VARCHAR", "territory", nullable=True),
            c("basis", "VARCHAR", "why", values=("named", "area")),
        ),
    ),
    Table(
        "local_day",
        "resolve",
        "one calendar day of the market, counted back from the clock's",
        ("age",),
        (
            c("age", "BIGINT", "days before the clock's day", unit="days", minimum=0),
            c("day", "DATE", "the day"),
            c("begins_at", "TIMESTAMP", "instant it begins at"),
        ),
    ),
)
