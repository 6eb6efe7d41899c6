"""A source may read what the collector took in, and there may be nothing yet."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from unisono.errors import ProblemsError
from unisono.ingest import COLLECTED, ingest, read_sources

LIVE = "sources: [{name: live, preset: segment, system: mail, collected: portal}]"


def read(project: Path, text: str = LIVE) -> list[tuple[str, int, int]]:
    file = project / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    counts = ingest(
        read_sources(file),
        project=project,
        data=project / "data",
        target=project / "made",
        as_of=datetime(2026, 3, 3),
        channels={"portal"},
        simulated=False,
    )
    return [(count.file, count.rows_in, count.accepted) for count in counts]


def test_nothing_collected_yet_is_no_error(tmp_path: Path) -> None:
    assert read(tmp_path) == []


def test_every_collected_file_is_read(tmp_path: Path) -> None:
    folder = tmp_path / COLLECTED / "portal"
    folder.mkdir(parents=True)
    for number in (1, 2):
        body = {"type": "track", "event": "Content Viewed", "messageId": f"m{number}", "userId": "u1"}
        line = json.dumps(body | {"timestamp": "2026-03-01T09:00:00Z"})
        (folder / f"{number:012d}-{number:012d}.ndjson").write_text(line + "\n", encoding="utf-8")
    (folder / "writing").write_text("half a li", encoding="utf-8")
    files = [f"{COLLECTED}/portal/{number:012d}-{number:012d}.ndjson" for number in (1, 2)]
    assert read(tmp_path) == [(file, 1, 1) for file in files]


@pytest.mark.parametrize("said", ["", "collected: portal, files: [a.ndjson],"])
def test_a_source_reads_files_or_what_was_collected(tmp_path: Path, said: str) -> None:
    text = f"sources: [{{name: live, {said} preset: segment}}]"
    with pytest.raises(ProblemsError, match="either `files` or `collected`"):
        read(tmp_path, text)
