"""What planning writes: share of voice."""

from __future__ import annotations

from unisono.tables.columns import c
from unisono.tables.contract import Table

PLAN = (
    Table(
        "voice",
        "plan",
        "touchpoints of one company for one product in one quarter",
        ("quarter", "company_id", "product_id"),
        (
            c("quarter", "VARCHAR", "calendar quarter, e.g. 2014Q3"),
            c("company_id", "VARCHAR", "company of the playbook"),
            c("product_id", "VARCHAR", "product of the playbook; 'other' if none is named or known"),
            c("touchpoints", "BIGINT", "touchpoints naming it first", unit="touchpoints"),
            c("mentions", "BIGINT", "touchpoints naming it at any position", unit="touchpoints"),
        ),
    ),
)
