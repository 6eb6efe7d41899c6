"""Whom the CRM knows: accounts of persons and institutions, their addresses, and whose territory they are in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from unisono.world.brand import Ints
from unisono.world.delivery import Delivery
from unisono.world.emit import veeva
from unisono.world.emit.mails import crm_email
from unisono.world.emit.rows import institution_record
from unisono.world.emit.spoil import Recipe, Rows
from unisono.world.names import CITIES, SPECIALTIES
from unisono.world.places import all_bricks, all_postal_codes
from unisono.world.text import blank_unless, joined, pick, record_ids, same

_CITY_NAMES = [city[0] for city in CITIES]
_REGIONS = [city[1] for city in CITIES]


def changed(delivery: Delivery) -> Ints:
    """Return the positions of the people to tell of: all at first, later those who have moved."""
    moved = (delivery.people.moved_at >= delivery.begin) & (delivery.people.moved_at < delivery.until)
    return np.nonzero(moved | delivery.first)[0]


def accounts(delivery: Delivery) -> Rows:
    """Return the persons in the CRM."""
    people = delivery.people
    at = _known(delivery)
    columns = {
        "Id": people.crm_id,
        "IsPersonAccount": same("true", len(people)),
        "Name": same("", len(people)),
        "FirstName": people.given,
        "LastName": people.family,
        "Formatted_Name_vod__c": joined("", '"', people.family, ", ", people.given, '"'),
        "Specialty_1_vod__c": pick([english.capitalize() for english, _, _ in SPECIALTIES], people.specialty),
        "Country_vod__c": same("IT", len(people)),
        "ID_vod__c": blank_unless(people.licence_in_crm, people.licence_id),
        "Primary_Parent_vod__c": institution_record(people.institution),
        "PersonEmail": crm_email(delivery),
    }
    recipe = Recipe(id="Id", name="LastName", changed=("PersonEmail", "changed@example.org"), dated=True)
    return _taken(delivery, "Account", columns, recipe, at)


def institutions(delivery: Delivery) -> Rows:
    """Return the CRM's accounts of institutions."""
    places = delivery.places
    at = np.arange(len(places.institution_city) if delivery.first else 0)
    empty = same("", len(at))
    names = pa.array(places.institution_names, pa.string()).take(pa.array(at))
    columns = {
        "Id": institution_record(at),
        "IsPersonAccount": same("false", len(at)),
        "Name": joined(" - ", names, pick(_CITY_NAMES, places.institution_city[at])),
        "FirstName": empty,
        "LastName": empty,
        "Formatted_Name_vod__c": empty,
        "Specialty_1_vod__c": empty,
        "Country_vod__c": same("IT", len(at)),
        "ID_vod__c": institution_code(at),
        "Primary_Parent_vod__c": empty,
        "PersonEmail": empty,
    }
    return veeva.rows(
        delivery.settings.crm_form, "Account", columns, Recipe(clean=True), at, np.zeros(len(at), np.int64)
    )


def addresses(delivery: Delivery) -> Rows:
    """Return where persons practise, and used to."""
    people = delivery.people
    at = _known(delivery)
    old = at[~np.isnat(people.moved_at[at])]
    rows = np.concatenate([at, old])
    is_old = np.arange(len(rows)) >= len(at)
    order = np.argsort(people.area[rows], kind="stable")
    rows, is_old = rows[order], is_old[order]
    place = _place(
        delivery,
        np.where(is_old, people.old_city[rows], people.city[rows]),
        np.where(is_old, people.old_postal[rows], people.postal[rows]),
    )
    columns = {
        "Id": record_ids("a01", people.number[rows] * 2 + is_old),
        "Account_vod__c": people.crm_id.take(pa.array(rows)),
        **place,
        "Phone_vod__c": blank_unless(~is_old, people.phone.take(pa.array(rows))),
        "Primary_vod__c": pick(("true", "false"), is_old.astype(np.int64)),
        "Inactive_vod__c": pick(("false", "true"), is_old.astype(np.int64)),
    }
    key = people.number[rows] * 2 + is_old
    form = delivery.settings.crm_form
    return veeva.rows(form, "Address_vod__c", columns, Recipe(sought=True), key, people.area[rows])


def institution_addresses(delivery: Delivery) -> Rows:
    """Return where institutions are."""
    places = delivery.places
    at = np.arange(len(places.institution_city) if delivery.first else 0)
    columns = {
        "Id": record_ids("a0H", at),
        "Account_vod__c": institution_record(at),
        **_place(delivery, places.institution_city[at], places.institution_postal[at]),
        "Phone_vod__c": same("", len(at)),
        "Primary_vod__c": same("true", len(at)),
        "Inactive_vod__c": same("false", len(at)),
    }
    form = delivery.settings.crm_form
    return veeva.rows(form, "Address_vod__c", columns, Recipe(clean=True), at, np.zeros(len(at), np.int64))


def targets(delivery: Delivery) -> Rows:
    """Return in whose territory persons are: the sales force's, and for some also the medical side's."""
    people, form = delivery.people, delivery.settings.crm_form
    at = _known(delivery)
    medical = at[people.has_msl[at]]
    rows = np.concatenate([at, medical])
    is_medical = np.arange(len(rows)) >= len(at)
    order = np.argsort(people.area[rows], kind="stable")
    rows, is_medical = rows[order], is_medical[order]
    seat = np.where(is_medical, delivery.force.territories + people.area[rows], people.territory[rows])
    columns = {
        "Id": record_ids("a3T", people.number[rows] * 2 + is_medical),
        "Account_vod__c": people.crm_id.take(pa.array(rows)),
        "Territory_vod__c": territory_names(delivery, seat) if form == "crm" else record_ids("0MI", seat),
        "My_Target_vod__c": pick(("false", "true"), (people.potential[rows] > 1).astype(np.int64)),
    }
    key = people.number[rows] * 2 + is_medical
    return veeva.rows(
        form, "TSF_vod__c", columns, Recipe(id="Account_vod__c", dated=True), key, people.area[rows]
    )


def territory_names(delivery: Delivery, seat: Ints) -> pa.Array:
    """Return the names of territories of the sales force, and after those of the medical side."""
    sales, medical = delivery.force.territories, delivery.force.seats - delivery.force.territories
    return pick([f"T{n + 1:04d}" for n in range(sales)] + [f"M{n + 1:03d}" for n in range(medical)], seat)


def institution_code(at: Ints) -> pa.Array:
    """Return the numbers of institutions in the country's register."""
    return pick([f"STR-{n + 1:06d}" for n in range(int(at.max(initial=-1)) + 1)], at)


def _place(delivery: Delivery, city: Ints, postal: Ints) -> dict[str, pa.Array]:
    places = delivery.places
    cell = city * places.codes + postal
    return {
        "City_vod__c": pick(_CITY_NAMES, city),
        "State_vod__c": pick(_REGIONS, city),
        "Zip_vod__c": pick(all_postal_codes(places), cell),
        "Country_vod__c": same("IT", len(cell)),
        "Brick_vod__c": pick(all_bricks(places), places.brick[cell]),
    }


def _known(delivery: Delivery) -> Ints:
    at = changed(delivery)
    return at[delivery.people.in_crm[at]]


def _taken(delivery: Delivery, thing: str, columns: dict[str, pa.Array], recipe: Recipe, at: Ints) -> Rows:
    people = delivery.people
    told = {name: column.take(pa.array(at)) for name, column in columns.items()}
    return veeva.rows(delivery.settings.crm_form, thing, told, recipe, people.number[at], people.area[at])
