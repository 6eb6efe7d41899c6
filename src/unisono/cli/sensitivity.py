"""unisono sensitivity"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from unisono.cli.common import SIDES, echo_json, json_option, label, print_table, project_argument, side_plan
from unisono.decide.regret import Draw, regrets
from unisono.decide.sensitivity import TOO_MUCH, LeverCost, Sensitivity, lever_cost, sensitivities
from unisono.project import open_project

if TYPE_CHECKING:
    from unisono.decide.published import PublishedPlan

MEANING = (
    "How much better a plan could be if every customer's response rate were known exactly, not only estimated.\n"
    "It counts the uncertainty of the response rates alone: not that of potentials, stage gains or fatigue costs, and\n"
    "not whether the model behind the rates is right."
)


@click.command(name="sensitivity")
@project_argument
@click.option("--regret", is_flag=True, help="What the plan loses because response rates are estimates.")
@click.option("--draws", type=click.IntRange(min=1), default=20, show_default=True, help="Of the regret.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
@click.option("--side", type=SIDES, default="commercial", show_default=True, help="Side of the wall.")
@json_option
def command(folder: Path, regret: bool, draws: int, seed: int, side: str, as_json: bool) -> None:
    """Show how much of the plan hangs on one term of the value.

    Each term is levelled out in turn, a factor to its mean, a cost to nothing, and the plan is solved anew. Nothing
    is written. With --regret the response rates are drawn from what is believed of them, and the plan is compared
    with the best one for each draw.
    """
    snapshot = open_project(folder).snapshot()
    plan, simulated = side_plan(snapshot, side), snapshot.manifest["simulated"]
    currency = snapshot.read("select currency from playbook_policy").to_pylist()[0]["currency"]
    told = {"side": side, "simulated": simulated, "currency": currency}
    if regret:
        found = list(_drawn(plan, draws, seed, quiet=as_json))
        if as_json:
            echo_json(
                told
                | {
                    "seed": seed,
                    "regret": _summary(found),
                    "draws": [asdict(draw) | {"regret": draw.regret} for draw in found],
                }
            )
        else:
            _print_regret(found, f", {side}{label(simulated)}")
        return
    rows = list(_levelled(plan, quiet=as_json))
    cost = lever_cost(plan)
    if as_json:
        terms = [asdict(row) | {"dominates": row.dominates} for row in rows]
        echo_json(told | {"terms": terms, "levers": asdict(cost) | {"cost": cost.cost}})
    else:
        _print_terms(rows, cost, currency, f", {side}{label(simulated)}")


def _levelled(plan: PublishedPlan, *, quiet: bool) -> Iterator[Sensitivity]:
    for row in sensitivities(plan):
        if not quiet:
            click.echo(f"  {_name(row)}: {row.changed:.1%} changed", err=True)
        yield row


def _drawn(plan: PublishedPlan, draws: int, seed: int, *, quiet: bool) -> Iterator[Draw]:
    for number, draw in enumerate(regrets(plan, draws, seed), start=1):
        if not quiet:
            click.echo(f"  draw {number} of {draws}: {draw.regret:.2%}", err=True)
        yield draw


def _print_terms(rows: Sequence[Sensitivity], cost: LeverCost, currency: str, mark: str) -> None:
    loss = f"plan loses, {currency}"
    numbers = ["customers changed", loss, "of its worth", "rank correlation"]
    print_table(f"Levelled out{mark}", ["term", *numbers, "note"], [_row(row) for row in rows], numbers)
    again, *terms = rows
    click.echo(
        f"Up to {again.changed:.1%} is noise: so many change where nothing is levelled and the plan is solved anew."
    )
    most = max(terms, key=lambda row: row.loss)
    if most.loss > 0:
        click.echo(
            f"Most hangs on the {_name(most)}: without it {most.changed:.0%} of the customers get something else, and "
            f"the plan is worth {most.loss_share:.0%} less."
        )
    lever = next(row for row in terms if row.term == "lever")
    click.echo(
        f"The lever changes {lever.changed:.0%} of the choices. Levers cost {cost.cost:,.0f} {currency}: without them "
        f"the best plan is worth {cost.best_without:,.0f}, this one {cost.published_without:,.0f}."
    )
    for row in terms:
        if row.dominates:
            share = (
                f"{row.changed:.0%} of the customers"
                if row.term == "lever"
                else f"{row.loss_share:.0%} of the worth"
            )
            click.echo(f"Warning: the {_name(row)} dominates: more than {TOO_MUCH:.0%} hang on it ({share}).")


def _row(row: Sensitivity) -> list[str]:
    correlation = "" if row.rank_correlation is None else f"{row.rank_correlation:.2f}"
    note = "dominates" if row.dominates else ""
    return [
        _name(row),
        f"{row.changed:.1%}",
        f"{row.loss:,.0f}",
        f"{round(row.loss_share, 3) + 0.0:.1%}",
        correlation,
        note,
    ]


def _name(row: Sensitivity) -> str:
    return "none, solved anew" if row.term is None else row.term.replace("_", " ")


def _summary(draws: Sequence[Draw]) -> dict[str, float]:
    regret = [draw.regret for draw in draws]
    low, high = np.quantile(regret, [0.05, 0.95])
    at_most = float(np.mean([draw.at_most for draw in draws]))
    return {"mean": float(np.mean(regret)), "low": float(low), "high": float(high), "mean_at_most": at_most}


def _print_regret(draws: Sequence[Draw], mark: str) -> None:
    told = _summary(draws)
    click.echo(
        f"Regret{mark}: {told['mean']:.2%} in the mean of {len(draws)} draws (5 to 95 %: {told['low']:.2%} to "
        f"{told['high']:.2%}); by the bounds at most {told['mean_at_most']:.2%}."
    )
    click.echo(MEANING)
