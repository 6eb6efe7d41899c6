"""The hidden truth can be switched off part by part, and a step goes on from it under a plan."""

import json
import shutil
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.world.country import lived
from unisono.errors import UsageError
from unisono.world import content_ratios, new_world, set_options, step_world, true_values, world_state
from unisono.world.events import EVENT
from unisono.world.prescribe import ground, stage_factor
from unisono.world.worlds import load_world

CUSTOMERS, SEED = 400, 4


@pytest.fixture(scope="module")
def old_world(tmp_path_factory):
    """A world of which tests must work on copies."""
    folder = tmp_path_factory.mktemp("truth") / "old"
    new_world(folder, customers=CUSTOMERS, seed=SEED, as_of=datetime(2026, 1, 5), weeks=20)
    return folder


@pytest.fixture
def world(old_world, tmp_path):
    return shutil.copytree(old_world, tmp_path / "world")


def customers(folder):
    return pq.read_table(folder / "truth/customers.parquet").to_pylist()


def suggest(folder, channel="f2f_visit", count=CUSTOMERS, **changes):
    """Suggestions of one channel to the first customers in the CRM, by whoever works there."""
    country, world = load_world(folder)
    present, ids = country.force.present(world["week"]), country.force.id.to_pylist()
    chosen = [row for row in customers(folder) if row["in_crm"]][:count]
    rows = [
        {
            "decision_id": f"d{row['customer']}",
            "system": "crm",
            "source_record_id": row["crm_id"],
            "product_id": "aurivelo",
            "channel": channel,
            "rep_id": ids[present[row["territory"]]] if present[row["territory"]] >= 0 else None,
            "content_id": None,
        }
        | changes
        for row in chosen
    ]
    names = ("decision_id", "system", "source_record_id", "product_id", "channel", "rep_id", "content_id")
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def test_content_without_lift_changes_nothing():
    world = lived("content_lift=1")
    meetings = world.truth("meetings.parquet")
    assert (meetings["expected_with"] == meetings["expected_without"]).all()
    assert meetings["new_rx_after"][meetings["content_used"]].mean() > 0


def test_what_content_adds_is_more_with_a_higher_lift():
    def added(lift):
        meetings = lived(f"content_lift={lift}").truth("meetings.parquet")
        return meetings["expected_with"].sum() / meetings["expected_without"].sum() - 1

    assert 0 < added(1.9) < added(2.9)


def test_without_confounding_representatives_see_everybody_alike():
    def tendency(*options):
        world = lived(*options)
        people, events = world.delivery.people, world.events
        tried = np.isin(events.event, [EVENT["visited"], EVENT["declined"]]) & (events.channel == 0)
        count = np.bincount(events.who[tried], minlength=len(people))[people.in_crm]
        return np.corrcoef(count, people.log_odds[people.in_crm, 0])[0, 1]

    assert tendency() > 0.4
    assert abs(tendency("confounding=0")) < 0.1


def test_without_goodwill_and_ladder_visits_bring_nothing():
    less = lived("goodwill=0", "advance=0", "slip=0", "competition=0")
    more = lived("goodwill=0", "advance=0", "slip=0", "competition=0", "capacity_minutes=2000")
    assert less.count("visited") < more.count("visited")
    assert less.expected() == pytest.approx(more.expected(), rel=1e-12)
    assert less.delivery.outcomes.new_rx.sum() == more.delivery.outcomes.new_rx.sum()


def test_fatigue_lowers_responses_to_those_contacted_much():
    busy = "habits.approved_email.weekly=0.9"
    tired, fresh = lived(busy), lived(busy, "fatigue=0")

    def share(world, event):
        return world.count(event, channel="approved_email") / world.count(
            "delivered", channel="approved_email"
        )

    assert share(tired, "opened") < share(fresh, "opened") - 0.01
    assert share(tired, "unsubscribed") > 1.3 * share(fresh, "unsubscribed")


def test_competition_and_season_can_be_switched_off():
    assert lived("competition=0").expected() > lived().expected()
    world = lived("competition=0", "season=0")
    people, pressure = world.delivery.people, np.ones_like(world.part.state.pressure)
    assert np.array_equal(
        ground(world.country, people, pressure, 0), ground(world.country, people, pressure, 26)
    )
    seasonal = lived("competition=0")
    winter, summer = (ground(seasonal.country, people, pressure, week).sum() for week in (1, 27))
    assert winter > 1.15 * summer


def test_higher_stages_prescribe_more():
    factors = stage_factor(lived().country, np.arange(5))
    assert (np.diff(factors) > 0).all()


def test_two_thirds_of_goodwill_are_left_after_a_month():
    with_contacts = lived("habits.f2f_visit.weight=2").part.state.goodwill.mean()
    assert with_contacts > lived().part.state.goodwill.mean()
    nothing = lived(*(f"habits.{channel}.weight=0" for channel in lived().country.settings.habits))
    assert nothing.part.state.goodwill.mean() == pytest.approx(0.6 * 0.67**12, rel=0.1)


def test_truth_tells_of_every_week_and_product(old_world):
    weeks = pq.read_table(old_world / "truth/weeks.parquet").to_pylist()
    assert len(weeks) == 20 * 3
    assert all(week["contacts"] >= week["responses"] > 0 and week["expected"] > 0 for week in weeks)
    ratio = sum(week["new_rx"] for week in weeks) / sum(week["expected"] for week in weeks)
    assert ratio == pytest.approx(1, abs=0.1)


def test_a_world_is_known_again_from_its_folder(old_world):
    state = world_state(old_world)
    assert (state["clock"], state["week"], state["customers"], state["seed"]) == (
        "2026-01-05",
        20,
        CUSTOMERS,
        SEED,
    )
    ratios = content_ratios(old_world)
    assert state["truth"]["content_ratio"] == ratios
    world = json.loads((old_world / "truth/world.json").read_text(encoding="utf-8"))
    assert world["simulated"] is True


def test_settings_stay_with_the_world(tmp_path):
    settings = set_options(["confounding=0", "capacity_minutes=500", "habits.chat.share=0.5"])
    new_world(tmp_path / "w", customers=40, seed=1, as_of=datetime(2026, 1, 5), weeks=4, settings=settings)
    assert load_world(tmp_path / "w")[0].settings == settings


def test_a_folder_without_a_world_is_refused(tmp_path):
    with pytest.raises(UsageError, match="UN5003"):
        step_world(tmp_path, suggestions=None)


def test_a_step_lives_one_week(world):
    before = pq.read_table(world / "truth/weeks.parquet").num_rows
    told = step_world(world, suggestions=None)
    assert (told["from"], told["clock"]) == ("2026-01-05", "2026-01-12")
    assert told["contacts"] > told["responses"] > 0
    assert told["suggestions"]["given"] == 0
    assert world_state(world)["week"] == 21
    assert pq.read_table(world / "truth/weeks.parquet").num_rows == before + 3
    assert told["files"]
    for name, rows in told["files"].items():
        assert "20260112" in name
        assert rows > 0
        assert (world / name).is_file()


def test_the_same_step_gives_the_same_bytes(old_world, tmp_path):
    def after(name):
        folder = shutil.copytree(old_world, tmp_path / name)
        step_world(folder, suggestions=suggest(folder))
        return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    assert after("one") == after("other")


def test_a_step_is_the_same_whatever_the_chunks(tmp_path):
    def after(chunk):
        folder = tmp_path / str(chunk)
        settings = set_options([f"chunk={chunk}"])
        new_world(folder, customers=2000, seed=2, as_of=datetime(2026, 1, 5), weeks=2, settings=settings)
        step_world(folder, suggestions=suggest(folder))
        found = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        del found["truth/world.json"]  # says what the chunks were
        return found

    assert after(100) == after(100_000)


def test_willing_representatives_carry_out_what_fits_into_their_week(world):
    told = step_world(world, suggestions=suggest(world), adherence=1.0)["suggestions"]
    country, state = load_world(world)
    present = country.force.present(state["week"] - 1)[: country.force.territories]
    most = (country.force.capacity_minutes[present[present >= 0]] // 30).sum()
    assert 0.9 * most < told["executed"] <= most
    assert told["executed"] + told["left_undone"] == told["given"]


def test_unwilling_representatives_do_as_they_like(world):
    told = step_world(world, suggestions=suggest(world), adherence=0.0)
    assert told["suggestions"]["executed"] == 0
    assert told["suggestions"]["left_undone"] == told["suggestions"]["given"]
    assert told["contacts"] > 0


def test_representatives_of_other_territories_do_nothing(world):
    told = step_world(world, suggestions=suggest(world, rep_id="R9999"), adherence=1.0)["suggestions"]
    assert told["executed"] == 0


def test_the_door_refuses_what_was_not_consented_to(world):
    told = step_world(world, suggestions=suggest(world, "webinar", rep_id=None))["suggestions"]
    country, _ = load_world(world)
    permission = country.permission(country.people((0, country.places.msls)))
    begin, end = country.week_begin(20), country.week_begin(21)
    allowed = permission.allows(country.brand.channels.index("webinar"), begin, end)
    asked = [row["customer"] for row in customers(world) if row["in_crm"]]
    on_list = [row["customer"] for row in customers(world) if row["in_crm"] and row["in_mail"]]
    assert told["executed"] == allowed[on_list].sum()
    assert told["refused"] == {
        "unlisted": len(asked) - len(on_list),
        "consent": len(on_list) - int(allowed[on_list].sum()),
    }


def test_nobody_is_contacted_by_a_system_that_does_not_know_them(world):
    """Whoever is on no list of the mail platform gets no mail, however willing; visits are for the CRM's customers."""
    people = customers(world)
    crm_only = [row["crm_id"] for row in people if not row["in_mail"]]
    mail_only = next(row for row in people if not row["in_crm"])
    assert len(crm_only) > 10
    invited = suggest(world, "webinar", rep_id=None)
    alone = invited.filter(pc.is_in(invited["source_record_id"], pa.array(crm_only)))
    visit = suggest(world, system="mail", source_record_id=mail_only["mail_id"], count=1)
    plan = pa.concat_tables([alone, visit])
    assert not true_values(world, plan).any()
    told = step_world(world, suggestions=plan, adherence=1.0)["suggestions"]
    assert told["executed"] == 0
    assert told["refused"]["unlisted"] >= len(crm_only)


def test_a_person_known_as_two_records_is_not_contacted_twice(world):
    person = next(row for row in customers(world) if row["in_crm"] and row["in_mail"])
    one = suggest(world, rep_id=None, channel="webinar", source_record_id=person["crm_id"], count=1)
    other = suggest(
        world, rep_id=None, channel="webinar", system="mail", source_record_id=person["mail_id"], count=1
    )
    told = step_world(world, suggestions=pa.concat_tables([one, other]))["suggestions"]
    assert told["executed"] + told["refused"].get("repeated", 0) + told["refused"].get("consent", 0) == 2
    assert told["executed"] <= 1


def test_what_nobody_knows_is_refused(world):
    told = step_world(world, suggestions=suggest(world, "fax", count=3))["suggestions"]
    assert told["refused"] == {"unknown": 3}


def test_suggestions_lack_no_column(world):
    with pytest.raises(UsageError, match="no column 'rep_id'"):
        step_world(world, suggestions=suggest(world).drop(["rep_id"]))


def test_unanswered_feedback_costs_adherence(old_world, tmp_path):
    def later(adherence_lost):
        folder = shutil.copytree(old_world, tmp_path / str(adherence_lost))
        path = folder / "truth/world.json"
        world = json.loads(path.read_text(encoding="utf-8"))
        world["settings"] |= {
            "adherence_lost": adherence_lost,
            "adherence_declined": 0,
            "adherence_success": 0,
        }
        path.write_text(json.dumps(world), encoding="utf-8")
        step_world(folder, suggestions=suggest(folder))
        return pq.read_table(folder / "truth/state/trust.parquet")["trust"].to_numpy().min()

    assert later(0.0) == 1.0
    assert later(0.08) == pytest.approx(0.92 ** (7 * 12 / 365.25), abs=1e-4)


def test_rival_policies_meet_the_same_luck(old_world, tmp_path):
    """New prescriptions of a week do not depend on what is suggested in it: contacts take effect afterwards."""
    usual, planned = (shutil.copytree(old_world, tmp_path / name) for name in ("usual", "planned"))
    one = step_world(usual, suggestions=None)
    other = step_world(planned, suggestions=suggest(planned), adherence=1.0)
    assert (one["new_rx"], one["expected"]) == (other["new_rx"], other["expected"])
    assert one["contacts"] != other["contacts"]


def test_what_lies_after_the_week_is_delivered_with_the_next(world):
    waiting = pq.read_table(world / "truth/state/waiting.parquet")
    assert waiting.num_rows > 0
    step_world(world, suggestions=None)
    left = set(pq.read_table(world / "truth/state/waiting.parquet")["contact"].to_pylist())
    soon = waiting.filter(pa.compute.less(waiting["at"], pa.scalar(datetime(2026, 1, 12), pa.timestamp("s"))))
    assert soon.num_rows > 0
    events = list(zip(soon["contact"].to_pylist(), soon["event"].to_pylist(), strict=True))
    later = pq.read_table(world / "truth/state/waiting.parquet")
    kept = set(zip(later["contact"].to_pylist(), later["event"].to_pylist(), strict=True))
    assert not kept & set(events)
    assert left


def test_true_values_are_those_of_the_truth(world):
    rows = [row for row in customers(world) if row["in_crm"]]
    visit = true_values(world, suggest(world))
    assert len(visit) == len(rows)
    assert (visit >= 0).all()
    mail = true_values(world, suggest(world, "approved_email"))
    assert 0 < mail.mean() < 0.2 * visit.mean()
    assert (mail == 0).any()  # no consent
    potential = np.array([row["potential"] * row["interest_aurivelo"] for row in rows])
    assert np.corrcoef(visit, potential)[0, 1] > 0.5
    shown = true_values(world, suggest(world, content_id="vel-deck-basics"))
    assert shown.mean() > visit.mean()


def test_contacts_bring_what_true_values_promise(old_world, tmp_path):
    """Visits to those worth most beat the same number of visits to those worth least."""

    def after(best):
        folder = shutil.copytree(old_world, tmp_path / f"best-{best}")
        for _ in range(4):
            plan = suggest(folder)
            order = np.argsort(true_values(folder, plan) * (-1 if best else 1), kind="stable")
            step_world(folder, suggestions=plan.take(order), adherence=1.0)
        step_world(folder, suggestions=None)
        return pq.read_table(folder / "truth/weeks.parquet")["expected"].to_numpy()[-3:].sum()

    assert after(best=True) > 1.02 * after(best=False)
