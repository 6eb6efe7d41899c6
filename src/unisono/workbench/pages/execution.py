"""Execution against plan: what became of the suggestions of the last weeks, by representative and by channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from unisono.ledger.search import tally
from unisono.store import Snapshot
from unisono.workbench import draw
from unisono.workbench.models import Role, User
from unisono.workbench.office import office
from unisono.workbench.pages import cards
from unisono.workbench.pages.charts import Chart, bar_chart
from unisono.workbench.pages.inbox import DISMISSALS
from unisono.workbench.pages.scoped import own
from unisono.workbench.templatetags import words

Row = dict[str, Any]

WEEKS = 4
MOST = 50
FATES: Mapping[str, Any] = {
    "done": gettext_lazy("done"),
    "planned": gettext_lazy("planned"),
    "dismissed": gettext_lazy("dismissed"),
    "expired": gettext_lazy("expired unanswered"),
    "withdrawn": gettext_lazy("withdrawn"),
    "later": gettext_lazy("later"),
    "open": gettext_lazy("not answered yet"),
}
"""What became of a suggestion, in the order in which it is drawn."""
ANSWERED = {
    "done": "done",
    "accepted": "planned",
    "dismissed": "dismissed",
    "withdrawn": "withdrawn",
    "snoozed": "later",
}
NAMES = {
    "rep_id": "select rep_id as id, rep_name as name from rep",
    "channel": "select channel as id, channel_name as name from playbook_channel",
}


@dataclass(frozen=True)
class Week:
    """One cell of the table: the parts of a week's suggestions, and how many there were."""

    marks: Sequence[draw.Mark]
    suggested: int


@dataclass(frozen=True)
class Execution:
    """What became of suggestions, by whom or by which channel: `rows` are name, counts, and a week's drawing each."""

    title: str
    first: str
    weeks: Sequence[str]
    rows: Sequence[tuple[str, int, Sequence[int], Sequence[Week]]]
    behind: Chart
    left_out: int


def counted(user: User) -> list[Row]:
    """Return the tally of the suggestions of the last weeks that somebody may see, with the `fate` of each."""
    begins = _begins()
    found = tally(office().database, own(user, since=begins[0]), begins, office().now())
    return [{**row, "fate": _fate(row)} for row in found]


def executions(user: User, snapshot: Snapshot, rows: Sequence[Row]) -> list[Execution]:
    """Return the execution by representative, but not to marketers, and by channel."""
    by_channel = _execution(_("Execution by channel"), _("channel"), "channel", snapshot, rows)
    if user.role == Role.MARKETER:
        return [by_channel]
    return [
        _execution(_("Execution by representative"), _("representative"), "rep_id", snapshot, rows),
        by_channel,
    ]


def fates(rows: Sequence[Row]) -> Chart:
    """Return how many suggestions met which fate."""
    counts = _sums(rows, "fate")
    told = [(str(name), counts[fate]) for fate, name in FATES.items()]
    return bar_chart(_("What became of suggestions"), (_("state"), _("suggestions")), told)


def reasons(rows: Sequence[Row]) -> Chart:
    """Return how many suggestions were dismissed for which reason."""
    counts = _sums([row for row in rows if row["fate"] == "dismissed"], "reason")
    told = [(str(name), counts[reason]) for reason, name in DISMISSALS.items()]
    return bar_chart(_("Why suggestions were dismissed"), (_("reason"), _("suggestions")), told)


def _fate(row: Row) -> str:
    fate = ANSWERED.get(row["response"], "open")
    return "expired" if fate in ("open", "later") and row["is_over"] else fate


def _begins() -> list[datetime]:
    """Return the begin of each of the last weeks, UTC; the last of them is this one."""
    monday = cards.today() - timedelta(days=cards.today().weekday())
    days = [monday - timedelta(weeks=weeks) for weeks in reversed(range(WEEKS))]
    return [datetime.combine(day, time.min, office().time_zone).astimezone(UTC) for day in days]


def _sums(rows: Sequence[Row], *columns: str) -> Counter[Any]:
    sums = Counter[Any]()
    for row in rows:
        sums[row[columns[0]] if len(columns) == 1 else tuple(row[name] for name in columns)] += row[
            "suggestions"
        ]
    return sums


def _execution(title: str, first: str, by: str, snapshot: Snapshot, rows: Sequence[Row]) -> Execution:
    names = {row["id"]: row["name"] for row in snapshot.read(NAMES[by]).to_pylist()}
    total, counts, weekly = _sums(rows, by), _sums(rows, by, "fate"), _sums(rows, by, "period", "fate")
    ids = sorted(total, key=lambda one: (-counts[one, "expired"], -total[one], one))
    weeks = [words.short_day(begin) for begin in _begins()]
    shown = [
        (
            names.get(one, one),
            total[one],
            [counts[one, fate] for fate in ("done", "planned", "dismissed", "expired")],
            [_week(weekly, one, number) for number in range(WEEKS)],
        )
        for one in ids[:MOST]
    ]
    behind = [
        (names.get(one, one), week, *(weekly[one, number, fate] for fate in FATES))
        for one in ids[:MOST]
        for number, week in enumerate(weeks)
    ]
    columns = (first, _("week of"), *map(str, FATES.values()))
    return Execution(title, first, weeks, shown, Chart(title, columns, behind), max(0, len(ids) - MOST))


def _week(weekly: Counter[Any], one: str, number: int) -> Week:
    counts = {fate: weekly[one, number, fate] for fate in FATES}
    total = sum(counts.values())
    marks, at = [], 0.0
    for fate, count in counts.items():
        if count:
            marks.append(draw.Mark(at, 100 * count / total, f"fate-{fate}", f"{FATES[fate]}: {count}"))
            at += 100 * count / total
    return Week(marks, total)
