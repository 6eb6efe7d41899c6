"""What `sources.yaml` may say: which files there are and how their columns map to canonical ones."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SourceTable = Literal[
    "source_record",
    "source_touchpoint",
    "source_consent",
    "source_outcome",
    "rep",
    "time_off",
    "territory_area",
    "source_assignment",
]
Format = Literal["csv", "tsv", "parquet", "json", "ndjson", "excel"]
Expression = Annotated[str, Field(description="A DuckDB SQL expression over the file's own columns")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ValueMap(_Strict):
    """Turns one of their values into several of ours, e.g. nature of payment -> channel and event."""

    source: Expression = Field(alias="from")
    to: dict[str, dict[str, str | None]] = Field(
        description="their value (case and outer blanks do not matter) -> {canonical column: value}"
    )
    otherwise: dict[str, str | None] | None = Field(
        default=None, description="for values not listed; without it such rows are quarantined"
    )

    def given(self) -> list[dict[str, str | None]]:
        """Return what it gives for each of their values."""
        return [values for values in (*self.to.values(), self.otherwise or {}) if values]

    def without(self, columns: Collection[str]) -> ValueMap:
        """Return the map without some of the canonical columns."""

        def left(values: dict[str, str | None]) -> dict[str, str | None]:
            return {column: value for column, value in values.items() if column not in columns}

        to = {word: left(values) for word, values in self.to.items()}
        otherwise = None if self.otherwise is None else left(self.otherwise)
        return self.model_copy(update={"to": to, "otherwise": otherwise})


class Group(_Strict):
    """Recognises company events: rows that share `by` are one event when several customers are in it."""

    by: list[str] = Field(min_length=1, description="Canonical columns that the rows of one event share")
    at_least: int = Field(default=2, ge=2, description="Customers that make a group_id")
    channel: dict[str, str] = Field(default={}, description="channel of the rows -> channel of a large event")
    channel_at_least: int = Field(default=3, ge=2, description="Customers that make the event a large one")


class SetAside(_Strict):
    """Recognises rows that are no facts for us, e.g. planned calls: they go to quarantine as `set_aside`."""

    when: Expression
    because: str = Field(min_length=1, description="Why, in words for whoever reads the quarantine")


class Join(_Strict):
    """Files whose columns expressions may use as `name.column`; empty for rows without a partner.

    Of several rows with the same key the last stands. Joins may use the columns of joins before them.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    files: list[str] = Field(
        min_length=1, description="As of a source; a name without folder is looked for beside its files"
    )
    match: dict[str, Expression] = Field(min_length=1, description="their column -> expression over our row")
    version_of: str | None = Field(
        default=None,
        description="Their column that names a record: of rows with the same, the last stands, before `where`",
    )
    where: Expression | None = Field(default=None, description="Over their columns: which rows to join")
    optional: bool = Field(default=False, description="Whether there may be no such file")


class SourceFields(_Strict):
    """What a source may say; a preset fills any of it."""

    table: SourceTable | None = Field(default=None, description="Canonical table the rows go to")
    system: str | None = Field(
        default=None, description="Namespace of the customer ids in it; the source's name if left out"
    )
    format: Format | None = Field(default=None, description="By the file's ending if left out")
    encoding: str = Field(default="utf-8", description="Any encoding Python knows, e.g. cp1252")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    quote: str | None = Field(default='"', min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    dates: list[str] = Field(default=[], description="strptime formats tried in order; ISO 8601 if empty")
    timezone: str = Field(default="UTC", description="IANA zone of instants written without an offset")
    sheet: str | None = Field(default=None, description="Excel sheet; the first if left out")
    aliases: dict[str, list[str]] = Field(
        default={}, description="column as used here -> other names it has had"
    )
    optional: list[str] = Field(default=[], description="Columns that some files lack: read as empty")
    columns: dict[str, Expression] = Field(default={}, description="canonical column -> expression")
    maps: list[ValueMap] = []
    set_aside: list[SetAside] = []
    join: list[Join] = []
    group: Group | None = None
    conflict: Literal["quarantine", "latest"] | None = Field(
        default=None, description="What to do with a key seen again with other content"
    )
    simulated: bool | None = Field(default=None, description="The project's own setting if left out")


class Source(SourceFields):
    """One entry of `sources.yaml`."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    files: list[str] = Field(
        default=[], description="Paths or globs beside sources.yaml; those under data/ follow --data"
    )
    collected: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9][a-z0-9_]*$",
        description="Instead of files: what the collector took in under write keys of this name",
    )
    preset: str | None = Field(
        default=None, description="Name of a registered preset that fills what is left out"
    )
    feed: str | None = Field(
        default=None,
        description="Only this feed of the preset, where its feeds are different files; all feeds if left out",
    )

    @model_validator(mode="after")
    def _read_from_somewhere(self) -> Self:
        if bool(self.files) == (self.collected is not None):
            raise ValueError("a source has either `files` or `collected`")
        return self


class Sources(_Strict):
    """The whole of `sources.yaml`."""

    sources: list[Source] = Field(min_length=1)
