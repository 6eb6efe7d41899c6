"""What was made of a file is used again exactly as long as nothing that it depends on changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.ingest.bench import AS_OF, GOOD, HEADER, Bench, Result, touch
from unisono.errors import SourceError
from unisono.ingest import read_sources, source_files
from unisono.ingest.cache import Cache
from unisono.ingest.whole import Recent
from unisono.tables import TABLES

FUTURE = "t9,h1,2024-06-10,f2f_visit,visited,1\n"
WRONG = "t8,h1,2024-01-02,no_such_channel,visited,1\n"
CLASH = GOOD.replace("12.5", "99")
INGESTED = [table.name for table in TABLES.values() if table.made_by == "ingest"]


class Kept:
    """Ingests the same files with and without a cache, and knows which of them were read for the former."""

    def __init__(self, bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench = bench
        self.folder = folder
        self.read: list[str] = []
        real = __import__("unisono.ingest.stage", fromlist=["read"]).read

        def reading(file: Any, source: Any) -> Any:
            self.read.append(file.label.removeprefix("data/"))
            return real(file, source)

        monkeypatch.setattr("unisono.ingest.stage.read", reading)

    def run(self, *sources: dict[str, Any], **given: Any) -> list[str]:
        """Run; return the files that were read, having compared every table with a run that keeps nothing."""
        fresh = self.contents(self.bench.run(*sources, **given))
        self.read.clear()
        result = self.bench.run(*sources, cache=self.folder, **given)
        assert self.contents(result) == fresh
        return sorted(set(self.read))

    def contents(self, result: Result) -> dict[str, Any]:
        tables: dict[str, Any] = {table: result.rows(table) for table in INGESTED}
        return tables | {"counts": result.counts}

    def entries(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if not path.name.startswith("."))


@pytest.fixture
def kept(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    return Kept(bench, tmp_path / "kept", monkeypatch)


def test_a_file_is_read_once(kept: Kept) -> None:
    kept.bench.write("a.csv", HEADER + GOOD + WRONG + "t1\n" + CLASH + GOOD)
    assert kept.run(touch("*.csv")) == ["a.csv"]
    assert kept.run(touch("*.csv")) == []
    kept.bench.write("b.csv", HEADER + CLASH + GOOD.replace("t1", "t2"))
    assert kept.run(touch("*.csv")) == ["b.csv"]
    assert kept.run(touch("*.csv")) == []


def test_an_earlier_file_changes_what_becomes_of_later_ones(kept: Kept) -> None:
    kept.bench.write("b.csv", HEADER + GOOD)
    kept.run(touch("*.csv"))
    kept.bench.write("a.csv", HEADER + CLASH)
    assert kept.run(touch("*.csv")) == [
        "a.csv",
        "b.csv",
    ]  # b only for the words of the row that is refused now
    assert kept.run(touch("*.csv")) == []


CHANGES: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "mapping": lambda bench: {"source": touch("a.csv", columns={"product": "'ours'"})},
    "time zone": lambda bench: {"source": touch("a.csv", timezone="Europe/Rome")},
    "decimal": lambda bench: {"source": touch("a.csv", decimal=",")},
    "system": lambda bench: {"source": touch("a.csv", system="other")},
    "channels": lambda bench: {"channels": {"no_such_channel"}},
    "label": lambda bench: {"simulated": True},
    "code": lambda bench: {"code_version": "other"},
    "content": lambda bench: {"written": bench.write("a.csv", HEADER + GOOD.replace("12.5", "12.6"))},
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_rows_depend_on_makes_them_anew(kept: Kept, what: str) -> None:
    kept.bench.write("a.csv", HEADER + GOOD + WRONG)
    kept.run(touch("a.csv"))
    changed = CHANGES[what](kept.bench)
    changed.pop("written", None)
    source = changed.pop("source", touch("a.csv"))
    assert kept.run(source, **changed) == ["a.csv"]


def test_a_file_under_another_name_is_another_file(kept: Kept) -> None:
    kept.bench.write("a.csv", HEADER + WRONG)
    kept.run(touch("a.csv"))
    kept.bench.write("b.csv", HEADER + WRONG)
    assert kept.run(touch("a.csv", "b.csv")) == ["b.csv"]


def test_what_the_clock_hides_comes_out_when_its_time_has_come(kept: Kept) -> None:
    kept.bench.write("a.csv", HEADER + GOOD + FUTURE)
    kept.bench.write("b.csv", HEADER + GOOD.replace("t1", "t2"))
    days = {0: ["a.csv", "b.csv"], 8: [], 9: ["a.csv"], 30: []}
    for day, read in days.items():
        assert kept.run(touch("*.csv"), as_of=AS_OF + timedelta(days=day)) == read, day


def test_an_earlier_clock_hides_more(kept: Kept) -> None:
    kept.bench.write("a.csv", HEADER + GOOD + WRONG)
    kept.run(touch("a.csv"))
    assert kept.run(touch("a.csv"), as_of=datetime(2024, 1, 1)) == ["a.csv"]
    assert kept.run(touch("a.csv"), as_of=AS_OF) == ["a.csv"]


def damage_part(entry: Path) -> None:
    part = next(entry.glob("accepted*"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)


def alter_note(entry: Path) -> None:
    text = (entry / "entry.json").read_text()
    (entry / "entry.json").write_text(text.replace('"rows_in": 1', '"rows_in": 2'))


def swap_note(entry: Path) -> None:
    found = json.loads((entry / "entry.json").read_text())
    (entry / "entry.json").write_text(json.dumps(found["note"]))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a part is damaged": damage_part,
    "a part is cut off": lambda entry: next(entry.glob("accepted*")).write_bytes(b"PAR1"),
    "a part is gone": lambda entry: next(entry.glob("accepted*")).unlink(),
    "the note is altered": alter_note,
    "the note is another": swap_note,
    "the note is cut off": lambda entry: (entry / "entry.json").write_text('{"note": {'),
    "the note is gone": lambda entry: (entry / "entry.json").unlink(),
    "all is gone": lambda entry: entry.rename(entry.parent / "elsewhere"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_not_used(kept: Kept, damage: str) -> None:
    kept.bench.write("a.csv", HEADER + GOOD)
    kept.run(touch("a.csv"))
    [entry] = kept.entries()
    DAMAGES[damage](entry)
    assert kept.run(touch("a.csv")) == ["a.csv"]
    assert kept.run(touch("a.csv")) == []
    assert kept.entries() == [entry]


def test_an_entry_under_another_key_is_not_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep("one", {"rows_in": 1}, cache.aside())
    (tmp_path / "one").rename(tmp_path / "two")
    assert cache.find("two") is None


def test_only_what_a_run_used_is_kept(kept: Kept) -> None:
    kept.bench.write("a.csv", HEADER + GOOD)
    kept.bench.write("b.csv", HEADER + GOOD.replace("t1", "t2"))
    kept.run(touch("*.csv"))
    assert len(kept.entries()) == 2
    (kept.folder / ".new-left").mkdir()
    (kept.bench.data / "a.csv").unlink()
    assert kept.run(touch("*.csv")) == []
    assert len(list(kept.folder.iterdir())) == 1


def test_a_file_that_changes_while_it_is_read_is_refused_and_not_kept(kept: Kept) -> None:
    path = kept.bench.write("a.csv", HEADER + GOOD)
    declared = kept.bench.declare(touch("a.csv"))
    files = source_files(read_sources(declared), project=kept.bench.project, data=kept.bench.data)
    path.write_text(HEADER + GOOD + GOOD.replace("t1", "t2"))
    with pytest.raises(SourceError, match=r"data/a.csv: UN2002 .*changed while it was read"):
        kept.bench.run(touch("a.csv"), cache=kept.folder, files=files)
    assert kept.entries() == []


def test_a_joined_file_that_changes_while_it_is_read_is_refused(kept: Kept) -> None:
    kept.bench.write("visits.csv", "id,hcp\nv1,h1\n")
    path = kept.bench.write("about.csv", "id,rep,status\nv1,Ann,done\n")
    declared = kept.bench.declare(VISITS)
    files = source_files(read_sources(declared), project=kept.bench.project, data=kept.bench.data)
    path.write_text("id,rep,status\nv1,Bob,done\n")
    with pytest.raises(SourceError, match=r"data/about.csv: UN2002 .*changed while it was read"):
        kept.bench.run(VISITS, cache=kept.folder, files=files)


def test_a_file_that_many_join_is_read_once(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = __import__("unisono.ingest.whole", fromlist=["read"]).read

    def reading(file: Any, source: Any) -> Any:
        read.append(file.label)
        return real(file, source)

    monkeypatch.setattr("unisono.ingest.whole.read", reading)
    kept.bench.write("visits.csv", "id,hcp\nv1,h1\nv2,h2\n")
    kept.bench.write("about.csv", "id,rep,status\nv1,read by many,done\nv2,Ann,planned\n")
    kept.run(VISITS, VISITS | {"name": "again", "system": "other"})
    assert read == ["data/about.csv"]


def test_of_files_read_lately_those_used_last_are_kept() -> None:
    recent = Recent(20)
    first, second, third = ([pa.table({"x": [number]})] for number in range(3))
    recent.keep("first", first, 8)
    recent.keep("second", second, 8)
    assert recent.find("first") is first
    recent.keep("third", third, 8)
    assert [recent.find(key) for key in ("first", "second", "third")] == [first, None, third]


VISITS = {
    "name": "visits",
    "table": "source_touchpoint",
    "files": ["data/visits*.csv"],
    "join": [
        {"name": "visit", "files": ["data/about*.csv"], "match": {"id": "id"}, "version_of": "id"},
        {"name": "rep", "files": ["data/reps*.csv"], "match": {"name": "visit.rep"}, "optional": True},
    ],
    "set_aside": [{"when": "visit.status = 'planned'", "because": "it is only planned"}],
    "columns": {
        "touchpoint_id": "id",
        "source_record_id": "hcp",
        "occurred_at": "'2024-01-02'",
        "channel": "'f2f_visit'",
        "event": "'visited'",
        "rep_id": "rep.id",
    },
}
JOINED: dict[str, tuple[str, str, list[str]]] = {
    "of other rows": ("about_2.csv", "id,rep,status\nv9,Ann,done\n", []),
    "that says the same": ("about_2.csv", "id,rep,status\nv1,Ann,done\n", []),
    "with a column that is not used": ("about_2.csv", "id,rep,status,extra\nv1,Ann,done,1\n", []),
    "that sets a row aside": ("about_2.csv", "id,rep,status\nv1,Ann,planned\n", ["visits_1.csv"]),
    "that makes a row a fact": ("about_2.csv", "id,rep,status\nv3,Ann,done\n", ["visits_2.csv"]),
    "of rows without partner": ("about_2.csv", "id,rep,status\nv4,Ann,done\n", ["visits_2.csv"]),
    "two joins away": ("reps_2.csv", "name,id\nAnn,r7\n", ["visits_1.csv"]),
    "two joins away, of nobody": ("reps_2.csv", "name,id\nEve,r7\n", []),
    "that is written anew": (
        "about.csv",
        "id,rep,status\nv3,Bob,done\nv2,Bob,done\nv1,Ann,done\n",
        ["visits_2.csv"],
    ),
}


@pytest.mark.parametrize("what", JOINED)
def test_a_joined_file_makes_those_files_anew_whose_rows_it_is_about(kept: Kept, what: str) -> None:
    kept.bench.write("visits_1.csv", "id,hcp\nv1,h1\nv2,h2\n")
    kept.bench.write("visits_2.csv", "id,hcp\nv3,h1\nv4,h2\n")
    kept.bench.write("about.csv", "id,rep,status\nv1,Ann,done\nv2,Bob,done\nv3,Bob,planned\n")
    kept.bench.write("reps.csv", "name,id\nAnn,r1\nBob,r2\n")
    assert kept.run(VISITS) == ["visits_1.csv", "visits_2.csv"]
    name, content, read = JOINED[what]
    kept.bench.write(name, content)
    assert kept.run(VISITS) == read
    assert kept.run(VISITS) == []
