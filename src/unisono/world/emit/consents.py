"""What customers said about being contacted: signed forms in the CRM, clicks in the preference centre."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Bools, Ints
from unisono.world.delivery import Delivery
from unisono.world.emit import veeva
from unisono.world.emit.mails import crm_email, is_by_rep
from unisono.world.emit.rows import (
    DAY,
    Frame,
    channel_words,
    chosen,
    on,
    product_record,
    stacked,
    utc,
)
from unisono.world.emit.spoil import Recipe, Rows
from unisono.world.permission import STATUSES
from unisono.world.text import blank_unless, days, iso, joined, numbered, pick, record_ids

_TYPES = {"approved_email": "Approved_Email_vod", "webinar": "Webinar__c", "chat": "Chat__c"}
_OPT_TYPES = {
    "granted": "Opt_In_vod",
    "pending": "Opt_In_Pending_vod",
    "denied": "Opt_Out_vod",
    "withdrawn": "Opt_Out_vod",
}
_LINES = ("Promotional", "All")
_GRANTED, _PENDING, _DENIED, _WITHDRAWN = (STATUSES.index(word) for word in _OPT_TYPES)
_NEVER = np.datetime64("NaT", "s")


def crm_statements(delivery: Delivery) -> Rows:
    """Return the CRM's ledger: forms, unsubscribing from representatives' mails, and what was said before."""
    form, people, chance = delivery.settings.crm_form, delivery.people, delivery.chance
    rows = _in_crm(delivery)
    who, channel, key = rows["who"], rows["channel"], rows["key"]
    limited = (chance.uniform("one product", key) < delivery.settings.consent_for_one_product) & ~rows[
        "by_mail"
    ]
    product = np.where(limited, chance.integer("which product", len(delivery.brand.products), key), -1)
    is_mail = channel == delivery.brand.channels.index("approved_email")
    old, present = (text.take(pa.array(who)) for text in (_old_address(delivery), crm_email(delivery)))
    address = pc.if_else(pa.array(rows["is_old"]), old, present)
    refused = np.isin(rows["status"], (_DENIED, _WITHDRAWN))
    reason = np.where(refused, rows["by_mail"], -1)
    columns = {
        "Id": record_ids("a3C", rows["number"]),
        "Account_vod__c": people.crm_id.take(pa.array(who)),
        "Consent_Type_vod__c": channel_words(veeva.translated(form, _TYPES), delivery, channel),
        "Consent_Line_vod__c": pick(_LINES, (chance.uniform("all purposes", key) < 0.2).astype(np.int64)),
        "Product_vod__c": product_record(product),
        "Opt_Type_vod__c": _status_words(veeva.translated(form, _OPT_TYPES), rows["status"]),
        "Optout_Event_Type_vod__c": pick(
            veeva.words(form, ("Consent_Capture_vod", "Unsubscribed_vod")), reason
        ),
        "Channel_Value_vod__c": blank_unless(is_mail, address),
        "Capture_Datetime_vod__c": utc(rows["at"]),
        "Opt_Expiration_Date_vod__c": days(rows["lapses_at"]),
        "Disclaimer_Text_vod__c": numbered("MOD-", rows["number"], 8),
    }
    recipe = Recipe(id="Account_vod__c", date="Capture_Datetime_vod__c", word="Opt_Type_vod__c", dated=True)
    return veeva.rows(form, "Multichannel_Consent_vod__c", columns, recipe, rows["number"], people.area[who])


def preferences(delivery: Delivery) -> Rows:
    """Return the preference centre: what those without a CRM record said, and all who left by a mail's link."""
    people = delivery.people
    rows = _statements(delivery)
    rows = chosen(rows, people.in_mail[rows["who"]] & (rows["by_mail"] | ~people.in_crm[rows["who"]]))
    who, is_mail = rows["who"], rows["channel"] == delivery.brand.channels.index("approved_email")
    count = len(who)
    # Whoever leaves, leaves as a person, whatever the address.
    address = blank_unless(is_mail & ~rows["by_mail"], people.email.take(pa.array(who)))
    columns = {
        "customer_id": people.mail_id.take(pa.array(who)),
        "channel": pick(delivery.brand.channels, rows["channel"]),
        "purpose": pick(("commercial",), np.zeros(count, np.int64)),
        "status": pick(STATUSES, rows["status"]),
        "stated_at": iso(rows["at"], "Z"),
        "expires_at": iso(rows["lapses_at"], "Z"),
        "product": pick((), np.full(count, -1)),
        "evidence": pick(("preference centre",), np.zeros(count, np.int64)),
        "channel_value": address,
    }
    recipe = Recipe(
        id="customer_id", date="stated_at", word="status", typed=("customer_id", "status"), dated=True
    )
    return Rows(columns, rows["number"], people.area[who], recipe)


def _statements(delivery: Delivery) -> Frame:
    """Return what was stated in the delivery's time; of the first one, all that ever was."""
    said = delivery.permission.statements(_NEVER if delivery.first else delivery.begin, delivery.until)
    key = delivery.people.number[said.who] * len(delivery.brand.channels) + said.channel
    rows = {**vars(said), "at": said.stated_at, "key": key}
    # A customer says at most three things about a channel: the first, its withdrawal, and leaving by a mail's link.
    nth = (said.status == _WITHDRAWN) * 2 + said.by_mail
    return {**rows, "number": key * 8 + nth, "is_old": np.zeros(len(said), bool)}


def _in_crm(delivery: Delivery) -> Frame:
    """Return what the CRM knows, by area and record id, which is not by time."""
    people, chance = delivery.people, delivery.chance
    rows = _statements(delivery)
    rows = chosen(rows, people.in_crm[rows["who"]] & (~rows["by_mail"] | _left_a_rep(delivery, rows)))
    granted = chosen(rows, rows["status"] == _GRANTED)
    double = chosen(
        granted, chance.uniform("double opt-in", granted["key"]) < delivery.settings.double_opt_in
    )
    tied = chosen(granted, chance.uniform("tied", granted["key"]) < delivery.settings.tied_statement)
    mail = delivery.brand.channels.index("approved_email")
    old = chosen(granted, (granted["channel"] == mail) & ~np.isnat(people.moved_at[granted["who"]]))
    told = stacked(
        delivery,
        {**rows, "number": rows["number"] * 4 + 3},
        _before(double, 4 * DAY, 0, _PENDING),
        _before(tied, 0 * DAY, 1, _PENDING),  # of two at one instant the greater id holds
        _before(old, 900 * DAY, 2, _GRANTED) | {"is_old": np.ones(len(old["who"]), bool)},
    )
    return chosen(told, np.lexsort((told["number"], people.area[told["who"]])))


def _before(rows: Frame, earlier: np.timedelta64, place: int, status: int) -> Frame:
    """Return statements made before others, with lesser ids."""
    size = len(rows["who"])
    return {
        **rows,
        "number": rows["number"] * 4 + place,
        "at": rows["at"] - earlier,
        "status": np.full(size, status),
        "lapses_at": np.full(size, _NEVER),
    }


def _left_a_rep(delivery: Delivery, rows: Frame) -> Bools:
    """Return whether they left by the link in a representative's mail."""
    events = on(delivery, ["approved_email"], "unsubscribed")
    left = events.only(is_by_rep(delivery, events))
    return np.asarray(np.isin(_who_and_when(rows["who"], rows["at"]), _who_and_when(left.who, left.at)))


def _who_and_when(who: Ints, at: np.ndarray) -> Ints:
    return np.asarray(who * (1 << 36) + at.astype("datetime64[s]").astype(np.int64))


def _old_address(delivery: Delivery) -> pa.Array:
    return joined("", numbered("dr", delivery.people.number, 7), "@before.example.org")


def _status_words(words: dict[str, str], status: Ints) -> pa.Array:
    return pick([words.get(name, "") for name in STATUSES], status)
