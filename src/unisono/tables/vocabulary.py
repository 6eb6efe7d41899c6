"""The words that tables may hold: touchpoint events, kinds, consent standings and gates."""

from __future__ import annotations

from unisono.tables.contract import Event

EVENTS = (
    Event("sent", True, False, "a message left for the customer"),
    Event("delivered", False, False, "the message arrived"),
    Event("bounced", False, False, "the message did not arrive"),
    Event("opened", False, True, "the customer opened the message"),
    Event("clicked", False, True, "the customer followed a link"),
    Event("invited", True, False, "an invitation to an event left for the customer"),
    Event("registered", False, True, "the customer registered for an event"),
    Event("attended", True, True, "the customer took part in an event"),
    Event("visited", True, True, "a representative met the customer"),
    Event("called", True, True, "a call with the customer took place"),
    Event("declined", True, False, "the customer was asked and said no, or did not appear"),
    Event("engaged", True, True, "the customer worked with the company, e.g. as a speaker or adviser"),
    Event("received", True, False, "the customer was handed material"),
    Event("slide_viewed", False, True, "a slide was shown and looked at"),
    Event("viewed", False, True, "the customer viewed a page or a piece of content"),
    Event("shared", False, True, "the customer passed content on"),
    Event("saved", False, True, "the customer kept content"),
    Event("replied", False, True, "the customer answered"),
    Event("asked", False, True, "the customer asked a question"),
    Event("unsubscribed", False, False, "the customer refused further contact on the channel"),
)

CUSTOMER_KINDS = ("hcp", "hco", "patient", "unknown")
ADDRESSES = ("any", "current", "other", "unclear")
CONSENT_STATUSES = ("granted", "pending", "denied", "withdrawn")
GATES = (
    "kind",
    "assignment",
    "reach",
    "wall",
    "control_arm",
    "stale_input",
    "consent",
    "suppression",
    "content",
    "repeat_content",
    "cap",
    "rest",
    "separation",
)
