"""Calls as the CRM exports them: calls, slides shown, questions noted and presentation sessions.

A group call is a record on the institution's account, and one record per attendee that refers to it. Calls that were
planned and never held, or begun and never submitted, lie among those that took place; so do sessions in which a
representative only rehearsed.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Floats, Ints
from unisono.world.delivery import Delivery
from unisono.world.emit import veeva
from unisono.world.emit.export import Columns
from unisono.world.emit.rows import (
    DAY,
    LATER,
    ROME,
    Frame,
    channel_words,
    chosen,
    frame,
    institution_record,
    on,
    product_record,
    product_written,
    slide_record,
    stacked,
    utc,
    with_event,
)
from unisono.world.emit.spoil import Recipe, Rows
from unisono.world.events import HOUR, Events
from unisono.world.text import blank_unless, days, local, numbered, pick, record_ids

_CHANNELS = {
    "f2f_visit": "Face_to_face_vod",
    "phone_call": "Phone_vod",
    "remote_call": "Video_vod",
    "hospital_meeting": "Face_to_face_vod",
    "msl_visit": "Face_to_face_vod",
}
_STATUSES = ("Submitted_vod", "Submitted_vod", "Planned_vod", "Saved_vod")
_OUTCOMES = ("Held__c", "Declined__c")  # a picklist of the company's own
_TYPES = ("Detail Only", "Group Detail", "Medical")
_ATTENDEES = ("Person_Account_vod", "Group_Account_vod")
_QUESTIONS = (
    "Asked for data in the elderly",
    "Asked about dosing",
    "Asked about interactions",
    "Asked who pays",
)
_REACTIONS = ("Positive_vod", "Neutral_vod", "Negative_vod")
_CALL, _PARENT, _PLANNED, _SAVED = range(4)
_REPS = 1 << 20  # more people than ever work in the field
_ALONE = 1 << 47  # more than any meeting's number: what follows are contacts
_CLOCKS = np.array([-10, 9, 12]) * HOUR  # of devices that believe to be elsewhere


def calls(delivery: Delivery) -> Rows:
    """Return calls of all kinds and states."""
    form, people, brand = delivery.settings.crm_form, delivery.people, delivery.brand
    rows = _all_calls(delivery)
    who, kind = rows["who"], rows["kind"]
    is_parent, is_child = kind == _PARENT, (rows["parent"] >= 0) & (kind == _CALL)
    call_type = np.where(brand.is_medical[rows["channel"]], 2, is_parent | is_child)
    institution = institution_record(people.institution[who])
    columns = {
        "Id": record_ids("a04", rows["number"]),
        "Account_vod__c": pc.if_else(pa.array(is_parent), institution, people.crm_id.take(pa.array(who))),
        "User_vod__c": delivery.force.id.take(pa.array(rows["rep"])),
        "Parent_Call_vod__c": blank_unless(is_child, record_ids("a04", rows["parent"])),
        "Status_vod__c": pick(veeva.words(form, _STATUSES), kind),
        "Call_Date_vod__c": days(local(rows["at"], ROME)),
        "Call_Datetime_vod__c": utc(rows["at"]),
        "Call_Channel_vod__c": channel_words(veeva.translated(form, _CHANNELS), delivery, rows["channel"]),
        "Call_Type_vod__c": pick(_TYPES, call_type),
        "Attendee_Type_vod__c": pick(veeva.words(form, _ATTENDEES), is_parent.astype(np.int64)),
        "Detailed_Products_vod__c": product_written(delivery, rows["product"], rows["contact"]),
        "Duration_vod__c": _whole(np.where(kind <= _PARENT, rows["minutes"], np.nan)),
        "Suggestion_vod__c": pick(delivery.decisions, np.where(kind == _CALL, rows["decision"], -1)),
        "Call_Outcome__c": pick(veeva.words(form, _OUTCOMES), np.where(kind == _CALL, rows["declined"], -1)),
    }

    def elsewhere(at: Ints) -> pa.Array:
        return utc(rows["at"][at] + _CLOCKS[rows["contact"][at] % len(_CLOCKS)])

    recipe = Recipe(
        id="Account_vod__c",
        date="Call_Date_vod__c",
        future=_later(delivery),
        word="Call_Channel_vod__c",
        number="Duration_vod__c",
        zone=("Call_Datetime_vod__c", elsewhere),
        changed=("Duration_vod__c", "45"),
        sought=True,
    )
    return _records(delivery, "Call2_vod__c", columns, rows, recipe)


def slides(delivery: Delivery) -> Rows:
    """Return which slides were shown in which call."""
    rows = frame(on(delivery, _CHANNELS, "slide_viewed"))
    chance, contact = delivery.chance, rows["contact"]
    filled = chance.uniform("reaction filled", contact) < delivery.settings.reaction_filled
    reaction = np.where(filled, chance.pick("reaction", np.array([0.6, 0.3, 0.1]), contact), -1)
    columns = {
        "Id": record_ids("a2M", rows["number"]),
        "Call2_vod__c": record_ids("a04", contact * 4),
        "Account_vod__c": delivery.people.crm_id.take(pa.array(rows["who"])),
        "Key_Message_vod__c": slide_record(rows["content"]),
        "Product_vod__c": product_record(rows["product"]),
        "Call_Date_vod__c": days(local(rows["at"], ROME)),
        "Start_Time_vod__c": utc(rows["at"]),
        "Duration_vod__c": _whole(20 + 100 * chance.exponential("shown for", contact)),
        "Reaction_vod__c": pick(veeva.words(delivery.settings.crm_form, _REACTIONS), reaction),
    }
    recipe = Recipe(id="Account_vod__c", changed=("Reaction_vod__c", ""))
    return _records(delivery, "Call2_Key_Message_vod__c", columns, rows, recipe)


def questions(delivery: Delivery) -> Rows:
    """Return what customers asked in which call."""
    rows = frame(on(delivery, _CHANNELS, "asked"))
    columns = {
        "Id": record_ids("a2D", rows["number"]),
        "Call2_vod__c": record_ids("a04", rows["contact"] * 4),
        "Account_vod__c": delivery.people.crm_id.take(pa.array(rows["who"])),
        "Product_vod__c": product_record(rows["product"]),
        "Call_Date_vod__c": days(local(rows["at"], ROME)),
        "Discussion_vod__c": pick(_QUESTIONS, rows["contact"] % len(_QUESTIONS)),
    }
    recipe = Recipe(id="Account_vod__c")
    return _records(delivery, "Call2_Discussion_vod__c", columns, rows, recipe)


def sessions(delivery: Delivery) -> Rows:
    """Return presentation sessions: one per call with slides, and rehearsals on the evening before some."""
    form, chance, shown = delivery.settings.crm_form, delivery.chance, on(delivery, _CHANNELS, "slide_viewed")
    shown = shown.only(np.unique(shown.contact, return_index=True)[1])
    held = frame(shown, number=shown.contact * 2, is_preview=np.zeros(len(shown), bool))
    previews = chosen(held, chance.uniform("preview", held["contact"]) < delivery.settings.preview)
    previews |= {
        "number": previews["number"] + 1,
        "at": previews["at"] - 15 * HOUR,
        "is_preview": np.ones(len(previews["who"]), bool),
    }
    rows = stacked(delivery, held, previews)
    count = len(rows["who"])
    columns = {
        "Id": record_ids("a2S", rows["number"]),
        "Account_vod__c": delivery.people.crm_id.take(pa.array(rows["who"])),
        "Call_vod__c": blank_unless(~rows["is_preview"], record_ids("a04", rows["contact"] * 4)),
        "Product_vod__c": product_record(rows["product"]),
        "Organizer_vod__c": delivery.force.id.take(pa.array(rows["rep"])),
        "Start_DateTime_vod__c": utc(rows["at"]),
        "Total_Duration_vod__c": _whole(60 + 200 * chance.exponential("session lasts", rows["number"])),
        "Record_Type_Name_vod__c": pick(veeva.words(form, ("CLM_vod",)), np.zeros(count, np.int64)),
        "Media_Preview_vod__c": pick(("false", "true"), rows["is_preview"].astype(np.int64)),
    }
    return _records(delivery, "Multichannel_Activity_vod__c", columns, rows, Recipe())


def _all_calls(delivery: Delivery) -> Frame:
    """Return calls that were held or declined, parents of group calls, and calls that never took place."""
    chance, settings = delivery.chance, delivery.settings
    events = on(delivery, _CHANNELS, "visited", "called", "declined")
    meeting = events.channel == delivery.brand.channels.index("hospital_meeting")
    held = frame(
        events,
        number=events.contact * 4 + _CALL,
        kind=np.full(len(events), _CALL),
        declined=with_event(events, "declined").astype(np.int64),
        parent=np.where(meeting, _parent(events), -1),
    )
    _, first = np.unique(held["parent"], return_index=True)
    parents = chosen(held, first[held["parent"][first] >= 0])
    parents |= {"number": parents["parent"], "kind": np.full(len(parents["who"]), _PARENT)}
    alone = chosen(held, ~meeting)
    planned = chosen(alone, chance.uniform("planned", alone["contact"]) < settings.planned_call)
    saved = chosen(alone, chance.uniform("saved", alone["contact"]) < settings.saved_call)
    return stacked(delivery, held, parents, _another(planned, _PLANNED, 14), _another(saved, _SAVED, 3))


def _another(rows: Frame, kind: int, after: int) -> Frame:
    """Return calls like these, some days later and never held."""
    size = len(rows["who"])
    number = rows["contact"] * 4 + kind
    return {**rows, "number": number, "kind": np.full(size, kind), "at": rows["at"] + after * DAY}


def _parent(events: Events) -> Ints:
    """Return numbers of the records that tie attendees together: one per meeting and representative."""
    group = np.where(events.group >= 0, events.group * _REPS + events.rep, _ALONE + events.contact)
    return np.asarray(group * 4 + _PARENT)


def _records(delivery: Delivery, thing: str, columns: Columns, rows: Frame, recipe: Recipe) -> Rows:
    area = delivery.people.area[rows["who"]]
    return veeva.rows(delivery.settings.crm_form, thing, columns, recipe, rows["number"], area)


def _whole(values: Floats) -> pa.Array:
    """Return whole numbers, empty text where there is none."""
    return blank_unless(~np.isnan(values), numbered("", np.nan_to_num(values).round().astype(np.int64)))


def _later(delivery: Delivery) -> str:
    return str(days(np.array([delivery.until + LATER]))[0])
