"""Decisions and the audit page by page: everything is found once, whatever is asked for."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest

from tests.workbench.conftest import suggested, table

LINK = re.compile(r'href="\?([^"]*(?:after|before)=[^"]*)"')


def pages(client: Any, address: str) -> list[str]:
    """Return the texts of a list's pages, following the link to what is earlier."""
    found = [client.get(address).content.decode()]
    while link := LINK.search(found[-1]):
        found.append(
            client.get(f"{address.partition('?')[0]}?{link[1].replace('&amp;', '&')}").content.decode()
        )
    return found


@pytest.mark.parametrize("name", ["gino", "cleo"])
def test_every_decision_is_on_one_page(as_: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from unisono.workbench.pages import decisions

    monkeypatch.setattr(decisions, "SHOWN", 7)
    purposes = ("commercial", "medical") if name == "cleo" else ("commercial",)
    rows = [row for row in table("select * from decision") if row["purpose"] in purposes]
    rows.sort(key=lambda row: (row["decided_at"], row["reduced_value"], row["decision_id"]), reverse=True)
    shown = [re.findall(r'/decisions/(D\w+)/"', text) for text in pages(as_(name), "/decisions/")]
    assert [one for page in shown for one in page] == [row["decision_id"] for row in rows]
    assert all(len(page) == 7 for page in shown[:-1])
    assert len(shown) > 2


def test_what_is_asked_for_stays_from_page_to_page(as_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from unisono.workbench.pages import decisions

    monkeypatch.setattr(decisions, "SHOWN", 2)
    wanted = suggested()[0]
    address = f"/decisions/?rep={wanted['rep_id']}&channel={wanted['channel']}&on=2026-01-05"
    expected = {row["decision_id"] for row in suggested(channel=wanted["channel"])}
    texts = pages(as_("gino"), address)
    assert len(texts) > 1
    assert {one for text in texts for one in re.findall(r'/decisions/(D\w+)/"', text)} == expected
    assert "None found." in as_("gino").get("/decisions/?on=2026-01-06").content.decode()
    for customer in (wanted["full_name"].upper(), wanted["customer_id"]):
        found = as_("gino").get("/decisions/", {"customer": customer}).content.decode()
        assert wanted["decision_id"] in found


def test_many_decisions_are_not_counted_to_the_end(as_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from unisono.workbench.pages import decisions

    monkeypatch.setattr(decisions, "COUNTED", 3)
    assert "more than 3 decisions" in as_("gino").get("/decisions/").content.decode()


def test_an_export_holds_everything_however_long_it_is(as_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from unisono.workbench.pages import decisions

    monkeypatch.setattr(decisions, "EXPORTED", 5)
    expected = sorted(row["decision_id"] for row in table("select * from decision"))
    as_json = json.loads(as_("cleo").get("/decisions/export/json/").getvalue())
    as_csv = list(csv.DictReader(io.StringIO(as_("cleo").get("/decisions/export/csv/").getvalue().decode())))
    assert sorted(row["decision_id"] for row in as_json) == expected
    assert sorted(row["decision_id"] for row in as_csv) == expected
    assert json.loads(as_("cleo").get("/decisions/export/json/?on=2020-01-01").getvalue()) == []


def test_every_row_of_the_audit_is_on_one_page(as_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from unisono.workbench.pages import audit

    monkeypatch.setattr(audit, "SHOWN", 3)
    for _ in range(6):
        as_("ada").get("/desk/")
    texts = pages(as_("cleo"), "/audit/?subject=desk")
    numbers = [
        int(number)
        for text in texts
        for number in re.findall(r'<tr><td class="number[^"]*">(\d+)</td>', text)
    ]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) >= 6
    assert as_("cleo").get("/audit/?before=99999999999999999999999").status_code == 200
    assert as_("cleo").get("/audit/?before=x").status_code == 200
