"""What goes wrong when Veeva's exports are read naively: each test fails once its trap is ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.ingest.veeva import Exports, Row, exports, reasons
from unisono.ingest.presets import load
from unisono.ingest.spec import Join

__all__ = ["exports"]
DOCTOR = {"Id": "001D", "IsPersonAccount": "true", "FirstName": "Ada", "LastName": "Neri"}
CLINIC = {"Id": "001C", "IsPersonAccount": "false", "Name": "Clinica"}
NOON = "2024-03-05T11:00:00.000Z"


def call(key: str, account: str = "001D", **said: str) -> Row:
    row = {"Id": key, "Account_vod__c": account, "User_vod__c": "005A", "Status_vod__c": "Submitted_vod"}
    row |= {"Call_Date_vod__c": "2024-03-05", "Call_Datetime_vod__c": NOON}
    return row | {"Call_Channel_vod__c": "Face_to_face_vod", "Detailed_Products_vod__c": "Alpha"} | said


def email(key: str, account: str = "001D", **said: str) -> Row:
    row = {"Id": key, "Account_vod__c": account, "User_vod__c": "005A", "Status_vod__c": "Delivered_vod"}
    return (
        row
        | {"Email_Sent_Date_vod__c": NOON, "Approved_Email_Template_vod__c": "a1T", "Product_vod__c": "a00P"}
        | said
    )


def activity(key: str, event: str, at: str = NOON, **said: str) -> Row:
    return {
        "Id": key,
        "Sent_Email_vod__c": "a2E",
        "Event_type_vod__c": event,
        "Activity_DateTime_vod__c": at,
    } | said


# ---- calls ------------------------------------------------------------------------------------------------


def test_a_call_is_read_with_what_it_refers_to(exports: Exports) -> None:
    exports.write("Account", DOCTOR).write(
        "Call2_vod__c", call("a04", Duration_vod__c="20", Suggestion_vod__c="D1")
    )
    [row] = exports.touches("call", "Call2_vod__c").values()
    assert (row["channel"], row["event"], row["direction"]) == ("f2f_visit", "visited", "outbound")
    assert (row["system"], row["source_record_id"], row["contact_id"], row["rep_id"]) == (
        "crm",
        "001D",
        "a04",
        "005A",
    )
    assert (row["product"], row["duration_minutes"], row["decision_id"]) == ("Alpha", 20, "D1")
    assert (row["occurred_at"], row["group_id"]) == (datetime(2024, 3, 5, 11), None)


@pytest.mark.parametrize(
    ("said", "channel", "event"),
    [
        ({"Call_Channel_vod__c": "Phone_vod"}, "phone_call", "called"),
        ({"Call_Channel_vod__c": "Video_vod"}, "remote_call", "called"),
        ({"Call_Channel_vod__c": "Chat_or_Text_vod"}, "chat", "called"),
        ({"Call_Channel_vod__c": "In-person"}, "f2f_visit", "visited"),
        ({"Call_Type_vod__c": "Medical"}, "msl_visit", "visited"),
    ],
)
def test_channels_of_calls(exports: Exports, said: Row, channel: str, event: str) -> None:
    exports.write("Call2_vod__c", call("a04", **said))
    [row] = exports.touches("call", "Call2_vod__c").values()
    assert (row["channel"], row["event"]) == (channel, event)


def test_a_source_says_over_the_preset(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04", Call_Type_vod__c="Attempt"))
    event = "case when Call_Type_vod__c = 'Attempt' then 'declined' else 'visited' end"
    found = exports.touches("call", "Call2_vod__c", columns={"channel": "'congress'", "event": event})
    assert (found["a04"]["channel"], found["a04"]["event"]) == ("congress", "declined")


@pytest.mark.parametrize("word", ["Other_vod", ""])
def test_a_channel_nobody_knows_is_not_guessed(exports: Exports, word: str) -> None:
    exports.write("Call2_vod__c", call("a04", Call_Channel_vod__c=word))
    result = exports.read(exports.feed("call", "Call2_vod__c"))
    assert reasons(result) == {2: "unknown_value" if word else "missing"}


def group_call(exports: Exports, *more: Row, parent: str = "001C") -> None:
    attendees = [call(f"a04{n}", f"001{n}", Parent_Call_vod__c="a04P") for n in "AB"]
    people = [DOCTOR | {"Id": f"001{n}"} for n in "AB"]
    exports.write("Account", CLINIC, *people).write("Call2_vod__c", call("a04P", parent), *attendees, *more)


def test_attendees_of_a_group_call_are_counted_and_its_parent_is_not(exports: Exports) -> None:
    group_call(exports)
    result = exports.read(exports.feed("call", "Call2_vod__c"))
    found = {row["touchpoint_id"]: row for row in result.rows("source_touchpoint")}
    assert found.keys() == {"a04A", "a04B"}
    assert {row["group_id"] for row in found.values()} == {"a04P"}
    assert {row["channel"] for row in found.values()} == {"hospital_meeting"}
    [parent] = result.refused
    assert (parent["reason"], parent["line"], parent["column_name"]) == ("set_aside", 2, None)
    assert "each attendee's own call is counted" in parent["detail"]


def test_a_group_call_entered_on_a_person_is_that_persons_too(exports: Exports) -> None:
    group_call(exports, parent="001D")
    exports.write("Account", CLINIC, DOCTOR, part="_20240305")
    found = exports.touches("call", "Call2_vod__c")
    assert {key: row["group_id"] for key, row in found.items()} == dict.fromkeys(
        ("a04P", "a04A", "a04B"), "a04P"
    )


def test_a_person_who_is_also_among_the_attendees_is_counted_once(exports: Exports) -> None:
    group_call(exports, parent="001A")
    assert exports.touches("call", "Call2_vod__c").keys() == {"a04A", "a04B"}


def test_a_parent_stays_if_no_attendees_call_was_submitted(exports: Exports) -> None:
    planned = [call("a04A", Parent_Call_vod__c="a04P", Status_vod__c="Planned_vod")]
    exports.write("Account", CLINIC, DOCTOR).write("Call2_vod__c", call("a04P", "001C"), *planned)
    assert exports.touches("call", "Call2_vod__c").keys() == {"a04P"}


@pytest.mark.parametrize("status", ["Planned_vod", "Saved_vod", ""])
def test_calls_that_were_not_submitted_are_set_aside(exports: Exports, status: str) -> None:
    exports.write(
        "Call2_vod__c", call("a04"), call("a05", Status_vod__c=status, Call_Date_vod__c="2031-01-01")
    )
    result = exports.read(exports.feed("call", "Call2_vod__c"))
    assert [row["touchpoint_id"] for row in result.rows("source_touchpoint")] == ["a04"]
    assert reasons(result) == {3: "set_aside"}


def test_a_planned_call_submitted_later_is_one_call(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04", Status_vod__c="Planned_vod"), part="_20240304")
    exports.write("Call2_vod__c", call("a04"), part="_20240305").write(
        "Call2_vod__c", call("a04", Duration_vod__c="7"), part="_20240306"
    )
    [row] = exports.touches("call", "Call2_vod__c").values()
    assert row["duration_minutes"] == 7


@pytest.mark.parametrize(
    ("instant", "read"),
    [
        (NOON, datetime(2024, 3, 5, 11)),
        ("2024-03-04T23:30:00.000Z", datetime(2024, 3, 5, 11)),  # a device that believes to be elsewhere
        ("2024-03-06T01:00:00.000Z", datetime(2024, 3, 5, 11)),
        ("", datetime(2024, 3, 5, 11)),
    ],
)
def test_the_date_of_a_call_wins_over_its_instant(exports: Exports, instant: str, read: datetime) -> None:
    exports.write("Call2_vod__c", call("a04", Call_Datetime_vod__c=instant))
    [row] = exports.touches("call", "Call2_vod__c", timezone="Europe/Rome").values()
    assert row["occurred_at"] == read


def test_a_call_that_was_an_email_is_not_a_second_contact(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04", Call_Channel_vod__c="Email_vod"))
    assert reasons(exports.read(exports.feed("call", "Call2_vod__c"))) == {2: "set_aside"}


# ---- content ----------------------------------------------------------------------------------------------


def shown(key: str, report: str, account: str = "001D") -> Row:
    row = {"Id": key, "Call2_vod__c": report, "Account_vod__c": account, "Key_Message_vod__c": "a2K"}
    return row | {
        "Product_vod__c": "a00P",
        "Call_Date_vod__c": "2024-03-05",
        "Start_Time_vod__c": NOON,
        "Duration_vod__c": "90",
    }


def test_slides_carry_content_and_belong_to_the_contact_of_their_call(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04", Call_Channel_vod__c="Video_vod"))
    exports.write("Key_Message_vod__c", {"Id": "a2K", "Name": "Works", "CLM_ID_vod__c": "deck-1"})
    exports.write("Product_vod__c", {"Id": "a00P", "Name": "Alpha"})
    exports.write("Call2_Key_Message_vod__c", shown("a2M", "a04"))
    [row] = exports.touches("key_message", "Call2_Key_Message_vod__c").values()
    assert (row["event"], row["content_id"], row["key_message"]) == ("slide_viewed", "deck-1", "Works")
    assert (row["contact_id"], row["channel"], row["product"]) == ("a04", "remote_call", "Alpha")
    assert (row["duration_minutes"], row["rep_id"]) == (1.5, "005A")


def test_slides_of_calls_that_were_not_submitted_are_set_aside(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04"), call("a05", Status_vod__c="Saved_vod"))
    exports.write("Call2_Key_Message_vod__c", shown("m1", "a04"), shown("m2", "a05"), shown("m3", "gone"))
    result = exports.read(exports.feed("key_message", "Call2_Key_Message_vod__c"))
    assert [row["touchpoint_id"] for row in result.rows("source_touchpoint")] == ["m1"]
    assert reasons(result) == {3: "set_aside", 4: "missing"}  # a call that is not exported is an error


def test_slides_of_a_group_call_are_its_attendees(exports: Exports) -> None:
    group_call(exports)
    exports.write("Call2_Key_Message_vod__c", shown("m1", "a04P", "001C"), shown("m2", "a04A", "001A"))
    found = exports.touches("key_message", "Call2_Key_Message_vod__c")
    assert {key: (row["channel"], row["group_id"]) for key, row in found.items()} == {
        "m2": ("hospital_meeting", "a04P")
    }


def test_questions_are_the_customers(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04"))
    exports.write(
        "Call2_Discussion_vod__c",
        {"Id": "q", "Call2_vod__c": "a04", "Account_vod__c": "001D", "Discussion_vod__c": "Dose?"},
    )
    [row] = exports.touches("discussion", "Call2_Discussion_vod__c").values()
    assert (row["event"], row["direction"], row["contact_id"], row["key_message"]) == (
        "asked",
        "inbound",
        "a04",
        "Dose?",
    )


def session(key: str, **said: str) -> Row:
    return {"Id": key, "Account_vod__c": "001D", "Call_vod__c": "a04", "Media_Preview_vod__c": "false"} | said


def test_rehearsals_are_not_exposure_and_sessions_refer_by_call(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04"))
    exports.write(
        "Multichannel_Activity_vod__c",
        session("s1", Total_Duration_vod__c="60"),
        session("s2", Media_Preview_vod__c="true"),
        session("s3", Account_vod__c=""),
        session("s4", Call_vod__c=""),
    )
    result = exports.read(exports.feed("clm", "Multichannel_Activity_vod__c"))
    [row] = result.rows("source_touchpoint")
    assert (row["touchpoint_id"], row["contact_id"], row["channel"], row["duration_minutes"]) == (
        "s1",
        "a04",
        "f2f_visit",
        1,
    )
    assert reasons(result) == dict.fromkeys((3, 4, 5), "set_aside")


def test_sessions_of_calls_that_do_not_count_do_not_count(exports: Exports) -> None:
    group_call(exports, call("a05", Status_vod__c="Saved_vod"))
    exports.write(
        "Multichannel_Activity_vod__c",
        session("s1", Call_vod__c="a05"),
        session("s2", Call_vod__c="a04P", Account_vod__c="001C"),
        session("s3", Call_vod__c="a04A", Account_vod__c="001A"),
    )
    result = exports.read(exports.feed("clm", "Multichannel_Activity_vod__c"))
    [row] = result.rows("source_touchpoint")
    assert (row["touchpoint_id"], row["channel"], row["group_id"]) == ("s3", "hospital_meeting", "a04P")
    assert reasons(result) == {2: "set_aside", 3: "set_aside"}


def test_sessions_whose_slides_are_exported_are_not_counted_again(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04")).write("Call2_Key_Message_vod__c", shown("m1", "a04"))
    exports.write("Multichannel_Activity_vod__c", session("s1"))
    assert exports.touches("clm", "Multichannel_Activity_vod__c") == {}


def test_a_session_needs_the_column_that_tells_rehearsals(exports: Exports) -> None:
    """Without it every rehearsal would count: the file is refused rather than misread."""
    exports.write("Call2_vod__c", call("a04")).write("Multichannel_Activity_vod__c", session("s1"))
    [file] = (exports.bench.data / "crm").glob("[mM]ultichannel*")
    file.write_text(
        file.read_text().replace("Media_Preview_vod__c", "Other").replace("media_preview__v", "other")
    )
    with pytest.raises(Exception, match="UN2008 there is no column 'Media_Preview_vod__c'"):
        exports.read(exports.feed("clm", "Multichannel_Activity_vod__c"))


# ---- e-mail -----------------------------------------------------------------------------------------------


def test_a_stub_is_neither_sent_again_nor_anyones(exports: Exports) -> None:
    exports.write("Sent_Email_vod__c", email("a2E"), email("stub", account=""))
    exports.write("Approved_Document_vod__c", {"Id": "a1T", "Document_ID_vod__c": "mail-1"})
    exports.write("Product_vod__c", {"Id": "a00P", "Name": "Alpha"})
    exports.write(
        "Email_Activity_vod__c",
        activity("v1", "Delivered_vod"),
        activity("v2", "Opened_vod", Sent_Email_vod__c="stub"),
    )
    result = exports.read(
        exports.feed("sent_email", "Sent_Email_vod__c"),
        exports.feed("email_activity", "Email_Activity_vod__c"),
    )
    sent, delivered = result.rows("source_touchpoint")
    assert [row["reason"] for row in result.refused] == ["set_aside", "set_aside"]
    for row, event in ((sent, "sent"), (delivered, "delivered")):
        assert (row["event"], row["contact_id"], row["source_record_id"]) == (event, "a2E", "001D")
        assert (row["content_id"], row["product"], row["channel"]) == ("mail-1", "Alpha", "approved_email")


@pytest.mark.parametrize("status", ["Saved_vod", "Scheduled_vod", "Failed_vod", "Dropped_vod"])
def test_mails_that_never_left_are_not_contacts(exports: Exports, status: str) -> None:
    exports.write("Sent_Email_vod__c", email("a2E", Status_vod__c=status))
    assert reasons(exports.read(exports.feed("sent_email", "Sent_Email_vod__c"))) == {2: "set_aside"}


def test_what_comes_of_a_mail_belongs_to_the_suggestion_it_carries_out(exports: Exports) -> None:
    exports.write("Sent_Email_vod__c", email("a2E", Suggestion_vod__c="D1"))
    exports.write("Email_Activity_vod__c", activity("v1", "Opened_vod"))
    [opened] = exports.touches("email_activity", "Email_Activity_vod__c").values()
    assert opened["decision_id"] == "D1"


def human(exports: Exports, *activities: Row) -> dict[str, Any]:
    exports.write("Sent_Email_vod__c", email("a2E")).write("Email_Activity_vod__c", *activities)
    found = exports.touches("email_activity", "Email_Activity_vod__c")
    return {key: row["is_human"] for key, row in found.items()}


@pytest.mark.parametrize("bot", ["apple", "gmail", "generic"])
def test_what_machines_open_and_click_is_not_human(exports: Exports, bot: str) -> None:
    later = "2024-03-05T12:00:00.000Z"
    found = human(
        exports,
        activity("v1", "Opened_vod", Bot_vod__c=bot),
        activity("v2", "Opened_vod", later),
        activity("v3", "Clicked_vod", later),
    )
    assert found == {"v1": False, "v2": True, "v3": True}


def test_an_opening_inferred_from_a_scanners_click_is_not_human(exports: Exports) -> None:
    scanned = [activity("v1", "Clicked_vod", Bot_vod__c="generic"), activity("v2", "Opened_vod")]
    assert human(exports, *scanned) == {"v1": False, "v2": False}


def test_an_opening_inferred_from_a_persons_click_is_human(exports: Exports) -> None:
    clicked = [activity("v1", "Clicked_vod"), activity("v2", "Opened_vod")]
    other = activity("v3", "Clicked_vod", "2024-03-05T11:00:01.000Z", Bot_vod__c="generic")
    assert human(exports, *clicked, other) == {"v1": True, "v2": True, "v3": False}


def test_an_activity_of_a_mail_that_is_not_exported_is_an_error(exports: Exports) -> None:
    exports.write("Sent_Email_vod__c", email("other")).write(
        "Email_Activity_vod__c", activity("v1", "Opened_vod")
    )
    assert reasons(exports.read(exports.feed("email_activity", "Email_Activity_vod__c"))) == {2: "missing"}


def test_leaving_is_unsubscribing(exports: Exports) -> None:
    words = ["Unsubscribe_vod", "Unsubscribed_All_vod", "Marked_as_Spam_vod"]
    exports.write("Sent_Email_vod__c", email("a2E"))
    exports.write("Email_Activity_vod__c", *(activity(word, word) for word in words))
    found = exports.touches("email_activity", "Email_Activity_vod__c")
    assert {row["event"] for row in found.values()} == {"unsubscribed"}
    assert len(found) == 3


# ---- accounts and territories -----------------------------------------------------------------------------


def test_persons_and_institutions_with_their_present_address(exports: Exports) -> None:
    said = {
        "Specialty_1_vod__c": "Cardiology_vod",
        "PersonEmail": "a@x.it",
        "ID_vod__c": "L1",
        "Primary_Parent_vod__c": "001C",
        "LastModifiedDate": NOON,
    }
    exports.write("Account", DOCTOR | said, CLINIC)
    old = {
        "Id": "a01",
        "Account_vod__c": "001D",
        "City_vod__c": "Roma",
        "Brick_vod__c": "B1",
        "Primary_vod__c": "true",
    }
    new = {
        "Id": "a02",
        "Account_vod__c": "001D",
        "City_vod__c": "Siena",
        "Brick_vod__c": "B2",
        "Primary_vod__c": "true",
    }
    branch = {"Id": "a03", "Account_vod__c": "001D", "City_vod__c": "Pisa", "Primary_vod__c": "false"}
    exports.write("Address_vod__c", new | {"Phone_vod__c": "055 1"}, old, branch, part="_20240201")
    # The old address was a primary one too: its later version says that nobody is there any more.
    exports.write("Address_vod__c", old | {"Inactive_vod__c": "true"}, part="_20240301")
    rows = exports.read(exports.feed("account", "Account")).rows("source_record")
    person, clinic = sorted(rows, key=lambda row: row["kind"], reverse=True)
    assert (person["kind"], person["full_name"], person["specialty"].lower()) == (
        "hcp",
        "Ada Neri",
        "cardiology",
    )
    assert (person["institution"], person["city"], person["brick"]) == ("Clinica", "Siena", "B2")
    assert (person["email"], person["phone"], person["licence_id"]) == ("a@x.it", "055 1", "L1")
    assert (clinic["kind"], clinic["full_name"], clinic["institution"]) == ("hco", "Clinica", "Clinica")
    assert (person["updated_at"], clinic["updated_at"]) == (datetime(2024, 3, 5, 11), None)


def territory_of(exports: Exports) -> str:
    return "T0001" if exports.form == "crm" else "0MI1"


def test_territories_are_names_in_one_form_and_references_in_the_other(exports: Exports) -> None:
    exports.write("Territory2", {"Id": "0MI1", "Name": "T0001"}, {"Id": "0MI2", "Name": "T0002"})
    exports.write(
        "TSF_vod__c",
        {"Id": "a3T", "Account_vod__c": "001D", "Territory_vod__c": territory_of(exports)},
        {"Id": "a3U", "Account_vod__c": "001E", "Territory_vod__c": "gone"},
    )
    exports.write(
        "UserTerritory2Association",
        {"UserId": "005A", "Territory2Id": "0MI1", "IsActive": "true"},
        {"UserId": "005B", "Territory2Id": "0MI1", "IsActive": "false"},
    )
    minutes = {"capacity_minutes": "'480'"}
    result = exports.read(
        exports.feed("tsf", "TSF_vod__c"),
        exports.feed("roster", "UserTerritory2Association", columns=minutes),
    )
    [row] = result.rows("source_assignment")
    assert (row["territory_id"], row["rep_id"], row["source_record_id"]) == ("T0001", None, "001D")
    [rep] = result.rows("rep")
    assert (rep["rep_id"], rep["territory_id"], rep["capacity_minutes"]) == ("005A", "T0001", 480)
    assert {row["source"]: row["reason"] for row in result.refused} == {
        "crm_tsf": "missing",
        "crm_roster": "set_aside",
    }


def test_who_changes_territory_leaves_the_old_one(exports: Exports) -> None:
    exports.write("Territory2", {"Id": "0MI1", "Name": "T0001"}, {"Id": "0MI2", "Name": "T0002"})
    row = {"Id": "a3T", "Account_vod__c": "001D"}
    second = "T0002" if exports.form == "crm" else "0MI2"
    exports.write("TSF_vod__c", row | {"Territory_vod__c": territory_of(exports)}, part="_20240101")
    exports.write("TSF_vod__c", row | {"Territory_vod__c": second}, part="_20240201")
    result = exports.read(exports.feed("tsf", "TSF_vod__c"))
    assert [row["territory_id"] for row in result.rows("source_assignment")] == ["T0002"]


# ---- the preset itself ------------------------------------------------------------------------------------


def test_every_column_of_a_company_s_own_can_be_read_beside_the_presets(exports: Exports) -> None:
    exports.write("Call2_vod__c", call("a04"))
    found = exports.touches("call", "Call2_vod__c", columns={"key_message": "'seen by ' || User_vod__c"})
    assert found["a04"]["key_message"] == "seen by 005A"


def test_joined_files_lie_beside_the_source_unless_declared_anew(exports: Exports) -> None:
    exports.write("Sent_Email_vod__c", email("a2E")).write("Product_vod__c", {"Id": "a00P", "Name": "Alpha"})
    exports.bench.write("other/names.csv", "Id,Name\na00P,Beta\n")
    join = Join(name="product", files=["data/other/names.csv"], match={"Id": "Product_vod__c"}).model_dump()
    assert exports.touches("sent_email", "Sent_Email_vod__c")["a2E"]["product"] == "Alpha"
    assert exports.touches("sent_email", "Sent_Email_vod__c", join=[join])["a2E"]["product"] == "Beta"


def test_every_feed_has_what_its_table_needs() -> None:
    assert {feed: fields.table for feed, fields in load("veeva").items()} == {
        "account": "source_record",
        "call": "source_touchpoint",
        "key_message": "source_touchpoint",
        "discussion": "source_touchpoint",
        "clm": "source_touchpoint",
        "sent_email": "source_touchpoint",
        "email_activity": "source_touchpoint",
        "consent": "source_consent",
        "tsf": "source_assignment",
        "roster": "rep",
    }
