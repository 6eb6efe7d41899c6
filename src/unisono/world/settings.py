"""Every number the simulated world is made by, with its source where one is published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Habit:
    """How the company and its customers use one channel.

    A contact begins with event `first` (if it has one) and ends in `success` or `failure`; `follow_ups` are the
    chances of further events after a success. `weekly` is the chance of a contact per customer and week where
    nothing speaks against it, `receptivity` the planted mean chance of a success, `minutes` the median length
    of a success, `lag_hours` the mean wait between events, `system` where the customer must be known.
    """

    system: Literal["crm", "mail"]
    weekly: float
    receptivity: float
    success: str
    first: str = ""
    failure: str = ""
    minutes: float = 0.0
    lag_hours: float = 0.0
    follow_ups: dict[str, float] = field(default_factory=dict)


def _habits() -> dict[str, Habit]:
    def personal(weekly: float, receptivity: float, minutes: float, success: str, **follow: float) -> Habit:
        return Habit(
            "crm", weekly, receptivity, success, failure="declined", minutes=minutes, follow_ups=follow
        )

    return {
        # Content is used in 39 % of meetings (industry survey); a video call lasts 31 minutes, about ten
        # times a meeting in person (US, 2020).
        "f2f_visit": personal(0.22, 0.60, 6, "visited", slide_viewed=0.39, asked=0.08),
        "phone_call": personal(0.06, 0.38, 7, "called", asked=0.10),
        "remote_call": personal(0.06, 0.33, 25, "called", slide_viewed=0.70, asked=0.12),
        "hospital_meeting": personal(0.35, 0.68, 40, "visited", slide_viewed=0.80, asked=0.15),
        "msl_visit": personal(0.06, 0.66, 35, "visited", asked=0.30),
        # Representatives' mails are opened at 42 % (EU 2022) or 27 % (US 2021), both before machine opens were
        # flagged; people click 5-15 % of what they open.
        "approved_email": Habit(
            "mail", 0.30, 0.30, "opened", "sent", lag_hours=20, follow_ups={"clicked": 0.10, "replied": 0.01}
        ),
        "webinar": Habit(
            "mail",
            0.10,
            0.22,
            "registered",
            "invited",
            minutes=45,
            lag_hours=60,
            follow_ups={"attended": 0.55},
        ),
        "chat": Habit("mail", 0.06, 0.34, "replied", "sent", lag_hours=5),
        "congress": Habit("mail", 0.012, 0.60, "attended"),
        "portal": Habit(
            "mail",
            0.15,
            0.45,
            "viewed",
            lag_hours=1,
            follow_ups={"saved": 0.12, "shared": 0.05, "asked": 0.03},
        ),
    }


@dataclass(frozen=True)
class Dirt:
    """Share of a file's rows that get one kind of dirt; a row gets one kind at most.

    `noise` is blanks and letter case that mean nothing: such rows must be accepted.
    """

    duplicate_row: float = 0.005
    conflicting_row: float = 0.0005
    bad_date: float = 0.002
    future_date: float = 0.0005
    unknown_word: float = 0.001
    negative_number: float = 0.001
    blank_id: float = 0.001
    ragged_row: float = 0.0005
    noise: float = 0.02


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
    habits: dict[str, Habit] = field(default_factory=_habits)

    # Behaviour, planted and hidden from the pipeline.
    concentration: float = 5.0  # parameters of the receptivities' Beta sum to this: low is varied customers
    accessible: float = 0.6  # see representatives: 60 % in 2022, 45 % in 2024 (industry pulse)
    closed_door: float = 0.2  # what is left of personal receptivity where access is denied
    confounding: float = (
        1.0  # power of receptivity in whom representatives visit; makes naive ratios too high
    )
    potential_sigma: float = 0.8  # standard deviation of log potential
    advance: float = 0.5  # how much of the playbook's chance to advance is real
    slip: float = 0.002  # falls back one stage, per week
    consent: dict[str, float] = field(default_factory=_consent)  # per channel that needs consent
    consent_for_one_product: float = 0.03  # statements limited to one product
    meeting: float = 0.10  # an institution holds a meeting, per week
    delivered: float = 0.9874  # 528 campaigns, 13.4 million mails, Spain 2014-15
    machine_open: float = 0.15  # by privacy proxies and scanners, 5-25 % of mails
    machine_click: float = 0.03  # by scanners, 1-5 % of mails
    unsubscribe: float = 0.002  # per mail: 0.1-0.3 %
    panel: float = 0.25  # report competitors' contacts to a market-research panel
    panel_weekly: float = 0.35  # such a contact, per panel member and week

    # Who is known where.
    both_lists: float = 0.88  # in the CRM and on the mail platform
    crm_only: float = 0.08
    licence_known: float = 0.95  # per record, so that about 90 % of pairs can be matched by it
    turkish: float = 0.04
    chinese: float = 0.03
    guests: float = 0.01  # portal events of visitors who are on no list
    customers_per_institution: int = 25

    # Field force.
    customers_per_rep: int = 120
    customers_per_msl: int = 800
    msl_share: float = 0.12  # covered by the medical side: those of highest potential
    capacity_minutes: tuple[float, ...] = (360.0, 420.0, 480.0)  # for suggested contacts in one week

    chunk: int = 4000  # customers simulated at a time; bounds memory
