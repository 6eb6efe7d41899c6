"""What a run publishes of a world does not hang on how its systems happen to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.world.exports import CLEAN, NO_DIRT
from tests.worlds import join_by_licence_only
from unisono.cli import main
from unisono.project import open_project
from unisono.world import WorldSettings, new_world

pytestmark = pytest.mark.slow

CLOCK = datetime(2026, 1, 5)
WORLD = {"customers": 120, "seed": 6, "as_of": CLOCK, "weeks": 8}
Made = Callable[[str, WorldSettings], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Makes a world of some settings and runs it; a second time it is the same folder."""
    parent = tmp_path_factory.mktemp("worlds")

    def make(name: str, settings: WorldSettings) -> Path:
        if not (parent / name).exists():
            new_world(parent / name, **WORLD, settings=settings)
            join_by_licence_only(parent / name)
            open_project(parent / name).run(as_of=CLOCK)
        return parent / name

    return make


def touchpoints(folder: Path) -> Counter[tuple[object, ...]]:
    """Published touchpoints of `folder`: how many there are of each customer, channel, event and instant."""
    what = "customer_id, channel, event, is_human, product_id, content_id, occurred_at"
    both = "(select * from touchpoint union all select * from medical_touchpoint)"
    table = open_project(folder).snapshot().read(f"select {what} from {both}")
    return Counter(tuple(row.values()) for row in table.to_pylist())


def customers(folder: Path) -> set[tuple[object, ...]]:
    """Who each record of a published run is."""
    records = "select system, source_record_id, customer_id from customer_xref"
    return {tuple(row.values()) for row in open_project(folder).snapshot().read(records).to_pylist()}


def statements(folder: Path) -> Counter[tuple[object, ...]]:
    """What was stated in a published run, and by whom."""
    said = "select customer_id, channel, status, stated_at from consent"
    return Counter(tuple(row.values()) for row in open_project(folder).snapshot().read(said).to_pylist())


def by_kind(found: Counter[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    counts: Counter[tuple[object, ...]] = Counter()
    for (_, channel, event, *_), count in found.items():
        counts[channel, event] += count
    return counts


def test_a_run_reads_the_crms_newer_names_as_it_reads_the_older(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    older, newer = made("crm", CLEAN), made("vault", CLEAN.with_(crm_form="vault"))
    assert (newer / "data/crm/call2__v.csv").is_file()
    assert not (newer / "data/crm/Call2_vod__c.csv").exists()
    assert len(by_kind(touchpoints(older))) > 12
    assert by_kind(touchpoints(newer)) == by_kind(touchpoints(older))
    assert touchpoints(newer) == touchpoints(older)
    for words in (["world", "step", str(newer)], ["run", str(newer), "--as-of", "2026-01-12"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 0, capsys.readouterr().err
    assert list((newer / "data/crm").glob("call2__v_20260112*"))
    carried_out = (
        "select count(*) as n from touchpoint where source = 'crm_calls' and decision_id is not null"
    )
    assert open_project(newer).snapshot().read(carried_out)["n"][0].as_py() > 0


def test_rows_with_blanks_and_letter_case_that_mean_nothing_reach_the_same_customer(made: Made) -> None:
    """Half of the rows of every file that people type have them: blanks at ids and words, words in capitals."""
    tidy = made("crm", CLEAN)
    noisy = made("noisy", CLEAN.with_(dirt=replace(NO_DIRT, noise=0.5)))
    typed = ("mail/contacts.csv", "mail/events.ndjson", "events/participation.tsv", "panel/contacts.csv")
    for name in typed:
        assert (noisy / "data" / name).read_bytes() != (tidy / "data" / name).read_bytes(), name
    assert touchpoints(noisy) == touchpoints(tidy)
    assert customers(noisy) == customers(tidy)
    assert statements(noisy) == statements(tidy)
