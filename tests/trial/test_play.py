"""The closed loop on tiny worlds: policies meet the same luck, keep the rules, and can be played again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.trial.conftest import CLOCK, SEED
from tests.worlds import join_by_licence_only
from unisono.cli import main
from unisono.cli.world_play import amount
from unisono.errors import UsageError
from unisono.project import open_project
from unisono.trial import POLICIES, Plan, Result, audit, play, step, suggest
from unisono.trial.exports import Reader
from unisono.trial.policy import SUGGESTION
from unisono.world import step_world, true_values, world_state

PLAN = Plan(as_of=CLOCK, weeks=2, customers=150, seeds=(SEED,), policies=("unisono", "oracle"), history=30)
Copy = Callable[[str], Path]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("play")
    return folder, play(folder, PLAN, processes=1, keep=True)


def test_every_week_of_every_policy_is_there_and_keeps_the_rules(played: tuple[Path, Result]) -> None:
    _, result = played
    assert [(week.policy, week.week, week.clock[:10]) for week in result.weeks] == [
        (policy, number, day)
        for policy in ("usual", "unisono", "oracle")
        for number, day in ((1, "2026-01-05"), (2, "2026-01-12"))
    ]
    assert [week.violations for week in result.weeks] == [0] * 6
    assert all(week.suggestions > week.executed > 0 for week in result.weeks if week.policy != "usual")


def test_the_usual_policy_is_the_world_left_alone(played: tuple[Path, Result], copied: Copy) -> None:
    _, result = played
    alone = copied("alone")
    lived = [step_world(alone, suggestions=None) for _ in range(2)]
    usual = [week for week in result.weeks if week.policy == "usual"]
    assert [week.contacts for week in usual] == [each["contacts"] for each in lived]
    assert [week.new_rx for week in usual] == [each["new_rx"] for each in lived]


def test_what_a_week_brought_is_read_before_the_next(played: tuple[Path, Result]) -> None:
    folder, _ = played
    snapshot = open_project(folder / f"seed-{SEED}" / "unisono").snapshot()
    assert snapshot.manifest["clock"] == "2026-01-12T00:00:00"
    carried_out = snapshot.read(
        "select count(distinct decision_id) as n from touchpoint where decision_id is not null"
    )
    assert carried_out["n"][0].as_py() > 0


def test_a_study_is_not_played_twice_unless_its_plan_changed(
    played: tuple[Path, Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, result = played

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("played again")

    for name in ("new_world", "step_world"):
        monkeypatch.setattr(import_module("unisono.trial.play"), name, refuse)
    assert play(folder, PLAN, processes=1).weeks == result.weeks
    with pytest.raises(AssertionError, match="played again"):
        play(folder, replace(PLAN, adherence=0.5), processes=1)


def test_processes_change_nothing(tmp_path: Path) -> None:
    plan = replace(PLAN, customers=60, history=10, seeds=(1, 2), policies=("usual",))
    told: list[tuple[int, int]] = []
    many = play(tmp_path / "a", plan, processes=2, progress=lambda week: told.append((week.seed, week.week)))
    one = play(tmp_path / "b", plan, processes=1)
    assert [replace(week, seconds=0) for week in many.weeks] == [
        replace(week, seconds=0) for week in one.weeks
    ]
    assert sorted(told) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert not list(tmp_path.glob("*/seed-*/world"))  # worlds are not kept unless asked for


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_each_policy_suggests_what_it_says(finished_world: Path, policy: str) -> None:
    project = open_project(finished_world)
    snapshot = project.snapshot()
    found = suggest(policy, snapshot, finished_world, 1)
    if policy == "usual":
        assert found is None
        return
    assert found is not None
    assert found.schema == SUGGESTION
    assert found.num_rows > 0
    assert len(set(found["decision_id"].to_pylist())) == found.num_rows
    checked = audit(found.to_pylist(), Reader(finished_world).read(), project.playbook(), CLOCK)
    assert checked.findings == []
    assert suggest(policy, snapshot, finished_world, 1) == found
    if policy == "unisono":
        assert set(found["decision_id"].to_pylist()) == set(
            snapshot.table("decision")["decision_id"].to_pylist()
        )
    if policy == "random":
        assert suggest(policy, snapshot, finished_world, 2) != found


def test_the_oracle_gains_most_by_the_truth_it_is_told(finished_world: Path) -> None:
    snapshot = open_project(finished_world).snapshot()

    def gain(policy: str) -> float:
        found = suggest(policy, snapshot, finished_world, 1)
        assert found is not None
        return float(true_values(finished_world, found).sum())

    assert gain("oracle") > max(gain(policy) for policy in ("unisono", "greedy", "random"))


def test_adherence_decides_how_much_is_carried_out(copied: Copy) -> None:
    def executed(name: str, adherence: float) -> int:
        return step(copied(name), "unisono", adherence=adherence)[0].executed

    assert executed("none", 0.0) < executed("all", 1.0)


Run = Callable[..., str]


@pytest.fixture
def unisono(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process; return what it printed on one or both streams."""

    def run(*words: object, code: int = 0, out_only: bool = False) -> str:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.out + printed.err
        return printed.out if out_only else printed.out + printed.err

    return run


def test_step_takes_published_decisions_and_runs_first_where_they_are_old(copied: Copy, unisono: Run) -> None:
    folder = copied("stepped")
    published = open_project(folder).snapshot().run_id
    said = unisono("world", "step", folder)
    assert "running as of" not in said
    assert "The world's clock is now 2026-01-12 [simulated data]" in said
    assert f"Next: unisono run {folder} --as-of 2026-01-12" in said
    assert open_project(folder).snapshot().run_id == published
    said = unisono("world", "step", folder)
    assert f"Run {published} is of another clock: running as of 2026-01-12 first." in said
    assert world_state(folder)["clock"] == "2026-01-19"


def test_step_as_json_says_what_happened(copied: Copy, unisono: Run) -> None:
    folder = copied("json")
    found = json.loads(unisono("world", "step", folder, "--policy", "usual", "--weeks", 2, "--json"))
    assert found["simulated"] is True
    assert [week["week"] for week in found["weeks"]] == [1, 2]
    assert found["weeks"][1]["world"]["files"]


def test_play_from_the_command_line(tmp_path: Path, unisono: Run) -> None:
    folder = tmp_path / "study"
    words = ("world", "play", folder, "--weeks", 2, "--seeds", 2, "--customers", 60, "--history", 10)
    words = (*words, "--policies", "usual", "--processes", 1)
    said = unisono(*words)
    assert "[simulated data]" in said
    assert "seed 2 week   2 2026-01-12" in said
    written = json.loads((folder / "play.json").read_text(encoding="utf-8"))
    assert written["simulated"] is True
    assert len(written["weeks"]) == 4
    assert written["policies"][0]["extra"]["mean"] == 0
    row = next(line for line in said.splitlines() if line.strip().startswith("usual "))
    assert row.split()[2:] == ["0", "of", "0", "0", "(0", "by", "person)"]
    again = json.loads(unisono(*words, "--json", out_only=True))
    assert again["weeks"] == written["weeks"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["play", "x", "--policies", "usual,greed"], "no policy is called 'greed'; did you mean 'greedy'?"),
        (["play", "x", "--policies", " ,"], "choose from unisono, usual, random, greedy, oracle"),
        (["play", "x", "--set", "confound=0"], "did you mean 'confounding'?"),
        (["new", "x", "--set", "dirt.noise=much"], "UN5103"),
        (["new", "x", "--set", "habits.f2f.weight=2"], "did you mean 'f2f_visit'?"),
        (
            ["new", "x", "--set", "dirt=0"],
            "'dirt' is a group of settings Hint: set one of them: dirt.duplicate",
        ),
        (["new", "x", "--set", "habits=0"], "habits.f2f_visit.NAME"),
        (["new", "x", "--set", "confounding"], "write confounding=VALUE; without it the value is 1.0"),
        (["new", "x", "--set", "confounding.visit=1"], "write confounding=VALUE"),
        (["new", "x", "--set", "xyzzy=1"], "docs/how-to/simulated-world.md"),
        (
            ["step", "x"],
            "UN5003 there is no simulated world in this folder Hint: make one: unisono world new DIR",
        ),
        (["step", "."], "make one: unisono world new DIR"),
        (["play", "."], "UN5102"),
    ],
)
def test_a_mistake_says_how_to_mend_it(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unisono: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unisono.yaml").write_text("name: x\n", encoding="utf-8")
    assert said in " ".join(unisono("world", *words, code=2).split())


@pytest.mark.parametrize("verb", ["new", "play"])
def test_what_is_wrong_in_another_process_is_said_as_in_this_one(
    verb: str, tmp_path: Path, unisono: Run
) -> None:
    """One week of 60 customers is too short a history; `play` finds out in the worlds' own processes."""
    words = {"play": ("--seeds", 2, "--history", 1), "new": ("--weeks", 1)}[verb]
    said = unisono("world", verb, tmp_path / "x", "--customers", 60, "--processes", 2, *words, code=2)
    assert "UN5103 60 customers in 1 weeks are too few: some files would be empty\n  Hint:" in said
    assert "Traceback" not in said


def test_prescriptions_are_printed_as_exactly_as_they_are_known() -> None:
    printed = [amount(value, "+") for value in (-0.04, 0.0, 0.26, -9.94, 9.96, -12.4, 1234.5)]
    assert printed == ["+0.0", "+0.0", "+0.3", "-9.9", "+10", "-12", "+1,234"]


def test_step_says_what_its_lines_by_person_are(tmp_path: Path, unisono: Run) -> None:
    world = tmp_path / "persons"  # in which hardly anybody's two records share a licence
    unisono("world", "new", world, "--customers", 150, "--weeks", 12, "--set", "licence_known=0.2")
    join_by_licence_only(world)
    said = " ".join(unisono("world", "step", world).split())
    assert "by person:" in said
    persons, unmatched, unread = map(
        int, re.findall(r"at most (\d+) in a week, (\d+) of .*?; (\d+) had", said)[0]
    )
    assert persons == unmatched + unread
    assert unmatched > 0


def test_a_project_that_is_no_world_cannot_be_stepped(tmp_path: Path) -> None:
    (tmp_path / "unisono.yaml").write_text("name: x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="UN5003"):
        step(tmp_path, "usual")
