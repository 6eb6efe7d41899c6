"""Suggestions as cards: where each stands for its representative, and what the door says of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from unisono.deliver import Refusal, check
from unisono.ledger import decisions as ledger
from unisono.ledger.instants import instant
from unisono.tables import TABLES
from unisono.workbench.access import find_decision, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages.names import named
from unisono.workbench.templatetags.said import sentences

Row = dict[str, Any]
State = Literal["open", "planned", "snoozed", "closed", "withdrawn"]

SUGGESTED = """
select d.*, a.due_on, a.position
from decision as d
left join agenda as a on a.decision_id = d.decision_id
where d.rep_id = $rep_id
order by a.due_on nulls last, a.position, d.rank, d.decision_id
"""
STATES: dict[str, State] = {
    "snoozed": "snoozed",
    "accepted": "planned",
    "dismissed": "closed",
    "done": "closed",
    "withdrawn": "withdrawn",
}
REPORTED_FOR = timedelta(days=14)
"""How long after its end a planned suggestion still asks how it went."""
DOOR = "door"


@dataclass
class Cards:
    """A representative's suggestions: to decide on, planned and to be reported on, withdrawn today."""

    open: list[Row] = field(default_factory=list)
    planned: list[Row] = field(default_factory=list)
    withdrawn: list[Row] = field(default_factory=list)


def today() -> date:
    """Return the market's day."""
    return local(office().now()).date()


def local(moment: datetime) -> datetime:
    """Return an instant (UTC, without zone) in the market's zone."""
    return moment.replace(tzinfo=UTC).astimezone(office().time_zone)


def of_rep(user: User) -> Cards:
    """Return somebody's suggestions; those that the door stops are withdrawn, and told of."""
    snapshot, now = office().snapshot(), office().now()
    rows = snapshot.read(SUGGESTED, {"rep_id": user.rep_id}).to_pylist()
    rows = [row for row in rows if row["purpose"] in sides_of(user)]
    history = _history(user, now)
    waiting = [row for row in rows if state(_answers(row, history, now)) == "open"]
    stopped = check(snapshot, office().database, waiting, now)
    for row in waiting:
        if refusal := stopped.get(row["decision_id"]):
            withdraw(row, refusal)
    if stopped:
        history = _history(user, now)
    cards = Cards(
        open=[card(row) for row in named([row for row in waiting if row["decision_id"] not in stopped])]
    )
    _add_answered(cards, history)
    return cards


def one(decision_id: str) -> Row:
    """Return one suggestion as a card, with its `state` and `answers`."""
    decision = find_decision(decision_id)
    answers = ledger.responses(office().database, [decision_id])[decision_id]
    return {**card(named([decision])[0]), "state": state(answers), "answers": answers}


def shown(cards: Sequence[Row], user: User) -> None:
    """Note that suggestions were shown, once for each."""
    database, now = office().database, office().now()
    seen = ledger.responses(database, [card["decision_id"] for card in cards])
    new = [card for card in cards if not seen[card["decision_id"]]]
    ledger.publish(database, [record_of(card) for card in new], now)
    for card in new:
        ledger.respond(
            database,
            response_id=f"shown:{card['decision_id']}",
            decision_id=card["decision_id"],
            actor=user.get_username(),
            response="shown",
            at=now,
        )


def withdraw(decision: Row, refusal: Refusal) -> None:
    """Take a suggestion back because the door stops it; nothing goes out."""
    database, now, decision_id = office().database, office().now(), decision["decision_id"]
    ledger.publish(database, [record_of(decision)], now)
    ledger.respond(
        database,
        response_id=f"withdrawn:{decision_id}",
        decision_id=decision_id,
        actor=DOOR,
        response="withdrawn",
        at=now,
        reason=refusal.reason,
        note=refusal.detail,
    )
    ledger.deliver(
        database,
        delivery_id=f"withdrawn:{decision_id}",
        decision_id=decision_id,
        channel=decision["channel"],
        status="withheld",
        detail=refusal.detail,
        at=now,
    )


def state(answers: Iterable[Row]) -> State:
    """Return where a suggestion stands after its answers; of those given at one instant, what ends it is the last."""
    found: State = "open"
    order = list(STATES)
    known = [answer for answer in answers if answer["response"] in STATES]
    for answer in sorted(known, key=lambda one: (str(one["responded_at"]), order.index(one["response"]))):
        found = STATES[answer["response"]]
        if found == "snoozed" and date.fromisoformat(answer["until_on"]) <= today():
            found = "open"
    return found


def card(row: Row) -> Row:
    """Return a decision record with names as a card shows it; what it says in the reader's language is in `said`."""
    said = sentences(row)
    return {
        **row,
        "is_today": row.get("due_on") is not None and row["due_on"] <= today(),
        "costs": row["minutes"] * row["unit_price"],
        "said": said,
        "why": said["reasons"][:3],
        "ends_at": moment(row["expires_at"]),
    }


def record_of(row: Row) -> Row:
    """Return the decision record in a row that says more; older runs wrote fewer columns."""
    return {name: row[name] for name in TABLES["decision"].names if name in row}


def moment(value: datetime | str) -> datetime:
    """Return an instant of a record, which is text where it comes from the ledger, as UTC with its zone."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC)


def _history(user: User, now: datetime) -> list[Row]:
    """Return what was published for somebody and is not long over: the records with their `answers`."""
    rows = ledger.of_rep(office().database, user.rep_id, now - REPORTED_FOR)
    answers = ledger.responses(office().database, [row["decision_id"] for row in rows])
    found = [{**json.loads(row["body"]), "answers": answers[row["decision_id"]]} for row in rows]
    return [row for row in found if row["purpose"] in sides_of(user)]


def _answers(row: Row, history: Sequence[Row], now: datetime) -> list[Row]:
    """Return the answers to a suggestion, and those to earlier ones of the same that would still hold.

    A refresh decides anew and gives new ids; what was dismissed stays dismissed as long as it would have been usable.
    """
    about = ("customer_id", "product_id", "channel")
    found = []
    for earlier in history:
        if earlier["decision_id"] == row["decision_id"]:
            found += earlier["answers"]
        elif all(earlier[name] == row[name] for name in about) and moment(
            earlier["expires_at"]
        ) > now.replace(tzinfo=UTC):
            found += [answer for answer in earlier["answers"] if answer["response"] != "withdrawn"]
    return found


def _add_answered(cards: Cards, history: Sequence[Row]) -> None:
    by_state: dict[State, list[Row]] = {"planned": [], "withdrawn": []}
    for row in history:
        by_state.setdefault(state(row["answers"]), []).append(row)
    stopped = check(office().snapshot(), office().database, by_state["planned"], office().now())
    for row in named(by_state["planned"]):
        refusal = stopped.get(row["decision_id"])
        cards.planned.append(
            {**card(row), "stopped": refusal if refusal and refusal.reason != "expired" else None}
        )
    for row in named(by_state["withdrawn"]):
        answer = next(one for one in row["answers"] if one["response"] == "withdrawn")
        at = instant(answer["responded_at"])
        if local(at).date() == today():
            cards.withdrawn.append({**card(row), "at": at.replace(tzinfo=UTC), "answer": answer})
