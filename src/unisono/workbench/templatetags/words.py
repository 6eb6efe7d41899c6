"""Words for what tables call by a code, and figures with their units."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import template
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from unisono.ledger.instants import instant as ledger_instant

register = template.Library()

WORDS: dict[str, Any] = {
    # gates
    "kind": gettext_lazy("not a professional"),
    "assignment": gettext_lazy("nobody assigned"),
    "reach": gettext_lazy("not reachable on the channel"),
    "wall": gettext_lazy("other side of the medical wall"),
    "control_arm": gettext_lazy("control group"),
    "stale_input": gettext_lazy("data too old"),
    "consent": gettext_lazy("no consent"),
    "suppression": gettext_lazy("refused"),
    "content": gettext_lazy("no approved content"),
    "repeat_content": gettext_lazy("content seen already"),
    "cap": gettext_lazy("contact cap reached"),
    "rest": gettext_lazy("rest period"),
    "separation": gettext_lazy("too soon after another contact"),
    # consent
    "granted": gettext_lazy("granted"),
    "pending": gettext_lazy("pending"),
    "denied": gettext_lazy("denied"),
    "withdrawn": gettext_lazy("withdrawn"),
    "expired": gettext_lazy("expired"),
    "none": gettext_lazy("never asked"),
    "not_required": gettext_lazy("not required"),
    "all": gettext_lazy("all"),
    "commercial": gettext_lazy("commercial"),
    "medical": gettext_lazy("medical"),
    # the door
    "customer": gettext_lazy("the customer is no longer known"),
    "channel": gettext_lazy("the channel is no longer used"),
    # answers
    "open": gettext_lazy("open"),
    "planned": gettext_lazy("planned"),
    "closed": gettext_lazy("closed"),
    "shown": gettext_lazy("shown"),
    "accepted": gettext_lazy("planned"),
    "snoozed": gettext_lazy("later"),
    "dismissed": gettext_lazy("dismissed"),
    "done": gettext_lazy("done"),
    "not_now": gettext_lazy("Not the right moment"),
    "knows_already": gettext_lazy("Knows it already"),
    "wrong_channel": gettext_lazy("Prefers another channel"),
    "wrong_content": gettext_lazy("Content does not fit"),
    "other": gettext_lazy("Something else"),
    # deliveries
    "tried": gettext_lazy("handed over"),
    "delivered": gettext_lazy("delivered"),
    "failed": gettext_lazy("failed"),
    "withheld": gettext_lazy("withheld"),
    # desk
    "overdue": gettext_lazy("overdue"),
    "answered": gettext_lazy("answered"),
    # events
    "sent": gettext_lazy("sent"),
    "bounced": gettext_lazy("bounced"),
    "opened": gettext_lazy("opened"),
    "clicked": gettext_lazy("link followed"),
    "invited": gettext_lazy("invited"),
    "registered": gettext_lazy("registered"),
    "attended": gettext_lazy("attended"),
    "visited": gettext_lazy("visited"),
    "called": gettext_lazy("called"),
    "declined": gettext_lazy("declined"),
    "engaged": gettext_lazy("worked together"),
    "received": gettext_lazy("material received"),
    "slide_viewed": gettext_lazy("slide viewed"),
    "viewed": gettext_lazy("viewed"),
    "shared": gettext_lazy("passed on"),
    "saved": gettext_lazy("saved"),
    "replied": gettext_lazy("replied"),
    "asked": gettext_lazy("question asked"),
    "unsubscribed": gettext_lazy("unsubscribed"),
    # times of the day
    "morning": gettext_lazy("morning"),
    "afternoon": gettext_lazy("afternoon"),
    "evening": gettext_lazy("evening"),
    "night": gettext_lazy("night"),
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TONES = {
    "granted": "good",
    "withdrawn": "bad",
    "denied": "bad",
    "expired": "warn",
    "pending": "warn",
    "overdue": "bad",
    "answered": "good",
    "done": "good",
    "accepted": "good",
    "planned": "good",
    "dismissed": "warn",
}


@register.filter
def word(code: object) -> str:
    """Return the word for a code; what has none stays as it is."""
    return str(WORDS.get(str(code), code if code is not None else ""))


@register.filter
def tone(code: object) -> str:
    """Return the class of colour that a state has."""
    return TONES.get(str(code), "plain")


@register.filter
def slot(code: str | None) -> str:
    """Return a time of the week as people say it: Tuesday evening."""
    if not code:
        return ""
    day, part = code.split("_")
    return f"{WEEKDAYS[DAYS.index(day)]} {word(part)}"


@register.filter
def instant(value: datetime | str | None) -> str:
    """Return an instant, or one as the ledger writes it, in the market's zone with its day and minute."""
    if isinstance(value, str):
        value = ledger_instant(value)
    return f"{day(value)}, {clock(value)}" if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """Return the time of the day of an instant."""
    return date_format(_local(value), "H:i") if value else ""


@register.filter
def day(value: datetime | date | None) -> str:
    """Return a day; of an instant, the market's."""
    if not value:
        return ""
    return date_format(_local(value) if isinstance(value, datetime) else value, _("j M Y"))


@register.filter
def short_day(value: datetime) -> str:
    """Return the market's day of an instant without its year."""
    return date_format(_local(value), _("j M"))


@register.filter
def figure(value: float | None, places: int = 1) -> str:
    """Return a number to a few decimal places, as the language writes it."""
    return "" if value is None else number_format(value, decimal_pos=places, force_grouping=True)


@register.filter
def cell(value: object) -> str:
    """Return what a cell of a table says: whole numbers as the language writes them."""
    return figure(value, 0) if isinstance(value, int) else str(value)


@register.filter
def percent(value: float | None) -> str:
    """Return a share per cent."""
    return "" if value is None else f"{value:.0%}"


@register.filter
def minutes(value: float) -> str:
    """Return a duration in hours and minutes."""
    hours, rest = divmod(round(value), 60)
    if hours:
        return _("%(hours)d h %(rest)02d min") % {"hours": hours, "rest": rest}
    return _("%(rest)d min") % {"rest": rest}


@register.filter
def length_of(value: float) -> str:
    """Return per cent of a drawing as SVG takes it, whatever the language."""
    return f"{value:.2f}%"


@register.filter
def pixels(value: float) -> str:
    """Return a length of a drawing in pixels as SVG takes it, whatever the language."""
    return f"{value:.1f}"


def _local(value: datetime) -> datetime:
    return localtime(value if value.tzinfo else value.replace(tzinfo=UTC))
