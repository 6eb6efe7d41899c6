"""The exports one by one: names, ids, dirt at its rates, what systems make up, and late rows."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.world.exports import AS_OF, CLEAN, digests, lines, objects, rows, small, truth
from unisono.world import Dirt, WorldSettings, new_world, step_world
from unisono.world.emit.export import Csv, Ndjson
from unisono.world.emit.veeva import in_vault, rename_sources
from unisono.world.text import days, iso, local, record_ids

FIELDS = Path(__file__).parents[3] / "shared/reference/veeva_fields.csv"
NOT_LISTED = {"Id", "PersonEmail", "Call_Outcome__c"}  # the vendor's own key, the platform's, the company's


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A world without dirt."""
    folder = tmp_path_factory.mktemp("clean") / "project"
    new_world(folder, customers=300, seed=1, as_of=AS_OF, settings=CLEAN)
    return folder


def crm(folder, thing):
    return rows(folder / f"data/crm/{thing}.csv")


# ---- words and ids ----------------------------------------------------------------------------------


def test_record_ids_tell_upper_from_lower_case_at_their_end():
    made = record_ids("a04", np.array([0, 61, 62, 987_654_321_012, -1])).to_pylist()
    assert made[-1] == ""
    for one in made[:-1]:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
        parts = [one[at : at + 5] for at in (0, 5, 10)]
        checks = [sum(1 << at for at, letter in enumerate(part) if letter.isupper()) for part in parts]
        assert one[15:] == "".join(letters[check] for check in checks)
    many = record_ids("a04", np.arange(5000) * 7919).to_pylist()
    assert len({one.lower() for one in many}) == 5000


def test_times_are_written_as_systems_write_them():
    at = np.array(["2025-07-01T22:30:05", "2025-12-31T23:30:00", "NaT"], "datetime64[s]")
    assert iso(at, "Z").to_pylist() == ["2025-07-01T22:30:05Z", "2025-12-31T23:30:00Z", ""]
    assert days(at, italian=True).to_pylist() == ["01/07/2025", "31/12/2025", ""]
    assert days(local(at[:2], "Europe/Rome")).to_pylist() == ["2025-07-02", "2026-01-01"]


def test_layouts_write_lines():
    columns = {
        "a": pa.array(["1", ""]),
        "b.c": pa.array(["x", ""]),
        "b.d": pa.array(["y", "z"]),
        "e": pa.array(["", "2"]),
    }
    assert [json.loads(line) for line in Ndjson(bare=("e",)).lines(columns).to_pylist()] == [
        {"a": "1", "b": {"c": "x", "d": "y"}, "e": None},
        {"a": None, "b": {"c": None, "d": "z"}, "e": 2},
    ]
    assert Csv(";", quoted=("a",)).lines(columns).to_pylist() == ['"1";x;y;', '"";;z;2']


@pytest.mark.shared
@pytest.mark.skipif(
    not FIELDS.is_file(), reason="the list of the vendor's field names is not beside the project"
)
def test_names_of_the_newer_form_are_the_vendors(clean):
    with FIELDS.open(encoding="utf-8") as stream:
        listed = list(csv.DictReader(stream))
    objects_known = {row["crm_object"]: row["vault_object"] for row in listed}
    known = {(row["crm_object"], row["crm_field"]): row["vault_field"] for row in listed}
    for path in (clean / "data/crm").glob("*.csv"):
        thing = path.stem
        assert in_vault(thing) == objects_known[thing]
        for field in rows(path)[0]:
            if field in NOT_LISTED or (thing, field) == ("Account", "IsPersonAccount"):
                continue
            names = re.findall(r"\w+__v", known[thing, field]) or [known[thing, field]]
            # Ids of migrated records aside, a field has one name, or several in different releases.
            assert in_vault(thing, field) in names, (thing, field)


def test_sources_follow_the_form(tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(
        "files: [data/crm/Call2_vod__c*.csv]\nfiles: [data/mail/contacts*.csv]\n", encoding="utf-8"
    )
    rename_sources("crm", path)
    assert "Call2_vod__c" in path.read_text(encoding="utf-8")
    rename_sources("vault", path)
    assert (
        path.read_text(encoding="utf-8")
        == "files: [data/crm/call2__v*.csv]\nfiles: [data/mail/contacts*.csv]\n"
    )


# ---- dirt --------------------------------------------------------------------------------------------


def test_every_kind_of_dirt_is_there_at_the_stated_rate(tmp_path):
    folder, rate = tmp_path / "project", 0.01
    dirt = Dirt(**dict.fromkeys(vars(Dirt()), rate))
    settings = WorldSettings(dirt=dirt, late_row=rate, wrong_zone=rate, typo=rate)
    made = new_world(folder, customers=300, seed=1, as_of=AS_OF, settings=settings)
    for name, kinds in {
        "data/mail/events.ndjson": set(vars(dirt)) - {"negative_number"} | {"late_row", "wrong_zone"},
        "data/crm/Call2_vod__c.csv": set(vars(dirt)) - {"ragged_row", "noise"} | {"wrong_zone"},
        "data/mail/contacts.csv": {
            "duplicate_row",
            "conflicting_row",
            "blank_id",
            "ragged_row",
            "noise",
            "typo",
        },
    }.items():
        counted, total = made["dirt"][name], made["files"][name]
        assert kinds >= set(counted) >= kinds - ({"blank_id"} if total < 1000 else set()), name
        for kind, count in counted.items():
            assert abs(count / total - rate) < 5 * np.sqrt(rate / total), (name, kind)
    counted, body = made["dirt"]["data/mail/events.ndjson"], lines(folder / "data/mail/events.ndjson")
    assert len(body) - len(set(body)) == counted["duplicate_row"]
    assert sum('"???"' in line for line in body) == counted["unknown_word"]
    assert len(body) - len(objects(folder / "data/mail/events.ndjson")) == counted["ragged_row"]
    negative = made["dirt"]["data/crm/Call2_vod__c.csv"]["negative_number"]
    assert sum(call["Duration_vod__c"] == "-1" for call in crm(folder, "Call2_vod__c")) == negative


def test_a_clean_world_has_no_dirt(clean):
    made = json.loads((clean / "truth/world.json").read_text(encoding="utf-8"))
    assert not any(made["dirt"].values())
    for thing in (
        "Account",
        "Call2_vod__c",
        "Sent_Email_vod__c",
        "Email_Activity_vod__c",
        "Multichannel_Consent_vod__c",
    ):
        ids = [row["Id"] for row in crm(clean, thing)]
        assert len(ids) == len(set(ids)) > 100, thing


def test_a_typo_makes_a_family_name_differ_between_systems(tmp_path):
    folder = small(tmp_path / "project", customers=200, settings=CLEAN.with_(typo=0.5))
    crm_names = {row["Id"]: row["LastName"] for row in crm(folder, "Account")}
    mail_names = {row["contact_id"]: row["last_name"] for row in rows(folder / "data/mail/contacts.csv")}
    both = truth(folder, "crm_id, mail_id", "in_crm and in_mail")
    different = [pair for pair in both if crm_names[pair[0]] != mail_names[pair[1]]]
    assert 0.35 < len(different) / len(both) < 0.65  # a typo in both is the same one
    one, other = crm_names[different[0][0]], mail_names[different[0][1]]
    assert abs(len(one) - len(other)) <= 2


# ---- what systems make up ---------------------------------------------------------------------------


def test_couples_share_address_and_telephone_and_clinics_one_number(tmp_path):
    folder = small(tmp_path / "project", customers=300, settings=CLEAN.with_(couples=0.3, moves=0.0))
    addresses = {row["Account_vod__c"]: row for row in crm(folder, "Address_vod__c")}
    homes: dict[int, list[dict[str, str]]] = {}
    for household, account in truth(folder, "household, crm_id", "in_crm"):
        homes.setdefault(household, []).append(addresses[account])
    couples = [pair for pair in homes.values() if len(pair) == 2]
    assert len(couples) > 20
    for one, other in couples:
        same = ("Phone_vod__c", "Zip_vod__c", "City_vod__c")
        assert [one[name] for name in same] == [other[name] for name in same]
    phones = Counter(pair[0]["Phone_vod__c"] for pair in homes.values())
    assert max(phones.values()) > 3


def test_who_moved_has_an_inactive_address(tmp_path):
    folder = small(tmp_path / "project", customers=200, settings=CLEAN.with_(moves=0.5))
    moved = {account for (account,) in truth(folder, "crm_id", "in_crm and moved_at is not null")}
    addresses = [row for row in crm(folder, "Address_vod__c") if not row["Account_vod__c"].startswith("001H")]
    assert {row["Account_vod__c"] for row in addresses if row["Inactive_vod__c"] == "true"} == moved
    active = Counter(row["Account_vod__c"] for row in addresses if row["Inactive_vod__c"] == "false")
    assert set(active.values()) == {1}
    assert not any(row["Inactive_vod__c"] == row["Primary_vod__c"] for row in addresses)


def test_group_calls_lie_on_the_institution_with_a_record_per_attendee(clean):
    calls = {call["Id"]: call for call in crm(clean, "Call2_vod__c")}
    children = [call for call in calls.values() if call["Parent_Call_vod__c"]]
    assert len(children) > 50
    for child in children:
        parent = calls[child["Parent_Call_vod__c"]]
        assert parent["Account_vod__c"].startswith("001H")
        assert parent["Attendee_Type_vod__c"] == "Group_Account_vod"
        assert not parent["Parent_Call_vod__c"]
        assert (parent["User_vod__c"], parent["Call_Date_vod__c"]) == (
            child["User_vod__c"],
            child["Call_Date_vod__c"],
        )


def test_slides_belong_to_calls_that_were_held_and_rehearsals_to_none(clean):
    calls = {call["Id"]: call for call in crm(clean, "Call2_vod__c")}
    for slide in crm(clean, "Call2_Key_Message_vod__c"):
        call = calls[slide["Call2_vod__c"]]
        assert call["Call_Outcome__c"] == "Held"
        assert call["Account_vod__c"] == slide["Account_vod__c"]
    sessions = crm(clean, "Multichannel_Activity_vod__c")
    assert {bool(one["Call_vod__c"]) for one in sessions if one["Media_Preview_vod__c"] == "true"} == {False}
    held = Counter(one["Call_vod__c"] for one in sessions if one["Media_Preview_vod__c"] == "false")
    assert set(held) == {slide["Call2_vod__c"] for slide in crm(clean, "Call2_Key_Message_vod__c")}
    assert set(held.values()) == {1}


def test_stubs_take_openings_and_clicks_of_mails_with_anonymous_tracking(tmp_path):
    folder = small(tmp_path / "project", customers=300, weeks=30, settings=CLEAN.with_(stub_mail=0.5))
    mails = crm(folder, "Sent_Email_vod__c")
    stubs = {mail["Id"]: mail["VExternal_Id_vod__c"] for mail in mails if not mail["Account_vod__c"]}
    assert all(stubs.values())
    assert 0.3 < len(stubs) / len(mails) < 0.37
    kinds: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for activity in crm(folder, "Email_Activity_vod__c"):
        kinds[activity["Sent_Email_vod__c"] in stubs][activity["Event_type_vod__c"]] += 1
    assert set(kinds[True]) == {"Opened_vod", "Clicked_vod"}
    assert 0.5 < kinds[True]["Opened_vod"] / kinds[False]["Opened_vod"] < 2


def test_statements_lie_out_of_order_with_ties_and_old_addresses(tmp_path):
    settings = CLEAN.with_(tied_statement=0.2, double_opt_in=0.3, moves=0.5)
    folder = small(tmp_path / "project", customers=200, settings=settings)
    said = crm(folder, "Multichannel_Consent_vod__c")
    times = [row["Capture_Datetime_vod__c"] for row in said]
    assert times != sorted(times)
    by_instant: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for row in said:
        about = row["Account_vod__c"], row["Consent_Type_vod__c"], row["Channel_Value_vod__c"]
        by_instant.setdefault((*about, row["Capture_Datetime_vod__c"]), []).append(
            (row["Id"], row["Opt_Type_vod__c"])
        )
    ties = [sorted(rows) for rows in by_instant.values() if len(rows) > 1]
    assert len(ties) > 20
    assert {tie[-1][1] for tie in ties} == {"Opt_In_vod"}  # the greater id is what holds
    assert {tie[0][1] for tie in ties} == {"Opt_In_Pending_vod"}
    old = [row for row in said if "@before." in row["Channel_Value_vod__c"]]
    assert len(old) > 20
    assert {row["Opt_Type_vod__c"] for row in old} == {"Opt_In_vod"}


def test_the_catalogues_hold_whatever_records_refer_to(clean):
    ids = {
        thing: {row["Id"] for row in crm(clean, thing)}
        for thing in ("Product_vod__c", "Approved_Document_vod__c", "Key_Message_vod__c", "Account")
    }
    assert {row["Product_vod__c"] for row in crm(clean, "Sent_Email_vod__c")} <= ids["Product_vod__c"]
    assert {row["Approved_Email_Template_vod__c"] for row in crm(clean, "Sent_Email_vod__c")} <= ids[
        "Approved_Document_vod__c"
    ]
    assert {row["Key_Message_vod__c"] for row in crm(clean, "Call2_Key_Message_vod__c")} <= ids[
        "Key_Message_vod__c"
    ]
    assert {row["Account_vod__c"] for row in crm(clean, "Call2_vod__c")} <= ids["Account"]
    assert {row["Primary_Parent_vod__c"] for row in crm(clean, "Account")} - {""} <= ids["Account"]


# ---- deliveries ---------------------------------------------------------------------------------------


def test_a_step_delivers_beside_the_first_files_and_only_what_is_new(tmp_path):
    folder = small(tmp_path / "project", customers=200, settings=CLEAN)
    before = digests(folder / "data")
    made = step_world(folder, suggestions=None)
    after = digests(folder / "data")
    assert {name: after[name] for name in before} == before
    new = {f"data/{name}" for name in set(after) - set(before)}
    assert new == set(made["files"])
    assert "data/crm/Call2_vod__c_20260112.csv" in new
    assert "data/portal/events_20260112.ndjson" in new
    assert not any("Account" in name or "territories" in name for name in new)
    old, fresh = crm(folder, "Call2_vod__c"), crm(folder, "Call2_vod__c_20260112")
    assert not {row["Id"] for row in old} & {row["Id"] for row in fresh}
    assert {row["Call_Date_vod__c"] for row in fresh if row["Status_vod__c"] == "Submitted_vod"} <= {
        f"2026-01-{day:02d}" for day in range(5, 12)
    }


def test_late_rows_of_a_step_come_with_the_next_one(tmp_path):
    def stepped(name, late):
        folder = small(tmp_path / name, customers=200, settings=CLEAN.with_(late_row=late))
        files = [step_world(folder, suggestions=None)["files"] for _ in range(3)]
        told = [rows(path, "\t") for path in sorted((folder / "data/events").glob("*_2026*.tsv"))]
        return files, [{row["participation_id"] for row in part} for part in told]

    (_, in_time), (files, late) = stepped("in_time", 0.0), stepped("late", 0.5)
    assert late[0] < in_time[0]
    assert in_time[0] - late[0] <= late[1]
    assert late[0] | late[1] | late[2] < set.union(*in_time)  # some still wait
    for part, named in zip(late, files, strict=True):
        assert len(part) == next(count for name, count in named.items() if "participation" in name)


def test_carried_out_suggestions_are_named_where_they_were(tmp_path):
    folder = small(tmp_path / "project", customers=120, settings=CLEAN)
    known = truth(folder, "crm_id, territory", "in_crm and accessible")[:60]
    reps = {row["territory"]: row["rep_id"] for row in rows(folder / "data/roster/reps.csv")}
    suggestions = pa.table(
        {
            "decision_id": [f"D{n}" for n in range(len(known))],
            "system": ["crm"] * len(known),
            "source_record_id": [account for account, _ in known],
            "product_id": ["aurivelo"] * len(known),
            "channel": ["f2f_visit"] * len(known),
            "rep_id": [reps[f"T{territory + 1:04d}"] for _, territory in known],
            "content_id": pa.nulls(len(known), pa.string()),
        }
    )
    made = step_world(folder, suggestions=suggestions, adherence=1.0)
    calls = crm(folder, "Call2_vod__c_20260112")
    told = [call["Suggestion_vod__c"] for call in calls if call["Suggestion_vod__c"]]
    assert len(told) == len(set(told)) == made["suggestions"]["executed"] > 0
    account = dict(
        zip(suggestions["decision_id"].to_pylist(), suggestions["source_record_id"].to_pylist(), strict=True)
    )
    for call in calls:
        if call["Suggestion_vod__c"]:
            assert account[call["Suggestion_vod__c"]] == call["Account_vod__c"]
