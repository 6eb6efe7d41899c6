"""The names and words of the CRM's exports, in the form of the older product or of the newer one.

Names follow the vendor's rule `Xxx_Yyy_vod__c` -> `xxx_yyy__v`, words `Submitted_vod` -> `submitted__v`; the tables
below hold what does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from unisono.world.brand import Ints
from unisono.world.emit.export import Columns
from unisono.world.emit.spoil import Recipe, Rows
from unisono.world.text import fixed

Form = Literal["crm", "vault"]
_OBJECTS = {
    "Account": "account__v",
    "Territory2": "territory__v",
    "UserTerritory2Association": "user_territory__v",
}
_FIELDS = {
    "Id": "id",
    "Name": "name__v",
    "FirstName": "first_name_cda__v",
    "LastName": "last_name_cda__v",
    "PersonEmail": "email_cda__v",
    "Specialty_1_vod__c": "spec_1_cda__v",
    "IsPersonAccount": "object_type__v",
    "City_vod__c": "city_cda__v",
    "State_vod__c": "state_province__v",
    "Zip_vod__c": "postal_code_cda__v",
    "DeveloperName": "external_id__v",
    "UserId": "user__v",
    "Territory2Id": "territory__v",
    "IsActive": "status__v",
}
_FIELDS_OF = {("Account", "Country_vod__c"): "primary_country__v"}
_FLAGS = {
    "IsPersonAccount": {"true": "professional__v", "false": "organization__v"},
    "IsActive": {"true": "active__v", "false": "inactive__v"},
}


def file_name(form: Form, thing: str) -> str:
    """Return where the records of an object are exported to."""
    return f"crm/{thing if form == 'crm' else in_vault(thing)}.csv"


def in_vault(thing: str, field: str = "") -> str:
    """Return the newer name of an object, or of one of its fields."""
    if not field:
        return _OBJECTS.get(thing) or _ruled(thing)
    if field == "Status_vod__c":  # `status__v` itself says whether a record is active
        return f"{_ruled(thing).removesuffix('__v')}_status__v"
    return _FIELDS_OF.get((thing, field)) or _FIELDS.get(field) or _ruled(field)


def rows(form: Form, thing: str, columns: Columns, recipe: Recipe, key: Ints, area: Ints) -> Rows:
    """Return an object's records with the names and flags of a form."""
    if form == "crm":
        return Rows(columns, key, area, recipe)

    def name(field: str) -> str:
        return in_vault(thing, field) if field else ""

    renamed = replace(
        recipe,
        id=name(recipe.id),
        date=name(recipe.date),
        word=name(recipe.word),
        number=name(recipe.number),
        name=name(recipe.name),
        zone=recipe.zone and (name(recipe.zone[0]), recipe.zone[1]),
        changed=recipe.changed and (name(recipe.changed[0]), recipe.changed[1]),
    )
    return Rows({name(field): _flag(field, column) for field, column in columns.items()}, key, area, renamed)


def rename_sources(form: Form, path: Path) -> None:
    """Write a form's file names into a `sources.yaml` that has the older ones."""
    if form == "vault":
        text = path.read_text(encoding="utf-8")
        renamed = re.sub(r"(?<=data/crm/)\w+?(?=\*)", lambda found: in_vault(found[0]), text)
        path.write_text(renamed, encoding="utf-8")


def words(form: Form, known: Sequence[str]) -> list[str]:
    """Return words of a picklist as a form writes them; `Xxx__c` is a word of the company's own."""
    return [word.removesuffix("__c") if form == "crm" else _ruled(word) for word in known]


def translated(form: Form, known: Mapping[str, str]) -> dict[str, str]:
    """Return words of a picklist, by ours, as a form writes them."""
    return dict(zip(known, words(form, list(known.values())), strict=True))


def _flag(field: str, column: pa.Array) -> pa.Array:
    if field not in _FLAGS:
        return column
    yes, no = _FLAGS[field].values()
    return pc.if_else(pc.equal(column, fixed("true")), fixed(yes), fixed(no))


def _ruled(name: str) -> str:
    for old, new in (("_vod__c", "__v"), ("_vod", "__v"), ("__c", "__c")):
        if name.endswith(old):
            return name.removesuffix(old).lower() + new
    return name  # a word that is no picklist's
