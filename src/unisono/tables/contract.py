"""What a contract is made of: columns, tables, and the touchpoint vocabulary's events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Type = Literal["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "VARCHAR[]"]


@dataclass(frozen=True)
class Column:
    """One column: `type` is DuckDB's name, `unit` is what a number counts.

    `values` lists the only allowed words, `minimum` the least allowed number. `default` is what ingestion
    writes where a source does not map the column; without one an unmapped nullable column is empty.
    """

    name: str
    type: Type
    meaning: str
    nullable: bool = False
    unit: str = ""
    values: tuple[str, ...] = ()
    minimum: float | None = None
    default: str | None = None


@dataclass(frozen=True)
class Table:
    """One table: `row` says what a row is, `key` identifies it, `made_by` names the stage that writes it.

    Of the columns in `one_of`, which may each be empty, every row has at least one. A `two_sided` table is the
    commercial side of the wall and has a medical twin; `like` names the table whose columns it repeats.
    """

    name: str
    made_by: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    two_sided: bool = False
    like: str = ""

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError if the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


def twin(table: Table) -> Table:
    """Return the medical side of a two-sided table."""
    return replace(
        table,
        name=f"medical_{table.name.removeprefix('commercial_')}",
        row=f"{table.row}, on the medical side",
        two_sided=False,
        like=table.like or table.name,
    )


@dataclass(frozen=True)
class Event:
    """A word of the touchpoint vocabulary.

    `is_contact`: the company reached out (it counts as pressure and as a trial).
    `is_response`: the customer did something with it (it counts as a success).
    """

    name: str
    is_contact: bool
    is_response: bool
    meaning: str
