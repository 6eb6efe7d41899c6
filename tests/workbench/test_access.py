"""Every address x every role x own and foreign customers. The addresses come from the table of addresses itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.workbench.conftest import PEOPLE, events, table

EVERYBODY = {"rep", "msl", "manager", "marketer", "compliance", "admin"}
CONTROL = {"compliance", "admin"}
EXPECTED = {
    "home": EVERYBODY,
    "inbox": {"rep", "msl"},
    "respond": {"rep", "msl"},
    "preview": {"rep", "msl"},
    "send": {"rep", "msl"},
    "feedback": {"rep", "msl"},
    "customers": EVERYBODY,
    "customer": EVERYBODY,
    "lawful": CONTROL | {"manager"},
    "decisions": CONTROL | {"manager"},
    "export": CONTROL | {"manager"},
    "decision": EVERYBODY,
    "overview": CONTROL | {"manager", "marketer"},
    "desk": EVERYBODY,
    "ask": EVERYBODY,
    "answer": EVERYBODY,
    "audit": CONTROL,
}
"""Who may open what, written down again: a new address fails until somebody has thought about it."""

POSTS = {"respond", "send", "ask", "answer"}
SIDE = {"rep": "commercial", "msl": "medical", "manager": "commercial", "marketer": "commercial"}


def addresses(patterns: Any = None) -> Iterator[URLPattern]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        else:
            yield pattern


@pytest.fixture
def access(app: Any) -> ModuleType:
    from unisono.workbench import access

    return access


def user(name: str) -> Any:
    from unisono.workbench.models import User

    return User.objects.get(username=name)


def test_every_address_is_thought_about(access: ModuleType) -> None:
    names = {pattern.name for pattern in addresses()}
    assert names == set(EXPECTED) | access.PUBLIC | access.OWN_ACCOUNT


def test_every_page_is_declared(access: ModuleType) -> None:
    declared = {pattern.name: getattr(pattern.callback, "page", None) for pattern in addresses()}
    for name in EXPECTED:
        assert access.PAGES[declared[name]] == EXPECTED[name], name


def test_a_view_that_declares_nothing_is_shown_to_nobody(app: Any) -> None:
    from django.test import RequestFactory

    from unisono.workbench.middleware import Access

    for name in PEOPLE:
        request = RequestFactory().get("/", SERVER_NAME="localhost")
        request.user = user(name)
        request.resolver_match = None
        answer = Access(lambda _: HttpResponse()).process_view(request, lambda _: HttpResponse(), (), {})
        assert answer is not None
        assert answer.status_code == 403


def own(name: str) -> tuple[list[str], list[str]]:
    """Return the customers and the decisions of somebody, from the tables and not from the code under test."""
    what = PEOPLE[name]
    side = SIDE.get(what["role"])
    customers = {row["customer_id"] for row in table("select customer_id from customer")}
    if what["role"] in ("rep", "msl"):
        customers = {
            row["customer_id"] for row in table("select * from assignment") if row["rep_id"] == what["rep_id"]
        }
    elif "territory_id" in what:
        customers = {
            row["customer_id"]
            for row in table("select * from assignment")
            if row["territory_id"] == what["territory_id"]
        }
    decisions = [
        row["decision_id"]
        for row in table("select * from decision")
        if row["customer_id"] in customers
        and side in (None, row["purpose"])
        and what.get("rep_id") in (None, row["rep_id"])
    ]
    return sorted(customers), sorted(decisions)


def arguments(pattern: URLPattern, customer_id: str, decision_id: str) -> dict[str, str]:
    known = {
        "customer_id": customer_id,
        "decision_id": decision_id,
        "form": "csv",
        "question_id": str(uuid4()),
    }
    return {name: known[name] for name in pattern.pattern.converters}


def open_(client: Any, pattern: URLPattern, **given: str) -> Any:
    address = reverse(pattern.name, kwargs=arguments(pattern, **given))
    return client.post(address) if pattern.name in POSTS else client.get(address)


@pytest.mark.parametrize("name", PEOPLE)
def test_every_address_for_every_role(as_: Any, name: str) -> None:
    client, role = as_(name), PEOPLE[name]["role"]
    customers, decisions = own(name)
    foreign = sorted(
        {row["customer_id"] for row in table("select customer_id from customer")} - set(customers)
    )
    hidden = sorted({row["decision_id"] for row in table("select * from decision")} - set(decisions))
    assert customers
    assert decisions
    for pattern in addresses():
        if pattern.name not in EXPECTED:
            continue
        mine = {"customer_id": customers[0], "decision_id": decisions[0]}
        allowed = role in EXPECTED[pattern.name]
        status = open_(client, pattern, **mine).status_code
        assert (status != 403) == allowed, (pattern.name, status)
        if allowed and pattern.name != "answer":  # the question does not exist
            assert status in ((400, 302) if pattern.name in POSTS else (200, 302)), (pattern.name, status)
        scoped = {"customer_id", "decision_id"} & set(pattern.pattern.converters)
        for other in (
            {"customer_id": "nobody", "decision_id": "nothing"},
            {"customer_id": (foreign or ["nobody"])[0], "decision_id": (hidden or ["nothing"])[0]},
        ):
            if scoped:
                assert open_(client, pattern, **other).status_code == (404 if allowed else 403), pattern.name


def test_without_signing_in_there_is_only_the_door(access: ModuleType) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    for pattern in addresses():
        if pattern.name in access.PUBLIC:
            continue
        given = {"customer_id": "x", "decision_id": "y"}
        answer = open_(client, pattern, **given)
        assert answer.status_code == 302, pattern.name
        assert answer["Location"].startswith("/account/login/"), pattern.name


def test_the_wall_holds_on_the_page_of_a_customer(as_: Any) -> None:
    both = "select customer_id from medical_touchpoint where content_id is not null"
    shared = {row["customer_id"] for row in table(both)} & {
        row["customer_id"] for row in table("select customer_id from assignment where rep_id like 'R%'")
    }
    assert shared
    who = min(shared)
    (cover, *_) = table("select rep_id from assignment where customer_id = $who and role = 'sales'", who=who)
    seller = user("rosa")
    before, seller.rep_id = seller.rep_id, cover["rep_id"]
    seller.save()
    try:
        sold = as_("rosa").get(f"/customers/{who}/").content.decode()
    finally:
        seller.rep_id = before
        seller.save()
    told = as_("mia").get(f"/customers/{who}/").content.decode()
    audited = as_("cleo").get(f"/customers/{who}/").content.decode()
    used = "select content_id from medical_touchpoint where customer_id = $who and content_id is not null"
    contents = {row["content_id"] for row in table(used, who=who)}
    assert any(content in told for content in contents)
    assert not any(content in sold for content in contents)
    assert "Medical visit" not in sold
    assert "Medical visit" in audited


def test_a_list_holds_only_ones_own(as_: Any) -> None:
    customers, _ = own("gaia")
    found = json.loads(as_("gaia").get("/decisions/export/json/").getvalue())
    assert found
    assert {row["customer_id"] for row in found} <= set(customers)
    assert {row["purpose"] for row in found} == {"commercial"}
    found = json.loads(as_("cleo").get("/decisions/export/json/").getvalue())
    assert {row["purpose"] for row in found} == {"commercial", "medical"}


def test_every_look_and_every_refusal_is_audited(as_: Any) -> None:
    customers, _ = own("rosa")
    client = as_("rosa")
    client.get(f"/customers/{customers[0]}/")
    assert events("customers.read")[0]["subject"] == customers[0]
    assert events("customers.read")[0]["actor"] == "rosa"
    client.get("/audit/")
    assert events("audit.refused")[0]["actor"] == "rosa"


def test_nothing_is_shown_that_cannot_be_audited(as_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from unisono.errors import LedgerError
    from unisono.ledger import audit

    def full(*_: object, **__: object) -> None:
        raise LedgerError("UN6003", "the disk is full")

    customers, decisions = own("cleo")
    (row,) = table("select full_name from customer where customer_id = $who", who=customers[0])
    client = as_("cleo")
    monkeypatch.setattr(audit, "record", full)
    for pattern in addresses():
        if "compliance" in EXPECTED.get(pattern.name, ()) and pattern.name != "home":
            answer = open_(client, pattern, customer_id=customers[0], decision_id=decisions[0])
            assert answer.status_code == 503, pattern.name
            assert row["full_name"] not in answer.content.decode()
