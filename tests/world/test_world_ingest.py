"""Ingestion finds exactly the dirt that the world put in, and of a clean world exactly what people did."""

from collections import Counter

import duckdb
import numpy as np
import pytest

from tests.world.exports import AS_OF, CLEAN, objects, rows
from unisono.ingest import ingest, read_sources
from unisono.playbook import load_playbook
from unisono.world import Dirt, WorldSettings, new_world, set_options
from unisono.world.country import WEEK, Country
from unisono.world.events import EVENT
from unisono.world.history import live_history

REASONS = {
    "bad_date": "unparsable",
    "future_date": "after_clock",
    "unknown_word": "unknown_value",
    "negative_number": "below_minimum",
    "blank_id": "missing",
    "ragged_row": "bad_row",
    "conflicting_row": "conflicting_duplicate",
}
ALL_ALIKE = {  # nothing is set aside but rehearsals and the sessions of calls whose slides are counted
    "planned_call": 0.0,
    "saved_call": 0.0,
    "stub_mail": 0.0,
    "guests": 0.0,
    "meeting": 0.0,
}
LATEST = ("Account", "Call2_vod__c", "Call2_Key_Message_vod__c", "Sent_Email_vod__c", "Email_Activity_vod__c")
"""Files of which the last row of a record stands, or whose copies differ where nobody looks."""


def told(folder, settings, customers=300, only=()):
    """Make a world and ingest it: what it says it did, the counts by file, and the folder of the tables.

    `only` names the sources to read; all if left out.
    """
    world = new_world(folder / "project", customers=customers, seed=11, as_of=AS_OF, settings=settings)
    project = folder / "project"
    playbook = load_playbook(project / "playbook")
    sources = read_sources(project / "sources.yaml")
    chosen = [source for source in sources.sources if not only or source.name in only]
    counts = ingest(
        sources.model_copy(update={"sources": chosen}),
        project=project,
        data=project / "data",
        target=folder / "tables",
        as_of=AS_OF,
        channels={channel.id for channel in playbook.channels},
        simulated=True,
    )
    return world, {count.file: count for count in counts}, folder / "tables"


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    """A world with more dirt than usual, in which every row is a fact."""
    dirt = Dirt(conflicting_row=0.002, future_date=0.002, ragged_row=0.002)
    settings = WorldSettings(dirt=dirt, **ALL_ALIKE)
    return told(tmp_path_factory.mktemp("dirty"), settings)


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A world without dirt, with everything that systems make up."""
    folder = tmp_path_factory.mktemp("clean")
    settings = CLEAN.with_(stub_mail=0.1, planned_call=0.1, saved_call=0.1, preview=0.3, guests=0.1)
    return (*told(folder, settings), folder / "project")


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    """The same world in the CRM's newer names, without stubs and guests, and its settings."""
    folder = tmp_path_factory.mktemp("vault")
    settings = CLEAN.with_(stub_mail=0.0, guests=0.0, crm_form="vault", outcome_grain="brick")
    return (*told(folder, settings), folder / "project")


def read(tables, sql):
    return duckdb.sql(sql.format(**{t.name: f"'{t}/*.parquet'" for t in tables.iterdir()})).fetchall()


def test_all_rows_of_all_files_are_accounted_for(dirty):
    world, counts, _ = dirty
    for name, count in counts.items():
        assert count.rows_in == world["files"][name], name
        assert count.rows_in == count.accepted + count.quarantined + count.duplicates
    looked_up = set(world["files"]) - set(counts)
    catalogues = ("Address", "Territory2", "UserTerritory2", "Product", "Approved_Document", "Key_Message")
    assert {
        name.removeprefix("data/crm/").split("_vod")[0].split("Assoc")[0].split(".")[0] for name in looked_up
    } == set(catalogues)


def test_nearly_everything_is_accepted_or_set_aside(dirty):
    _, counts, tables = dirty
    aside = read(tables, "select count(*) from {quarantine} where reason = 'set_aside'")[0][0]
    accepted = sum(count.accepted for count in counts.values())
    assert (accepted + aside) / sum(count.rows_in for count in counts.values()) > 0.97


def test_each_kind_of_dirt_lands_where_it_should(dirty):
    world, counts, tables = dirty
    refused = read(tables, "select file, reason, raw from {quarantine} where reason <> 'set_aside'")
    spoilt_calls = {raw.split(",")[0] for file, _, raw in refused if file == "data/crm/Call2_vod__c.csv"}
    found: Counter[tuple[str, str]] = Counter()
    for file, reason, raw in refused:
        # What is told of a call shares the fate of its channel and date.
        is_of_call = file.startswith(("data/crm/Call2_Key", "data/crm/Call2_Disc"))
        if not (is_of_call and reason != "bad_row" and raw.split(",")[1] in spoilt_calls):
            found[file, reason] += 1
    expected, duplicates = Counter(), Counter()
    for file, kinds in world["dirt"].items():
        latest = file in {f"data/crm/{thing}.csv" for thing in LATEST} | {"data/mail/contacts.csv"}
        for kind, count in kinds.items():
            if kind == "duplicate_row" or (kind == "conflicting_row" and latest):
                duplicates[file] += count
            elif kind in REASONS:
                expected[file, REASONS[kind]] += count
    sessions = "data/crm/Multichannel_Activity_vod__c.csv"
    assert found == expected
    assert set(REASONS.values()) == {reason for _, reason in found}
    assert {file: c.duplicates for file, c in counts.items() if c.duplicates and file != sessions} == {
        file: count for file, count in duplicates.items() if file in counts and count and file != sessions
    }


def test_everything_is_labelled_simulated(clean):
    _, _, tables, _ = clean
    for table in ("source_record", "source_touchpoint", "source_consent", "source_outcome", "rep"):
        assert read(tables, f"select distinct simulated from {{{table}}}") == [(True,)], table


def test_rows_that_are_no_facts_are_set_aside_and_no_others(clean):
    _, counts, tables, project = clean
    found = dict(read(tables, "select file, count(*) from {quarantine} group by all"))
    assert read(tables, "select distinct reason from {quarantine}") == [("set_aside",)]
    crm = project / "data/crm"
    calls = rows(crm / "Call2_vod__c.csv")
    parents = {call["Parent_Call_vod__c"] for call in calls} - {""}
    assert len(parents) > 20
    no_calls = sum(c["Status_vod__c"] != "Submitted_vod" or c["Id"] in parents for c in calls)
    mails = rows(crm / "Sent_Email_vod__c.csv")
    stubs = {mail["Id"] for mail in mails if not mail["Account_vod__c"]}
    of_stubs = sum(row["Sent_Email_vod__c"] in stubs for row in rows(crm / "Email_Activity_vod__c.csv"))
    guests = sum(event["userId"] is None for event in objects(project / "data/portal/events.ndjson.gz"))
    assert found == {
        "data/crm/Call2_vod__c.csv": no_calls,
        "data/crm/Multichannel_Activity_vod__c.csv": len(rows(crm / "Multichannel_Activity_vod__c.csv")),
        "data/crm/Sent_Email_vod__c.csv": len(stubs),
        "data/crm/Email_Activity_vod__c.csv": of_stubs,
        "data/portal/events.ndjson.gz": guests,
    }
    assert min(found.values()) > 5
    assert not any(count.duplicates for count in counts.values())


def lived(settings, playbook):
    """What people did in the same world, straight from its life: events by channel and kind."""
    begin = np.datetime64(AS_OF.replace(tzinfo=None), "s") - 52 * WEEK
    country = Country(11, 300, begin, 52, settings, playbook)
    happened: Counter[tuple[str, str]] = Counter()
    for areas in country.places.chunks(4000):
        delivery = live_history(country, areas).delivery
        events, names = delivery.events, list(EVENT)
        # Answers to representatives' mails reach their own mailboxes, which no system exports.
        mail = country.brand.channels.index("approved_email")
        unseen = (events.channel == mail) & (events.rep >= 0) & (events.event == EVENT["replied"])
        seen = events.only(~(unseen & delivery.people.in_crm[events.who]))
        happened.update(
            (country.brand.channels[c], names[e])
            for c, e in zip(seen.channel.tolist(), seen.event.tolist(), strict=True)
        )
    return happened


def human_touches(tables):
    """What ingestion says people did, by channel and kind; what competitors did left out."""
    found = read(
        tables,
        """select channel, event, count(*) from {source_touchpoint}
        where is_human and source <> 'panel' group by all""",
    )
    return {(channel, event): count for channel, event, count in found}


def test_of_a_clean_world_ingestion_reads_exactly_what_people_did(vault):
    _, _, tables, project = vault
    settings = CLEAN.with_(stub_mail=0.0, guests=0.0)
    assert human_touches(tables) == lived(settings, load_playbook(project / "playbook"))
    machine = read(tables, "select event, count(*) from {source_touchpoint} where not is_human group by all")
    assert {event for event, _ in machine} == {"opened", "clicked"}


def test_both_forms_of_the_crms_exports_say_the_same(clean, vault):
    """What stubs and guests take from the mails and the portal aside."""
    (_, _, older, _), (_, _, newer, _) = clean, vault
    of_calls = """select * exclude (source) from {{{table}}} where source in ({sources}) order by all"""
    for table, sources in {
        "source_record": "'crm_accounts'",
        "source_touchpoint": "'crm_calls', 'crm_slides', 'crm_questions'",
        "source_consent": "'crm_consents'",
        "source_assignment": "'crm_territories'",
    }.items():
        sql = of_calls.format(table=table, sources=sources)
        assert read(older, sql) == read(newer, sql), table


def test_an_opening_that_only_a_scanners_click_gave_away_is_no_opening(tmp_path):
    often = set_options(["habits.approved_email.follow_ups.clicked=0.6"], CLEAN)
    settings = often.with_(stub_mail=0.0, machine_open=0.0, machine_click=0.5, inferred_open=1.0)
    _, _, tables = told(tmp_path, settings, only=("crm_email_events",))
    activities = rows(tmp_path / "project/data/crm/Email_Activity_vod__c.csv")

    def of(kind):
        return [a for a in activities if a["Event_type_vod__c"] == kind]

    def instant(activity):
        return activity["Sent_Email_vod__c"], activity["Activity_DateTime_vod__c"]

    clicks = {instant(activity): activity["Bot_vod__c"] for activity in of("Clicked_vod")}
    opens = [clicks.get(instant(activity)) for activity in of("Opened_vod")]
    assert not any(activity["Bot_vod__c"] for activity in of("Opened_vod"))
    by_scanner, by_people = opens.count("generic"), opens.count("") + opens.count(None)
    assert by_scanner > 50
    assert opens.count("") > 5  # people's clicks without an opening of their own
    assert read(
        tables,
        """select is_human, count(*) from {source_touchpoint}
        where event = 'opened' and source = 'crm_email_events' group by all order by all""",
    ) == [(False, by_scanner), (True, by_people)]


def test_attendees_of_a_group_call_share_its_record_and_count_once(clean):
    _, _, tables, project = clean
    calls = rows(project / "data/crm/Call2_vod__c.csv")
    attended = Counter(call["Parent_Call_vod__c"] for call in calls if call["Parent_Call_vod__c"])
    found = read(
        tables,
        """select group_id, count(distinct source_record_id) from {source_touchpoint}
        where channel = 'hospital_meeting' group by all""",
    )
    assert dict(found) == dict(attended)


def test_devices_elsewhere_do_not_move_a_call_to_another_day(tmp_path):
    settings = CLEAN.with_(wrong_zone=0.3, meeting=0.0, planned_call=0.0, saved_call=0.0)
    world, _, tables = told(tmp_path, settings, customers=100, only=("crm_calls",))
    assert world["dirt"]["data/crm/Call2_vod__c.csv"]["wrong_zone"] > 100
    calls = rows(tmp_path / "project/data/crm/Call2_vod__c.csv")
    dates = {call["Id"]: call["Call_Date_vod__c"] for call in calls}
    assert sum(call["Call_Datetime_vod__c"][:10] != call["Call_Date_vod__c"] for call in calls) > 50
    found = read(
        tables,
        "select touchpoint_id, cast(cast(occurred_at as date) as varchar) from {source_touchpoint}",
    )
    assert dict(found) == dates


def test_touchpoints_speak_the_playbooks_language(clean):
    _, _, tables, project = clean
    channels = {channel for (channel,) in read(tables, "select distinct channel from {source_touchpoint}")}
    assert channels == {channel.id for channel in load_playbook(project / "playbook").channels}
    contents = {content.id for content in load_playbook(project / "playbook").content}
    used = read(tables, "select distinct content_id from {source_touchpoint} where content_id is not null")
    assert {content for (content,) in used} <= contents
    assert len(used) > 20
    assert read(tables, "select min(length(specialty)) from {source_record} where kind = 'hcp'")[0][0] > 5
    reps = {rep for (rep,) in read(tables, "select rep_id from {rep}")}
    acting = {
        rep
        for (rep,) in read(tables, "select distinct rep_id from {source_touchpoint} where rep_id is not null")
    }
    assert acting <= reps


def test_territories_cover_the_crms_customers_whoever_works_there(clean):
    _, _, tables, _ = clean
    uncovered = read(
        tables,
        """select count(*) from {source_record} r
        where r.system = 'crm' and r.kind = 'hcp' and not exists (
            select 1 from {source_assignment} a inner join {rep} p on p.territory_id = a.territory_id
            where a.system = r.system and a.source_record_id = r.source_record_id)""",
    )
    assert uncovered == [(0,)]


def test_outcomes_add_up_to_what_was_prescribed(tmp_path, vault):
    everybody = CLEAN.with_(both_lists=1.0, crm_only=0.0)
    _, _, by_person = told(tmp_path, everybody, customers=150, only=("new_rx",))
    for folder, tables in ((tmp_path / "project", by_person), (vault[3], vault[2])):
        lived = f"'{folder}/truth/weeks.parquet'"
        prescribed = dict(duckdb.sql(f"select product, sum(new_rx) from {lived} group by all").fetchall())
        found = read(tables, "select lower(product), sum(value) from {source_outcome} group by all")
        assert {product for product, _ in found} == set(prescribed)
        for product, total in found:
            assert 0.9 * prescribed[product] < total <= prescribed[product]  # the month under way comes later
    keyed = "select count(source_record_id) > 0, count(brick) > 0 from {source_outcome}"
    assert read(by_person, keyed) == [(True, False)]
    assert read(vault[2], keyed) == [(False, True)]
