"""Mails: representatives' in the CRM's records, central ones in the mail platform's log.

Machines open and click too, and say so where their operators own up to it. In the CRM a click without an opening
gives an opening at the same instant, also where a machine clicked; and where tracking is anonymous, a stub without
a customer takes what happened to the mail.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Bools
from unisono.world.delivery import Delivery
from unisono.world.emit import veeva
from unisono.world.emit.rows import (
    LATER,
    Frame,
    chosen,
    contacts_with,
    document_record,
    event_words,
    frame,
    on,
    product_record,
    product_written,
    stacked,
    utc,
    with_event,
)
from unisono.world.emit.spoil import Recipe, Rows
from unisono.world.events import EVENT, SECOND, Events
from unisono.world.text import blank_unless, fixed, iso, joined, numbered, pick, record_ids

_ACTIVITIES = {
    "delivered": "Delivered_vod",
    "bounced": "Bounced_vod",
    "opened": "Opened_vod",
    "clicked": "Clicked_vod",
    "unsubscribed": "Unsubscribe_vod",
}
_LOGGED = {
    "sent": "send",
    "delivered": "delivery",
    "bounced": "bounce",
    "opened": "open",
    "clicked": "click",
    "replied": "reply",
    "unsubscribed": "unsubscribe",
}
_BOTS = ("apple", "gmail", "generic")
_BOT_SHARES = np.array([0.55, 0.25, 0.2])
_GENERIC = _BOTS.index("generic")


def sent(delivery: Delivery) -> Rows:
    """Return the CRM's sent mails, and the stubs of those with anonymous tracking."""
    form, people, events = delivery.settings.crm_form, delivery.people, _by_reps(delivery)
    mails = frame(events.only(with_event(events, "sent")))
    mails |= {"number": mails["contact"] * 2, "is_stub": np.zeros(len(mails["who"]), bool)}
    stubs = chosen(mails, _is_stub(delivery, mails))
    stubs |= {"number": stubs["number"] + 1, "is_stub": np.ones(len(stubs["who"]), bool)}
    rows = stacked(delivery, mails, stubs)
    who, contact, known = rows["who"], rows["contact"], ~rows["is_stub"]
    bounced = np.isin(contact, contacts_with(events, "bounced"))
    on_record = crm_email(delivery)
    address = pc.if_else(pc.equal(on_record, fixed("")), people.email, on_record)  # asked for, and not noted
    columns = {
        "Id": record_ids("a2E", rows["number"]),
        "Account_vod__c": blank_unless(known, people.crm_id.take(pa.array(who))),
        "User_vod__c": delivery.force.id.take(pa.array(rows["rep"])),
        "Approved_Email_Template_vod__c": document_record(rows["content"]),
        "Product_vod__c": product_record(rows["product"]),
        "Status_vod__c": pick(veeva.words(form, ("Delivered_vod", "Bounced_vod")), bounced.astype(np.int64)),
        "Email_Sent_Date_vod__c": utc(rows["at"]),
        "Account_Email_vod__c": blank_unless(known, address.take(pa.array(who))),
        "Suggestion_vod__c": pick(delivery.decisions, np.where(known, rows["decision"], -1)),
        "VExternal_Id_vod__c": blank_unless(~known, numbered("anonymous-", contact)),
    }
    recipe = Recipe(
        date="Email_Sent_Date_vod__c",
        future=str(utc(np.array([delivery.until + LATER]))[0]),
        changed=("Account_Email_vod__c", "changed@example.org"),
        sought=True,
    )
    return veeva.rows(form, "Sent_Email_vod__c", columns, recipe, rows["number"], people.area[who])


def activities(delivery: Delivery) -> Rows:
    """Return what the CRM saw happen to its mails."""
    form, events = delivery.settings.crm_form, _by_reps(delivery)
    rows = _inferred(
        delivery, events, _with_machines(delivery, events.only(with_event(events, *_ACTIVITIES)))
    )
    is_click = rows["event"] == EVENT["clicked"]
    moved = _is_stub(delivery, rows) & (is_click | (rows["event"] == EVENT["opened"]))
    link = numbered("https://aurelia.example.com/", rows["content"])
    columns = {
        "Id": record_ids("a2V", rows["number"]),
        "Sent_Email_vod__c": record_ids("a2E", rows["contact"] * 2 + moved),
        "Event_type_vod__c": event_words(veeva.translated(form, _ACTIVITIES), rows["event"]),
        "Activity_DateTime_vod__c": utc(rows["at"]),
        "Bot_vod__c": pick(_BOTS, rows["bot"]),
        "Click_URL_vod__c": blank_unless(is_click, link),
    }
    recipe = Recipe(
        date="Activity_DateTime_vod__c",
        future=str(utc(np.array([delivery.until + LATER]))[0]),
        word="Event_type_vod__c",
        changed=("Click_URL_vod__c", "https://aurelia.example.com/moved"),
    )
    area = delivery.people.area[rows["who"]]
    return veeva.rows(form, "Email_Activity_vod__c", columns, recipe, rows["number"], area)


def log(delivery: Delivery) -> Rows:
    """Return the mail platform's log; each of its three servers writes times with an offset of its own."""
    events = on(delivery, ["approved_email"])
    events = events.only(~is_by_rep(delivery, events))
    rows = _with_machines(delivery, events)
    server = rows["contact"] % 3
    local = iso(rows["at"] + server * np.timedelta64(3600, "s"))
    wrong = (server + 1) % 3
    offsets = ("Z", "+01:00", "+02:00")
    columns = {
        "event_id": numbered("e", rows["number"]),
        "message_id": numbered("msg", rows["contact"]),
        "type": event_words(_LOGGED, rows["event"]),
        "contact": delivery.people.mail_id.take(pa.array(rows["who"])),
        "asset": pick(delivery.brand.contents, rows["content"]),
        "product": product_written(delivery, rows["product"], rows["contact"]),
        "campaign": pick(delivery.decisions, rows["decision"]),
        "ts": joined("", local, pick(offsets, server)),
        "bot": pick(("false", "true"), (rows["bot"] >= 0).astype(np.int64)),
    }

    def elsewhere(at: np.ndarray) -> pa.Array:
        return joined("", local.take(pa.array(at)), pick(offsets, wrong[at]))

    recipe = Recipe(
        id="contact",
        date="ts",
        future=str(iso(np.array([delivery.until + LATER]), "Z")[0]),
        word="type",
        zone=("ts", elsewhere),
        changed=("asset", "changed-later"),
        typed=("contact", "type"),
    )
    return Rows(columns, rows["number"], delivery.people.area[rows["who"]], recipe)


def crm_email(delivery: Delivery) -> pa.Array:
    """Return the address the CRM has of each customer, empty text where it has none."""
    people = delivery.people
    which = people.email_in_crm
    at_work = blank_unless(which == 1, people.email)
    return pc.if_else(pa.array(which == 2), people.private_email, at_work)


def is_by_rep(delivery: Delivery, events: Events) -> Bools:
    """Return which mails a representative sent out of the CRM."""
    return np.asarray((events.rep >= 0) & delivery.people.in_crm[events.who])


def _by_reps(delivery: Delivery) -> Events:
    events = on(delivery, ["approved_email"])
    return events.only(is_by_rep(delivery, events))


def _is_stub(delivery: Delivery, rows: Frame) -> Bools:
    return np.asarray(delivery.chance.uniform("stub", rows["contact"]) < delivery.settings.stub_mail)


def _with_machines(delivery: Delivery, events: Events) -> Frame:
    """Return events with the openings and clicks of machines, which come with the arrival of a mail."""
    chance, settings = delivery.chance, delivery.settings
    human = frame(events, bot=np.full(len(events), -1))
    arrived = chosen(human, with_event(events, "delivered"))
    opens = chosen(arrived, chance.uniform("machine opens", arrived["contact"]) < settings.machine_open)
    clicks = chosen(arrived, chance.uniform("machine clicks", arrived["contact"]) < settings.machine_click)
    bots = chance.pick("bot", _BOT_SHARES, opens["contact"])
    seconds = 5 + chance.integer("machine takes", 120, opens["contact"])
    return stacked(
        delivery,
        human,
        _by_machine(delivery, opens, "opened", bots, seconds),
        _by_machine(
            delivery, clicks, "clicked", np.full(len(clicks["who"]), _GENERIC), np.full(len(clicks["who"]), 3)
        ),
    )


def _by_machine(delivery: Delivery, rows: Frame, event: str, bot: np.ndarray, seconds: np.ndarray) -> Frame:
    at = np.minimum(rows["at"] + seconds * SECOND, delivery.until - SECOND)
    code = np.full(len(rows["who"]), EVENT[event])
    return {
        **rows,
        "event": code,
        "at": at,
        "bot": bot,
        "number": (rows["contact"] * len(EVENT) + code) * 2 + 1,
    }


def _inferred(delivery: Delivery, events: Events, rows: Frame) -> Frame:
    """Return activities with the openings that only clicks gave away: some people's, and those of scanners."""
    opening, clicking = EVENT["opened"], EVENT["clicked"]
    is_human = rows["bot"] < 0
    untracked = delivery.chance.uniform("inferred", rows["contact"]) < delivery.settings.inferred_open
    untracked &= np.isin(rows["contact"], contacts_with(events, "clicked"))
    seen = chosen(rows, ~(untracked & is_human & (rows["event"] == opening)))
    machines_opened = rows["contact"][~is_human & (rows["event"] == opening)]
    scanned = ~is_human & ~np.isin(rows["contact"], machines_opened)
    clicks = chosen(rows, (rows["event"] == clicking) & np.where(is_human, untracked, scanned))
    code = np.full(len(clicks["who"]), opening)
    by_machine = (clicks["bot"] >= 0).astype(np.int64)
    number = (
        clicks["contact"] * len(EVENT) + EVENT["viewed"]
    ) * 2 + by_machine  # a number no mail's event has
    return stacked(delivery, seen, {**clicks, "event": code, "bot": np.full(len(code), -1), "number": number})
