"""Columns that several tables share."""

from __future__ import annotations

from unisono.tables.contract import Column
from unisono.tables.vocabulary import CONSENT_STATUSES, CUSTOMER_KINDS, EVENTS

c = Column  # a column a line: the short name keeps the contract readable as a list

PERSON = (
    c("kind", "VARCHAR", "what the record is about", values=CUSTOMER_KINDS, default="unknown"),
    c("full_name", "VARCHAR", "name as written, script kept", nullable=True),
    c("given_name", "VARCHAR", "given name", nullable=True),
    c("family_name", "VARCHAR", "family name", nullable=True),
    c("specialty", "VARCHAR", "medical specialty as the source words it", nullable=True),
    c("institution", "VARCHAR", "place of work", nullable=True),
    c("city", "VARCHAR", "town of practice", nullable=True),
    c("region", "VARCHAR", "state, department or province", nullable=True),
    c("postal_code", "VARCHAR", "postal code", nullable=True),
    c("country", "VARCHAR", "ISO 3166 alpha-2 country", nullable=True),
    c("brick", "VARCHAR", "sales area that outcomes are counted in", nullable=True),
    c("email", "VARCHAR", "e-mail address", nullable=True),
    c("phone", "VARCHAR", "telephone number", nullable=True),
    c("licence_id", "VARCHAR", "licence or register number, with its issuer where ambiguous", nullable=True),
)
PROVENANCE = (
    c("source", "VARCHAR", "name of the source in sources.yaml"),
    c("simulated", "BOOLEAN", "true where the row was made by the simulated world", default="false"),
)
RECORD_REF = (
    c("system", "VARCHAR", "namespace of the source's customer ids"),
    c("source_record_id", "VARCHAR", "the customer's id in that namespace"),
)
CUSTOMER = c("customer_id", "VARCHAR", "the resolved customer")
CHANNEL = c("channel", "VARCHAR", "channel of the playbook")
PRODUCT = c("product_id", "VARCHAR", "product of the playbook")
REP = c("rep_id", "VARCHAR", "the representative", nullable=True)
VALUES_BY = ("value", "no_levers", "response", "chance")
ARM = (
    c("customer_id", "VARCHAR", "the resolved customer"),
    c("arm", "VARCHAR", "experiment arm"),
    c("stratum", "VARCHAR", "specialty and territory at assignment; '*' where these are few"),
    c("share", "DOUBLE", "probability with which it was assigned", unit="0..1"),
    c("assigned_at", "TIMESTAMP", "clock of the run that assigned it"),
)
PURPOSE = c("purpose", "VARCHAR", "what the contact is for", values=("commercial", "medical"))
SLOT = c("slot", "VARCHAR", "weekday and part of the day; empty where no times are known", nullable=True)

TOUCH = (
    c("occurred_at", "TIMESTAMP", "when it happened"),
    CHANNEL,
    c("event", "VARCHAR", "what happened", values=tuple(event.name for event in EVENTS)),
    c("direction", "VARCHAR", "who acted", values=("outbound", "inbound"), default="outbound"),
)
TOUCH_DETAIL = (
    c("content_id", "VARCHAR", "content used", nullable=True),
    c("key_message", "VARCHAR", "message conveyed", nullable=True),
    REP,
    c("group_id", "VARCHAR", "event shared by several customers, e.g. one meal", nullable=True),
    c("contact_id", "VARCHAR", "ties the events of one contact, e.g. sent and opened of one e-mail"),
    c("duration_minutes", "DOUBLE", "how long it lasted", unit="minutes", nullable=True, minimum=0),
    c("amount", "DOUBLE", "value transferred to the customer", unit="currency", nullable=True, minimum=0),
    c("currency", "VARCHAR", "ISO 4217 currency of the amount", nullable=True),
    c("is_human", "BOOLEAN", "false where a machine opened or clicked", default="true"),
    c("decision_id", "VARCHAR", "the suggestion this carries out", nullable=True),
)
CONSENT = (
    c("channel", "VARCHAR", "channel of the playbook, or all"),
    c(
        "purpose",
        "VARCHAR",
        "what the contact is for",
        values=("commercial", "medical", "all"),
        default="all",
    ),
    c("status", "VARCHAR", "what was stated", values=CONSENT_STATUSES),
    c("stated_at", "TIMESTAMP", "when it was stated"),
    c("expires_at", "TIMESTAMP", "when it lapses", nullable=True),
    c("evidence", "VARCHAR", "where the statement can be found", nullable=True),
)
CHANNEL_VALUE = c("channel_value", "VARCHAR", "address or number it is about; empty if any", nullable=True)
EMPLOYED = (
    c("starts_on", "DATE", "first day", nullable=True),
    c("ends_on", "DATE", "last day", nullable=True),
)
OUTCOME = (
    c("brick", "VARCHAR", "sales area it is counted in", nullable=True),
    c("product", "VARCHAR", "product, as written"),
    c("measure", "VARCHAR", "what is counted, e.g. new_rx"),
    c("value", "DOUBLE", "how much of it", unit="by measure"),
)
TERMS = (
    c("potential", "DOUBLE", "how much this customer could matter for the product", unit="0..3"),
    c("priority", "DOUBLE", "weight of the product in the playbook", unit="factor"),
    c("fit", "DOUBLE", "fit of channel and product life-cycle stage (channel matrix)", unit="0..1"),
    c("novelty", "DOUBLE", "1 for content not yet used with the customer, less after", unit="0..1"),
    c("response_probability", "DOUBLE", "expected probability that the customer responds", unit="0..1"),
    c("response_sd", "DOUBLE", "its standard deviation", unit="0..1"),
    c(
        "stage_gain",
        "DOUBLE",
        "expected gain in long-run stage value if the customer responds",
        unit="currency",
    ),
    c(
        "lever",
        "DOUBLE",
        "bounded weight by journeys, signals and marketers; the arm no_levers values without it",
        unit="factor",
    ),
    c("fatigue_cost", "DOUBLE", "cost of one more contact under the present pressure", unit="currency"),
    c("unit_cost", "DOUBLE", "cost of using the channel once", unit="currency"),
    c("minutes", "DOUBLE", "representative's time", unit="minutes"),
    c(
        "value",
        "DOUBLE",
        "product of the factors less the costs; in arms valued by response or chance, what was decided by instead",
        unit="currency",
    ),
    c("value_without_levers", "DOUBLE", "what it would be with a lever of 1", unit="currency"),
)

RESOURCE = (
    c(
        "resource",
        "VARCHAR",
        "what is scarce",
        values=("rep_minutes", "rep_suggestions", "channel_sends", "budget", "quota", "goal"),
    ),
    c("owner", "VARCHAR", "the representative, channel or limit"),
)
PRICES = (
    c(
        "unit_price",
        "DOUBLE",
        "price of one minute of the representative, or of one sending",
        unit="currency/unit",
    ),
    c(
        "suggestion_price",
        "DOUBLE",
        "price of one of the representative's suggestions",
        unit="currency",
    ),
    c(
        "limit_cost",
        "DOUBLE",
        "price of the budgets and quotas it uses, less the worth of the goals it serves",
        unit="currency",
    ),
    c("reduced_value", "DOUBLE", "value less the prices of what it uses", unit="currency"),
)
PRICED = (
    *PRICES,
    c("rank", "BIGINT", "order within the representative, or within the channel", unit="position"),
)
