"""What the gates look at and write: experiment arms, consent, content, room under the caps, candidates, funnel."""

from __future__ import annotations

from unisono.tables.columns import ARM, CHANNEL, CUSTOMER, PRODUCT, PURPOSE, RECORD_REF, REP, VALUES_BY, c
from unisono.tables.contract import Table
from unisono.tables.vocabulary import CONSENT_STATUSES, GATES

ROOM = c(
    "room",
    "BIGINT",
    "further suggestions that the caps over all channels and the policy allow",
    unit="suggestions",
    minimum=0,
)

STANDING = (
    CHANNEL,
    PURPOSE,
    PRODUCT,
    c("status", "VARCHAR", "standing; expired where it lapsed", values=(*CONSENT_STATUSES, "expired")),
    c("stated_at", "TIMESTAMP", "when the deciding statement was made"),
    c("expires_at", "TIMESTAMP", "when it lapses", nullable=True),
    c("evidence", "VARCHAR", "where it can be found", nullable=True),
    c("source", "VARCHAR", "source that carried it"),
)

GATING = (
    Table(
        "arm",
        "decide",
        "the experiment arm of a customer, stable across runs",
        ("customer_id",),
        (
            *ARM,
            c("suggests", "BOOLEAN", "false where the arm receives no suggestions"),
            c("values_by", "VARCHAR", "what actions are valued by", values=VALUES_BY),
            c("explores", "BOOLEAN", "true where suggestions are drawn around the plan"),
        ),
    ),
    Table(
        "record_consent",
        "decide",
        "what the statements of one source record amount to at the clock",
        ("system", "source_record_id", "channel", "purpose", "product_id"),
        (CUSTOMER, *RECORD_REF, *STANDING),
    ),
    Table(
        "consent_status",
        "decide",
        "what a customer's statements amount to at the clock",
        ("customer_id", "channel", "purpose", "product_id"),
        (CUSTOMER, *STANDING),
    ),
    Table(
        "content_gate",
        "decide",
        "one content on one channel and why it may not be used",
        ("content_id", "channel"),
        (
            c("content_id", "VARCHAR", "content of the playbook"),
            CHANNEL,
            PRODUCT,
            c(
                "blocked_by",
                "VARCHAR",
                "first reason against it; empty if usable",
                values=("not_approved", "not_yet_valid", "expired", "market"),
                nullable=True,
            ),
        ),
    ),
    Table(
        "content_use",
        "decide",
        "one content a customer has already met",
        ("customer_id", "content_id"),
        (
            CUSTOMER,
            c("content_id", "VARCHAR", "content"),
            c("last_used_at", "TIMESTAMP", "latest contact with it"),
            c("too_recent", "BOOLEAN", "true while it must not be repeated"),
        ),
        two_sided=True,
    ),
    Table(
        "unsubscription",
        "decide",
        "one channel that unsubscribing closes to a product",
        ("customer_id", "channel", "product_id"),
        (CUSTOMER, CHANNEL, PRODUCT, c("unsubscribed_at", "TIMESTAMP", "when, for the last time")),
    ),
    Table(
        "room",
        "decide",
        "how many suggestions a customer may still get in this run",
        ("customer_id",),
        (CUSTOMER, ROOM),
        two_sided=True,
    ),
    Table(
        "candidate",
        "decide",
        "one customer, product, channel and representative, and the first gate that stops it",
        ("customer_id", "product_id", "channel", "rep_id"),
        (
            CUSTOMER,
            PRODUCT,
            CHANNEL,
            REP,
            c(
                "blocked_by",
                "VARCHAR",
                "first gate that stops it; empty if none",
                values=GATES,
                nullable=True,
            ),
        ),
        two_sided=True,
    ),
    Table(
        "separation",
        "decide",
        "one product on one channel that a customer's contacts lately keep off",
        ("customer_id", "product_id", "channel", "separation_id"),
        (
            CUSTOMER,
            PRODUCT,
            CHANNEL,
            c("separation_id", "VARCHAR", "separation of the playbook"),
            c("last_at", "TIMESTAMP", "latest contact or event it is kept off"),
        ),
        two_sided=True,
    ),
    Table(
        "funnel",
        "decide",
        "how many candidates of a customer (or of all, '*') one gate met and removed",
        ("customer_id", "gate"),
        (
            c("customer_id", "VARCHAR", "the customer, or '*' for the whole run"),
            c("gate", "VARCHAR", "the gate", values=GATES),
            c("position", "BIGINT", "order in which gates are asked", unit="position"),
            c("entering", "BIGINT", "candidates met", unit="candidates"),
            c("removed", "BIGINT", "candidates stopped", unit="candidates"),
            c("example", "VARCHAR", "one of those stopped", nullable=True),
        ),
    ),
)
