"""Every number the simulated world is made by, with its source where one is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from unisono.errors import UsageError, did_you_mean

Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=1)]
_PAGE = "docs/how-to/simulated-world.md lists the settings and what they mean"


@dataclass(frozen=True)
class Habit:
    """How the company and its customers use one channel.

    A contact begins with event `first` (if it has one) and ends in `success` or `failure`; `follow_ups` are the
    chances of further events after a success. `receptivity` is the planted mean chance of a success, `minutes` the
    median length of a success, `lag_hours` the mean wait between events, `system` where the customer must be known.
    A success adds `weight` to the customer's goodwill (a visit in person adds 1) and moves them up the ladder with
    `depth` of the playbook's chance. `weekly` is the chance per customer and week that central marketing, or on the
    portal the customer, makes such a contact; `share` the field force's share of contacts on it.
    """

    system: Literal["crm", "mail"]
    receptivity: Annotated[float, Field(gt=0, lt=1)]
    weight: Amount
    depth: Amount
    success: str
    weekly: Share = 0.0
    share: Share = 0.0
    first: str = ""
    failure: str = ""
    minutes: Amount = 0.0
    lag_hours: Amount = 0.0
    follow_ups: Mapping[str, Share] = field(default_factory=dict)


def _habits() -> dict[str, Habit]:
    def personal(
        receptivity: float,
        weight: float,
        share: float,
        minutes: float,
        asked: float,
        *,
        success: str = "visited",
        depth: float | None = None,
    ) -> Habit:
        depth, follow_ups = weight if depth is None else depth, {"asked": asked}
        common = Habit("crm", receptivity, weight, depth, success, failure="declined", follow_ups=follow_ups)
        return replace(common, share=share, minutes=minutes)

    # Shares are those of Asia-Pacific in 2022: 77 % in person, 18 % video and mail, 2 % chat. A video call lasts 31
    # minutes, ten times a visit (US, 2020); we let a visit last 6. Assumed: a touch through a digital channel does
    # 3-15 % of what a visit does.
    return {
        "f2f_visit": personal(0.62, 1.0, 0.80, 6, 0.08),
        "phone_call": personal(0.42, 0.35, 0.03, 7, 0.10, success="called"),
        "remote_call": personal(0.40, 0.6, 0.10, 31, 0.12, success="called"),
        "hospital_meeting": personal(0.68, 0.7, 0.0, 40, 0.15, depth=0.9),
        "msl_visit": personal(0.66, 0.6, 0.0, 35, 0.30, depth=1.0),
        # Representatives' mails are opened at 42 % (EU 2022) or 27 % (US 2021), both before machine opens were
        # flagged. Assumed: people open 20-38 % of them and click 5-15 % of what they open; central mails reach fewer.
        "approved_email": Habit(
            "mail", 0.29, 0.08, 0.12, "opened", weekly=0.10, share=0.11, first="sent", lag_hours=20,
            follow_ups={"clicked": 0.10, "replied": 0.01},
        ),
        "webinar": Habit(
            "mail", 0.22, 0.15, 0.35, "registered", weekly=0.08, first="invited", minutes=45, lag_hours=60,
            follow_ups={"attended": 0.55},
        ),
        "chat": Habit("mail", 0.34, 0.10, 0.2, "replied", share=0.018, first="sent", lag_hours=5),
        "congress": Habit("mail", 0.60, 0.15, 0.4, "attended", weekly=0.012),
        "portal": Habit(
            "mail", 0.45, 0.03, 0.08, "viewed", weekly=0.12, lag_hours=1,
            follow_ups={"saved": 0.12, "shared": 0.05, "asked": 0.03},
        ),
    }  # fmt: skip


@dataclass(frozen=True)
class Dirt:
    """Share of a file's rows that get one kind of dirt; a row gets one kind at most.

    `noise` is blanks and letter case that mean nothing: such rows must be accepted.
    """

    duplicate_row: Share = 0.005
    conflicting_row: Share = 0.0005
    bad_date: Share = 0.002
    future_date: Share = 0.0005
    unknown_word: Share = 0.001
    negative_number: Share = 0.001
    blank_id: Share = 0.001
    ragged_row: Share = 0.0005
    noise: Share = 0.02


def _consent() -> dict[str, float]:
    return {
        "granted": 0.66,
        "pending": 0.08,
        "denied": 0.08,
        "withdrawn": 0.05,
        "expired": 0.05,
        "none": 0.08,
    }


@dataclass(frozen=True)
class WorldSettings:
    """The simulated world's constants: shares and probabilities unless a unit is named."""

    dirt: Dirt = Dirt()
    habits: Mapping[str, Habit] = field(default_factory=_habits)

    # Whether a contact succeeds, planted and hidden from the pipeline.
    varied: Amount = 1.0  # standard deviation of the log odds of a response, between customers
    accessible: Share = 0.45  # see representatives: 60 % in 2022, 45 % in 2024 (industry pulse)
    closed_door: Share = 0.25  # what is left of personal receptivity where access is denied
    taste: Amount = 0.5  # how much topics matter: 0 is not at all
    formats: Amount = 0.15  # standard deviation of the log odds that a format adds for a customer
    timing: Amount = 0.4  # log odds added on a customer's best weekday or hour, taken away on the worst
    fatigue: Amount = 1.0  # factor of all that recent contacts do to responses and unsubscribing; 0 is none
    fatigue_odds: Amount = 0.06  # log odds lost per recent contact
    fatigue_kept: Share = 0.75  # of the load of recent contacts, from one week to the next
    unsubscribe: Share = 0.0016  # per mail to somebody who got none of late; assumed: 0.1-0.3 % on average
    unsubscribe_growth: Amount = 0.25  # log hazard per mail of the last 30 days
    delivered: Share = 0.9874  # 528 campaigns, 13.4 million mails, Spain 2014-15
    central_mail: Share = 0.87  # responses to central mails against a representative's (1 / 1.15)
    skill: Amount = 0.2  # standard deviation of the log odds that a representative adds

    # Whom the field force prefers, and what content does.
    confounding: Amount = 1.0  # factor of every preference below; 0 is visits and content at random
    prefer_receptive: Amount = 0.8  # power of receptivity in whom representatives visit
    prefer_potential: Amount = 0.25  # power of potential
    prefer_prescribers: Amount = 0.15  # power of last period's prescriptions plus one
    content_shown: Share = 0.39  # of meetings (industry survey; top companies 70 %, bottom ones 18 %)
    content_choice: Amount = 1.42  # how strongly it is shown to those who prescribe most anyway
    content_centre: float = 0.31  # mean of that tendency among customers met
    # Content multiplies a meeting's weight in goodwill and its push up the ladder; 1 is no effect. It is so large in
    # order that all new prescriptions after a meeting, most of which come anyway, rise by the planted 1.05 to 1.3.
    content_lift: Amount = 2.9
    content_quality: Amount = 0.25  # standard deviation of the log of how much of the lift a content has

    # The decision stage.
    advance: Share = 0.3  # how much of the playbook's chance to advance is real
    slip: Share = 0.003  # falls back one stage, per week

    # Prescribing.
    goodwill_begin: Amount = 0.6  # mean goodwill when the history begins
    pressure_begin: Amount = 1.2  # mean of competitors' pressure then
    base_rx: Amount = 0.20  # new prescriptions per month and product of a median customer in the middle stage
    potential_sigma: Amount = 0.7  # standard deviation of log potential
    potential_reach: Amount = 1.9  # standard deviations from the median beyond which nobody's potential lies
    # Factor of the rate, from the first stage to the last.
    stage_rx: tuple[Amount, ...] = (0.35, 0.6, 1.0, 1.5, 1.8)
    goodwill: Amount = 0.36  # factor of log(1 + goodwill) in the rate; 0 is contacts without effect
    goodwill_kept: Share = 0.67  # a month (Mizik and Jacobson 2004, drug B)
    competition: Amount = 1.0  # factor of everything competitors do to the rate; 0 is none
    competition_rx: Amount = 0.12  # log rate lost per log(1 + competitors' pressure)
    season: Share = 0.10  # amplitude of the rate over the year, highest in winter

    # What customers say about being contacted.
    consent: Mapping[str, Share] = field(default_factory=_consent)  # per channel that needs consent
    consent_for_one_product: Share = 0.03  # statements limited to one product
    meeting: Share = 0.10  # an institution holds a meeting, per week
    attendance: Share = 0.35  # of those who work there are asked to a meeting

    # What machines do, and what a market-research panel sees.
    machine_open: Share = 0.15  # by privacy proxies and scanners, 5-25 % of mails
    machine_click: Share = 0.03  # by scanners, 1-5 % of mails
    panel: Share = 0.25  # report competitors' contacts to the panel
    rival_weekly: Amount = 0.35  # a competitor's contact, per customer of median potential and week

    # Who is known where.
    both_lists: Share = 0.88  # in the CRM and on the mail platform
    crm_only: Share = 0.08
    licence_known: Share = 0.95  # per record, so that about 90 % of pairs can be matched by it
    turkish: Share = 0.04
    chinese: Share = 0.03
    moves: Share = 0.06  # change their place of work within the history
    couples: Share = 0.03  # pairs of neighbours who are a couple in one practice
    clinic_phone: Share = 0.7  # of those in an institution are known by its telephone number
    guests: Share = 0.01  # portal events of visitors who are on no list
    customers_per_institution: Whole = 25
    customers_per_organisation: Whole = 400  # patients' organisations

    # Field force.
    customers_per_rep: Whole = 120
    territories_per_area: Whole = 7  # covered by one science liaison
    msl_share: Share = 0.12  # covered by the medical side: those of highest potential
    capacity_minutes: tuple[Amount, ...] = (
        900.0,
        1000.0,
        1100.0,
        1200.0,
    )  # sales, with customers in a week
    msl_minutes: tuple[Amount, ...] = (420.0, 480.0, 540.0)
    turnover: Share = 0.12  # leave within a year
    holidays: bool = True  # two weeks in August, one at Christmas, two more
    adherence: Share = 0.35  # suggestions carried out, mean over representatives; assumed: 20-45 %
    adherence_concentration: Amount = 8.0  # parameters of its Beta sum to this
    adherence_of_skill: Amount = 0.08  # lower by this for representatives one standard deviation better
    adherence_lost: Share = 0.08  # a month while feedback goes unanswered
    adherence_declined: Share = 0.004  # lost after one declined; at usual access it balances the wins
    adherence_success: Share = 0.007  # won back after a success
    answered_feedback: bool = False

    # What machines and habits of systems add to the facts.
    late_row: Share = 0.004  # out of order; of a step, delivered with the next one
    wrong_zone: Share = 0.01  # written by a device that believes to be elsewhere
    typo: Share = 0.01  # in a person's name, per record
    crm_form: Literal["crm", "vault"] = "crm"  # names of objects, fields and words in the CRM's exports
    outcome_grain: Literal["hcp", "brick"] = "hcp"  # brick: the only grain sold in most of the EU
    inferred_open: Share = 0.08  # clicked mails whose opening only the click gave away
    stub_mail: Share = 0.02  # mails with anonymous tracking: a copy without a customer takes opens and clicks
    preview: Share = 0.05  # rehearsals with content, per meeting with content
    planned_call: Share = 0.05  # planned and never held, per call
    saved_call: Share = 0.02  # begun and never submitted, per call
    double_opt_in: Share = 0.15  # grants that stood as pending before
    tied_statement: Share = 0.02  # grants with another statement at the same instant
    reaction_filled: Share = 0.15  # contents shown with a reaction noted

    chunk: Whole = 8000  # customers simulated at a time, in whole areas; bounds memory

    def with_(self, **changes: object) -> WorldSettings:
        """Return settings with some changed."""
        return replace(self, **changes)  # type: ignore[arg-type] # as strict as the constructor


def set_options(options: Iterable[str], settings: WorldSettings | None = None) -> WorldSettings:
    """Return settings changed by texts like `confounding=0`, `dirt.duplicate_row=0`, `capacity_minutes=500,600`.

    Raises:
        UsageError: UN5103 if a name is unknown or a value does not fit it.
    """
    settings = settings or WorldSettings()
    for option in options:
        values = to_json(settings)
        _put(values, option)
        try:
            settings = from_json(values)
        except ValidationError as error:
            message = f"the value does not fit: {error.errors()[0]['msg']}"
            raise UsageError("UN5103", message, where=option, hint=_PAGE) from None
    return settings


def to_json(settings: WorldSettings) -> dict[str, object]:
    """Return settings as plain values."""
    return asdict(settings)


def from_json(values: Mapping[str, object]) -> WorldSettings:
    """Return the settings that `to_json` wrote."""
    return TypeAdapter(WorldSettings).validate_python(values)


def _put(values: dict[str, object], option: str) -> None:
    """Put the value of `NAME=VALUE` where the dotted name leads."""
    name, equals, value = (part.strip() for part in option.partition("="))
    *outer, last = name.split(".")
    for part in outer:
        inner = values.get(part)
        if not isinstance(inner, dict):
            raise _refused(name, part, values, option)
        values = inner
    present = values.get(last)
    if present is None or isinstance(present, dict):
        raise _refused(name, last, values, option)
    if not equals:
        written = ",".join(str(each) for each in present) if isinstance(present, tuple) else present
        hint = f"write {name}=VALUE; without it the value is {written}"
        raise UsageError("UN5103", f"'{name}' is given no value", where=option, hint=hint)
    values[last] = value.split(",") if isinstance(present, tuple) else value


def _refused(name: str, part: str, known: Mapping[str, object], option: str) -> UsageError:
    """Return what is wrong with a name at one of its parts, beside which there are `known` settings."""
    found = known.get(part)
    if isinstance(found, dict):
        message, hint = f"'{name}' is a group of settings", f"set one of them: {_listed(name, found)}"
    elif found is not None:
        message, hint = (
            f"no setting is called '{name}'",
            f"'{part}' is one number or word: write {part}=VALUE",
        )
    else:
        message, hint = f"no setting is called '{name}'", _near(part, known) or _PAGE
    return UsageError("UN5103", message, where=option, hint=hint)


def _listed(name: str, group: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name}.{member}" + (".NAME" * isinstance(what, dict)) for member, what in group.items()
    )


def _near(word: str, known: Mapping[str, object]) -> str:
    """Return a hint at settings that begin like a word or are spelt nearly so; empty if there are none."""
    begin = [name for name in known if word and name.startswith(word.lower())]
    if begin:
        return f"did you mean {' or '.join(repr(name) for name in begin[:3])}?"
    hint = did_you_mean(word, known)
    return hint if hint.startswith("did you mean") else ""
