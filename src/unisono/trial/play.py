"""The closed loop: decide, audit, live a week, read what came of it; again and again, policy against policy.

Each seed is one world. Every policy plays it from the same history on a copy of its own, and meets the same luck.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from unisono.errors import UsageError
from unisono.project import code_version, open_project
from unisono.store import Snapshot
from unisono.trial.audit import Audit, audit
from unisono.trial.exports import Reader
from unisono.trial.outcome import BASELINE, Comparison, Week, compare
from unisono.trial.policy import suggest
from unisono.trial.pool import pool, tell
from unisono.world import WorldSettings, new_world, step_world, world_state

Hear = Callable[[Week], None]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is played: `weeks` weeks after a history of `history` weeks that ends at `as_of`, UTC without zone.

    `adherence` replaces the share of suggestions that representatives carry out by their own.
    """

    as_of: datetime
    weeks: int = 26
    customers: int = 2000
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    policies: tuple[str, ...] = ("unisono", "usual", "random", "greedy", "oracle")
    history: int = 26
    adherence: float | None = None
    settings: WorldSettings | None = None


@dataclass(frozen=True)
class Result:
    """Every week that was played, in the order of the plan's seeds and policies."""

    plan: Plan
    weeks: list[Week]

    def comparisons(self) -> list[Comparison]:
        """Return each policy's outcome."""
        return compare(self.weeks)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain data, labelled simulated."""
        return {
            "simulated": True,
            "plan": asdict(self.plan),
            "code_version": code_version(),
            "policies": [asdict(each) for each in self.comparisons()],
            "weeks": [asdict(week) for week in self.weeks],
        }


def play(
    folder: Path,
    plan: Plan,
    *,
    processes: int | None = None,
    keep: bool = False,
    progress: Hear | None = None,
) -> Result:
    """Play the plan in `folder`; worlds already played by the same code and plan are not played again.

    Pairs of seed and policy run in `processes` processes (one per core unless said). The usual policy is always
    among them, because all others are measured against it. Worlds are thrown away afterwards unless `keep`.

    Raises:
        UsageError: UN5102 if the folder is a project itself.
    """
    if (folder / "unisono.yaml").exists():
        hint = f"play in another folder, or live in this one: unisono world step {folder}"
        raise UsageError("UN5102", "a study needs a folder of its own", where=str(folder), hint=hint)
    folder.mkdir(parents=True, exist_ok=True)
    policies = tuple(dict.fromkeys((BASELINE, *plan.policies)))
    pairs = [(seed, policy) for seed in plan.seeds for policy in policies]
    made_with = _made_with(plan)
    missing = [pair for pair in pairs if _played(folder, made_with, *pair) is None]
    with pool(min(processes or os.cpu_count() or 1, max(len(missing), 1)), progress) as run_all:
        run_all(
            partial(_prepare, folder, plan), [(seed,) for seed in dict.fromkeys(seed for seed, _ in missing)]
        )
        run_all(partial(_play_one, folder, plan, made_with, keep), missing)
    if not keep:
        for seed in plan.seeds:
            shutil.rmtree(_home(folder, seed) / "world", ignore_errors=True)
    weeks = [week for pair in pairs for week in _played(folder, made_with, *pair) or []]
    return Result(plan, weeks)


def step(
    folder: Path,
    policy: str,
    *,
    snapshot: Snapshot | None = None,
    adherence: float | None = None,
    exports: Reader | None = None,
) -> tuple[Week, dict[str, Any]]:
    """Live one week of the world in `folder` under `policy`, its suggestions audited first.

    `snapshot` is what is chosen from; without one the project is run at the world's clock, if the policy needs it.

    Returns:
        What happened, and what the world says about it in full.
    """
    began = time.perf_counter()
    state = world_state(folder)
    project = open_project(folder)
    clock = datetime.fromisoformat(state["clock"])
    suggestions, found = None, Audit()
    if policy != BASELINE:
        suggestions = suggest(policy, snapshot or project.run(as_of=clock), folder, state["seed"])
    if suggestions is not None:
        seen = (exports or Reader(folder)).read()
        found = audit(suggestions.to_pylist(), seen, project.playbook(), clock)
    lived = step_world(folder, suggestions=suggestions, adherence=adherence)
    return (
        Week(
            seed=state["seed"],
            policy=policy,
            week=state["week"] - state["weeks"] + 1,
            clock=clock.isoformat(),
            suggestions=0 if suggestions is None else suggestions.num_rows,
            executed=lived["suggestions"]["executed"],
            contacts=lived["contacts"],
            responses=lived["responses"],
            new_rx=lived["new_rx"],
            expected=lived["expected"],
            violations=len(found.findings),
            person_violations=len(found.by_person),
            findings=found.summary(),
            seconds=round(time.perf_counter() - began, 3),
        ),
        lived,
    )


def _prepare(folder: Path, plan: Plan, seed: int) -> None:
    """Make a seed's world and its first run, which all policies share."""
    world = _home(folder, seed) / "world"
    shutil.rmtree(world, ignore_errors=True)
    new_world(
        world,
        customers=plan.customers,
        seed=seed,
        as_of=plan.as_of,
        weeks=plan.history,
        settings=plan.settings,
    )
    if set(plan.policies) - {BASELINE}:
        open_project(world).run(as_of=plan.as_of)


def _play_one(folder: Path, plan: Plan, made_with: Facts, keep: bool, seed: int, policy: str) -> None:
    """Play one policy in one world and note its weeks beside it."""
    home = _home(folder, seed)
    mine = home / policy
    shutil.rmtree(mine, ignore_errors=True)
    shutil.copytree(home / "world", mine)
    exports = Reader(mine)
    weeks = []
    for _ in range(plan.weeks):
        week, _ = step(mine, policy, adherence=plan.adherence, exports=exports)
        weeks.append(week)
        tell(week)
    if not keep:
        shutil.rmtree(mine)
    note = {"made_with": made_with, "weeks": [asdict(week) for week in weeks]}
    partly = home / f"{policy}.new"
    partly.write_text(json.dumps(note, indent=1), encoding="utf-8")
    partly.replace(home / f"{policy}.json")


def _played(folder: Path, made_with: Facts, seed: int, policy: str) -> list[Week] | None:
    """Return the weeks noted for a pair, or None if it was not played like this."""
    file = _home(folder, seed) / f"{policy}.json"
    if not file.is_file():
        return None
    note = json.loads(file.read_text(encoding="utf-8"))
    if note["made_with"] != made_with:
        return None
    return [Week(**week) for week in note["weeks"]]


def _made_with(plan: Plan) -> Facts:
    """Return what a pair's weeks depend on, beside its seed and policy."""
    facts = {name: value for name, value in asdict(plan).items() if name not in ("seeds", "policies")}
    made: Facts = json.loads(json.dumps(facts | {"code": code_version()}, default=str))
    return made


def _home(folder: Path, seed: int) -> Path:
    return folder / f"seed-{seed}"
