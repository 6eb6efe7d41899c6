"""The playbook's section `identity`: when records are one customer, and which of them to believe."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from unisono.playbook.section import Id, Section, Share

MatchField = Literal[
    "given_name",
    "family_name",
    "initials",
    "specialty",
    "institution",
    "place",
    "region",
    "postal_code",
    "country",
    "email",
    "email_domain",
    "phone",
    "licence_id",
]
"""A column of `match_record`."""
GoldenField = Literal[
    "full_name",
    "given_name",
    "family_name",
    "specialty",
    "institution",
    "city",
    "region",
    "postal_code",
    "country",
    "brick",
    "email",
    "phone",
    "licence_id",
]
"""A column of `customer` that one of its records gives."""
GOLDEN_FIELDS: tuple[GoldenField, ...] = get_args(GoldenField)
Likeness = Literal["exact", "name", "text", "code"]


class Identifier(Section):
    """A value that makes records one customer: a register number, an e-mail address of one's own."""

    field: MatchField
    at_most: int = Field(
        default=10, ge=2, description="A value that more records share is a placeholder, and joins none"
    )
    agree: list[MatchField] = Field(
        default=[], description="Fields that must not differ, e.g. the family name for shared mailboxes"
    )
    blocked: list[str] = Field(default=[], description="Values that identify nobody; case does not matter")


class Comparison(Section):
    """One thing by which records are compared."""

    field: MatchField
    by: Likeness = Field(
        default="exact",
        description="exact; name: close spellings and initials; text: close spellings; code: common beginnings",
    )
    by_frequency: bool = Field(default=False, description="Agreeing on a rare value weighs more")


class Matching(Section):
    """How likely it is that two records are one person, learnt without labels (Fellegi and Sunter)."""

    compare: list[Comparison] = Field(min_length=2)
    block_on: list[list[MatchField]] = Field(
        min_length=1, description="Only records that agree on all fields of one entry are compared"
    )
    version: int = Field(default=1, ge=1, description="Raise it to learn anew")


class Identity(Section):
    """When records are one customer, and which of them to believe."""

    identifiers: list[Identifier] = Field(
        default=[Identifier(field="licence_id")],
        description="In order of priority; licence numbers unless said otherwise",
    )
    matching: Matching | None = Field(
        default=None, description="Without it, records become one customer by identifiers only"
    )
    accept: Share = Field(default=0.95, description="Records this likely to be one customer become one")
    review: Share = Field(default=0.5, description="Records this likely wait for a steward's decision")
    curated: list[Id] = Field(
        default=[], description="Systems without duplicates: a customer has one record of each at most"
    )
    nicknames: list[list[str]] = Field(
        default=[], description="Given names of one another, e.g. [William, Bill]"
    )
    ranks: dict[Literal["*"] | GoldenField, list[Id]] = Field(
        default={}, description="Systems by trust, the best first, for one field or for all ('*')"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review > self.accept:
            raise ValueError("review must not be above accept")
        return self
