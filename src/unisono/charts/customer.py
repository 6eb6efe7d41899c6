"""The single view of a customer: the tables that the terminal and the page share, and the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from unisono.charts.page import bars, table, text, write

Row = Mapping[str, Any]
LIKELY = 0.01
BASIS = {"name_and_place": "name and town", "name": "name"}
BEST = 3  # preferences of one dimension that are shown


@dataclass(frozen=True)
class Section:
    """One table of the view; columns in `numbers` are figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    numbers: Sequence[str] = ()


def customer_page(about: Row, top: int) -> str:
    """Return everything known of a customer as a page of HTML, with its `top` latest touchpoints; all of it is escaped.

    `about` has the customer's columns and `values`, `records`, `works_at`, `counts`, `decision_makers`, `events`,
    `touchpoints`, `consent`, `standing`, `belief` and `preference` as rows.
    """
    name = about["full_name"] or about["customer_id"]
    known = [about["customer_id"], about["kind"], about["specialty"], about["city"]]
    counts = Counter(f"{row['channel']} ({row['side']})" for row in about["touchpoints"])
    drawn = [(channel, 0.0, float(count), f"{count:,}") for channel, count in counts.most_common()]
    parts = [
        f"<h2>{text(each.title)}</h2>{table(each.columns, each.rows, each.numbers)}"
        for each in sections(about, top)
        if each.rows
    ]
    channels = f"<h2>Touchpoints by channel and side of the wall</h2>{bars(drawn)}" if drawn else ""
    return write(name, known, [*parts, channels], simulated=about["simulated"], name=f"Customer: {name}")


def sections(about: Row, top: int) -> list[Section]:
    """Return the tables of the view, those without rows too."""
    return [
        _values(about["values"]),
        _records(about["records"]),
        _works_at(about["works_at"]),
        _counts(about["counts"]),
        _decision_makers(about["decision_makers"]),
        _events(about["events"]),
        _touchpoints(about["touchpoints"], top),
        _standing(about["standing"]),
        _statements(about["consent"]),
        _stages(about["belief"]),
        _preferences(about["preference"]),
    ]


def _values(values: Iterable[Row]) -> Section:
    rows = [
        (
            row["field"],
            row["value"],
            f"{row['system']}:{row['source_record_id']}",
            row["rule"],
            "; ".join(row["others"]),
        )
        for row in values
    ]
    return Section("What is believed", ("field", "value", "record", "because of", "others say"), rows)


def _records(records: Iterable[Row]) -> Section:
    rows = [
        (
            f"{row['system']}:{row['source_record_id']}",
            row["kind"],
            row["full_name"],
            row["method"],
            f"{row['probability']:.3f}",
            _moment(row["updated_at"]),
            row["home_id"],
        )
        for row in records
    ]
    columns = ("record", "kind", "name", "joined by", "probability", "last changed", "first seen as")
    return Section("Records", columns, rows, ("probability",))


def _works_at(institutions: Iterable[Row]) -> Section:
    rows = [
        (
            row["institution_id"],
            row["full_name"],
            row["city"],
            row["type_name"],
            BASIS[row["basis"]],
            "yes" if row["is_decision_maker"] else "no",
        )
        for row in institutions
    ]
    columns = ("customer", "name", "town", "type", "linked by", "decision maker there")
    return Section("Works at", columns, rows)


def _counts(institution: Iterable[Row]) -> Section:
    rows = [
        (row["type_name"], f"{row['people']:,}", f"{row['specialties']:,}", f"{row['decision_makers']:,}")
        for row in institution
    ]
    columns = ("type", "people", "specialties", "decision makers")
    return Section("Institution", columns, rows, columns[1:])


def _decision_makers(people: Iterable[Row]) -> Section:
    rows = [(row["customer_id"], row["full_name"], row["specialty"], BASIS[row["basis"]]) for row in people]
    return Section("Decision makers here", ("customer", "name", "specialty", "linked by"), rows)


def _events(events: Iterable[Row]) -> Section:
    rows = [
        (_moment(row["occurred_at"]), row["event"], row["customer_id"], row["other_id"], row["run_id"])
        for row in events
    ]
    return Section("Changes of identity, latest first", ("when", "event", "customer", "other", "run"), rows)


def _touchpoints(touchpoints: Sequence[Row], top: int) -> Section:
    rows = [
        (
            _moment(row["occurred_at"]),
            row["side"],
            row["channel"],
            f"{row['event']}, {row['direction']}",
            "own" if row["is_own"] else row["company_id"],
            row["product_id"],
            row["content_id"],
            f"{row['system']}:{row['source_record_id']}",
        )
        for row in touchpoints[:top]
    ]
    columns = ("when", "side", "channel", "event", "company", "product", "content", "record")
    title = f"Touchpoints, latest first: {len(rows):,} of {len(touchpoints):,}"
    return Section(title, columns, rows)


def _standing(standing: Iterable[Row]) -> Section:
    rows = [
        (
            f"{row['channel']}/{row['purpose']}/{row['product_id']}",
            row["status"],
            _day(row["stated_at"]),
            _day(row["expires_at"]),
            row["evidence"],
        )
        for row in standing
    ]
    return Section(
        "What consent amounts to",
        ("channel/purpose/product", "status", "stated", "expires", "evidence"),
        rows,
    )


def _statements(consent: Iterable[Row]) -> Section:
    rows = [
        (
            f"{row['channel']}/{row['purpose']}/{row['product_id']}",
            row["status"],
            _day(row["stated_at"]),
            f"{row['channel_value']} ({row['address']})" if row["channel_value"] else "any address",
            f"{row['system']}:{row['source_record_id']}",
            row["evidence"],
        )
        for row in consent
    ]
    columns = ("channel/purpose/product", "status", "stated", "about", "record", "evidence")
    return Section("Consent statements", columns, rows)


def _stages(belief: Iterable[Row]) -> Section:
    rows = [
        (row["side"], row["product_id"], row["stage"], f"{row['probability']:.0%}")
        for row in belief
        if row["probability"] >= LIKELY
    ]
    return Section(
        "Belief about the decision stage, by side of the wall",
        ("side", "product", "stage", "probability"),
        rows,
        ("probability",),
    )


def _preferences(preference: Iterable[Row]) -> Section:
    """Preferences come by side and dimension, the best first."""
    rows = [
        (row["side"], row["dimension"], row["value"], f"{row['mean']:.2f}", f"{row['sd']:.2f}")
        for _, alike in groupby(preference, key=lambda row: (row["side"], row["dimension"]))
        for row in islice(alike, BEST)
    ]
    columns = ("side", "preference for", "value", "mean", "standard deviation")
    return Section(
        "Strongest preferences, by side of the wall", columns, rows, ("mean", "standard deviation")
    )


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if when else ""


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else ""
