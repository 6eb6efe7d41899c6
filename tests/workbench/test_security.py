"""What keeps others out: forged forms, fixed sessions, guessed passwords, markup in data, headers."""

from __future__ import annotations

import csv
import io
import shutil
import stat
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.workbench.conftest import PASSWORD, PEOPLE, SECRET, events, suggested, table
from tests.workbench.second_factor import code
from unisono.project import Project
from unisono.read.sheet import write_sheet
from unisono.workbench.office import office

MARKUP = "\"'><script>alert(1)</script>{{ 7|add:7 }}{% load x %}\u202e\u2028"
FREE = {
    "customer": ("full_name", "specialty", "institution", "city"),
    "golden_value": ("value",),
    "touchpoint": ("event", "content_id", "company_id", "source"),
    "consent": ("evidence", "source"),
    "consent_status": ("evidence", "source"),
    "belief": ("moved_by",),
    "decision": ("why_not_usual", "flip_condition", "consent_proof", "arm", "runner_up"),
    "playbook_product": ("product_name",),
    "playbook_channel": ("channel_name",),
    "playbook_content": ("title", "key_message"),
    "playbook_ladder": ("stage_name",),
    "rep": ("rep_name",),
}
"""Columns of text that come from sources or the playbook and are shown."""


@pytest.fixture
def browser(app: Any) -> Any:
    from django.test import Client

    return Client(SERVER_NAME="localhost", enforce_csrf_checks=True)


def sign_in(client: Any, name: str, password: str = PASSWORD) -> Any:
    page = client.get("/account/login/")
    token = page.cookies["csrftoken"].value
    form = {"login": name, "password": password, "csrfmiddlewaretoken": token}
    return client.post("/account/login/", form)


def test_a_form_from_elsewhere_changes_nothing(browser: Any) -> None:
    sign_in(browser, "rosa")
    decision = suggested()[0]["decision_id"]
    form = {"response_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "action": "plan"}
    for address in (
        f"/inbox/{decision}/respond/",
        f"/inbox/{decision}/send/",
        f"/inbox/{decision}/feedback/",
        "/desk/ask/",
        "/desk/x/answer/",
        "/language/",
        "/account/logout/",
    ):
        assert browser.post(address, form).status_code == 403, address
    assert table("select 1 as one")
    assert not office().database.read("select * from response where response <> 'shown'")


def test_the_session_is_another_after_signing_in(browser: Any) -> None:
    browser.get("/account/login/")
    session = browser.session
    session["planted"] = "yes"
    session.save()
    browser.cookies["sessionid"] = session.session_key
    sign_in(browser, "rosa")
    assert browser.get("/inbox/").status_code == 200
    assert browser.cookies["sessionid"].value != session.session_key


def test_guessing_is_stopped(browser: Any) -> None:
    for _ in range(5):
        assert sign_in(browser, "rosa", "wrong").status_code == 200
    sign_in(browser, "rosa")
    assert browser.get("/inbox/").status_code == 302
    assert sign_in(browser, "remo").status_code == 302  # others are not locked out with her
    assert events("account.refused")[0]["actor"] == "rosa"


def test_a_code_is_asked_of_those_who_decide_for_others(browser: Any) -> None:
    answer = sign_in(browser, "gino")
    assert answer["Location"] == "/account/second-factor/authenticate/"
    assert browser.get("/overview/").status_code == 302
    token = browser.cookies["csrftoken"].value
    form = {"code": "000000", "csrfmiddlewaretoken": token}
    assert browser.post(answer["Location"], form).status_code == 200
    assert browser.get("/overview/").status_code == 302
    form["code"] = code(SECRET)
    assert browser.post(answer["Location"], form).status_code == 302
    assert browser.get("/overview/").status_code == 200


def test_without_a_second_factor_there_is_only_its_page(as_: Any) -> None:
    from allauth.mfa.models import Authenticator

    from unisono.workbench.models import User

    kim = User.objects.get(username="kim")
    kept = list(Authenticator.objects.filter(user=kim))
    Authenticator.objects.filter(user=kim).delete()
    try:
        answer = as_("kim").get("/overview/")
    finally:
        Authenticator.objects.bulk_create(kept)
    assert answer["Location"] == "/account/second-factor/totp/activate/"


def test_a_disabled_account_is_out_at_once(as_: Any) -> None:
    from unisono.workbench.models import User

    client = as_("remo")
    assert client.get("/inbox/").status_code == 200
    User.objects.filter(username="remo").update(is_active=False)
    try:
        assert client.get("/inbox/").status_code == 302
    finally:
        User.objects.filter(username="remo").update(is_active=True)


def test_headers(as_: Any) -> None:
    answer = as_("rosa").get("/inbox/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert "style=" not in page
    assert "onclick" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_cookies_are_kept_from_scripts(browser: Any) -> None:
    sign_in(browser, "rosa")
    for name in ("sessionid", "csrftoken"):
        assert browser.cookies[name]["httponly"]
        assert browser.cookies[name]["samesite"] == "Lax"


def test_the_key_is_its_owners(project: Project, app: Any) -> None:
    assert stat.S_IMODE((project.folder / "secret.key").stat().st_mode) == 0o600


def test_secrets_of_second_factors_are_not_readable_in_the_database(app: Any) -> None:
    kept = office().database.read("select data from mfa_authenticator")
    assert kept
    assert not any(SECRET in str(row["data"]) for row in kept)


def test_another_host_is_not_answered(app: Any) -> None:
    from django.test import Client

    assert Client(SERVER_NAME="evil.example").get("/account/login/").status_code == 400


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example"])
def test_the_choice_of_language_leads_nowhere_else(as_: Any, back: str) -> None:
    assert as_("rosa").post("/language/", {"language": "it", "back": back})["Location"] == "/"


def _spoiled(found: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    for name in columns:
        texts = [None if text is None else text + MARKUP for text in found[name].to_pylist()]
        found = found.set_column(
            found.schema.get_field_index(name), found.schema.field(name), pa.array(texts)
        )
    return found


@pytest.fixture
def spoiled(project: Project) -> Any:
    """Publish a copy of the run with markup in every text that sources or the playbook bring."""
    store, run = project.store.folder, office().snapshot()
    copy = run.folder.with_name("spoiled")
    shutil.copytree(run.folder, copy)
    for name, columns in FREE.items():
        pq.write_table(_spoiled(run.table(name), columns), copy / name / "part-0.parquet")
    (store / "current").write_text("spoiled", encoding="utf-8")
    yield
    (store / "current").write_text(run.run_id, encoding="utf-8")
    shutil.rmtree(copy)


def test_markup_in_data_stays_text(as_: Any, spoiled: Any) -> None:
    decision = suggested()[0]
    who, one = decision["customer_id"], decision["decision_id"]
    addresses = [
        "/inbox/?all=1",
        f"/inbox/{one}/preview/",
        f"/inbox/{one}/feedback/",
        "/customers/",
        f"/customers/{who}/",
        f"/customers/{who}/lawful/",
        f"/decisions/{one}/",
        "/decisions/",
        "/overview/",
        "/desk/",
        "/audit/?subject=" + MARKUP,
    ]
    seen = set()
    for name in PEOPLE:
        client = as_(name)
        for address in addresses:
            page = client.get(address)
            assert b"<script>alert" not in page.content, (name, address)
            if page.status_code == 200 and b"&lt;script&gt;alert(1)" in page.content:
                assert b"{{ 7|add:7 }}" in page.content
                seen.add(address)
    assert seen >= set(addresses) - {"/desk/"}


def test_markup_that_people_write_stays_text(as_: Any) -> None:
    from uuid import uuid4

    decision = suggested()[0]["decision_id"]
    client = as_("rosa")
    form = {"response_id": str(uuid4()), "note": MARKUP, "reaction": "positive"}
    client.post(f"/inbox/{decision}/feedback/", form)
    form = {"response_id": str(uuid4()), "action": "dismiss", "reason": "other", "note": MARKUP}
    client.post(f"/inbox/{suggested()[1]['decision_id']}/respond/", form)
    form = {"response_id": str(uuid4()), "question": MARKUP, "owner": "cleo", "due_on": "2026-01-09"}
    client.post("/desk/ask/", form)
    for address in (f"/decisions/{decision}/", f"/decisions/{suggested()[1]['decision_id']}/", "/desk/"):
        page = as_("cleo").get(address).content
        assert b"<script>alert" not in page
        assert b"&lt;script&gt;alert(1)" in page, address


def test_a_spreadsheet_runs_nothing(as_: Any, spoiled: Any) -> None:
    file = io.StringIO()
    cells = {"a": "=1+1", "b": -3.5, "c": ["a", "b"], "d": [{"e": 1}], "f": "@SUM(1)", "g": None}
    write_sheet(file, [cells, {"a": "x"}])
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [
        list("abcdfg"),
        ["'=1+1", "-3.5", "a | b", '[{"e": 1}]', "'@SUM(1)", ""],
        ["x", "", "", "", "", ""],
    ]
    write_sheet(file, [{"a": "y"}], "abcdfg")
    assert file.getvalue().splitlines()[-1] == "y,,,,,"
    text = as_("cleo").get("/decisions/export/csv/").getvalue().decode()
    assert text.splitlines()[0].startswith("full_name,")


def test_a_changed_row_of_the_audit_shows(as_: Any) -> None:
    client = as_("cleo")
    assert "The chain is whole" in client.get("/audit/?verify=1").content.decode()
    assert "The chain" not in client.get("/audit/").content.decode().replace("Verify the chain", "")
    database = office().database
    with database.transaction() as transaction:
        (row,) = transaction.execute("select * from audit where number = 2")
        transaction.execute("update audit set actor = 'nobody' where number = 2")
    try:
        page = client.get("/audit/?verify=1").content.decode()
        assert "The chain is broken" in page
        assert "number 2" in page
    finally:
        with database.transaction() as transaction:
            transaction.execute("update audit set actor = :actor where number = 2", {"actor": row["actor"]})
