"""The contract: every canonical table, what one row means, its key and its columns.

Readers, checks, the generated reference page and the tests' data generators all read this; nothing else
says what a table looks like. Naming: tables are singular nouns, instants `*_at` (UTC), dates `*_on`,
identifiers `*_id`, durations `*_minutes` or `*_days`. Money is in the playbook's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from unisono.tables.contract import Column, Event, Table, Type, twin
from unisono.tables.decide import DECIDE
from unisono.tables.explore import EXPLORE
from unisono.tables.gates import GATING
from unisono.tables.identity import IDENTITY, PLAYBOOK_IDENTITY
from unisono.tables.ingest import INGEST
from unisono.tables.plan import PLAN
from unisono.tables.playbook import PLAYBOOK
from unisono.tables.profile import PROFILE
from unisono.tables.resolve import RESOLVE
from unisono.tables.vocabulary import CONSENT_STATUSES, CUSTOMER_KINDS, EVENTS, GATES

__all__ = [
    "CONSENT_STATUSES",
    "CUSTOMER_KINDS",
    "EVENTS",
    "GATES",
    "TABLES",
    "TWINS",
    "Column",
    "Event",
    "Table",
    "Type",
]

_DECLARED = (
    *PLAYBOOK,
    *PLAYBOOK_IDENTITY,
    *INGEST,
    *IDENTITY,
    *RESOLVE,
    *PROFILE,
    *PLAN,
    *GATING,
    *DECIDE,
    *EXPLORE,
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for declared in _DECLARED
        for table in ((declared, twin(declared)) if declared.two_sided else (declared,))
    }
)

TWINS: Mapping[str, str] = MappingProxyType(
    {table.name: twin(table).name for table in _DECLARED if table.two_sided}
)
"""Table of the commercial side of the wall -> its medical twin."""
