"""What ingestion writes: sources as their systems tell them, and what was refused."""

from __future__ import annotations

from unisono.tables.columns import CONSENT, PERSON, PROVENANCE, RECORD_REF, TOUCH, TOUCH_DETAIL, c
from unisono.tables.contract import Table

INGEST = (
    Table(
        "source_record",
        "ingest",
        "one source's record of a person or institution",
        ("system", "source_record_id"),
        (*RECORD_REF, *PERSON, *PROVENANCE),
    ),
    Table(
        "source_touchpoint",
        "ingest",
        "one thing that happened between a company and a customer, as a source tells it",
        ("touchpoint_id",),
        (
            c("touchpoint_id", "VARCHAR", "the source's id, or a hash of the row"),
            *RECORD_REF,
            *TOUCH,
            c(
                "company",
                "VARCHAR",
                "company that acted, as written; 'self' is the company itself",
                default="self",
            ),
            c("product", "VARCHAR", "first product named, as written", nullable=True),
            c("products", "VARCHAR[]", "all products named, as written", nullable=True),
            *TOUCH_DETAIL,
            *PROVENANCE,
        ),
    ),
    Table(
        "source_consent",
        "ingest",
        "one statement about permission, as a source tells it",
        ("system", "source_record_id", "channel", "purpose", "product", "stated_at", "status"),
        (
            *RECORD_REF,
            *CONSENT,
            c("product", "VARCHAR", "product it is limited to, as written", nullable=True),
            *PROVENANCE,
        ),
    ),
    Table(
        "rep",
        "ingest",
        "one representative or medical science liaison",
        ("rep_id",),
        (
            c("rep_id", "VARCHAR", "the representative"),
            c("rep_name", "VARCHAR", "name", nullable=True),
            c("role", "VARCHAR", "field force", values=("sales", "msl"), default="sales"),
            c("territory_id", "VARCHAR", "territory worked in", nullable=True),
            c(
                "capacity_minutes",
                "DOUBLE",
                "time for suggested contacts in one run's period",
                unit="minutes",
                minimum=0,
            ),
            *PROVENANCE,
        ),
    ),
    Table(
        "territory_area",
        "ingest",
        "one place that belongs to a territory",
        ("territory_id", "field", "area"),
        (
            c("territory_id", "VARCHAR", "territory"),
            c(
                "field",
                "VARCHAR",
                "customer field it is matched on",
                values=("city", "postal_code", "region"),
            ),
            c("area", "VARCHAR", "value of that field, upper or lower case alike"),
            *PROVENANCE,
        ),
    ),
    Table(
        "source_assignment",
        "ingest",
        "one customer named as covered by one representative",
        ("rep_id", "system", "source_record_id", "starts_on"),
        (
            c("rep_id", "VARCHAR", "the representative"),
            *RECORD_REF,
            c("starts_on", "DATE", "first day", nullable=True),
            c("ends_on", "DATE", "last day", nullable=True),
            *PROVENANCE,
        ),
    ),
    Table(
        "quarantine",
        "ingest",
        "one row of a source that was refused, with the reason",
        ("source", "file", "line", "table_name"),
        (
            c("source", "VARCHAR", "name of the source in sources.yaml"),
            c("file", "VARCHAR", "file, relative to the project or data folder"),
            c(
                "line",
                "BIGINT",
                "line in the file, the header being line 1; row number where there are no lines",
            ),
            c("table_name", "VARCHAR", "table the row was meant for"),
            c("column_name", "VARCHAR", "column that is wrong", nullable=True),
            c("reason", "VARCHAR", "stable word for what is wrong"),
            c("detail", "VARCHAR", "what was seen and what was expected"),
            c("raw", "VARCHAR", "the row as it came"),
            c("system", "VARCHAR", "namespace of the source's customer ids"),
            c(
                "source_record_id",
                "VARCHAR",
                "the customer it is about, where that can be read",
                nullable=True,
            ),
        ),
    ),
)
