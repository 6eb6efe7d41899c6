"""Who asks is shown everything, or forgotten everywhere and for good."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest

from tests.e2e.conftest import CLOCK, Run
from unisono.errors import SourceError
from unisono.ledger import audit, decisions, desk, events, open_database
from unisono.ledger.export import export_events
from unisono.ledger.instants import written
from unisono.ledger.people import known
from unisono.project import Project, open_project
from unisono.subject import erase, find_person

WHO = """
select x.customer_id, x.source_record_id as user_id, d.decision_id from customer_xref as x
inner join decision as d on d.customer_id = x.customer_id
inner join customer as c on c.customer_id = x.customer_id and c.record_count > 1
where x.system = 'mail' order by 1 limit 1
"""


@pytest.fixture
def project(demo: Path) -> Project:
    """The demo with a ledger that knows something of everybody suggested."""
    project = open_project(demo)
    project.announce(CLOCK)
    with closing(open_database(project.ledger_url)) as ledger:
        who = project.snapshot().read(WHO).to_pylist()[0]
        for user in (who["user_id"], "M-other"):
            said = {"type": "track", "event": "Content Viewed", "messageId": user, "userId": user}
            body = json.dumps(said | {"name": "a\u2028b\x85c"}, ensure_ascii=False)
            with ledger.transaction() as transaction:
                made = events.Event("portal", user, "track", user, written(CLOCK), body)
                refused = events.RefusedEvent(
                    "portal", written(CLOCK), "no_type", "", json.dumps({"userId": user})
                )
                events.append(transaction, [made], [refused])
        answer = {"decision_id": who["decision_id"], "actor": "ann", "at": CLOCK}
        decisions.respond(ledger, response_id="r1", response="dismissed", **answer)
        asked = {"question_id": "q1", "asked_by": "ann", "owner": "bea", "question": "Why?", "due_at": CLOCK}
        desk.ask(ledger, **asked, at=CLOCK, decision_id=who["decision_id"], customer_id=who["customer_id"])
        desk.answer(ledger, answer_id="a1", question_id="q1", answered_by="bea", text="So.", at=CLOCK)
    return project


def ids_of(project: Project) -> tuple[str, list[str]]:
    snapshot = project.snapshot()
    who = snapshot.read(WHO)["customer_id"][0].as_py()
    records = snapshot.read(
        "select source_record_id as id from customer_xref where customer_id = $who", {"who": who}
    )
    return who, records["id"].to_pylist()


def places(folder: Path, words: list[str]) -> list[str]:
    """Parquet files and columns under a folder in which one of the words stands."""
    found = []
    for file in folder.rglob("*.parquet"):
        table = pq.read_table(file)
        for name in table.column_names:
            text = json.dumps(table[name].to_pylist(), default=str)
            found += [
                f"{file.parent.name}.{name}" for word in words if f'"{word}"' in text or f':{word}"' in text
            ]
    return sorted(set(found))


def test_all_that_is_known_of_a_person_is_shown_in_a_readable_archive(
    project: Project, unisono: Run, tmp_path: Path
) -> None:
    who, records = ids_of(project)
    file = tmp_path / "all.zip"
    assert f"to {file}" in unisono("person", "show", project.folder, who, "--to", file)
    with ZipFile(file) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    for table in ("customer", "touchpoint", "source_record", "match_record", "decision", "ledger/event"):
        assert any(word in texts[f"{table}.csv"] for word in (who, *records)), table
    assert "simulated" in texts["README.md"]
    assert "M-other" not in "".join(texts.values())
    with closing(open_database(project.ledger_url)) as ledger:
        assert audit.rows(ledger, subject=who)[0]["action"] == "person.show"


def test_who_is_forgotten_is_nowhere_and_does_not_come_back(project: Project, unisono: Run) -> None:
    who, records = ids_of(project)
    assert (
        project.refresh(as_of=CLOCK + timedelta(days=1)) is not None
    )  # writes collected files, and rows that grew
    assert places(project.folder / "store", [who, *records])
    printed = unisono("person", "erase", project.folder, who, "--yes")
    assert "touchpoint" in printed
    assert places(project.folder / "store", [who, *records]) == []
    collected = "".join(
        file.read_text() for file in (project.folder / "store" / "collected").rglob("*.ndjson")
    )
    assert "M-other" in collected
    assert not any(record in collected for record in records)
    with closing(open_database(project.ledger_url)) as ledger:
        for table in (
            "event",
            "refused_event",
            "published_decision",
            "response",
            "desk_question",
            "desk_answer",
        ):
            rows = json.dumps(ledger.read(f"select * from {table}"))
            assert not any(f'"{word}"' in rows for word in (who, *records, "q1")), table
        assert "M-other" in json.dumps(ledger.read("select * from event"))
        proof = audit.rows(ledger, subject=who)[0]
        assert json.loads(proof["detail"])["customer"] == 1
        assert audit.verify(ledger) > 0
    again = project.run(as_of=CLOCK + timedelta(days=1))
    names = [name for name in places(again.folder, [who, *records]) if not name.startswith("quarantine")]
    assert names == []
    assert "UN5010" in unisono("person", "show", project.folder, who, code=2)


def test_a_list_of_the_forgotten_that_cannot_be_read_stops_a_run(project: Project) -> None:
    file = project.folder / "stewardship" / "erased.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text('{"record": "x"}\n')
    with pytest.raises(SourceError, match="UN2104"):
        project.run(as_of=datetime(2026, 1, 6))


class Stopped(BaseException):
    """The machine stops here."""


class Stopper:
    """Stops the process, as far as a test can, before the n-th time that something changes in a folder."""

    CHANGES = ("os.rename", "os.remove", "os.mkdir", "shutil.rmtree", "open")

    def __init__(self, folder: Path) -> None:
        self.left: int | None = None
        self._folder = str(folder)
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if self.left is None or event not in self.CHANGES or not str(args[0]).startswith(self._folder):
            return
        if event == "open" and not (args[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        self.left -= 1
        if self.left == 0:
            self.left = None
            raise Stopped


def test_erasing_that_is_stopped_again_and_again_goes_on(project: Project) -> None:
    """Wherever it is stopped, who has which records is known until the end, and the end is the same."""
    who, records = ids_of(project)
    tables = project.snapshot().tables
    portal = project.folder / "store" / "collected" / "portal"
    stopper = Stopper(project.folder)
    tries, finished = 0, False
    with closing(open_database(project.ledger_url)) as ledger:
        assert export_events(ledger, "portal", portal, CLOCK + timedelta(days=1))
        while not finished:
            person, at = find_person(project.snapshot(), who), CLOCK + timedelta(minutes=tries)
            tries += 1
            stopper.left = 13 * tries - 9  # a table is four changes, and each of them one to be stopped at
            try:
                erase(project.folder, project.store, ledger, person, project.systems, actor="ann", at=at)
                finished = True
            except Stopped:
                pass
            finally:
                stopper.left = None
        told = [row["action"] for row in audit.rows(ledger, subject=who)]
        assert told == ["person.erase", *["person.erase_begun"] * tries]
        assert audit.verify(ledger) > tries
        assert known(ledger, who, {"portal": records}).keys() == {"audit"}
    assert tries > 4
    assert places(project.folder / "store", [who, *records]) == []
    assert [file.read_text().count("\n") for file in portal.iterdir()] == [1]
    assert project.snapshot().tables == tables
    assert sorted(path.name for path in project.folder.glob("store/*")) == [
        "collected",
        "current",
        "lock",
        "runs",
        "work",
    ]
