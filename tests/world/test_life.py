"""People, places and the field force of the simulated country, and how weeks go by."""

import numpy as np
import pytest

from tests.world.country import lived, make_country
from unisono.errors import UsageError
from unisono.world import WorldSettings, set_options
from unisono.world.contacts import contact_id
from unisono.world.country import to_utc
from unisono.world.events import EVENT
from unisono.world.history import live_history
from unisono.world.people import customer_number
from unisono.world.places import all_bricks, make_places


@pytest.fixture(scope="module")
def world():
    return lived()


def test_territories_and_areas_are_ranges_of_customers(world):
    people, places = world.delivery.people, world.country.places
    assert (np.diff(people.territory) >= 0).all()
    assert (people.area == people.territory // 7).all()
    assert 80 < np.bincount(people.territory).mean() < 160
    first = places.first_customer
    assert first[0] == 0
    assert first[-1] == 2000
    assert [people.area[first[area]] for area in range(places.msls)] == list(range(places.msls))


def test_a_big_world_has_territories_of_the_same_size():
    places = make_places(300_000, WorldSettings())
    territory = places.territory.reshape(-1)[places.cell_of(np.arange(0, 300_000))]
    assert 100 < np.bincount(territory).mean() < 140
    assert np.bincount(territory).max() < 400


def test_bricks_do_not_span_territories(world):
    people = world.delivery.people
    pairs = np.unique(np.stack([people.brick, people.territory]), axis=1)
    assert len(np.unique(people.brick)) == pairs.shape[1]
    ids = all_bricks(world.country.places)
    assert len(set(ids)) == len(ids) == len(world.country.places.brick_city)


def test_institutions_are_where_those_who_work_there_are(world):
    people, places = world.delivery.people, world.country.places
    inside = people.institution >= 0
    assert (places.institution_city[people.institution[inside]] == people.city[inside]).all()
    assert (places.institution_postal[people.institution[inside]] == people.postal[inside]).all()
    size = np.bincount(people.institution[inside], minlength=len(places.is_large))
    assert size[places.is_large].mean() > 2 * size[~places.is_large].mean()


def test_couples_share_name_phone_and_practice(world):
    people = world.delivery.people
    second = np.nonzero(people.household != people.number)[0]
    assert 10 < len(second) < 60
    for at in second:
        assert people.family[at] == people.family[at - 1]
        assert people.phone[at] == people.phone[at - 1]
        assert (people.city[at], people.postal[at]) == (people.city[at - 1], people.postal[at - 1])
        assert people.institution[at] == people.institution[at - 1] == -1


def test_clinics_share_a_phone(world):
    people = world.delivery.people
    phones = np.array(people.phone.to_pylist())
    for place in np.unique(people.institution[people.clinic_phone])[:5]:
        assert len(set(phones[people.clinic_phone & (people.institution == place)])) == 1


def test_movers_came_from_elsewhere_on_a_day_of_the_history(world):
    people = world.delivery.people
    moved = ~np.isnat(people.moved_at)
    assert moved.mean() == pytest.approx(0.06, abs=0.02)
    assert (people.moved_at[moved] >= world.country.begin).all()
    assert (people.moved_at[moved] < world.country.week_begin(52)).all()
    assert 0.15 < (people.old_city != people.city)[moved].mean() < 0.5
    assert (people.old_institution == people.institution)[~moved].all()


def test_nobody_is_visited_before_coming_to_the_country(world):
    people, events = world.delivery.people, world.events
    f2f = (events.channel == 0) & people.from_elsewhere[events.who]
    assert f2f.any()
    assert (events.at[f2f] >= people.moved_at[events.who[f2f]] - np.timedelta64(1, "D")).all()


def test_ids_lead_back_to_the_customer(world):
    people = world.delivery.people
    assert (customer_number("crm", people.crm_id) == people.number).all()
    assert (customer_number("mail", people.mail_id) == people.number).all()
    assert (customer_number("crm", people.mail_id) == -1).all()
    assert (customer_number("mail", people.crm_id) == -1).all()


def test_representatives_have_holidays_and_successors(world):
    force = world.country.force
    assert set(force.capacity_minutes[~force.is_msl]) <= set(WorldSettings().capacity_minutes)
    person, week = force.time_off(0, 52)
    first = force.generation == 0
    away = np.bincount(person, minlength=len(force))[first & (force.until_week > 52)]
    assert away.min() >= 3
    assert away.max() <= 5
    august = [force.begin + w * np.timedelta64(7, "D") for w in week]
    assert sum(str(day)[5:7] in ("07", "08") for day in august) > len(week) / 4
    for seat in range(force.seats):
        own = np.nonzero(force.seat == seat)[0]
        assert (force.until_week[own][:-1] <= force.from_week[own][1:]).all()


def test_the_better_representatives_follow_less():
    force = make_country(customers=100_000).force
    own = force.generation == 0
    assert force.adherence[own].mean() == pytest.approx(0.35, abs=0.04)
    assert np.corrcoef(force.skill[own], force.adherence[own])[0, 1] < -0.2


def test_no_minute_is_spent_twice(world):
    """Contacts of the sales force fit into the minutes of whoever works in the territory that week."""
    country, events = world.country, world.events
    contact, first = np.unique(events.contact, return_index=True)
    own = (events.rep[first] >= 0) & (events.group[first] < 0)
    week = contact[own] // 32 % 1000
    rep = events.rep[first][own]
    spent = np.zeros((len(country.force), 53))
    np.add.at(spent, (rep, week), country.brand.minutes[events.channel[first][own]])
    assert (spent <= country.force.capacity_minutes[:, None]).all()
    assert spent.sum() > 0.8 * country.force.capacity_minutes[np.unique(rep)].sum() * 52 * 0.8
    for at in range(52):
        assert not spent[country.force.away(at), at].any()


def test_nobody_is_sent_anything_without_consent(world):
    events, permission = world.events, world.delivery.permission
    sent = events.only(np.isin(events.event, [EVENT["sent"], EVENT["invited"]]))
    stated = permission.stated_at[sent.who, sent.channel]
    assert (stated < sent.at).all()
    assert (sent.at < permission.ends_at[sent.who, sent.channel]).all()
    left = permission.left_at[sent.who, sent.channel]
    assert not (left + np.timedelta64(7, "D") < sent.at).any()


def test_contacts_are_the_same_whatever_the_chunks():
    country = make_country(customers=2500, weeks=6)
    whole = live_history(country, (0, country.places.msls)).delivery
    halves = [live_history(country, areas).delivery for areas in ((0, 1), (1, country.places.msls))]
    for name in vars(whole.events):
        parts = [getattr(half.events, name) for half in halves]
        if name == "who":
            parts = [half.people.number[part] for half, part in zip(halves, parts, strict=True)]
        assert np.array_equal(np.concatenate(parts), getattr(whole.events, name), equal_nan=name == "minutes")


def test_events_are_in_order_and_before_the_clock(world):
    events = world.events
    assert (events.at < world.delivery.until).all()
    area = world.delivery.people.area[events.who]
    order = np.lexsort((events.event, events.contact, events.at, area))
    assert (order == np.arange(len(events))).all()


def test_contact_ids_are_unique():
    number, week, slot = np.meshgrid([0, 1, 999_999], [0, 999], [0, 31], indexing="ij")
    ids = contact_id(number.ravel(), week.ravel(), slot.ravel())
    assert len(np.unique(ids)) == ids.size


def test_italian_time_has_summers():
    local = np.array(
        ["2025-01-10T12:00", "2025-07-10T12:00", "2025-03-30T12:00", "2025-10-26T12:00"], "datetime64[s]"
    )
    assert [str(at)[11:13] for at in to_utc(local)] == ["11", "10", "10", "11"]


@pytest.mark.parametrize(
    ("option", "path", "value"),
    [
        ("confounding=0", ("confounding",), 0.0),
        ("dirt.duplicate_row=0.1", ("dirt", "duplicate_row"), 0.1),
        ("holidays=false", ("holidays",), False),
        ("capacity_minutes=500,600", ("capacity_minutes",), (500.0, 600.0)),
        ("crm_form=vault", ("crm_form",), "vault"),
        ("chunk=100", ("chunk",), 100),
    ],
)
def test_settings_can_be_set_by_text(option, path, value):
    found = set_options([option])
    for name in path:
        found = getattr(found, name)
    assert found == value
    assert type(found) is type(value)


def test_settings_deep_inside_can_be_set():
    assert set_options(["habits.f2f_visit.follow_ups.asked=0"]).habits["f2f_visit"].follow_ups["asked"] == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        "confoundng=0",
        "confounding=much",
        "crm_form=xml",
        "dirt=3",
        "chunk=2.5",
        "chunk=0",
        "accessible=1.5",
        "goodwill=-1",
        "habits.fax.weekly=1",
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(UsageError, match="UN5103"):
        set_options([wrong])


def test_a_misspelt_setting_is_told_the_right_name():
    with pytest.raises(UsageError, match="did you mean 'confounding'"):
        set_options(["confoundng=0"])
