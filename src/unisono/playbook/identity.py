"""The playbook's section `identity`: when records are one customer, and which of them to believe."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

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
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


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


class InstitutionType(Section):
    """A type of institution, by what is known of it: everything that is given has to hold."""

    id: Id
    name: str
    people_at_least: int = Field(default=0, ge=0, description="Healthcare professionals who work there")
    specialties_at_least: int = Field(default=0, ge=0, description="Different specialties among them")
    name_contains: list[Words] = Field(
        default=[], description="One of these is in its name as sources write it; case does not matter"
    )


class DecisionMakers(Section):
    """Who decides at an institution: people of one of these specialties, or with one of these titles."""

    specialties: list[Words] = Field(default=[], description="As sources word them; case does not matter")
    titles: list[Words] = Field(
        default=[], description="In the full name as a source writes it, e.g. 'Prof.'; case does not matter"
    )


class Institutions(Section):
    """What institutions are, and who decides in them."""

    types: list[InstitutionType] = Field(
        default=[], description="The first that fits is an institution's type; it has none if none fits"
    )
    decision_makers: DecisionMakers = DecisionMakers()


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

    institutions: Institutions = Institutions()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review > self.accept:
            raise ValueError("review must not be above accept")
        return self
