"""What the audit reads for itself is what the pipeline reads, where nothing is spoilt; in both forms of the CRM."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.trial.conftest import CLOCK
from tests.worlds import join_by_licence_only
from unisono.project import open_project
from unisono.templates import copy_template
from unisono.trial.exports import Reader
from unisono.trial.facts import Facts
from unisono.world import Dirt, WorldSettings, new_world, step_world

OUTBOUND = "select channel, count(*) as contacts from touch group by channel"
LEFT = """
select count(distinct customer_id) as people
from (select * from touchpoint union all select * from medical_touchpoint)
where event = 'unsubscribed' and is_own
"""
STANDING = "select channel, status, count(*) as statements from consent group by all"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world without dirt, and a week later."""
    folder = tmp_path_factory.mktemp("clean") / "brand"
    settings = without_dirt("crm")
    new_world(folder, customers=150, seed=8, as_of=CLOCK, weeks=30, settings=settings)
    join_by_licence_only(folder)
    step_world(folder, suggestions=None)
    return folder


def without_dirt(form: str) -> WorldSettings:
    dirt = Dirt(**{kind.name: 0.0 for kind in fields(Dirt)})
    rates = {name: 0.0 for name in ("wrong_zone", "late_row", "typo") if hasattr(WorldSettings(), name)}
    return replace(WorldSettings(), dirt=dirt, crm_form=form, **rates)


def test_both_readings_see_the_same_contacts_and_statements(clean: Path) -> None:
    facts = Reader(clean).read()
    snapshot = open_project(clean).run(as_of=datetime(2026, 1, 12))
    expected = {row["channel"]: row["contacts"] for row in snapshot.read(OUTBOUND).to_pylist()}
    assert Counter(contact.channel for contact in facts.contacts) == expected
    assert {
        "f2f_visit",
        "hospital_meeting",
        "msl_visit",
        "approved_email",
        "webinar",
        "chat",
    } <= expected.keys()
    assert all(contact.is_sound for contact in facts.contacts)
    assert max(contact.day for contact in facts.contacts) >= CLOCK.date()
    said = Counter((row.channel, row.status) for row in facts.statements)
    assert said == {
        (row["channel"], row["status"]): row["statements"] for row in snapshot.read(STANDING).to_pylist()
    }
    assert (
        len({facts.people[who] for who, _, _ in facts.unsubscribed})
        == snapshot.read(LEFT)["people"][0].as_py()
    )


def test_a_delivery_adds_to_what_was_read(clean: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(clean, tmp_path / "world"))
    reader = Reader(folder)
    before = len(reader.read().contacts)
    assert len(reader.read().contacts) == before
    step_world(folder, suggestions=None)
    assert len(reader.read().contacts) > before
    again, afresh = reader.read(), Reader(folder).read()
    assert Counter(again.contacts) == Counter(afresh.contacts)
    assert Counter(again.statements) == Counter(afresh.statements)
    assert again.addresses == afresh.addresses


def test_either_form_of_the_crm_says_the_same(tmp_path: Path) -> None:
    def read(form: str) -> Facts:
        folder = tmp_path / form
        new_world(folder, customers=60, seed=8, as_of=CLOCK, weeks=10, settings=without_dirt(form))
        join_by_licence_only(folder)
        return Reader(folder).read()

    older, newer = read("crm"), read("vault")
    assert older == newer
    assert older.contacts
    assert older.statements


def test_who_is_one_customer_and_who_is_one_person(finished_world: Path) -> None:
    facts = Reader(finished_world).read()
    groups = Counter(facts.customers().values())
    assert max(groups.values()) == 2  # one record in the CRM, one on the mail platform
    for customer, size in groups.items():
        records = [record for record, name in facts.customers().items() if name == customer]
        people = {facts.people[record] for record in records if record in facts.people}
        assert len(people) <= 1, (customer, size)
    assert len({facts.people[record] for record in facts.people}) == 150


CALL = "Id,Account_vod__c,Parent_Call_vod__c,Status_vod__c,Call_Date_vod__c,Call_Channel_vod__c,Call_Type_vod__c,"
CALL += "Attendee_Type_vod__c,Duration_vod__c\n"
CALLS = """c1,A1,,Submitted_vod,2026-01-02,Face_to_face_vod,Detail Only,Person_Account_vod,5
c2,A1,,Planned_vod,2026-01-03,Face_to_face_vod,Detail Only,Person_Account_vod,
c3,H1,,Submitted_vod,2026-01-03,Face_to_face_vod,Group Detail,Group_Account_vod,40
c4,A1,c3,Submitted_vod,2026-01-03,Face_to_face_vod,Group Detail,Person_Account_vod,40
c5,A1,,Submitted_vod,2026-01-04,Face_to_face_vod,Medical,Person_Account_vod,-1
c6,A1,,Submitted_vod,n.d.,Phone_vod,Detail Only,Person_Account_vod,9
c7,  ,,Submitted_vod,2026-01-04,Phone_vod,Detail Only,Person_Account_vod,9
"""
CONSENT = "Id,Account_vod__c,Consent_Type_vod__c,Consent_Line_vod__c,Product_vod__c,Opt_Type_vod__c,"
CONSENT += "Channel_Value_vod__c,Capture_Datetime_vod__c,Opt_Expiration_Date_vod__c\n"
CONSENTS = """s2,A1,Approved_Email_vod,All,,Opt_In_vod,A@one.it,2025-01-02T08:00:00.000Z,2026-12-31
s1,A1,Approved_Email_vod,All,,Opt_In_Pending_vod,a@one.it,2025-01-02T08:00:00.000Z,
s3,A1,Chat__c,Promotional,p9,Opt_In_vod,,2025-01-02T08:00:00.000Z,
s4,A1,Chat__c,Promotional,p9,Opt_Out_vod,,2025-01-02T08:00:00.000Z,
s5,A2,Chat__c,Promotional,,???,,2025-01-02T08:00:00.000Z,
"""
FILES = {
    "crm/Product_vod__c.csv": "Id,Name\np1,Auriglyna Pen\np9,Elsewhere\n",
    "crm/Account.csv": "Id,ID_vod__c,PersonEmail\nA1,L-1,a@one.it\nA2,L-2,b@two.it,x,y\n",
    "crm/Account_20260112.csv": "Id,ID_vod__c,PersonEmail\nA1,L-1,new@one.it\n",
    "crm/Call2_vod__c.csv": CALL + CALLS,
    "crm/Sent_Email_vod__c.csv": "Id,Account_vod__c,Email_Sent_Date_vod__c\n"
    "e1,A1,2026-01-01T23:30:00.000Z\ne2,,2026-01-01T23:30:00.000Z\n",
    "crm/Email_Activity_vod__c.csv": "Sent_Email_vod__c,Event_type_vod__c,Activity_DateTime_vod__c\n"
    "e1,Opened_vod,2026-01-02T08:00:00.000Z\ne1,Unsubscribe_vod,2026-01-02T09:00:00.000Z\n",
    "crm/Multichannel_Consent_vod__c.csv": CONSENT + CONSENTS,
    "mail/contacts.csv": "contact_id,licence,email\n M-7,L-1,a@one.it\n",
    "mail/events.ndjson": '{"type":" SEND","contact":"m-7","message_id":"x1","ts":"2026-01-02T00:30:00+01:00"}\n'
    '{"type":"send","contact":"m-7","mess\n',
    "mail/preferences.csv": "customer_id,channel,purpose,status,stated_at,expires_at,product,channel_value\n",
    "events/participation.tsv": "journey\tkind\tstatus\tattendee\tminutes\tat\n"
    "j1\tWebinar\tinvited\tM-7\t\t2026-01-02 00:30:00\nj2\tCongress\tattended\tm-7\t\t2026-01-02 10:00:00\n",
    "portal/events.ndjson": '{"event":"Message Sent","userId":"m-7","messageId":"d1",'
    '"timestamp":"2026-01-02T10:00:00Z","properties":{"surface":"chat","session_id":"z1"}}\n',
    "roster/reps.csv": "rep_id,weekly_minutes,starts_on,ends_on\nR1,900,2025-01-06,\n",
    "roster/reps_20260112.csv": "rep_id,weekly_minutes,starts_on,ends_on\nR1,900,2025-01-06,2026-01-11\n",
}


def test_the_formats_traps(tmp_path: Path) -> None:
    copy_template("demo", tmp_path / "w")
    for name, text in FILES.items():
        path = tmp_path / "w" / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "w" / "truth").mkdir()
    people = {"customer": [1, 2], "crm_id": ["A1", "A2"], "mail_id": ["m-7", "m-8"]}
    pq.write_table(pa.table(people), tmp_path / "w" / "truth" / "customers.parquet")
    facts = Reader(tmp_path / "w").read()
    seen = {(each.contact_id, each.channel, each.day.isoformat(), each.is_sound) for each in facts.contacts}
    assert seen == {
        ("c1", "f2f_visit", "2026-01-02", True),
        ("c4", "hospital_meeting", "2026-01-03", True),
        ("c5", "msl_visit", "2026-01-04", False),
        ("e1", "approved_email", "2026-01-02", True),
        ("x1", "approved_email", "2026-01-02", True),
        ("j1", "webinar", "2026-01-02", True),
        ("z1", "chat", "2026-01-02", True),
    }
    said = {
        (each.channel, each.purpose, each.product, each.status, each.address) for each in facts.statements
    }
    assert said == {
        ("approved_email", "all", "all", "granted", "a@one.it"),
        ("chat", "commercial", "all", "withdrawn", None),
    }
    assert facts.unreadable == {("crm", "A2")}
    assert facts.unsubscribed == [(("crm", "A1"), "approved_email", datetime(2026, 1, 2, 9))]
    assert facts.addresses[("crm", "A1")] == {"new@one.it"}
    assert facts.customers() == {("crm", "A1"): "licence L-1", ("mail", "M-7"): "licence L-1"}
    assert facts.minutes(CLOCK.date()) == {"R1": 900}
    assert facts.minutes(date(2026, 1, 12)) == {}
