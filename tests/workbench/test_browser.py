"""A browser at the width of a phone and of a desk: whole days of work, nothing loaded from elsewhere, no barrier."""

from __future__ import annotations

import threading
import time as clocks
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.workbench.conftest import PASSWORD, SECRET, suggested
from tests.workbench.second_factor import code

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}: the pages are not seen by one"
    ),
]


@pytest.fixture(scope="module")
def address(app: Any) -> Iterator[str]:
    """The workbench on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        clocks.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """One page of a browser, and what should not have happened on it."""

    page: Any
    address: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on(
            "console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text)
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.wrong.append(f"asked {request.url}")

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.address}/account/login/")
        self.page.fill("[name=login]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button")
        if self.page.locator("[name=code]").count():
            self.page.fill("[name=code]", code(SECRET))
            self.page.click("main button >> nth=0")
        self.page.wait_for_selector("nav.menu")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def look(self) -> None:
        """Nothing sticks out to the side, nothing serious stands in anybody's way."""
        from axe_playwright_python.sync_playwright import Axe

        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(over) <= 0, self.page.url
        found = Axe().run(self.page).response["violations"]
        serious = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
        assert not serious, (self.page.url, serious)


@pytest.fixture(params=WIDTHS)
def visit(request: pytest.FixtureRequest, chromium: Any, address: str) -> Iterator[Visit]:
    width, height = WIDTHS[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    made = Visit(context.new_page(), address)
    yield made
    context.close()
    assert not made.wrong


def test_a_day_of_a_representative(visit: Visit) -> None:
    page = visit.page
    visit.sign_in("rosa")
    visit.look()
    first, second = page.locator("article.card[id]").nth(0), page.locator("article.card[id]").nth(1)
    dismissed = second.get_attribute("id")
    first.get_by_text("Why exactly?").click()
    visit.look()
    page.get_by_role("heading", level=1).get_by_role("link").click()
    visit.look()
    visit.go("/inbox/")
    second.get_by_text("Not this").click()
    visit.look()
    second.get_by_text("Prefers another channel").click()
    page.locator(f"#{dismissed}", has_text="Dismissed").wait_for()
    first.get_by_role("button", name="Plan it").click()
    page.get_by_text("Report in 3 taps").click()
    visit.look()
    page.get_by_text("Positive").click()
    page.get_by_text("Meet again").click()
    page.get_by_role("button", name="Done").click()
    page.wait_for_url("**/inbox/")
    assert page.locator(f"#{dismissed}").count() == 0
    assert page.get_by_text("Report in 3 taps").count() == 0
    visit.go("/inbox/?all=1")
    page.get_by_text("Preview and send").first.click()
    visit.look()
    page.get_by_role("button", name="Send on").click()
    page.wait_for_url("**/inbox/")
    visit.look()


def test_an_answer_survives_a_lost_connection(visit: Visit) -> None:
    page = visit.page
    visit.sign_in("rosa")
    card = page.locator("article.card[id]").first
    name = card.get_attribute("id")
    page.context.set_offline(True)
    card.get_by_role("button", name="Plan it").click()
    page.locator("#offline").wait_for(state="visible")
    page.context.set_offline(False)
    page.locator(f"#{name}", has_text="Planned").wait_for(timeout=15_000)
    lost = ("ERR_INTERNET_DISCONNECTED", "htmx:")  # what the browser and htmx say of the loss itself
    visit.wrong[:] = [said for said in visit.wrong if not any(word in said for word in lost)]


def test_a_manager(visit: Visit) -> None:
    visit.sign_in("gino")
    visit.page.wait_for_url("**/overview/")
    visit.page.get_by_text("As a table").first.click()
    visit.look()
    for path in ("/customers/", "/desk/", "/decisions/"):
        visit.go(path)
        visit.look()


def test_compliance_replays_a_decision(visit: Visit) -> None:
    page, decision = visit.page, suggested()[0]
    visit.sign_in("cleo")
    visit.go("/decisions/")
    page.fill("[name=customer]", decision["full_name"])
    page.click("main form button")
    page.get_by_role("link", name=decision["decision_id"]).click()
    page.get_by_text("Proof of consent as of then").wait_for()
    assert page.get_by_text(decision["run_id"]).count()
    visit.look()
    page.get_by_role("heading", level=1).get_by_role("link").click()
    visit.look()
    page.get_by_text("Was a contact lawful on a day?").click()
    page.fill("[name=on]", "2025-06-01")
    page.click("main form button")
    visit.look()
    visit.go("/audit/")
    visit.look()
    page.get_by_role("button", name="Verify the chain").click()
    page.get_by_text("The chain is whole").wait_for()
    visit.look()


@pytest.mark.parametrize(
    ("language", "inbox"), [("Italiano", "In arrivo"), ("Türkçe", "Gelen kutusu"), ("简体中文", "收件箱")]
)
def test_the_language_is_switched(visit: Visit, language: str, inbox: str) -> None:
    visit.sign_in("rosa")
    visit.page.locator("details.self summary").click()
    visit.look()
    visit.page.get_by_role("button", name=language).click()
    visit.page.get_by_role("link", name=inbox).wait_for()
    visit.look()


def test_it_works_without_scripts(chromium: Any, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    Visit(page, address).sign_in("rosa")
    name = page.locator("article.card[id]").first.get_attribute("id")
    page.get_by_role("button", name="Plan it").first.click()
    page.wait_for_url("**/inbox/")
    assert page.locator(f"#{name}").count() == 0
    assert page.get_by_text("Report in 3 taps").count() == 1
    context.close()


def test_at_night(chromium: Any, address: str) -> None:
    context = chromium.new_context(color_scheme="dark", locale="en-GB")
    visit = Visit(context.new_page(), address)
    visit.sign_in("rosa")
    visit.look()
    visit.page.locator("article h2 a").first.click()
    visit.look()
    context.close()
    assert not visit.wrong
