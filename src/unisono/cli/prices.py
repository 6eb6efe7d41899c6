"""unisono prices"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from unisono.cli.common import SIDES, echo_json, json_option, label, print_table, project_argument
from unisono.cli.prices_curve import show_curves
from unisono.project import open_project

PRICES = """
select 'commercial' as purpose, p.*, m.limit_name as name
from price as p
left join playbook_limit as m on m.limit_id = p.owner and m.kind = p.resource
union all
select 'medical' as purpose, p.*, m.limit_name as name
from medical_price as p
left join playbook_limit as m on m.limit_id = p.owner and m.kind = p.resource
order by purpose, resource, owner
"""
CERTIFICATES = "select * from certificate union all select * from medical_certificate order by purpose"

Row = dict[str, Any]


@click.command(name="prices")
@project_argument
@click.option("--all", "show_all", is_flag=True, help="Also what there is enough of, at a price of 0.")
@click.option("--curve", is_flag=True, help="What more or less of everything scarce would be worth.")
@click.option("--side", type=SIDES, help="One side of the wall; of the curve commercial unless said.")
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Also draw the curve into this file."
)
@json_option
def command(
    folder: Path, show_all: bool, curve: bool, side: str | None, svg: Path | None, as_json: bool
) -> None:
    """Show what one unit of everything scarce is worth to the plan, and how good the plan is.

    A price is the value of the best use of one more minute, suggestion, sending or unit of money that the plan
    had to leave out; 'plus one' is what that unit would add. A goal's price is what its last contact costs. The
    certificate says how far from the best possible plan this one can be at most. The curve solves the plan anew
    with half to twice the representatives, and of every limit that has a price.
    """
    snapshot = open_project(folder).snapshot()
    if curve or svg is not None:
        show_curves(snapshot, side or "commercial", svg, as_json=as_json)
        return
    prices, proofs = (
        [row for row in snapshot.read(query).to_pylist() if side in (None, row["purpose"])]
        for query in (PRICES, CERTIFICATES)
    )
    if as_json:
        echo_json({"certificates": proofs, "prices": prices})
        return
    mark = label(snapshot.manifest["simulated"])
    money = snapshot.read("select currency from playbook_policy").to_pylist()[0]["currency"]
    print_table(f"Plan{mark}", ["side", *_PROOF], [_proof(row) for row in proofs], _PROOF)
    shown = [row for row in prices if show_all or row["price"] > 0 or row["missing"] > 0]
    rows = [_price(row) for row in sorted(shown, key=_by_weight)]
    numbers = ["used", "of", f"price, {money}", f"plus one, {money}"]
    print_table(f"Prices{mark}", ["side", "what", "whose", *numbers, "note"], rows, numbers)
    if len(shown) < len(prices):
        click.echo(
            f"{len(prices) - len(shown)} more have no price: there is enough of them (--all shows them)."
        )


_PROOF = ["suggestions", "worth", "without levers", "no plan above", "gap", "goals missed"]


def _proof(row: Row) -> list[str]:
    figures = (
        f"{row['suggestions']:,}",
        f"{row['objective']:,.0f}",
        f"{row['value_without_levers']:,.0f}",
        f"{row['bound']:,.0f}",
        f"{row['gap']:.3%}",
    )
    return [row["purpose"], *figures, f"{row['goals_missed']}"]


def _price(row: Row) -> list[str]:
    what = row["resource"].replace("_", " ").replace("rep ", "representative's ")
    note = f"{row['missing']:g} missing" if row["missing"] else ""
    figures = (
        f"{row['used']:,.0f}",
        f"{row['capacity']:,.0f}",
        f"{row['price']:.4g}",
        f"{row['plus_one']:.4g}",
    )
    return [row["purpose"], what, row["name"] or row["owner"], *figures, note]


def _by_weight(row: Row) -> tuple[str, float]:
    """Order by side, then by what all of it is worth."""
    return row["purpose"], -row["price"] * row["capacity"]
