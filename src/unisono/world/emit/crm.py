"""What the CRM exports: cp1252, semicolons, decimal commas, dd/mm/yyyy, local time, Italian words."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from unisono.world.behaviour import EVENT
from unisono.world.delivery import Delivery, channel_words, event_words, rep_id, row_of, touch_id
from unisono.world.emit.dirt import Recipe
from unisono.world.emit.files import Columns
from unisono.world.names import CITIES, SPECIALTIES
from unisono.world.permission import DAY
from unisono.world.places import Places, all_postal_codes
from unisono.world.text import blank_unless, decimals, instants, joined, numbered, pick, worded

CHANNELS = {
    "f2f_visit": "Visita",
    "phone_call": "Telefonata",
    "remote_call": "Video",
    "hospital_meeting": "Riunione ospedaliera",
    "msl_visit": "Visita medico-scientifica",
}
OUTCOMES = {
    "visited": "Incontro avvenuto",
    "called": "Chiamata avvenuta",
    "declined": "Rifiutato",
    "slide_viewed": "Materiale mostrato",
    "asked": "Domanda del medico",
}
CONSENT_CHANNELS = {"approved_email": "E-mail", "webinar": "Webinar", "chat": "Chat"}
STATUSES = {"granted": "Concesso", "pending": "In attesa", "denied": "Negato", "withdrawn": "Revocato"}
NOTES = (
    "",
    "",
    "",
    "Interessato; richiamare",
    "Chiede dati sui pazienti anziani",
    "Poco tempo; lasciato il depliant",
)
_NOT_CP1252 = str.maketrans("ğışĞİŞ", "gisGIS")
MINUTE = "%d/%m/%Y %H:%M"


def hcps(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return the CRM's list of customers; letters that cp1252 lacks were lost long ago."""
    people, places = delivery.people, delivery.places
    rows = row_of(people.in_crm)
    province = [city[2] for city in CITIES]
    columns = {
        "ID cliente": people.crm_id,
        "Cognome": _in_cp1252(people.family),
        "Nome": _in_cp1252(people.given),
        "Specialità": pick([italian for _, italian, _ in SPECIALTIES], people.specialty),
        "Struttura": pick(places.institution_names, people.institution),
        "Città": pick([city[0] for city in CITIES], people.city),
        "Provincia": pick(province, people.city),
        "Regione": pick([city[1] for city in CITIES], people.city),
        "CAP": pick(all_postal_codes(), people.city * places.territory.shape[1] + people.postal),
        "E-mail": joined("", people.crm_id, "@example.org"),
        "N. albo": blank_unless(people.licence_in_crm, people.licence_id),
        "Potenziale": decimals(people.potential * 10, ","),
    }
    recipe = Recipe(id="ID cliente", word="Specialità", changed=("Città", "Aosta"))
    return {name: column.take(rows) for name, column in columns.items()}, recipe


def institutions(places: Places) -> Columns:
    """Return the CRM's list of institutions."""
    city = places.institution_city
    return {
        "ID struttura": numbered("HCO", np.arange(len(city)), 5),
        "Denominazione": joined(
            " - ", pa.array(places.institution_names), pick([c[0] for c in CITIES], city)
        ),
        "Città": pick([c[0] for c in CITIES], city),
        "Regione": pick([c[1] for c in CITIES], city),
    }


def activities(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return what representatives and liaisons wrote down."""
    events = delivery.on(*CHANNELS)
    no_content = np.isin(events.event, (EVENT["visited"], EVENT["declined"]))
    columns = {
        "ID attività": touch_id("A", events),
        "ID contatto": numbered("V", events.contact),
        "Data": instants(events.at, MINUTE),
        "Tipo": channel_words(delivery, events, CHANNELS),
        "Esito": event_words(events, OUTCOMES),
        "ID cliente": delivery.people.crm_id.take(events.who),
        "Rappresentante": delivery.rep(events),
        "Prodotto": delivery.product(events),
        "Contenuto": blank_unless(~no_content, delivery.content(events)),
        "Messaggio": blank_unless(~no_content, pick(delivery.brand.messages, events.content)),
        "Durata (min)": decimals(events.minutes, ","),
        "Riunione": blank_unless(events.group >= 0, numbered("RO", events.group)),
        "Note": pick(NOTES, delivery.rng.integers(0, len(NOTES), len(events))),
    }
    recipe = Recipe(
        id="ID cliente",
        date="Data",
        future=str(instants(np.array([delivery.before + 400 * DAY]), MINUTE)[0]),
        word="Tipo",
        number="Durata (min)",
        changed=("Messaggio", "Corretto a mano"),
    )
    return columns, recipe


def consents(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return statements on signed forms: first ones of the CRM's customers, withdrawals of those without mail."""
    people, brand = delivery.people, delivery.brand
    said = delivery.permission.statements(people.in_crm, ~people.in_mail, delivery.before)
    who, channel = said.who, said.channel
    limited = delivery.rng.random(len(who)) < delivery.settings.consent_for_one_product
    columns = {
        "ID cliente": people.crm_id.take(who),
        "Canale": pick([CONSENT_CHANNELS.get(c, "") for c in brand.channels], channel),
        "Finalità": pick(("Promozionale", "Tutte"), (delivery.rng.random(len(who)) < 0.2).astype(int)),
        "Prodotto": blank_unless(limited, pick([w[0] for w in brand.written], who % len(brand.written))),
        "Stato": worded(said.status, STATUSES),
        "Data": instants(said.stated_at, MINUTE),
        "Scadenza": instants(said.lapses_at, "%d/%m/%Y"),
        "Modulo": numbered("MOD-", who * len(brand.channels) + channel + 1, 8),
    }
    return columns, Recipe(id="ID cliente", date="Data", word="Stato")


def msl_assignments(delivery: Delivery) -> tuple[Columns, Recipe]:
    """Return whom science liaisons cover by name."""
    people, places = delivery.people, delivery.places
    rows = row_of(people.has_msl & people.in_crm)
    since = delivery.before.astype("datetime64[D]") - 365
    columns = {
        "rep_id": rep_id(places.reps + people.city % places.msls, places).take(rows),
        "crm_id": people.crm_id.take(rows),
        "starts_on": pa.array([str(since)] * len(rows), pa.string()),
        "ends_on": pa.array([""] * len(rows), pa.string()),
    }
    return columns, Recipe(id="crm_id")


def _in_cp1252(text: pa.Array) -> pa.Array:
    return pa.array([word.translate(_NOT_CP1252) for word in text.to_pylist()], pa.string())
