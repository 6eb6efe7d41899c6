"""Suggestions as published, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from unisono.errors import UsageError
from unisono.ledger import audit
from unisono.ledger.database import Database, Row, Transaction, listed
from unisono.ledger.instants import written
from unisono.ledger.upgrade import searched_by

Answer = Literal["shown", "accepted", "snoozed", "dismissed", "done", "withdrawn"]
CLOSING: tuple[Answer, ...] = ("dismissed", "done", "withdrawn")


def publish(database: Database, decisions: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """Add decision records of a run (rows of table `decision`); those known already stay as they are."""
    rows = [
        {
            **{
                name: decision[name]
                for name in ("decision_id", "run_id", "customer_id", "rep_id", "channel", "purpose")
            },
            "published_at": written(at),
            "expires_at": written(decision["expires_at"]),
            "body": json.dumps(decision, default=str, sort_keys=True, ensure_ascii=False),
            **searched_by(decision),
        }
        for decision in decisions
    ]
    if not rows:
        return 0
    with database.transaction() as transaction:
        return transaction.write(
            "insert into published_decision (decision_id, run_id, published_at, expires_at, customer_id, rep_id,"
            " channel, purpose, body, product_id, decided_at, reduced_value) values (:decision_id, :run_id,"
            " :published_at, :expires_at, :customer_id, :rep_id, :channel, :purpose, :body, :product_id, :decided_at,"
            " :reduced_value)"
            " on conflict (decision_id) do nothing",
            rows,
        )


def respond(
    database: Database,
    *,
    response_id: str,
    decision_id: str,
    actor: str,
    response: Answer,
    at: datetime,
    reason: str | None = None,
    note: str | None = None,
    until_on: date | None = None,
) -> bool:
    """Add what somebody did with a suggestion; return False if this very answer is there already (a retry).

    Raises UsageError UN5009 if no such suggestion was published.
    """
    with database.transaction() as transaction:
        _require(transaction, decision_id)
        if transaction.execute("select 1 from response where response_id = :id", {"id": response_id}):
            return False
        transaction.execute(
            "insert into response (response_id, decision_id, actor, response, reason, note, until_on, responded_at)"
            " values (:response_id, :decision_id, :actor, :response, :reason, :note, :until_on, :at)",
            {
                "response_id": response_id,
                "decision_id": decision_id,
                "actor": actor,
                "response": response,
                "reason": reason,
                "note": note,
                "until_on": until_on and until_on.isoformat(),
                "at": written(at),
            },
        )
        detail = {"response": response, "reason": reason}
        audit.add(
            transaction,
            actor=actor,
            action="decision.respond",
            subject=decision_id,
            at=at,
            detail=detail,
        )
    return True


def answer_questions(
    database: Database,
    *,
    feedback_id: str,
    decision_id: str,
    actor: str,
    answers: Mapping[str, str],
    at: datetime,
) -> bool:
    """Add a representative's feedback, question -> answer; return False if it is there already (a retry)."""
    with database.transaction() as transaction:
        _require(transaction, decision_id)
        if transaction.execute("select 1 from feedback where feedback_id = :id", {"id": feedback_id}):
            return False
        transaction.write(
            "insert into feedback (feedback_id, decision_id, actor, question, answer, answered_at)"
            " values (:feedback_id, :decision_id, :actor, :question, :answer, :at)",
            [
                {
                    "feedback_id": feedback_id,
                    "decision_id": decision_id,
                    "actor": actor,
                    "question": question,
                    "answer": answer,
                    "at": written(at),
                }
                for question, answer in answers.items()
            ],
        )
        audit.add(transaction, actor=actor, action="decision.feedback", subject=decision_id, at=at)
    return True


def deliver(
    database: Database,
    *,
    delivery_id: str,
    decision_id: str,
    channel: str,
    status: Literal["tried", "delivered", "failed", "withheld"],
    detail: str,
    at: datetime,
) -> bool:
    """Add one step of a delivery; return False if it is there already, so that nothing is sent twice."""
    with database.transaction() as transaction:
        _require(transaction, decision_id)
        return bool(
            transaction.write(
                "insert into delivery (delivery_id, status, decision_id, channel, detail, occurred_at)"
                " values (:delivery_id, :status, :decision_id, :channel, :detail, :at)"
                " on conflict (delivery_id, status) do nothing",
                [
                    {
                        "delivery_id": delivery_id,
                        "status": status,
                        "decision_id": decision_id,
                        "channel": channel,
                        "detail": detail,
                        "at": written(at),
                    }
                ],
            )
        )


def responses(database: Database, decision_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return the responses to each of some suggestions, the oldest first."""
    found: dict[str, list[Row]] = {decision_id: [] for decision_id in decision_ids}
    if decision_ids:
        wanted, names = listed(decision_ids)
        for row in database.read(
            f"select * from response where decision_id in ({wanted}) order by responded_at, response_id",  # noqa: S608
            names,
        ):
            found[row["decision_id"]].append(row)
    return found


def published(database: Database, decision_id: str) -> dict[str, Any]:
    """Return a decision record as it was published; UsageError UN5009 if there is none of that id."""
    found = database.read("select body from published_decision where decision_id = :id", {"id": decision_id})
    if not found:
        raise _unknown(decision_id)
    record: dict[str, Any] = json.loads(found[0]["body"])
    return record


def of_customer(database: Database, customer_id: str, last: int = 50) -> list[Row]:
    """Return the suggestions ever published for a customer, the newest first."""
    return database.read(
        "select * from published_decision where customer_id = :customer_id"
        " order by published_at desc, decision_id limit :last",
        {"customer_id": customer_id, "last": last},
    )


def of_rep(database: Database, rep_id: str, after: datetime) -> list[Row]:
    """Return the suggestions ever published for a representative that expire after an instant, the newest first."""
    return database.read(
        "select * from published_decision where rep_id = :rep_id and expires_at > :after"
        " order by published_at desc, decision_id",
        {"rep_id": rep_id, "after": written(after)},
    )


def feedback_to(database: Database, decision_id: str) -> list[Row]:
    """Return what was answered about a suggestion, the oldest first."""
    return database.read(
        "select * from feedback where decision_id = :id order by answered_at, feedback_id, question",
        {"id": decision_id},
    )


def deliveries_of(database: Database, decision_id: str) -> list[Row]:
    """Return every step of a suggestion's delivery, the oldest first."""
    return database.read(
        "select * from delivery where decision_id = :id order by occurred_at, delivery_id, status",
        {"id": decision_id},
    )


def _require(transaction: Transaction, decision_id: str) -> None:
    if not transaction.execute(
        "select 1 from published_decision where decision_id = :id", {"id": decision_id}
    ):
        raise _unknown(decision_id)


def _unknown(decision_id: str) -> UsageError:
    return UsageError(
        "UN5009", f"no decision has the id '{decision_id}'", hint="list them: unisono decisions"
    )
