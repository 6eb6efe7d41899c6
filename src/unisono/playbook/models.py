"""The playbook as typed data: what a team writes in YAML, section by section.

Each model is one entry of one section. Field descriptions become the JSON Schema that editors show and
the reference page. Compilation to tables is in `compile.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from unisono.playbook.identity import Identity
from unisono.playbook.section import Country, Days, Id, Money, Section, Share

Lifecycle = Literal["launch", "growth", "mature", "generic_competition", "volume_based_procurement"]
Purpose = Literal["commercial", "medical"]
ContentStatus = Literal["draft", "in_review", "approved", "expired", "withdrawn"]


class CompetitorProduct(Section):
    """A product of another company."""

    id: Id
    name: str
    aliases: list[str] = Field(default=[], description="Other ways sources write it; case does not matter")


class Competitor(Section):
    """Another company of the market."""

    id: Id
    name: str
    aliases: list[str] = Field(default=[], description="Other ways sources write it; case does not matter")
    products: list[CompetitorProduct] = Field(default=[])


class Company(Section):
    """The company the playbook belongs to, and its market."""

    id: Id
    name: str
    aliases: list[str] = Field(default=[], description="Other ways sources write it; case does not matter")
    market: Country
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 currency of all money in the playbook")
    time_zone: str = Field(
        default="UTC",
        description="IANA zone of the market, e.g. Europe/Rome; all limits in days count its days",
    )


class Product(Section):
    """One of the company's products."""

    id: Id
    name: str
    aliases: list[str] = Field(default=[], description="Other ways sources write it; case does not matter")
    lifecycle: Lifecycle = Field(description="Life-cycle stage; chooses the row of the channel matrix")
    priority: float = Field(default=1.0, ge=0, le=10, description="Weight in decisions")
    specialties: dict[str, Share] = Field(
        default={"*": 1.0}, description="How much each specialty matters; '*' is any other"
    )


class Cap(Section):
    """At most so many contacts in any window of so many days."""

    days: Days
    at_most: int = Field(ge=0)


class Response(Section):
    """What to expect of a channel before any evidence."""

    mean: float = Field(gt=0, lt=1, description="Expected response probability")
    strength: float = Field(default=20, gt=0, description="How many contacts that expectation weighs")


class Channel(Section):
    """A way to reach a customer."""

    id: Id
    name: str
    mode: Literal["online", "offline"]
    contact: Literal["personal", "non_personal"]
    access: Literal["public", "private"] = "private"
    owner: Literal["rep", "central", "none"] = Field(
        description="Who acts; 'none' is observed but never suggested"
    )
    purpose: Purpose = "commercial"
    consent: Literal["required", "not_required"]
    unit_cost: Money = 0.0
    minutes: float = Field(default=0.0, ge=0, description="Representative's time for one contact")
    capacity: int | None = Field(
        default=None, ge=0, description="Most contacts in one run, for central channels"
    )
    caps: list[Cap] = Field(default=[])
    rest_days: int | None = Field(
        default=None, ge=1, le=3650, description="Days of rest after a contact on it"
    )
    systems: list[str] = Field(
        default=[],
        description="Source systems it works through: only customers with a record in one of them are reached",
    )
    depth: float = Field(
        default=1.0,
        ge=0,
        description="How far a response on it moves a customer up the ladder, beside a response to a visit in person",
    )
    response: Response


class MatrixCell(Section):
    """Fit and role of a channel at a life-cycle stage."""

    fit: Share
    role: str


class Stage(Section):
    """A decision stage."""

    id: Id
    name: str
    prior: float = Field(gt=0, lt=1, description="Share of customers expected there before evidence")
    value: Money = Field(description="Long-run worth of a customer of potential 1 at this stage")
    advance: Share = Field(description="Chance that a response at this stage moves the customer one stage up")


class Ladder(Section):
    """The decision stages, in order, and what events tell about them."""

    stages: list[Stage] = Field(min_length=2)
    evidence: dict[str, dict[Id, Annotated[float, Field(gt=0)]]] = Field(
        description="event -> stage -> relative likelihood of the event there; stages left out weigh 1"
    )
    half_life_days: float = Field(
        default=180, gt=0, description="Age at which an event moves the belief half as much"
    )


class Topic(Section):
    """A topic of the tag system."""

    id: Id
    name: str


class Content(Section):
    """One version of one content."""

    id: Id
    title: str
    product: Id
    topics: list[Id] = Field(min_length=1)
    key_message: str
    format: Id = Field(description="For example slides, article, video, leaflet")
    channels: list[Id] = Field(min_length=1)
    stage: Id = Field(description="Decision stage it is made for")
    purpose: Purpose = "commercial"
    status: ContentStatus = Field(description="Approval status; only 'approved' may be used")
    valid_from: date
    valid_until: date
    version: str
    markets: list[Country] = Field(min_length=1, description="ISO 3166 alpha-2 countries it is approved in")
    kinds: list[Literal["hcp", "hco", "patient"]] = Field(
        default=["hcp"], description="Whom it is approved for"
    )


class Scope(Section):
    """What a limit counts: contacts on these channels about these products with customers of these specialties."""

    id: Id
    name: str
    channels: list[Id] = Field(default=[], description="Channels it counts; all commercial ones unless said")
    products: list[Id] = Field(default=[], description="Products it counts; all unless said")
    specialties: list[str] = Field(default=[], description="Specialties it counts; all unless said")


class Budget(Scope):
    """Most money that the unit costs of a run's suggestions may add up to."""

    amount: Money


class Quota(Scope):
    """Most suggestions of a run."""

    at_most: int = Field(ge=0)


class Goal(Scope):
    """Fewest suggestions of a run, as far as meeting it is worth what it costs."""

    at_least: int = Field(ge=1)
    worth: float = Field(gt=0, description="What one missing suggestion costs, in the playbook's currency")


class Signal(Section):
    """Something that happened lately: a customer without such a touchpoint is not concerned."""

    event: str = Field(description="Event of the vocabulary, about the same product or about none")
    within_days: Days


class Lever(Scope):
    """A weight on contacts of its scope: what marketers, call plans, signals and journeys add to the evidence."""

    kind: Literal["weight", "goal", "signal", "journey"] = Field(
        default="weight", description="Where it comes from; all kinds weigh alike"
    )
    factor: float = Field(gt=0, description="What it multiplies the value by: above 1 more, below 1 less")
    stages: list[Id] = Field(
        default=[], description="Likeliest decision stages of the customer; any unless said"
    )
    signal: Signal | None = Field(default=None, description="What must have happened lately")
    starts_on: date | None = Field(default=None, description="First day it applies")
    ends_on: date | None = Field(default=None, description="Last day it applies")


class Kept(Section):
    """Suggestions that a separation keeps off."""

    channels: list[Id] = Field(min_length=1)
    products: list[Id] = Field(default=[], description="Products it concerns; all unless said")


class After(Section):
    """What they are kept off from: the company's contacts on these channels, or only some events of its own side."""

    channels: list[Id] = Field(min_length=1)
    events: list[str] = Field(
        default=[], description="Events that count; every contact by the company unless said"
    )


class Separation(Section):
    """Never one thing within so many days after another."""

    id: Id
    name: str
    never: Kept = Field(description="What is not suggested")
    within_days: Days = Field(
        description="Days it is not suggested in, the day of the contact being the first"
    )
    of: After = Field(description="After what")


class Bounds(Section):
    """The least and the most that all levers of an action together may multiply its value by."""

    least: float = Field(default=0.5, gt=0, le=1)
    most: float = Field(default=2.0, ge=1)


class Exploration(Section):
    """How suggestions are drawn around the plan, each with a known probability, so that what works can be learned."""

    enabled: bool = Field(default=True, description="Off: what is planned is suggested as it is")
    draws: int = Field(
        default=64,
        ge=1,
        le=10_000,
        description="Draws of response probabilities that a customer's channels compete in; an action's share of "
        "wins is its propensity",
    )
    sharpness: float = Field(
        default=500,
        gt=0,
        description="How steeply the probability of contents and slots falls with their value; of n options the draw "
        "costs at most (n - 1) / sharpness of the best one's value",
    )
    slots: int = Field(default=3, ge=1, le=21, description="Best time slots of a channel that are options")
    new_content_days: Days = Field(
        default=28, description="Days from its first valid day on in which content is new"
    )
    new_content_customers: int = Field(
        default=100, ge=0, description="Customers who have met a content after whom it is not new any more"
    )
    new_content_share: float = Field(
        default=0.1,
        ge=0,
        lt=1,
        description="Least probability of new content among the contents of its action",
    )


class Arms(Section):
    """Shares of customers for whom is decided otherwise, to measure against; the hold-out comes on top of them."""

    usual: Share = Field(default=0.0, description="No suggestions: people go on as they do")
    propensity_only: Share = Field(default=0.0, description="Actions valued by the expected response alone")
    no_levers: Share = Field(default=0.0, description="Actions valued without levers")
    random_eligible: Share = Field(default=0.0, description="Permitted actions valued by chance")
    unit_value: float = Field(
        default=100.0,
        gt=0,
        description="What a certain response is worth where actions are valued by response, and the most that one "
        "valued by chance is worth, in the playbook's currency",
    )
    stratum_size: int = Field(
        default=20, ge=1, description="Specialties of a territory with fewer customers are put together"
    )


class Policy(Section):
    """The numbers decisions are made by."""

    per_customer: int = Field(default=1, ge=0, description="Most suggestions per customer in a run")
    per_rep: int = Field(default=25, ge=0, description="Most suggestions per representative in a run")
    per_day: int = Field(default=5, ge=1, description="Suggestions on a representative's list for one day")
    alternatives: int = Field(
        default=3, ge=1, le=20, description="Contents kept for each permitted action, the best first"
    )
    caps: list[Cap] = Field(default=[], description="Caps over all channels together")
    preference_half_life_days: float = Field(default=180, gt=0)
    segment_strength: float = Field(
        default=20, gt=0, description="Contacts the channel's mean weighs against a segment's own"
    )
    stage_mismatch: Share = Field(
        default=0.4, description="Relevance kept per stage between content and customer"
    )
    repeat_content_days: Days = 60
    novelty_after_use: Share = Field(
        default=0.5, description="Novelty of content used before, once it may be repeated"
    )
    fatigue_cost: Money = Field(
        default=0.0, description="Cost per contact already made in the fatigue window"
    )
    fatigue_window_days: Days = 30
    lever_bounds: Bounds = Bounds()
    outcome_measure: str = Field(
        default="new_rx", description="Measure of outcomes by customer that tells who prescribes much"
    )
    stale_after_days: Days = Field(
        default=45, description="Nothing is decided when the company's newest contact is older than this"
    )
    decision_valid_days: Days = 7
    salt: str = Field(
        default="unisono", min_length=1, description="Salt of the arm assignment; never change it"
    )
    holdout: Share = Field(
        default=0.05, description="Share of customers who receive no suggestions, to measure by"
    )
    arms: Arms = Arms()
    exploration: Exploration = Exploration()


class Playbook(Section):
    """A whole playbook."""

    company: Company
    competitors: list[Competitor] = Field(default=[])
    products: list[Product] = Field(min_length=1)
    channels: list[Channel] = Field(min_length=1)
    channel_matrix: dict[Lifecycle, dict[Id, MatrixCell]]
    ladder: Ladder
    topics: list[Topic] = Field(default=[])
    content: list[Content] = Field(default=[])
    budgets: list[Budget] = Field(default=[])
    quotas: list[Quota] = Field(default=[])
    goals: list[Goal] = Field(default=[])
    levers: list[Lever] = Field(default=[])
    separations: list[Separation] = Field(default=[])
    identity: Identity = Identity()
    policy: Policy = Policy()
