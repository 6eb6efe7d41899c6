"""The feedback desk: a question or a problem goes to an owner with a deadline, and gets an answer."""

from __future__ import annotations

from datetime import datetime

from unisono.ledger import audit
from unisono.ledger.database import Database, Row
from unisono.ledger.instants import written


def ask(
    database: Database,
    *,
    question_id: str,
    asked_by: str,
    owner: str,
    question: str,
    at: datetime,
    due_at: datetime,
    decision_id: str | None = None,
    customer_id: str | None = None,
) -> None:
    """Add a question; the same `question_id` again is a retry and changes nothing."""
    with database.transaction() as transaction:
        new = transaction.write(
            "insert into desk_question (question_id, decision_id, customer_id, asked_by, owner, question, asked_at,"
            " due_at) values (:question_id, :decision_id, :customer_id, :asked_by, :owner, :question, :at, :due_at)"
            " on conflict (question_id) do nothing",
            [
                {
                    "question_id": question_id,
                    "decision_id": decision_id,
                    "customer_id": customer_id,
                    "asked_by": asked_by,
                    "owner": owner,
                    "question": question,
                    "at": written(at),
                    "due_at": written(due_at),
                }
            ],
        )
        if new:
            audit.add(transaction, actor=asked_by, action="desk.ask", subject=question_id, at=at)


def answer(
    database: Database, *, answer_id: str, question_id: str, answered_by: str, text: str, at: datetime
) -> None:
    """Add an answer; the same `answer_id` again is a retry and changes nothing."""
    with database.transaction() as transaction:
        new = transaction.write(
            "insert into desk_answer (answer_id, question_id, answered_by, answer, answered_at)"
            " values (:answer_id, :question_id, :answered_by, :answer, :at) on conflict (answer_id) do nothing",
            [
                {
                    "answer_id": answer_id,
                    "question_id": question_id,
                    "answered_by": answered_by,
                    "answer": text,
                    "at": written(at),
                }
            ],
        )
        if new:
            audit.add(transaction, actor=answered_by, action="desk.answer", subject=question_id, at=at)


def questions(database: Database, at: datetime) -> list[Row]:
    """Return every question with its latest answer; `state` is open, overdue or answered, in that order of need."""
    return database.read(
        "select q.*, a.answer, a.answered_by, a.answered_at,"
        " case when a.answer_id is not null then 'answered' when q.due_at < :at then 'overdue' else 'open' end as state"
        " from desk_question as q left join desk_answer as a on a.answer_id = (select answer_id from desk_answer"
        " where question_id = q.question_id order by answered_at desc, answer_id desc limit 1)"
        " order by case when a.answer_id is not null then 1 else 0 end, q.due_at, q.question_id",
        {"at": written(at)},
    )
