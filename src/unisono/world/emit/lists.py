"""Lists that do not belong to customers: field force, territories, institutions, and the CRM's catalogues."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from unisono.world.brand import Ints
from unisono.world.delivery import Delivery
from unisono.world.emit import veeva
from unisono.world.emit.accounts import institution_code, territory_names
from unisono.world.emit.rows import DAY, document_record, product_record, slide_record
from unisono.world.emit.spoil import Recipe, Rows
from unisono.world.names import CITIES
from unisono.world.places import postal_code
from unisono.world.text import days, joined, numbered, pick, record_ids, same

_WEEK = 7 * DAY
_CITY_NAMES = [city[0] for city in CITIES]
_REGIONS = [city[1] for city in CITIES]


def reps(delivery: Delivery) -> Rows:
    """Return who works in the field; after the first time only who has come or gone."""
    force, (begin, until) = delivery.force, delivery.weeks
    hired = force.hired(until - 1)
    news = (force.from_week >= begin) | ((force.until_week >= begin) & (force.until_week < until))
    at = np.nonzero(hired & (delivery.first | news))[0]
    left = force.until_week[at] < until
    columns = {
        "rep_id": force.id.take(pa.array(at)),
        "name": force.name.take(pa.array(at)),
        "role": pick(("sales", "msl"), force.is_msl[at].astype(np.int64)),
        "territory": territory_names(delivery, force.seat[at]),
        "weekly_minutes": numbered("", force.capacity_minutes[at].astype(np.int64)),
        "starts_on": days(force.begin + force.from_week[at] * _WEEK),
        "ends_on": days(
            np.where(left, force.begin + force.until_week[at] * _WEEK - DAY, np.datetime64("NaT"))
        ),
    }
    return _list(columns)


def time_off(delivery: Delivery) -> Rows:
    """Return holidays, week by week, those of the next eight weeks included: they are asked for in advance."""
    force, (begin, until) = delivery.force, delivery.weeks
    ahead = 8
    person, week = force.time_off(begin if delivery.first else until - 1 + ahead, until + ahead)
    monday = force.begin + week * _WEEK
    columns = {
        "rep_id": force.id.take(pa.array(person)),
        "starts_on": days(monday),
        "ends_on": days(monday + 6 * DAY),
        "kind": same("holiday", len(person)),
    }
    return _list(columns)


def territories(delivery: Delivery) -> Rows:
    """Return what belongs to each territory: whole cities where possible, else postal codes."""
    rows: list[tuple[int, str, str]] = []
    for city, owners in enumerate(delivery.places.territory.tolist() if delivery.first else []):
        if len(set(owners)) == 1:
            rows.append((owners[0], "city", _CITY_NAMES[city]))
        else:
            rows.extend((owner, "postal_code", postal_code(city, at)) for at, owner in enumerate(owners))
    owner, field, area = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {
        "territory": territory_names(delivery, np.array(owner, np.int64)),
        "field": pa.array(field, pa.string()),
        "area": pa.array(area, pa.string()),
    }
    return _list(columns)


def register(delivery: Delivery) -> Rows:
    """Return the old Italian list of institutions and patients' organisations."""
    places = delivery.places
    hospitals, others = (
        len(part) if delivery.first else 0 for part in (places.institution_city, places.organisation_city)
    )
    city = np.concatenate([places.institution_city[:hospitals], places.organisation_city[:others]])
    hospital_codes = institution_code(np.arange(hospitals))
    other_codes = numbered("ASS-", np.arange(others) + 1, 5)
    names = [*places.institution_names[:hospitals], *places.organisation_names[:others]]
    columns = {
        "ID struttura": pa.concat_arrays([hospital_codes, other_codes]),
        "Tipo": pick(
            ("Struttura sanitaria", "Associazione pazienti"),
            (np.arange(len(city)) >= hospitals).astype(np.int64),
        ),
        "Denominazione": joined(" - ", pa.array(names, pa.string()), pick(_CITY_NAMES, city)),
        "Città": pick(_CITY_NAMES, city),
        "Regione": pick(_REGIONS, city),
    }
    return _list(columns)


def crm_territories(delivery: Delivery) -> Rows:
    """Return the CRM's territories."""
    seat = np.arange(delivery.force.seats if delivery.first else 0)
    names = territory_names(delivery, seat)
    columns = {"Id": record_ids("0MI", seat), "Name": names, "DeveloperName": joined("_", "IT", names)}
    return _records(delivery, "Territory2", columns)


def crm_users(delivery: Delivery) -> Rows:
    """Return which of the CRM's users work in which territory, or did."""
    force, (begin, until) = delivery.force, delivery.weeks
    news = (force.from_week >= begin) | ((force.until_week >= begin) & (force.until_week < until))
    at = np.nonzero(force.hired(until - 1) & (delivery.first | news))[0]
    columns = {
        "Id": record_ids("0MU", at),
        "UserId": force.id.take(pa.array(at)),
        "Territory2Id": record_ids("0MI", force.seat[at]),
        "IsActive": pick(("true", "false"), (force.until_week[at] < until).astype(np.int64)),
    }
    return _records(delivery, "UserTerritory2Association", columns)


def crm_products(delivery: Delivery) -> Rows:
    """Return the CRM's products."""
    at = _once(delivery, len(delivery.brand.products))
    columns = {
        "Id": product_record(at),
        "Name": pick([written[0] for written in delivery.brand.written], at),
        "Product_Type_vod__c": pick(veeva.words(delivery.settings.crm_form, ("Detail_vod",)), at * 0),
    }
    return _records(delivery, "Product_vod__c", columns)


def crm_documents(delivery: Delivery) -> Rows:
    """Return the CRM's e-mail templates: the contents that can be mailed."""
    brand, form = delivery.brand, delivery.settings.crm_form
    at = _once(delivery, len(brand.contents))
    at = at[brand.on_channel[brand.channels.index("approved_email")][at]]
    columns = {
        "Id": document_record(at),
        "Name": joined("", '"', pick(brand.messages, at), '"'),
        "Document_ID_vod__c": pick(brand.contents, at),
        "Product_vod__c": product_record(brand.content_product[at]),
        "Status_vod__c": pick(veeva.words(form, ("Approved_vod",)), at * 0),
    }
    return _records(delivery, "Approved_Document_vod__c", columns)


def crm_slides(delivery: Delivery) -> Rows:
    """Return the CRM's slides: all contents, since any may be shown in a call."""
    brand, form = delivery.brand, delivery.settings.crm_form
    at = _once(delivery, len(brand.contents))
    columns = {
        "Id": slide_record(at),
        "Name": joined("", '"', pick(brand.messages, at), '"'),
        "Product_vod__c": product_record(brand.content_product[at]),
        "CLM_ID_vod__c": pick(brand.contents, at),
        "Media_File_Name_vod__c": joined("", pick(brand.contents, at), ".zip"),
        "Status_vod__c": pick(veeva.words(form, ("Approved_vod",)), at * 0),
    }
    return _records(delivery, "Key_Message_vod__c", columns)


def _once(delivery: Delivery, count: int) -> Ints:
    return np.arange(count if delivery.first else 0)


def _list(columns: dict[str, pa.Array]) -> Rows:
    count = len(next(iter(columns.values())))
    return Rows(columns, np.arange(count), np.zeros(count, np.int64), Recipe(clean=True))


def _records(delivery: Delivery, thing: str, columns: dict[str, pa.Array]) -> Rows:
    count = len(columns["Id"])
    nothing = np.zeros(count, np.int64)
    return veeva.rows(
        delivery.settings.crm_form, thing, columns, Recipe(clean=True), np.arange(count), nothing
    )
