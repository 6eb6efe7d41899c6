"""How customers moved between decision stages from the full run before to the published one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from unisono.store import Snapshot
from unisono.workbench import draw
from unisono.workbench.access import scope, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages.charts import Chart, bar_chart
from unisono.workbench.templatetags import words

LADDER = "select stage, stage_name from playbook_ladder order by position"
PRODUCTS = (
    "select product_id, product_name from playbook_product where is_own order by product_name, product_id"
)
MOST_LIKELY = "select customer_id, product_id, stage from belief where most_likely and {scope}"
KINDS = ("onward", "stayed", "back", "came", "gone")


def stages(user: User, snapshot: Snapshot) -> list[Chart]:
    """Return for each product who stayed, moved, came new and went; who is where if no earlier run is kept."""
    if "commercial" not in sides_of(user):
        return []
    before = office().project.store.before(snapshot)
    now = _most_likely(user, snapshot)
    moves = now.join(
        (_most_likely(user, before) if before else now).rename_columns(["customer_id", "product_id", "was"]),
        ["customer_id", "product_id"],
        join_type="full outer",
    )
    counted = moves.group_by(["product_id", "was", "stage"]).aggregate([([], "count_all")]).to_pylist()
    return [_chart(product, counted, snapshot, before) for product in snapshot.read(PRODUCTS).to_pylist()]


def _most_likely(user: User, snapshot: Snapshot) -> pa.Table:
    mine, values = scope(user)
    return snapshot.read(MOST_LIKELY.format(scope=mine), values)


def _chart(
    product: dict[str, Any], counted: list[dict[str, Any]], snapshot: Snapshot, before: Snapshot | None
) -> Chart:
    ladder = snapshot.read(LADDER).to_pylist()
    names = [row["stage_name"] for row in ladder]
    place = {row["stage"]: at for at, row in enumerate(ladder)}
    moves = Counter[tuple[int, int]]()
    for row in counted:
        if row["product_id"] == product["product_id"]:
            moves[place.get(row["was"], len(ladder)), place.get(row["stage"], len(ladder))] += row[
                "count_all"
            ]
    title = _("Stages, {product}").format(product=product["product_name"])
    if before is None:
        rows = [(name, moves[at, at]) for at, name in enumerate(names)]
        note = _("No earlier run is kept to compare with.")
        return bar_chart(title, (_("stage"), _("customers")), rows, note)
    return _flow_chart(title, moves, names, (before, snapshot))


def _flow_chart(
    title: str, moves: Counter[tuple[int, int]], names: Sequence[str], runs: Sequence[Snapshot]
) -> Chart:
    outside = len(names)
    came, went = (any(move[end] == outside for move in moves) for end in (0, 1))
    left, right = [*names, *[_("new")][: int(came)]], [*names, *[_("gone")][: int(went)]]
    kinds = Counter[str]()
    for (was, is_), count in moves.items():
        kinds[_kind(was, is_, outside)] += count
    drawn = [draw.Move(was, is_, count, _kind(was, is_, outside)) for (was, is_), count in moves.items()]
    rows = [(name, *(moves[was, is_] or "" for is_ in range(len(right)))) for was, name in enumerate(left)]
    ends = [words.day(datetime.fromisoformat(run.manifest["clock"])) for run in runs]
    note = _("{onward} moved on, {stayed} stayed, {back} moved back, {came} new, {gone} gone")
    return Chart(
        title,
        (_("stage before"), *(_("now {stage}").format(stage=name) for name in names), *right[outside:]),
        rows,
        flow=draw.flow(drawn, left, right, words.cell),
        ends=ends,
        note=note.format(**{name: words.cell(kinds[name]) for name in KINDS}),
    )


def _kind(was: int, is_: int, outside: int) -> str:
    if outside in (was, is_):
        return "came" if was == outside else "gone"
    return "stayed" if was == is_ else "onward" if was < is_ else "back"
