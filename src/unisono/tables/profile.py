"""What profiling writes: contacts, preferences, beliefs, pressure, potential."""

from __future__ import annotations

from unisono.tables.columns import CHANNEL, CUSTOMER, PRODUCT, REP, c
from unisono.tables.contract import Table

DIMENSIONS = ("channel", "slot", "topic", "format")

PROFILE = (
    Table(
        "contact",
        "profile",
        "one contact: all touchpoints that share a contact_id",
        ("customer_id", "contact_id", "channel", "is_own"),
        (
            CUSTOMER,
            c("contact_id", "VARCHAR", "the contact"),
            CHANNEL,
            c("is_own", "BOOLEAN", "true where the company itself acted"),
            c("occurred_at", "TIMESTAMP", "latest time the company reached out in it"),
            c("product_id", "VARCHAR", "first product", nullable=True),
            c("content_id", "VARCHAR", "content used", nullable=True),
            REP,
            c("is_outbound", "BOOLEAN", "true where the company reached out"),
            c("responded", "BOOLEAN", "true where a person responded"),
            c("touchpoints", "BIGINT", "touchpoints in it", unit="touchpoints"),
        ),
        two_sided=True,
    ),
    Table(
        "evidence",
        "profile",
        "time-decayed trials and responses of a customer on one value of a dimension",
        ("customer_id", "dimension", "value"),
        (
            CUSTOMER,
            c("dimension", "VARCHAR", "what is preferred", values=DIMENSIONS),
            c("value", "VARCHAR", "the channel, topic or format, or the slot as channel/weekday_part"),
            c("trials", "DOUBLE", "contacts, weighted by age", unit="contacts"),
            c("responses", "DOUBLE", "contacts answered, weighted by age", unit="contacts"),
            c("evidence_count", "BIGINT", "contacts, unweighted", unit="contacts"),
            c("response_count", "BIGINT", "contacts answered, unweighted", unit="contacts"),
            c("last_at", "TIMESTAMP", "latest contact"),
        ),
        two_sided=True,
    ),
    Table(
        "preference_prior",
        "profile",
        "what a customer of a segment is expected to prefer before own evidence",
        ("segment", "dimension", "value"),
        (
            c("segment", "VARCHAR", "specialty, or unknown; '*' is everybody"),
            c("dimension", "VARCHAR", "what is preferred", values=DIMENSIONS),
            c("value", "VARCHAR", "the channel, topic or format, or the slot as channel/weekday_part"),
            c("mean", "DOUBLE", "expected response probability", unit="0..1"),
            c("strength", "DOUBLE", "how many own contacts it weighs", unit="contacts"),
        ),
        two_sided=True,
    ),
    Table(
        "preference",
        "profile",
        "response probability of a customer on one value of a dimension, shrunk to the segment",
        ("customer_id", "dimension", "value"),
        (
            CUSTOMER,
            c("dimension", "VARCHAR", "what is preferred", values=DIMENSIONS),
            c("value", "VARCHAR", "the channel, topic or format, or the slot as channel/weekday_part"),
            c("mean", "DOUBLE", "posterior mean", unit="0..1"),
            c("sd", "DOUBLE", "posterior standard deviation", unit="0..1"),
            c("evidence_count", "BIGINT", "contacts behind it", unit="contacts"),
            c("response_count", "BIGINT", "those answered", unit="contacts"),
            c("last_at", "TIMESTAMP", "latest contact"),
            c("prior_mean", "DOUBLE", "what it was shrunk to", unit="0..1"),
            c("prior_strength", "DOUBLE", "how many contacts the prior weighs", unit="contacts"),
        ),
        two_sided=True,
    ),
    Table(
        "touch",
        "profile",
        "one contact by which the company itself reached out, on either side of the wall",
        ("customer_id", "contact_id", "channel"),
        (
            CUSTOMER,
            c("contact_id", "VARCHAR", "the contact"),
            CHANNEL,
            c("occurred_at", "TIMESTAMP", "latest time the company reached out in it"),
        ),
    ),
    Table(
        "pressure",
        "profile",
        "the company's contacts with a customer in one sliding window",
        ("customer_id", "channel", "days"),
        (
            CUSTOMER,
            c("channel", "VARCHAR", "channel of the playbook, or all"),
            c("days", "BIGINT", "length of the window before the clock", unit="days"),
            c("touches", "BIGINT", "contacts in it", unit="contacts"),
            c("last_contact_at", "TIMESTAMP", "latest contact in it"),
        ),
    ),
    Table(
        "belief",
        "profile",
        "probability that a customer is at one decision stage for a product",
        ("customer_id", "product_id", "stage"),
        (
            CUSTOMER,
            PRODUCT,
            c("stage", "VARCHAR", "decision stage of the ladder"),
            c("probability", "DOUBLE", "belief; sums to 1 over the stages", unit="0..1"),
            c("most_likely", "BOOLEAN", "true at the likeliest stage"),
            c("moved_by", "VARCHAR", "last event that moved it"),
            c("moved_at", "TIMESTAMP", "when that happened"),
        ),
        two_sided=True,
    ),
    Table(
        "potential",
        "profile",
        "how much a customer could matter for a product",
        ("customer_id", "product_id"),
        (
            CUSTOMER,
            PRODUCT,
            c("potential", "DOUBLE", "specialty weight times activity times prescribing", unit="0..3"),
            c("specialty_weight", "DOUBLE", "weight of the specialty in the playbook", unit="0..1"),
            c("activity_rank", "DOUBLE", "rank among customers by contacts with any company", unit="0..1"),
            c("prescribing", "DOUBLE", "outcomes beside the average; 1 where not told", unit="0..3"),
        ),
        two_sided=True,
    ),
)
