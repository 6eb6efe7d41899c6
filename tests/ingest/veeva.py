"""Exports of Veeva CRM, a few rows each, in the names of either product."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from tests.ingest.bench import CHANNELS, Bench, Result

Row = dict[str, str]
KNOWN = CHANNELS | {"phone_call", "remote_call", "chat", "webinar", "portal", "msl_visit"}
OBJECTS = {
    "Account": "account__v",
    "Territory2": "territory__v",
    "UserTerritory2Association": "user_territory__v",
}
FIELDS = {
    "Id": "id",
    "Name": "name__v",
    "FirstName": "first_name_cda__v",
    "LastName": "last_name_cda__v",
    "PersonEmail": "email_cda__v",
    "LastModifiedDate": "modified_date__v",
    "Specialty_1_vod__c": "spec_1_cda__v",
    "IsPersonAccount": "object_type__v",
    "City_vod__c": "city_cda__v",
    "State_vod__c": "state_province__v",
    "Zip_vod__c": "postal_code_cda__v",
    "UserId": "user__v",
    "Territory2Id": "territory__v",
    "IsActive": "status__v",
}
STATUS = {"Call2_vod__c": "call2_status__v", "Sent_Email_vod__c": "sent_email_status__v"}
PICKLISTS = re.compile(r"_vod$")

# Every column an export has, empty unless a row says otherwise.
HEADERS = {
    "Account": "Id IsPersonAccount Name FirstName LastName Specialty_1_vod__c PersonEmail ID_vod__c"
    " Primary_Parent_vod__c Country_vod__c LastModifiedDate",
    "Address_vod__c": "Id Account_vod__c City_vod__c State_vod__c Zip_vod__c Brick_vod__c Phone_vod__c"
    " Primary_vod__c Inactive_vod__c",
    "Call2_vod__c": "Id Account_vod__c User_vod__c Parent_Call_vod__c Status_vod__c Call_Date_vod__c"
    " Call_Datetime_vod__c Call_Channel_vod__c Call_Type_vod__c Detailed_Products_vod__c Duration_vod__c"
    " Suggestion_vod__c",
    "Call2_Key_Message_vod__c": "Id Call2_vod__c Account_vod__c Key_Message_vod__c Product_vod__c Call_Date_vod__c"
    " Start_Time_vod__c Duration_vod__c",
    "Call2_Discussion_vod__c": "Id Call2_vod__c Account_vod__c Product_vod__c Discussion_vod__c",
    "Key_Message_vod__c": "Id Name CLM_ID_vod__c",
    "Product_vod__c": "Id Name",
    "Multichannel_Activity_vod__c": "Id Account_vod__c Call_vod__c Product_vod__c Start_DateTime_vod__c"
    " Total_Duration_vod__c Media_Preview_vod__c",
    "Approved_Document_vod__c": "Id Document_ID_vod__c",
    "Sent_Email_vod__c": "Id Account_vod__c User_vod__c Approved_Email_Template_vod__c Product_vod__c Status_vod__c"
    " Email_Sent_Date_vod__c Suggestion_vod__c",
    "Email_Activity_vod__c": "Id Sent_Email_vod__c Event_type_vod__c Activity_DateTime_vod__c Bot_vod__c",
    "Multichannel_Consent_vod__c": "Id Account_vod__c Consent_Type_vod__c Consent_Line_vod__c Product_vod__c"
    " Content_Type_vod__c Opt_Type_vod__c Channel_Value_vod__c Capture_Datetime_vod__c"
    " Opt_Expiration_Date_vod__c",
    "Territory2": "Id Name",
    "TSF_vod__c": "Id Account_vod__c Territory_vod__c",
    "UserTerritory2Association": "Id UserId Territory2Id IsActive",
}
COLUMNS = {thing: names.split() for thing, names in HEADERS.items()}


class Exports:
    """Writes exports of one form and reads them through the preset."""

    def __init__(self, bench: Bench, form: str) -> None:
        self.bench = bench
        self.form = form

    def file(self, thing: str) -> str:
        return thing if self.form == "crm" else OBJECTS.get(thing) or renamed(thing)

    def write(self, thing: str, *rows: Row, part: str = "") -> Exports:
        """Write an export; a row names what it says, the rest is empty."""
        for row in rows:
            assert row.keys() <= set(COLUMNS[thing]), row
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([name if self.form == "crm" else self.field(thing, name) for name in COLUMNS[thing]])
        writer.writerows([self.word(name, row.get(name, "")) for name in COLUMNS[thing]] for row in rows)
        self.bench.write(f"crm/{self.file(thing)}{part}.csv", text.getvalue())
        return self

    def field(self, thing: str, name: str) -> str:
        if name == "Status_vod__c":
            return STATUS[thing]
        return FIELDS.get(name) or renamed(name)

    def word(self, name: str, value: str) -> str:
        if self.form == "crm":
            return value
        if name == "IsPersonAccount" and value:
            return {"true": "professional__v", "false": "organization__v"}[value]
        if name == "IsActive":
            return {"true": "active__v", "false": "inactive__v"}[value]
        return PICKLISTS.sub("__v", value).lower() if PICKLISTS.search(value) else value

    def feed(self, feed: str, thing: str, **said: Any) -> dict[str, Any]:
        """Return the declaration of a feed."""
        files = [f"data/crm/{self.file(thing)}*.csv"]
        return {"name": f"crm_{feed}", "preset": "veeva", "feed": feed, "files": files, **said}

    def read(self, *feeds: dict[str, Any], **given: Any) -> Result:
        return self.bench.run(*feeds, **{"channels": KNOWN} | given)

    def touches(self, feed: str, thing: str, **said: Any) -> dict[str, Row]:
        """Read one feed of touchpoints; return those accepted by id."""
        return {
            row["touchpoint_id"]: row
            for row in self.read(self.feed(feed, thing, **said)).rows("source_touchpoint")
        }


def renamed(name: str) -> str:
    return re.sub(r"(_vod)?__c$", "__v", name).lower()


def reasons(result: Result) -> dict[int, str]:
    """Return why rows were refused, by line."""
    return {row["line"]: row["reason"] for row in result.refused}


@pytest.fixture(params=["crm", "vault"])
def exports(bench: Bench, request: pytest.FixtureRequest) -> Exports:
    return Exports(bench, request.param)
