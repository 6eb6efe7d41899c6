"""What exploring writes: the options around the plan, the draw among them, and what was drawn."""

from __future__ import annotations

from unisono.tables.columns import ARM, CHANNEL, CUSTOMER, PRICED, PRODUCT, REP, SLOT, c
from unisono.tables.contract import Table

CONTENT = c("content_id", "VARCHAR", "content")
PLANNED = (
    c("planned_product_id", "VARCHAR", "product of the planned action"),
    c("planned_channel", "VARCHAR", "channel of the planned action"),
)
PLACES = (
    c("place", "BIGINT", "order among the action's contents, by value", unit="position", minimum=1),
    c("slot_place", "BIGINT", "order among the channel's slots, by response", unit="position", minimum=1),
)
IS_PLAN = c("is_plan", "BOOLEAN", "true for the planned action with its best content in its best slot")
PROPENSITY = c("propensity", "DOUBLE", "probability with which it is drawn", unit="0..1")
EXPECTED = c("expected_value", "DOUBLE", "value in its slot less the prices of what it uses", unit="currency")
DRAWN = (
    PROPENSITY,
    c("explored", "BOOLEAN", "true where it is not what was planned, and was drawn to learn"),
    EXPECTED,
    c("planned_value", "DOUBLE", "expected value of what was planned", unit="currency"),
)
OPTION_KEY = (
    "customer_id",
    "planned_product_id",
    "planned_channel",
    "product_id",
    "channel",
    "place",
    "slot_place",
)

EXPLORE = (
    Table(
        "new_content",
        "decide",
        "one content that exploration ramps up",
        ("content_id",),
        (CONTENT,),
        two_sided=True,
    ),
    Table(
        "slot_option",
        "decide",
        "one of the best times for a customer on a channel",
        ("customer_id", "channel", "slot"),
        (
            CUSTOMER,
            CHANNEL,
            c("slot", "VARCHAR", "weekday and part of the day, e.g. tue_morning"),
            c("slot_factor", "DOUBLE", "expected response beside that in the best slot", unit="0..1"),
            PLACES[1],
        ),
        two_sided=True,
    ),
    Table(
        "draw_option",
        "decide",
        "one action, content and slot that may be drawn in place of a planned action",
        OPTION_KEY,
        (
            CUSTOMER,
            *PLANNED,
            PRODUCT,
            CHANNEL,
            REP,
            CONTENT,
            PLACES[0],
            SLOT,
            PLACES[1],
            IS_PLAN,
            c("is_new", "BOOLEAN", "true where exploration ramps the content up"),
            c("response_probability", "DOUBLE", "expected probability of a response", unit="0..1"),
            c("response_sd", "DOUBLE", "its standard deviation", unit="0..1"),
            c("value", "DOUBLE", "value of the action with the content", unit="currency"),
            c(
                "gain",
                "DOUBLE",
                "what of it grows with the response: the value before its costs",
                unit="currency",
            ),
            c("slot_factor", "DOUBLE", "expected response beside that in the best slot", unit="0..1"),
            *PRICED[:-1],
        ),
        two_sided=True,
    ),
    Table(
        "draw",
        "decide",
        "one option of a draw with its probability, drawn or not",
        OPTION_KEY,
        (
            CUSTOMER,
            *PLANNED,
            PRODUCT,
            CHANNEL,
            REP,
            CONTENT,
            PLACES[0],
            SLOT,
            PLACES[1],
            IS_PLAN,
            EXPECTED,
            PROPENSITY,
            c("is_drawn", "BOOLEAN", "true for the one that is suggested"),
        ),
        two_sided=True,
    ),
    Table(
        "selection",
        "decide",
        "one suggestion as drawn, with the prices of what it uses, beside what was planned",
        ("customer_id", "product_id", "channel"),
        (
            CUSTOMER,
            PRODUCT,
            CHANNEL,
            REP,
            CONTENT,
            SLOT,
            c("value", "DOUBLE", "value before the price of what it uses", unit="currency"),
            *PRICED,
            *DRAWN,
            *PLANNED,
            c("planned_content_id", "VARCHAR", "content of the planned action"),
            c("planned_slot", "VARCHAR", "its slot", nullable=True),
        ),
        two_sided=True,
    ),
    Table(
        "previous_arm",
        "store",
        "the experiment arm of a customer in the snapshot before",
        ("customer_id",),
        ARM,
    ),
    Table(
        "exposure",
        "decide",
        "one customer, the experiment arm, and what came of it in this run: measure by arm, as assigned",
        ("customer_id",),
        (
            *ARM,
            c(
                "exposed_to",
                "VARCHAR",
                "whether there was a suggestion; if not, whether every action was stopped by a gate",
                values=("suggested", "none", "gated"),
            ),
            c("suggestions", "BIGINT", "how many", unit="suggestions"),
        ),
    ),
)
