"""Veeva's consent ledger, from the export to what it amounts to for each address."""

from __future__ import annotations

import pytest

from tests.build import CLOCK, channel, content, only, playbook, run
from tests.ingest.veeva import Exports, Row, exports
from unisono import resolve

__all__ = ["exports"]
BOOK = playbook(
    channels=[channel("approved_email", consent="required"), channel("phone_call")],
    content=[content("leaflet", channels=["approved_email", "phone_call"])],
)
STEPS = (*resolve.STEPS, *only("record_consent", "consent_status"))
NEW, OLD = "new@x.it", "old@x.it"


def said(key: str, word: str, day: str, address: str = NEW, **more: str) -> Row:
    """A statement made on a day of 2025 (MM-DD)."""
    row = {
        "Id": key,
        "Account_vod__c": "001D",
        "Opt_Type_vod__c": f"{word}_vod",
        "Channel_Value_vod__c": address,
    }
    row |= {
        "Consent_Type_vod__c": "Approved_Email_vod",
        "Capture_Datetime_vod__c": f"2025-{day}T10:00:00.000Z",
    }
    return row | more


def standing(
    exports: Exports, *statements: Row, email: str = NEW, phone: str = "", channel: str = "approved_email"
) -> str:
    """Return what statements amount to at the clock for a customer who is reached at these addresses."""
    exports.write(
        "Account", {"Id": "001D", "IsPersonAccount": "true", "LastName": "Neri", "PersonEmail": email}
    )
    exports.write(
        "Address_vod__c",
        {"Id": "a01", "Account_vod__c": "001D", "Phone_vod__c": phone, "Primary_vod__c": "true"},
    )
    exports.write("Product_vod__c", {"Id": "a00P", "Name": "Ours"}).write(
        "Multichannel_Consent_vod__c", *statements
    )
    feeds = [exports.feed("account", "Account"), exports.feed("consent", "Multichannel_Consent_vod__c")]
    read = exports.read(*feeds, as_of=CLOCK)
    given = {name: read.rows(name) for name in ("source_record", "source_consent", "quarantine")}
    made = run(given, BOOK, steps=STEPS)["consent_status"]
    return {row["channel"]: row["status"] for row in made}.get(channel, "none")


IN, OUT, PENDING = "Opt_In", "Opt_Out", "Opt_In_Pending"


def test_the_latest_statement_wins_whatever_the_order_of_rows(exports: Exports) -> None:
    assert standing(exports, said("1", OUT, "03-01"), said("2", IN, "02-01")) == "withdrawn"
    assert standing(exports, said("1", IN, "03-01"), said("2", OUT, "02-01")) == "granted"


def test_of_one_instant_the_last_id_wins(exports: Exports) -> None:
    assert standing(exports, said("a3C2", IN, "03-01"), said("a3C1", OUT, "03-01")) == "granted"
    assert standing(exports, said("a3C1", IN, "03-01"), said("a3C2", OUT, "03-01")) == "withdrawn"


def test_neither_a_lapsed_nor_a_pending_grant_is_consent(exports: Exports) -> None:
    assert standing(exports, said("1", IN, "03-01", Opt_Expiration_Date_vod__c="2025-06-30")) == "expired"
    assert standing(exports, said("1", IN, "03-01", Opt_Expiration_Date_vod__c="2025-07-02")) == "granted"
    assert standing(exports, said("1", PENDING, "03-01")) == "pending"
    assert standing(exports, said("1", IN, "02-01"), said("2", PENDING, "03-01")) == "pending"


def test_a_grant_for_an_old_address_does_not_go_for_the_new_one(exports: Exports) -> None:
    assert standing(exports, said("1", IN, "03-01", OLD)) == "none"
    assert standing(exports, said("1", IN, "03-01", OLD), email=OLD) == "granted"


@pytest.mark.parametrize("later", [True, False])
def test_a_refusal_of_an_old_address_does_not_take_back_the_new_one_s_grant(
    exports: Exports, later: bool
) -> None:
    days = ("02-01", "03-01") if later else ("03-01", "02-01")
    assert standing(exports, said("1", OUT, days[0], OLD), said("2", IN, days[1])) == "granted"


def test_a_refusal_of_an_old_address_forbids_a_new_one_without_a_grant_of_its_own(exports: Exports) -> None:
    """A grant for no address in particular is taken back by it, unless it is later."""
    assert standing(exports, said("1", IN, "02-01", ""), said("2", OUT, "03-01", OLD)) == "withdrawn"
    assert standing(exports, said("1", IN, "04-01", ""), said("2", OUT, "03-01", OLD)) == "granted"


def test_a_refusal_of_an_old_number_forbids_calls_where_no_consent_is_required(exports: Exports) -> None:
    by_phone = {"Consent_Type_vod__c": "Phone_vod"}
    old, new = (
        said("1", OUT, "03-01", "+39 055 1234567", **by_phone),
        said("2", IN, "02-01", "+39 06 7654321", **by_phone),
    )
    assert standing(exports, old, phone="06 7654321", channel="phone_call") == "withdrawn"
    assert standing(exports, old, new, phone="06 7654321", channel="phone_call") == "granted"


def test_a_number_is_the_same_however_it_is_written(exports: Exports) -> None:
    refused = said("1", OUT, "03-01", "0039 (06) 765-4321", Consent_Type_vod__c="Phone_vod")
    granted = said("2", IN, "02-01", "+39 06 7654321", Consent_Type_vod__c="Phone_vod")
    assert standing(exports, refused, granted, phone="067654321", channel="phone_call") == "withdrawn"


def test_an_address_is_the_same_whatever_its_case(exports: Exports) -> None:
    assert (
        standing(exports, said("1", IN, "02-01", " New@X.it"), said("2", OUT, "03-01", "NEW@x.it"))
        == "withdrawn"
    )


def test_a_refusal_of_no_address_in_particular_forbids_all(exports: Exports) -> None:
    assert standing(exports, said("1", IN, "02-01"), said("2", OUT, "03-01", "")) == "withdrawn"


def test_where_the_address_is_unknown_the_most_restrictive_decides(exports: Exports) -> None:
    refused_first = [said("1", OUT, "02-01", OLD), said("2", IN, "03-01")]
    assert standing(exports, *refused_first) == "granted"
    assert standing(exports, *refused_first, email="") == "withdrawn"
    assert standing(exports, said("1", OUT, "02-01", OLD), said("2", IN, "03-01", OLD), email="") == "granted"


def test_a_grant_is_limited_to_its_product_content_type_and_line(exports: Exports) -> None:
    assert standing(exports, said("1", IN, "03-01", Product_vod__c="a00P")) == "granted"
    assert standing(exports, said("1", IN, "03-01", Product_vod__c="unheard of")) == "none"
    assert standing(exports, said("1", IN, "03-01", Content_Type_vod__c="Newsletter")) == "none"
    assert standing(exports, said("1", IN, "03-01", Consent_Line_vod__c="Promotional")) == "granted"
    assert standing(exports, said("1", IN, "03-01", Consent_Line_vod__c="Scientific")) == "none"
    assert standing(exports, said("1", IN, "03-01", Consent_Line_vod__c="Line 7")) == "none"


def test_a_refusal_that_is_limited_to_something_we_do_not_know_refuses_all(exports: Exports) -> None:
    refused = said("2", OUT, "03-01", Content_Type_vod__c="Newsletter")
    assert standing(exports, said("1", IN, "02-01"), refused) == "withdrawn"


def test_within_one_line_the_latest_statement_wins(exports: Exports) -> None:
    line = {"Content_Type_vod__c": "Newsletter"}
    refused, granted = said("2", OUT, "03-01", **line), said("3", IN, "04-01", **line)
    assert standing(exports, said("1", IN, "02-01"), refused, granted) == "granted"
    assert standing(exports, said("1", IN, "02-01"), said("2", OUT, "05-01", **line), granted) == "withdrawn"


@pytest.mark.parametrize(
    "broken",
    [{"Opt_Type_vod__c": "Maybe"}, {"Capture_Datetime_vod__c": "soon"}, {"Consent_Type_vod__c": "Fax"}],
)
def test_a_statement_that_cannot_be_read_is_a_refusal(exports: Exports, broken: Row) -> None:
    assert standing(exports, said("1", IN, "02-01"), said("2", IN, "01-01") | broken) == "denied"


def test_a_statement_set_aside_is_not(exports: Exports) -> None:
    about_tracking = said("2", OUT, "03-01", Consent_Type_vod__c="CLM_vod")
    assert standing(exports, said("1", IN, "02-01"), about_tracking) == "granted"
