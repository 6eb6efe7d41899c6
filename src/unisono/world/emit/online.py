"""What the other systems export: mail platform, event platform, portal with chat, market-research panel, outcomes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Bools, Ints
from unisono.world.delivery import Delivery
from unisono.world.emit.accounts import changed
from unisono.world.emit.rows import (
    LATER,
    ROME,
    Frame,
    channel_words,
    event_words,
    frame,
    on,
    product_written,
)
from unisono.world.emit.spoil import Recipe, Rows
from unisono.world.events import HOUR, SECOND
from unisono.world.names import CITIES, SPECIALTIES
from unisono.world.places import all_bricks
from unisono.world.text import blank_unless, days, decimals, fixed, iso, joined, local, numbered, pick, same

_PARTICIPATION = {"invited": "invited", "registered": "registered", "attended": "attended"}
_TRACKED = {
    "sent": "Message Sent",
    "replied": "Message Replied",
    "saved": "Content Saved",
    "shared": "Content Shared",
    "asked": "Question Asked",
}
_PANEL_CHANNELS = ("visita", "e-mail", "convegno")


def contacts(delivery: Delivery) -> Rows:
    """Return the mail platform's list of contacts, names in their own script."""
    people = delivery.people
    at = changed(delivery)
    at = at[people.in_mail[at]]
    columns = {
        "contact_id": people.mail_id,
        "display_name": people.display,
        "first_name": people.given,
        "last_name": people.family,
        "email": people.email,
        "specialty": pick([english for english, _, _ in SPECIALTIES], people.specialty),
        "city": pick([city[0] for city in CITIES], people.city),
        "country": same("IT", len(people)),
        "licence": blank_unless(people.licence_in_mail, people.licence_id),
    }
    recipe = Recipe(
        id="contact_id",
        name="last_name",
        changed=("email", "changed@example.org"),
        typed=("contact_id",),
        dated=True,
    )
    told = {name: column.take(pa.array(at)) for name, column in columns.items()}
    return Rows(told, people.number[at], people.area[at], recipe)


def participation(delivery: Delivery) -> Rows:
    """Return who was invited to, registered for and took part in webinars and congresses, in local time."""
    rows = frame(on(delivery, ["webinar", "congress"]))
    contact, clock = rows["contact"], local(rows["at"], ROME)
    congress = joined("", "CONG-", pc.utf8_slice_codeunits(days(clock), 0, 7))
    columns = {
        "participation_id": numbered("p", rows["number"]),
        "event_code": pc.if_else(pa.array(rows["group"] >= 0), numbered("WEB-", rows["group"]), congress),
        "kind": channel_words({"webinar": "Webinar", "congress": "Congress"}, delivery, rows["channel"]),
        "status": event_words(_PARTICIPATION, rows["event"]),
        "attendee": delivery.people.mail_id.take(pa.array(rows["who"])),
        "journey": numbered("j", contact),
        "product": product_written(delivery, rows["product"], contact),
        "asset": pick(delivery.brand.contents, rows["content"]),
        "campaign": pick(delivery.decisions, rows["decision"]),
        "minutes": decimals(rows["minutes"]),
        "at": iso(clock, between=" "),
    }

    def elsewhere(at: Ints) -> pa.Array:
        return iso(rows["at"][at], between=" ")  # written in UTC, which nobody can see

    recipe = Recipe(
        id="attendee",
        date="at",
        future=str(iso(np.array([delivery.until + LATER]), between=" ")[0]),
        word="status",
        number="minutes",
        zone=("at", elsewhere),
        changed=("asset", "changed-later"),
        typed=("attendee", "status"),
    )
    return _rows(delivery, columns, rows, recipe)


def portal(delivery: Delivery) -> Rows:
    """Return what happened in the chat and on the portal, some of it by visitors nobody knows."""
    rows = frame(on(delivery, ["chat", "portal"]))
    contact, number = rows["contact"], rows["number"]
    guest = _is_guest(delivery, rows)
    event = event_words(_TRACKED, rows["event"])
    is_page = pc.equal(event, fixed(""))
    lag = delivery.chance.integer("sent after", 5, number) * SECOND
    columns = {
        "type": pc.if_else(is_page, fixed("page"), fixed("track")),
        "event": event,
        "name": pc.if_else(is_page, fixed("Content"), fixed("")),
        "userId": blank_unless(~guest, delivery.people.mail_id.take(pa.array(rows["who"]))),
        "anonymousId": numbered("anon-", np.where(guest, contact % 97, contact)),
        "messageId": numbered("d", number),
        "timestamp": iso(rows["at"], ".000Z"),
        "originalTimestamp": iso(rows["at"], ".000Z"),
        "sentAt": iso(rows["at"] + lag, ".000Z"),
        "properties.content_id": pick(delivery.brand.contents, rows["content"]),
        "properties.product": product_written(delivery, rows["product"], contact),
        "properties.surface": channel_words({"chat": "chat", "portal": "portal"}, delivery, rows["channel"]),
        "properties.session_id": numbered("s", contact),
        "properties.rep_id": _reps(delivery, rows),
        "properties.decision_id": pick(delivery.decisions, rows["decision"]),
        "context.library": same("analytics.js", len(number)),
        "context.locale": same("it-IT", len(number)),
    }

    def elsewhere(at: Ints) -> pa.Array:
        return iso(rows["at"][at] - 7 * HOUR, ".000Z")

    recipe = Recipe(
        id="messageId",
        date="timestamp",
        future=str(iso(np.array([delivery.until + LATER]), ".000Z")[0]),
        word="properties.surface",
        zone=("originalTimestamp", elsewhere),
        changed=("properties.content_id", "changed-later"),
    )
    return _rows(delivery, columns, rows, recipe)


def panel(delivery: Delivery) -> Rows:
    """Return what panel members say competitors did."""
    rivals, people = delivery.rivals, delivery.people
    order = np.lexsort((rivals.who, rivals.at, people.area[rivals.who]))
    who, at, rival, channel = (getattr(rivals, name)[order] for name in ("who", "at", "rival", "channel"))
    key = people.number[who] * 100_000 + at.astype("datetime64[D]").astype(np.int64)
    columns = {
        "id": numbered("n", key),
        "crm_id": people.crm_id.take(pa.array(who)),
        "date": days(at, italian=True),
        "company": pick([company for company, _ in delivery.brand.rivals], rival),
        "product": pick([product for _, product in delivery.brand.rivals], rival),
        "channel": pick(_PANEL_CHANNELS, channel),
    }
    recipe = Recipe(
        id="crm_id", date="date", word="channel", changed=("product", "Altro"), typed=("crm_id", "channel")
    )
    return Rows(columns, key, people.area[who], recipe)


def outcomes(delivery: Delivery) -> Rows:
    """Return the months' new prescriptions, of customers in the CRM or of bricks."""
    told = delivery.outcomes
    if delivery.settings.outcome_grain == "brick":
        return _of_bricks(delivery)
    people, products = delivery.people, len(delivery.brand.products)
    known = people.in_crm[told.who]
    who, product, month, value = (part[known] for part in (told.who, told.product, told.month, told.new_rx))
    order = np.lexsort((product, people.number[who], month, people.area[who]))
    who, product, month, value = (part[order] for part in (who, product, month, value))
    key = (people.number[who] * products + product) * 10_000 + month.astype(np.int64)
    columns = {"customer_id": people.crm_id.take(pa.array(who)), **_counted(delivery, product, month, value)}
    return Rows(columns, key, people.area[who], Recipe(id="customer_id", date="period", dated=True))


def _of_bricks(delivery: Delivery) -> Rows:
    told, people, bricks = delivery.outcomes, delivery.people, all_bricks(delivery.places)
    products = len(delivery.brand.products)
    brick, month = people.brick[told.who], told.month.astype(np.int64)
    key, at, where = np.unique(
        ((people.area[told.who] * len(bricks) + brick) * 10_000 + month) * products + told.product,
        return_index=True,
        return_inverse=True,
    )
    value = np.bincount(where, told.new_rx, minlength=len(key)).astype(np.int64)
    columns = {
        "brick": pick(bricks, brick[at]),
        **_counted(delivery, told.product[at], told.month[at], value),
    }
    return Rows(columns, key, people.area[told.who[at]], Recipe(date="period", dated=True))


def _counted(delivery: Delivery, product: Ints, month: np.ndarray, value: Ints) -> dict[str, pa.Array]:
    return {
        "product": pick([written[0] for written in delivery.brand.written], product),
        "period": pc.utf8_slice_codeunits(days(month.astype("datetime64[s]")), 0, 7),
        "measure": same("new_rx", len(value)),
        "value": numbered("", value),
    }


def _is_guest(delivery: Delivery, rows: Frame) -> Bools:
    is_portal = rows["channel"] == delivery.brand.channels.index("portal")
    return np.asarray(
        is_portal & (delivery.chance.uniform("guest", rows["contact"]) < delivery.settings.guests)
    )


def _reps(delivery: Delivery, rows: Frame) -> pa.Array:
    return blank_unless(rows["rep"] >= 0, delivery.force.id.take(pa.array(np.maximum(rows["rep"], 0))))


def _rows(delivery: Delivery, columns: dict[str, pa.Array], rows: Frame, recipe: Recipe) -> Rows:
    return Rows(columns, rows["number"], delivery.people.area[rows["who"]], recipe)
