"""The default world behaves as published numbers say, within the stated tolerance, and hides what it should."""

import numpy as np
import pytest

from tests.world.country import Lived, lived
from unisono.world.prescribe import contact_gain
from unisono.world.respond import advance_chance

SEEDS = (1, 2, 3, 4, 5)


def ratios(world: Lived) -> tuple[float, float]:
    """Naive and planted ratio of new prescriptions after meetings with content to those without."""
    meetings = world.truth("meetings.parquet")
    shown, after = meetings["content_used"], meetings["new_rx_after"]
    naive = after[shown].mean() / after[~shown].mean()
    return naive, meetings["expected_with"].sum() / meetings["expected_without"].sum()


def visits(world: Lived) -> np.ndarray:
    """Visits in person per customer in the year."""
    f2f = world.country.brand.channels.index("f2f_visit")
    held = world.events.only((world.events.channel == f2f) & np.isfinite(world.events.minutes))
    return np.bincount(held.who, minlength=len(world.delivery.people))


def poisson_slope(x: np.ndarray, y: np.ndarray) -> float:
    """Slope of a Poisson regression of y on x, by iterated weighted least squares."""
    design = np.column_stack([np.ones(len(x)), x])
    beta = np.array([np.log(y.mean()), 0.0])
    for _ in range(30):
        mean = np.exp(design @ beta)
        beta += np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (y - mean))
    return float(beta[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_content_looks_2_5_times_as_good_as_nothing_and_is_planted_a_little_better(seed):
    naive, planted = ratios(lived(seed=seed))
    assert 2.2 <= naive <= 2.8
    assert 1.05 <= planted <= 1.3


def test_without_confounding_the_naive_ratio_is_the_planted_one():
    naive, planted = ratios(lived("confounding=0"))
    assert abs(naive - planted) < 0.06
    assert planted > 1.05


def test_what_meetings_led_to_is_what_was_expected_of_them():
    meetings = lived().truth("meetings.parquet")
    shown = meetings["content_used"]
    expected = np.where(shown, meetings["expected_with"], meetings["expected_without"])
    for some in (shown, ~shown):
        assert meetings["new_rx_after"][some].sum() / expected[some].sum() == pytest.approx(1, abs=0.04)


def test_content_is_used_in_39_percent_of_meetings():
    shares = [lived(seed=seed).truth("meetings.parquet")["content_used"].mean() for seed in SEEDS]
    assert np.mean(shares) == pytest.approx(0.39, abs=0.02)


def test_45_percent_can_be_seen():
    assert lived().truth("customers.parquet")["accessible"].mean() == pytest.approx(0.45, abs=0.03)


def test_detailing_looks_more_elastic_than_it_is():
    """Naive: Poisson slope of the year's new prescriptions on log visits, among those visited."""
    naive = []
    for seed in SEEDS:
        year = visits(lived(seed=seed))
        table = lived(seed=seed).truth("customers.parquet")
        sold = np.zeros(len(table["customer"]))
        outcomes = lived(seed=seed).delivery.outcomes
        np.add.at(sold, outcomes.who, outcomes.new_rx)
        naive.append(poisson_slope(np.log(year[year > 0]), sold[year > 0]))
    assert 0.20 <= np.mean(naive) <= 0.35
    assert 0.05 < causal_elasticity() < np.mean(naive) - 0.03


def causal_elasticity() -> float:
    """Relative change of expected prescriptions by that of visits, of one world with a tenth more time."""
    less, more = lived(), lived("capacity_minutes=990,1100,1210,1320")
    held = [world.count("visited", "called", by_rep=True) for world in (less, more)]
    return float(np.log(more.expected() / less.expected()) / np.log(held[1] / held[0]))


def test_one_more_visit_brings_0_05_to_0_30_prescriptions_in_half_a_year():
    less, more = lived(), lived("capacity_minutes=990,1100,1210,1320")
    extra = more.count("visited", "called", by_rep=True) - less.count("visited", "called", by_rep=True)
    assert 0.05 <= (more.expected() - less.expected()) / extra <= 0.30


def test_channels_are_used_as_reported():
    """77 % in person, 18 % by video and mail, 2 % by chat, of what the sales force got done."""
    world = lived()
    done = {
        channel: world.count("visited", "called", "sent", channel=channel, by_rep=True)
        for channel in (
            "f2f_visit",
            "hospital_meeting",
            "phone_call",
            "remote_call",
            "approved_email",
            "chat",
        )
    }
    share = {channel: count / sum(done.values()) for channel, count in done.items()}
    assert share["f2f_visit"] + share["hospital_meeting"] == pytest.approx(0.77, abs=0.03)
    assert share["remote_call"] + share["approved_email"] == pytest.approx(0.18, abs=0.03)
    assert share["chat"] == pytest.approx(0.02, abs=0.01)


def test_people_treat_mails_as_reported():
    worlds = [lived(seed=seed) for seed in SEEDS]

    def total(event: str, *, by_rep: bool | None) -> int:
        return sum(world.count(event, channel="approved_email", by_rep=by_rep) for world in worlds)

    assert total("delivered", by_rep=None) / total("sent", by_rep=None) == pytest.approx(0.987, abs=0.003)
    assert 0.20 <= total("opened", by_rep=True) / total("delivered", by_rep=True) <= 0.38
    assert 0.05 <= total("clicked", by_rep=None) / total("opened", by_rep=None) <= 0.15
    assert 0.001 <= total("unsubscribed", by_rep=None) / total("sent", by_rep=None) <= 0.003
    central = total("opened", by_rep=False) / total("delivered", by_rep=False)
    assert central < total("opened", by_rep=True) / total("delivered", by_rep=True)


def test_new_prescriptions_are_modest():
    world = lived()
    monthly = world.expected() / len(world.delivery.people) / 3 / 12
    assert 0.1 <= monthly <= 0.4


def test_a_visit_is_worth_much_more_than_a_digital_touch():
    world = lived()
    country, people = world.country, world.delivery.people
    state = world.part.state
    who = np.arange(len(people))
    product = who % 3
    gains = {}
    for channel in ("f2f_visit", "approved_email", "webinar", "portal"):
        at = np.full(len(who), country.brand.channels.index(channel))
        up = advance_chance(country, state.stage[who, product], at)
        weight = country.ways.weight[at]
        gains[channel] = contact_gain(country, people, state, 52, who, product, weight, up, 26).mean()
    for channel in ("approved_email", "webinar", "portal"):
        assert 0.01 < gains[channel] / gains["f2f_visit"] < 0.3
