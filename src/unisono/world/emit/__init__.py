"""What the simulated company's systems export: their files, their words and their dirt."""

from __future__ import annotations

from collections.abc import Callable

from unisono.world.delivery import Delivery
from unisono.world.emit import accounts, calls, consents, lists, mails, online, veeva
from unisono.world.emit.export import Csv, Exports, Layout, Ndjson, Told
from unisono.world.emit.spoil import Rows, tell_rows

__all__ = ["Exports", "Told", "tell"]

_Make = Callable[[Delivery], Rows]
_COMMAS = Csv()
_OF_CRM: dict[str, _Make] = {
    "Account": accounts.accounts,
    "Address_vod__c": accounts.addresses,
    "TSF_vod__c": accounts.targets,
    "Call2_vod__c": calls.calls,
    "Call2_Key_Message_vod__c": calls.slides,
    "Call2_Discussion_vod__c": calls.questions,
    "Multichannel_Activity_vod__c": calls.sessions,
    "Sent_Email_vod__c": mails.sent,
    "Email_Activity_vod__c": mails.activities,
    "Multichannel_Consent_vod__c": consents.crm_statements,
}
_OF_OTHERS: dict[str, tuple[_Make, Layout]] = {
    "mail/contacts.csv": (online.contacts, _COMMAS),
    "mail/events.ndjson": (mails.log, Ndjson(bare=("bot",))),
    "mail/preferences.csv": (consents.preferences, _COMMAS),
    "events/participation.tsv": (online.participation, Csv("\t")),
    "portal/events.ndjson.gz": (online.portal, Ndjson()),
    "panel/contacts.csv": (online.panel, _COMMAS),
    "outcomes/new_rx.csv": (online.outcomes, _COMMAS),
}
_CRM_LISTS: dict[str, _Make] = {
    "Territory2": lists.crm_territories,
    "UserTerritory2Association": lists.crm_users,
    "Product_vod__c": lists.crm_products,
    "Approved_Document_vod__c": lists.crm_documents,
    "Key_Message_vod__c": lists.crm_slides,
    "Account": accounts.institutions,
    "Address_vod__c": accounts.institution_addresses,
}
_LISTS: dict[str, tuple[_Make, Layout, str]] = {
    "roster/reps.csv": (lists.reps, _COMMAS, "utf-8"),
    "roster/time_off.csv": (lists.time_off, _COMMAS, "utf-8"),
    "roster/territories.csv": (lists.territories, _COMMAS, "utf-8"),
    "register/strutture.csv": (lists.register, Csv(";"), "cp1252"),
}


def tell(delivery: Delivery) -> dict[str, Told]:
    """Return what a chunk adds to each file, dirt included; it depends on nothing but the delivery.

    The first chunk also brings the lists that do not belong to customers, which are clean: somebody keeps them.
    """
    form, told = delivery.settings.crm_form, {}
    if delivery.areas[0] == 0:
        told = {
            veeva.file_name(form, thing): _told(thing, make, delivery) for thing, make in _CRM_LISTS.items()
        }
        for name, (make, layout, encoding) in _LISTS.items():
            told[name] = _told(name, make, delivery, layout, encoding)
    for thing, make in _OF_CRM.items():
        name, part = veeva.file_name(form, thing), _told(thing, make, delivery)
        told[name] = told[name] + part if name in told else part
    return told | {name: _told(name, make, delivery, layout) for name, (make, layout) in _OF_OTHERS.items()}


def _told(
    what: str, make: _Make, delivery: Delivery, layout: Layout = _COMMAS, encoding: str = "utf-8"
) -> Told:
    chance, settings = delivery.chance, delivery.settings
    return tell_rows(what, make(delivery), chance, settings, layout, encoding, hold_late=not delivery.first)
