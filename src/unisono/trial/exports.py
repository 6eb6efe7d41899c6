"""What the raw exports of a simulated project say, read from their formats alone.

This shares no line with ingestion, so that a mistake there shows in the audit. Files read once are not read again:
deliveries only add files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from unisono.playbook import Playbook, load_playbook
from unisono.trial.facts import Contact, Employment, Facts, Record, Statement, mail_record
from unisono.trial.lines import BROKEN, Row, day, files, instant, is_number, rows, word
from unisono.world.emit.veeva import in_vault

ROME = ZoneInfo("Europe/Rome")
UNKNOWN = "unknown channel"
STATUSES = ("granted", "pending", "denied", "withdrawn")

_CALLS = {"phone": "phone_call", "video": "remote_call", "chat_or_text": "chat"}
_OPTS = {"opt_in": "granted", "opt_in_pending": "pending", "opt_out": "withdrawn"}
_LINES = {"promotional": "commercial", "all": "all"}
_CALL_FIELDS = (
    *("Id", "Account_vod__c", "Parent_Call_vod__c", "Status_vod__c", "Call_Date_vod__c"),
    *("Call_Channel_vod__c", "Call_Type_vod__c", "Attendee_Type_vod__c", "Duration_vod__c"),
)
_CONSENT_FIELDS = (
    *(
        "Id",
        "Account_vod__c",
        "Consent_Type_vod__c",
        "Consent_Line_vod__c",
        "Product_vod__c",
        "Opt_Type_vod__c",
    ),
    *("Channel_Value_vod__c", "Capture_Datetime_vod__c", "Opt_Expiration_Date_vod__c"),
)
_OBJECTS = {
    "Account": ("Id", "ID_vod__c", "PersonEmail"),
    "Product_vod__c": ("Id", "Name"),
    "Call2_vod__c": _CALL_FIELDS,
    "Sent_Email_vod__c": ("Id", "Account_vod__c", "Email_Sent_Date_vod__c"),
    "Email_Activity_vod__c": ("Sent_Email_vod__c", "Event_type_vod__c", "Activity_DateTime_vod__c"),
    "Multichannel_Consent_vod__c": _CONSENT_FIELDS,
}


class Reader:
    """The exports of one project, read as they come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._facts = Facts(people=_people(folder / "truth" / "customers.parquet"))
        self._known: set[Path] = set()
        book = load_playbook(folder / "playbook")
        self._names = _product_names(book)
        self._zone = ZoneInfo(book.company.time_zone)
        self._products: dict[str, str] = {}  # by the CRM's id
        self._mails: dict[str, Record] = {}  # to whom, by the CRM's id
        self._said: dict[tuple[Any, ...], tuple[str, Statement]] = {}
        self._addresses: dict[Record, tuple[Path, set[str]]] = {}

    def read(self) -> Facts:
        """Return what all files so far say."""
        take: dict[str, Callable[[Row, Path], None]] = {
            "crm/Account": self._account,
            "crm/Product_vod__c": self._product,
            "crm/Call2_vod__c": self._call,
            "crm/Sent_Email_vod__c": self._sent,
            "crm/Email_Activity_vod__c": self._activity,
            "crm/Multichannel_Consent_vod__c": self._crm_statement,
            "mail/contacts": self._mail_contact,
            "mail/events": self._logged,
            "mail/preferences": self._preference,
            "events/participation": self._participation,
            "portal/events": self._tracked,
            "roster/reps": self._rep,
        }
        for name, how in take.items():
            place, _, stem = name.partition("/")
            fields = _OBJECTS.get(stem, ())
            for path in files(self._folder / "data" / place, {stem, in_vault(stem) if fields else stem}):
                if path not in self._known:
                    self._known.add(path)
                    for row in rows(path, stem, fields):
                        how(row, path)
        self._facts.statements = [said for _, said in self._said.values()]
        self._facts.addresses = defaultdict(set, {who: found for who, (_, found) in self._addresses.items()})
        return self._facts

    # ---- people ----------------------------------------------------------------------------------------

    def _account(self, row: Row, path: Path) -> None:
        self._person(("crm", row["Id"]), row, row["ID_vod__c"], row["PersonEmail"], path)

    def _mail_contact(self, row: Row, path: Path) -> None:
        self._person(mail_record(row["contact_id"]), row, row["licence"], row["email"], path)

    def _person(self, who: Record, row: Row, licence: str, address: str, path: Path) -> None:
        """Note a record; what a later delivery says of it replaces what was known. A broken line says nothing."""
        if row[BROKEN]:
            return
        since, known = self._addresses.get(who, (path, set()))
        known = known if since == path else set()
        self._addresses[who] = path, known | ({address.lower()} if address else set())
        if licence:
            self._facts.licences[who] = licence

    def _rep(self, row: Row, _path: Path) -> None:
        """Note an employment; a later delivery may end it."""
        job = Employment(
            row["rep_id"], float(row["weekly_minutes"]), day(row["starts_on"]), day(row["ends_on"])
        )
        self._facts.roster[job.rep_id] = job

    def _product(self, row: Row, _path: Path) -> None:
        self._products[row["Id"]] = self._names.get(row["Name"].lower(), "")

    # ---- contacts --------------------------------------------------------------------------------------

    def _call(self, row: Row, _path: Path) -> None:
        """Note a call that took place; a group's own record lies on the institution, which is no customer."""
        if word(row["Status_vod__c"]) != "submitted" or word(row["Attendee_Type_vod__c"]) == "group_account":
            return
        how = word(row["Call_Channel_vod__c"])
        channel = _CALLS.get(how, UNKNOWN)
        if how == "face_to_face":
            channel = "hospital_meeting" if row["Parent_Call_vod__c"] else "f2f_visit"
        if "medical" in row["Call_Type_vod__c"].lower() and channel != UNKNOWN:
            channel = "msl_visit"
        is_sound = is_number(row["Duration_vod__c"]) and not row[BROKEN]
        on = day(row["Call_Date_vod__c"])
        self._contact(("crm", row["Account_vod__c"]), row["Id"], channel, on, is_sound=is_sound)

    def _sent(self, row: Row, _path: Path) -> None:
        """Note a mail; a stub has no account, and is no mail."""
        who = ("crm", row["Account_vod__c"])
        self._mails[row["Id"]] = who
        at = instant(row["Email_Sent_Date_vod__c"])
        self._contact(who, row["Id"], "approved_email", self._day(at), is_sound=not row[BROKEN])

    def _logged(self, row: Row, _path: Path) -> None:
        who, at = mail_record(row["contact"]), instant(row["ts"])
        if word(row["type"]) == "send":
            self._contact(who, row["message_id"], "approved_email", self._day(at))
        if word(row["type"]) == "unsubscribe" and at:
            self._facts.unsubscribed.append((who, "approved_email", at))

    def _participation(self, row: Row, _path: Path) -> None:
        if row["kind"] == "Webinar" and word(row["status"]) == "invited":
            at, is_sound = instant(row["at"], ROME), is_number(row["minutes"]) and not row[BROKEN]
            who = mail_record(row["attendee"])
            self._contact(who, row["journey"], "webinar", self._day(at), is_sound=is_sound)

    def _tracked(self, row: Row, _path: Path) -> None:
        if row["event"] == "Message Sent":
            at = instant(row["timestamp"])
            channel = "chat" if row["surface"] == "chat" else UNKNOWN
            self._contact(
                mail_record(row["userId"]),
                row["session_id"],
                channel,
                self._day(at),
                is_sound=bool(row["messageId"]),
            )

    def _day(self, at: datetime | None) -> date | None:
        """Return the market's calendar day at an instant of UTC."""
        return at and at.replace(tzinfo=UTC).astimezone(self._zone).date()

    def _contact(
        self, who: Record, contact_id: str, channel: str, on: date | None, *, is_sound: bool = True
    ) -> None:
        """Note a contact, unless the row says not with whom or not when."""
        if who[1] and on:
            sound = is_sound and channel != UNKNOWN
            self._facts.contacts.append(Contact(who, contact_id, channel, on, sound))

    def _activity(self, row: Row, _path: Path) -> None:
        at = instant(row["Activity_DateTime_vod__c"])
        who = self._mails.get(row["Sent_Email_vod__c"])
        if word(row["Event_type_vod__c"]) == "unsubscribe" and at and who and who[1]:
            self._facts.unsubscribed.append((who, "approved_email", at))

    # ---- permission ------------------------------------------------------------------------------------

    def _crm_statement(self, row: Row, _path: Path) -> None:
        product = row["Product_vod__c"]
        said = {
            "channel": word(row["Consent_Type_vod__c"]),
            "purpose": _LINES.get(row["Consent_Line_vod__c"].lower(), "all"),
            "product": self._products.get(product, "") if product else "all",
            "status": _OPTS.get(word(row["Opt_Type_vod__c"]), ""),
            "stated_at": row["Capture_Datetime_vod__c"],
            "expires_at": row["Opt_Expiration_Date_vod__c"],
            "channel_value": row["Channel_Value_vod__c"],
        }
        self._statement(("crm", row["Account_vod__c"]), row["Id"], said)

    def _preference(self, row: Row, _path: Path) -> None:
        product = row["product"]
        said = {
            "product": self._names.get(product.lower(), "") if product else "all",
            "status": row["status"].lower(),
            "purpose": row["purpose"] or "all",
        }
        self._statement(mail_record(row["customer_id"]), "", row | said)

    def _statement(self, who: Record, number: str, said: Row) -> None:
        """Note a statement; of several a system numbered at one instant about one thing, that of the last number.

        One that cannot be read may be a refusal, so that nothing may be suggested until somebody has mended it. One
        about a product nobody knows grants nothing, and refuses everything.
        """
        status, at = said["status"], instant(said["stated_at"])
        if not who[1] or (status == "granted" and not said["product"]):
            return
        if at is None or status not in STATUSES:
            self._facts.unreadable.add(who)
            return
        statement = Statement(
            record=who,
            channel=said["channel"],
            purpose=said["purpose"],
            product=said["product"] or "all",
            status=status,
            stated_at=at,
            lapses_at=instant(said["expires_at"]),
            address=said["channel_value"].lower() or None,
        )
        thing = (who, statement.channel, statement.purpose, statement.product, statement.address, at)
        key = thing if number else (*thing, status)
        if key not in self._said or number > self._said[key][0]:
            self._said[key] = number, statement


def _product_names(book: Playbook) -> dict[str, str]:
    return {
        name.lower(): product.id
        for product in book.products
        for name in (product.id, product.name, *product.aliases)
    }


def _people(path: Path) -> dict[Record, str]:
    """Return who each record truly is."""
    table = pq.read_table(path, columns=["customer", "crm_id", "mail_id"])
    number, crm, mail = (table[name].to_pylist() for name in table.column_names)
    return {
        **{("crm", record): f"person {who}" for who, record in zip(number, crm, strict=True)},
        **{mail_record(record): f"person {who}" for who, record in zip(number, mail, strict=True)},
    }
