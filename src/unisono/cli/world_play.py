"""unisono world play"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unisono.cli.common import console, echo_json, instant, json_option, label, print_table
from unisono.cli.world_step import adherence_option, by_person, week_line

if TYPE_CHECKING:
    from unisono.trial import Comparison, Plan, Result, Week
    from unisono.trial.outcome import Interval

ALL = "usual,unisono,greedy,random,oracle"
POLICIES = """\b
Policies:
  usual    no suggestions: everybody does as always
  unisono  the decisions of the run
  greedy   the highest estimated value first, time has no price
  random   anything permitted
  oracle   the run's solver, told what each contact now would truly gain

The oracle maximises true expected new prescriptions and ignores costs in money;
unisono maximises value in money. They do not maximise the same thing.
"""
ORACLE = (
    "The oracle maximises true expected new prescriptions and ignores costs in money, unisono maximises value in "
    "money: they do not maximise the same thing."
)


@click.command(name="play", epilog=POLICIES)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--weeks", type=click.IntRange(1, 520), default=26, show_default=True, help="Weeks to play.")
@click.option(
    "--seeds", type=click.IntRange(1, 1000), default=5, show_default=True, help="Worlds to play in."
)
@click.option("--first-seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the first.")
@click.option("--policies", default=ALL, show_default=True, help="Policies that compete.")
@click.option(
    "--customers",
    type=click.IntRange(10, 1_000_000),
    default=2000,
    show_default=True,
    help="People in each world.",
)
@click.option("--as-of", default="2026-01-05", show_default=True, help="When the first week begins (UTC).")
@click.option(
    "--history", type=click.IntRange(1, 520), default=26, show_default=True, help="Weeks before it."
)
@click.option(
    "--set", "options", metavar="NAME=VALUE", multiple=True, help="Change a constant of the worlds."
)
@adherence_option
@click.option(
    "--processes", type=click.IntRange(1), default=os.cpu_count() or 1, help="One per core unless said."
)
@click.option("--keep", is_flag=True, help="Keep every world played, not only what came of it.")
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Chart; DIR/play.svg unless said."
)
@json_option
def play(
    folder: Path,
    weeks: int,
    seeds: int,
    first_seed: int,
    policies: str,
    customers: int,
    as_of: str,
    history: int,
    options: tuple[str, ...],
    adherence: float | None,
    processes: int,
    keep: bool,
    svg: Path | None,
    as_json: bool,
) -> None:
    """Let policies compete in simulated worlds, made in DIR: decide, live a week, read it, decide again.

    Every policy starts from the same history, chooses from the same permitted actions under the same capacities
    and meets the same luck; every list is checked from the raw files by code that shares nothing with the run. What
    came of it is printed and written into DIR: play.json and play.svg. A study that was interrupted goes on.
    """
    from unisono.trial import Plan
    from unisono.trial import play as run_trial
    from unisono.world import set_options

    plan = Plan(
        as_of=instant(as_of),
        weeks=weeks,
        customers=customers,
        seeds=tuple(range(first_seed, first_seed + seeds)),
        policies=_policies(policies),
        history=history,
        adherence=adherence,
        settings=set_options(options),
    )
    result = run_trial(folder, plan, processes=processes, keep=keep, progress=None if as_json else _line)
    found = result.as_json()
    (folder / "play.json").write_text(json.dumps(found, indent=1, default=str) + "\n", encoding="utf-8")
    drawn = _draw(result, svg or folder / "play.svg")
    if as_json:
        echo_json(found)
        return
    _tell(result)
    click.echo(f"Written: {folder / 'play.json'}{f', {drawn}' if drawn else ''}")
    if not drawn:
        click.echo("No chart: pip install 'unisono[charts]' and give the same command again.")


def _policies(text: str) -> tuple[str, ...]:
    from unisono.errors import did_you_mean
    from unisono.trial import POLICIES

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        listed = ", ".join(POLICIES)
        raise click.BadParameter(f"no policy is named; choose from {listed}", param_hint="--policies")
    for name in names:
        if name not in POLICIES:
            raise click.BadParameter(
                f"no policy is called '{name}'; {did_you_mean(name, POLICIES)}", param_hint="--policies"
            )
    return names


def _line(week: Week) -> None:
    click.echo(f"seed {week.seed} week {week.week:>3} {week_line(week)}", err=True)


def _draw(result: Result, path: Path) -> Path | None:
    """Draw the chart; None where the charts extra is not installed and nobody asked for it by name."""
    from unisono.charts import play_chart
    from unisono.errors import UsageError
    from unisono.trial.outcome import paths

    plan = result.plan
    own = "as each representative has it" if plan.adherence is None else f"{plan.adherence:.0%}"
    worlds = "one world" if len(plan.seeds) == 1 else f"{len(plan.seeds)} worlds"
    subtitle = f"{plan.customers:,} customers, {worlds}, adherence to suggestions {own}."
    try:
        play_chart(paths(result.weeks), path, seeds=len(plan.seeds), subtitle=subtitle)
    except UsageError as error:
        if error.code != "UN5301":
            raise
        return None
    return path


def _tell(result: Result) -> None:
    """Print the comparison, what was found by the audit, and how to read it."""
    plan, found = result.plan, result.comparisons()
    worlds = "one world" if len(plan.seeds) == 1 else f"{len(plan.seeds)} worlds"
    print_table(
        f"New prescriptions in {plan.weeks} weeks{label(True)}: mean [95 % interval], {worlds}",
        [
            "policy",
            "new prescriptions",
            "against usual",
            "without luck",
            "ratio",
            "carried out",
            "violations",
        ],
        [_row(each) for each in found],
        ["new prescriptions", "against usual", "without luck", "ratio", "carried out"],
    )
    out = console()
    for line in _reading(plan, result):
        out.print(line, markup=False)


def _row(each: Comparison) -> tuple[str, ...]:
    """Return a policy's row; the usual one is not compared with itself."""
    compared = ("", "", "")
    if each.policy != "usual":
        compared = (_interval(each.extra), _interval(each.extra_expected), _interval(each.ratio, ".3f"))
    carried_out = f"{each.executed:,} of {each.suggestions:,}"
    violations = f"{each.violations} ({each.person_violations} by person)"
    return each.policy, amount(each.new_rx.mean), *compared, carried_out, violations


def amount(value: float, sign: str = "") -> str:
    """Return a number of prescriptions; below 10 with one decimal, and never a negative zero."""
    digits = 1 if abs(value) < 9.95 else 0
    return f"{round(value, digits) + 0.0:{sign},.{digits}f}"


def _interval(value: Interval, form: str = "") -> str:
    """Return a mean and its ends, as differences in prescriptions unless a `form` is given."""
    mean, *ends = (
        "" if each is None else f"{each:{form}}" if form else amount(each, "+")
        for each in (value.mean, value.low, value.high)
    )
    return f"{mean} [{' to '.join(ends)}]" if all(ends) else mean


def _reading(plan: Plan, result: Result) -> list[str]:
    """Return in words what the numbers do and do not say."""
    by_name = {each.policy: each for each in result.comparisons()}
    lines = []
    mine = by_name.get("unisono")
    for name, each in by_name.items():
        if mine is not None and name not in ("unisono", "oracle") and each.extra.mean > mine.extra.mean:
            less = amount(each.extra.mean - mine.extra.mean)
            lines.append(f"Here unisono loses to '{name}' by {less} prescriptions.")
    if mine is not None and mine.extra.low is not None and mine.extra.low <= 0 <= (mine.extra.high or 0):
        lines.append(
            "The interval of unisono's gain holds 0: so many worlds and weeks do not tell it from nothing."
        )
    if len(plan.seeds) == 1:
        lines.append("One world says nothing about chance: play more seeds for intervals.")
    if any(each.violations for each in by_name.values()):
        lines.append("Attention: the audit found violations; see 'findings' in play.json.")
    lines += by_person(week.findings for week in result.weeks)
    if "oracle" in by_name:
        lines.append(ORACLE)
    lines.append(
        "The customers held out (5 % unless the playbook says otherwise) get no suggestions under any policy."
    )
    return lines
