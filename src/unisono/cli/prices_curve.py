"""The curve of `unisono prices`: what more or less of everything scarce would be worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from unisono.cli.common import console, echo_json, label, print_table, side_plan
from unisono.decide.sizing import Curve, OneMore, Point, curves, one_more
from unisono.store import Snapshot

NAMES = """
select limit_id as owner, limit_name as name from playbook_limit
union all
select channel as owner, channel_name as name from playbook_channel
"""
COLUMNS = ["of today's", "suggestions", "worth", "no plan above"]
UNITS = {"representatives": "minutes", "channel_sends": "sendings", "budget": "money", "quota": "suggestions"}


def show_curves(snapshot: Snapshot, side: str, svg: Path | None, *, as_json: bool) -> None:
    """Print the curves of one side of the wall, as JSON if asked, and draw them if `svg` is given."""
    plan = side_plan(snapshot, side)
    if not as_json:
        click.echo("Solving the plan anew at other capacities ...", err=True)
    found, more = list(curves(plan)), one_more(plan)
    named = {row["owner"]: row["name"] for row in snapshot.read(NAMES).to_pylist()}
    titles = [_title(curve, named) for curve in found]
    currency = snapshot.read("select currency from playbook_policy").to_pylist()[0]["currency"]
    simulated = snapshot.manifest["simulated"]
    if svg is not None:
        _draw(titles, found, svg, currency=currency, simulated=simulated)
    if as_json:
        told = {"side": side, "simulated": simulated, "currency": currency}
        every = [asdict(curve) for curve in found]
        echo_json(told | {"one_more_representative": asdict(more) if more else None, "curves": every})
        return
    for title, curve in zip(titles, found, strict=True):
        _print(f"{title}, {side}{label(simulated)}", curve, currency)
    click.echo(_told(more, currency) if found else "Nothing here is scarce: more of it would add nothing.")
    if svg is not None:
        console().print(f"Drew {svg}", markup=False)


def _title(curve: Curve, named: dict[str, str]) -> str:
    if curve.owner is None:
        return "Representatives"
    kind = "Sendings" if curve.resource == "channel_sends" else curve.resource.capitalize()
    return f"{kind} {named.get(curve.owner, curve.owner)}"


def _print(title: str, curve: Curve, currency: str) -> None:
    force = curve.owner is None
    last = ["a minute", "a suggestion", "+1 % adds", "+1 rep adds"] if force else ["price", "+1 % adds"]
    columns = [f"{UNITS[curve.resource]} there", *COLUMNS, *last]
    rows = [_row(point, force) for point in curve.points]
    print_table(f"{title}, worth and prices in {currency}", columns, rows, columns)


def _row(point: Point, force: bool) -> list[str]:
    share = "today" if point.scale == 1 else f"{point.scale:.0%}"
    worth = (f"{point.suggestions:,}", f"{point.objective:,.0f}", f"{point.bound:,.0f}")
    row = [f"{point.capacity:,.0f}", share, *worth, f"{point.price:.3f}"]
    if force:
        row.append(f"{point.suggestion_price:.3f}")
    row.append(f"{point.plus_percent:,.0f}")
    return [*row, f"{point.plus_owner:,.0f}"] if force else row


def _told(more: OneMore | None, currency: str) -> str:
    """Return in words what one representative more is worth."""
    if more is None:
        return "No representative has anything to do."
    figures = f"{more.by_prices:,.0f} {currency} by today's prices, {more.by_bound:,.0f} by solving anew"
    return (
        f"One representative more, spread over all {more.representatives} who have something to do, adds "
        f"{figures} (the plan found: {more.by_plan:+,.0f})."
    )


def _draw(
    titles: Sequence[str], found: Sequence[Curve], svg: Path, *, currency: str, simulated: bool
) -> None:
    from unisono.charts import sizing_chart

    rows = [
        {"name": title, "scale": point.scale, "value": point.objective}
        for title, curve in zip(titles, found, strict=True)
        for point in curve.points
    ]
    sizing_chart(rows, svg, currency=currency, simulated=simulated)
