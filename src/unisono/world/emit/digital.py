"""What the other systems export: mail platform, event platform, portal with chat, market-research panel."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.delivery import Delivery, channel_words, event_words, row_of, touch_id
from unisono.world.emit.dirt import Recipe
from unisono.world.emit.files import Columns
from unisono.world.names import CITIES, SPECIALTIES
from unisono.world.permission import DAY
from unisono.world.text import blank_unless, decimals, instants, joined, numbered, pick, worded

ISO = "%Y-%m-%dT%H:%M:%S"
MAIL_EVENTS = {
    "sent": "send",
    "delivered": "delivery",
    "bounced": "bounce",
    "opened": "open",
    "clicked": "click",
    "replied": "reply",
    "unsubscribed": "unsubscribe",
}
PARTICIPATION = {"invited": "invited", "registered": "registered", "attended": "attended"}
ACTIONS = {
    "sent": "message",
    "replied": "reply",
    "viewed": "view",
    "saved": "bookmark",
    "shared": "share",
    "asked": "question",
}
PREFERENCES = {
    "granted": "subscribed",
    "pending": "pending",
    "denied": "rejected",
    "withdrawn": "unsubscribed",
}
LISTS = {"approved_email": "newsletter", "webinar": "webinars", "chat": "chat"}
PANEL_CHANNELS = ("visita", "e-mail", "convegno")


def contacts(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return the mail platform's list of contacts, names in their own script."""
    people = delivery.people
    rows = row_of(people.in_mail)
    columns = {
        "contact_id": people.mail_id,
        "display_name": people.display,
        "first_name": people.given,
        "last_name": people.family,
        "email": joined("", people.mail_id, "@example.org"),
        "specialty": pick([english for english, _, _ in SPECIALTIES], people.specialty),
        "city": pick([city[0] for city in CITIES], people.city),
        "country": pick(["IT"], np.zeros(len(people), np.int64)),
        "licence": blank_unless(people.licence_in_mail, people.licence_id),
    }
    recipe = Recipe(id="contact_id", changed=("email", "changed@example.org"))
    return {name: column.take(rows) for name, column in columns.items()}, recipe


def mails(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return the mail platform's log; each of its three servers writes times with an offset of its own."""
    events = delivery.on("approved_email")
    server = events.contact % 3
    local = instants(events.at + server * np.timedelta64(3600, "s"), ISO)
    columns = {
        "event_id": touch_id("e", events),
        "message_id": numbered("msg", events.contact),
        "type": event_words(events, MAIL_EVENTS),
        "contact": delivery.people.mail_id.take(events.who),
        "asset": delivery.content(events),
        "product": delivery.product(events),
        "sender": delivery.rep(events),
        "ts": joined("", local, pick(["Z", "+01:00", "+02:00"], server)),
        "bot": pick(["true", "false"], events.is_human.astype(np.int64)),
    }
    return columns, _touch_recipe(delivery, "contact", "ts", "type", "asset", "Z")


def preferences(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return the preference centre: first statements of those without CRM record, and all withdrawals by mail."""
    people, brand = delivery.people, delivery.brand
    said = delivery.permission.statements(~people.in_crm, people.in_mail, delivery.before)
    columns = {
        "contact_id": people.mail_id.take(said.who),
        "list": pick([LISTS.get(c, "") for c in brand.channels], said.channel),
        "state": worded(said.status, PREFERENCES),
        "changed_at": instants(said.stated_at, ISO + "Z"),
        "expires_at": instants(said.lapses_at, ISO + "Z"),
    }
    return columns, Recipe(id="contact_id", date="changed_at", word="state")


def participation(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return who was invited to, registered for and took part in webinars and congresses."""
    events = delivery.on("webinar", "congress")
    month = instants(events.at, "CONG-%Y-%m")
    columns = {
        "participation_id": touch_id("p", events),
        "event_code": pc.if_else(pa.array(events.group >= 0), numbered("WEB-", events.group), month),
        "kind": channel_words(delivery, events, {"webinar": "Webinar", "congress": "Congress"}),
        "status": event_words(events, PARTICIPATION),
        "attendee": delivery.people.mail_id.take(events.who),
        "journey": numbered("j", events.contact),
        "product": delivery.product(events),
        "asset": delivery.content(events),
        "minutes": decimals(events.minutes, "."),
        "at": instants(events.at, "%Y-%m-%d %H:%M:%S"),
    }
    return columns, _touch_recipe(delivery, "attendee", "at", "status", "asset", number="minutes")


def portal(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return what happened in the chat and on the portal, some of it by visitors nobody knows."""
    events = delivery.on("chat", "portal")
    is_portal = events.channel == delivery.brand.channels.index("portal")
    guest = is_portal & (events.contact % 1009 < 1009 * delivery.settings.guests)
    known = delivery.people.mail_id.take(events.who)
    columns = {
        "id": touch_id("d", events),
        "session": numbered("s", events.contact),
        "surface": channel_words(delivery, events, {"chat": "chat", "portal": "portal"}),
        "action": event_words(events, ACTIONS),
        "user": pc.if_else(pa.array(guest), numbered("guest-", events.contact % 97), known),
        "agent": blank_unless(~is_portal, delivery.rep(events)),
        "asset": delivery.content(events),
        "product": delivery.product(events),
        "at": instants(events.at, ISO + "Z"),
    }
    return columns, _touch_recipe(delivery, "user", "at", "action", "asset", "Z")


def panel(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return what panel members say competitors did."""
    rng, people, settings = delivery.rng, delivery.people, delivery.settings
    member = row_of(people.in_crm & (rng.random(len(people)) < settings.panel))
    weeks = max(1, int((delivery.before - delivery.begin) / (7 * DAY)))
    who, week = np.nonzero(rng.random((len(member), weeks)) < settings.panel_weekly)
    rival = rng.integers(0, len(delivery.brand.rivals), len(who))
    at = delivery.begin + week * 7 * DAY + rng.integers(0, 5, len(who)) * DAY
    columns = {
        "id": numbered("n", people.number[member[who]] * 1000 + week),
        "crm_id": people.crm_id.take(member[who]),
        "date": instants(at, "%d/%m/%Y"),
        "company": pick([company for company, _ in delivery.brand.rivals], rival),
        "product": pick([product for _, product in delivery.brand.rivals], rival),
        "channel": pick(PANEL_CHANNELS, rng.choice(3, len(who), p=[0.7, 0.2, 0.1])),
    }
    return columns, Recipe(id="crm_id", date="date", word="channel", changed=("product", "Altro"))


def _touch_recipe(
    delivery: Delivery, who: str, date: str, word: str, changed: str, suffix: str = "", number: str = ""
) -> Recipe:
    future = f"{(delivery.before + 400 * DAY).astype('datetime64[s]')}{suffix}"
    return Recipe(
        id=who, date=date, future=future, word=word, number=number, changed=(changed, "changed-later")
    )
