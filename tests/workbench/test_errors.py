"""What goes wrong is told as a page: what it is and how to go on, in the reader's language, and nothing of ours."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.workbench.conftest import Time, suggested
from unisono.project import Project

ITALIAN = {"Accept-Language": "it"}
OURS = ("Traceback", "Exception", "Error", "django.", "sqlite", "select ", "UN2", "UN4")


def told(answer: Any, project: Project) -> tuple[int, str]:
    """The status and the headline of a page, which must be a whole one."""
    page = html.unescape(answer.content.decode())
    assert '<html lang="it">' in page
    assert answer["Content-Language"] == "it"
    assert "Content-Security-Policy" in answer
    assert re.search(r"<h1>.+</h1>\s*<p>.+</p>", page), page
    assert not [word for word in (*OURS, str(project.folder)) if word in page]
    return answer.status_code, re.search("<h1>(.*)</h1>", page)[1]


@pytest.fixture
def stranger(app: Any) -> Any:
    from django.test import Client

    return Client(SERVER_NAME="localhost", headers=ITALIAN, raise_request_exception=False)


@pytest.fixture
def rosa(stranger: Any) -> Any:
    from unisono.workbench.models import User

    stranger.force_login(User.objects.get(username="rosa"))
    return stranger


NUL = (400, "Non è stato possibile leggerlo")
NOTHING = (404, "Qui non c'è nulla per te")


def test_a_stranger(stranger: Any, project: Project) -> None:
    from django.test import Client

    elsewhere = (400, "Unisono non è a questo indirizzo")
    assert told(stranger.get("/", headers={"Host": "evil.example"}), project) == elsewhere
    assert told(stranger.get("/nothing/"), project) == NOTHING
    assert told(stranger.get("/customers/a%00b/"), project) == NUL
    assert told(stranger.post("/account/login/", {"login": "a\0", "password": "x"}), project) == NUL
    forged = Client(SERVER_NAME="localhost", headers=ITALIAN, enforce_csrf_checks=True).post("/language/")
    assert told(forged, project) == (403, "Il modulo era troppo vecchio")


def test_somebody_signed_in(rosa: Any, project: Project) -> None:
    one = suggested()[0]["decision_id"]
    hidden = (405, "Qui non c'è nulla da vedere")
    assert told(rosa.get("/audit/"), project) == (403, "Questa pagina non fa parte del tuo ruolo")
    assert told(rosa.get("/customers/nobody/"), project) == NOTHING
    assert told(rosa.get(f"/inbox/{one}/respond/"), project) == hidden
    assert rosa.get(f"/inbox/{one}/respond/")["Allow"] == "POST"
    assert told(rosa.post("/inbox/"), project) == hidden
    assert told(rosa.post(f"/inbox/{one}/respond/", {"action": "sell"}), project) == NUL
    assert told(rosa.post("/desk/ask/"), project) == NUL
    assert told(rosa.post(f"/inbox/{one}/feedback/", {"note": "a\0b"}), project) == NUL
    assert told(rosa.post("/desk/ask/", dict.fromkeys(map(str, range(2000)), "x")), project) == NUL
    assert told(rosa.get(f"/inbox/{one}/%00/"), project) == NOTHING


def test_too_many_tries(stranger: Any, project: Project) -> None:
    answers = [stranger.post("/account/login/") for _ in range(31)]
    assert told(answers[-1], project) == (429, "Troppi tentativi")


def test_a_fault_of_ours(rosa: Any, project: Project, time: Time) -> None:
    time.now = None  # type: ignore[assignment] # a clock that is broken breaks the page, and the frame of its error
    assert told(rosa.get("/inbox/"), project) == (500, "Qualcosa è andato storto da parte nostra")


def test_a_database_that_does_not_answer(rosa: Any, project: Project) -> None:
    from django.db import OperationalError, connection

    def down(*_: object) -> None:
        raise OperationalError("could not connect to server at db.example.org")

    with connection.execute_wrapper(down):
        answer = rosa.get("/inbox/")
    assert told(answer, project) == (503, "Non disponibile al momento")
    assert "db.example.org" not in answer.content.decode()
