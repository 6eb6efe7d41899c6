"""Source records as they are compared: whatever the script, the same name is the same text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unisono.resolve import normalise
from unisono.tables.arrow import schema

COPIED = {
    "specialty": ("specialty", normalise.words),
    "institution": ("institution", normalise.words),
    "place": ("city", normalise.words),
    "region": ("region", normalise.words),
    "postal_code": ("postal_code", normalise.code),
    "country": ("country", normalise.words),
    "email": ("email", normalise.email),
    "email_domain": ("email", normalise.email_domain),
    "phone": ("phone", normalise.phone),
    "licence_id": ("licence_id", normalise.licence_id),
}
"""Field -> the column of `source_record` it is made from, and how."""

COMPARED = ("kind", "given_name", "family_name", "initials", *COPIED)
READS = ("system", "source_record_id", "kind", "full_name", "given_name", "family_name")
COLUMNS = tuple(dict.fromkeys((*READS, *(column for column, _ in COPIED.values()))))
SEPARATOR = "\x1f"


def match_records(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Kernel: `source_record`, `playbook_nickname` -> `match_record`."""
    records = tables["source_record"]
    short = tables["playbook_nickname"]
    nicknames = {
        "".join(normalise.name_words(name)): "".join(normalise.name_words(whole))
        for name, whole in zip(short["name"].to_pylist(), short["stands_for"].to_pylist(), strict=True)
    }
    given, family = _name_parts(records)
    made: dict[str, Any] = {
        "record_key": pc.binary_join_element_wise(records["system"], records["source_record_id"], ":"),
        "system": records["system"],
        "source_record_id": records["source_record_id"],
        "kind": records["kind"],
        "given_name": each(given, partial(normalise.given_name, nicknames=nicknames)),
        "family_name": each(family, normalise.family_name),
        "initials": each(given, partial(normalise.initials, nicknames=nicknames)),
        **{field: each(records[column], how) for field, (column, how) in COPIED.items()},
    }
    made["institution"] = pc.coalesce(_own_names(records), made["institution"])
    made["content_hash"] = _hashes([made[field] for field in ("record_key", *COMPARED)])
    return pa.table({name: made[name] for name in schema("match_record").names}, schema("match_record"))


def each(values: pa.ChunkedArray, how: Callable[[str | None], str | None]) -> pa.ChunkedArray:
    """Return what `how` makes of every text, working on distinct ones only."""
    coded = values.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    made = pa.array([how(text) for text in coded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([made.take(coded.indices)])


def _name_parts(records: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return given and family names as written; where one is missing and both are in the full name, from there.

    Of institutions only the family name could be made, from a name that is none: they have neither.
    """
    given, family = _filled(records["given_name"]), _filled(records["family_name"])
    is_person = pc.not_equal(records["kind"], "hco")
    lacking = pc.and_(pc.or_(pc.is_null(given), pc.is_null(family)), is_person)
    full = pc.if_else(lacking, records["full_name"], pa.scalar(None, pa.string()))
    split_given = each(full, lambda text: normalise.split_name(text)[0])
    split_family = each(full, lambda text: normalise.split_name(text)[1])
    is_split = pc.is_valid(split_given)
    return (
        pc.if_else(is_split, split_given, given),
        pc.if_else(is_split, split_family, pc.coalesce(family, split_family)),
    )


def _own_names(records: pa.Table) -> pa.ChunkedArray:
    """Return the names of institutions, null for everybody else: what people's records call their place of work."""
    is_institution = pc.equal(records["kind"], "hco")
    return each(
        pc.if_else(is_institution, records["full_name"], pa.scalar(None, pa.string())), normalise.words
    )


def _filled(names: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return names, null where they hold nothing to compare."""
    return each(names, lambda text: text if normalise.name_words(text) else None)


def _hashes(columns: list[pa.ChunkedArray]) -> pa.Array:
    joined = pc.binary_join_element_wise(
        *columns, SEPARATOR, null_handling="replace", null_replacement="\x00"
    )
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in joined.to_pylist())
    return pa.array(np.frombuffer(b"".join(digests), "<i8"))
