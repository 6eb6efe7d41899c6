"""The feedback desk: a question or a problem goes to an owner with a deadline, and gets an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from unisono.ledger import desk as ledger
from unisono.ledger.instants import instant
from unisono.workbench.access import CONTROL, find_decision, may_see_decision, page, person, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office
from unisono.workbench.pages import cards
from unisono.workbench.pages.inbox import choices, own_id

Row = dict[str, Any]

LONGEST = 2000
USUAL_DAYS = 3


@require_safe
@page("desk")
def desk(request: HttpRequest) -> HttpResponse:
    """Show the questions that somebody asked or has to answer, the overdue first."""
    user = person(request)
    context = {
        "asked": _questions(user),
        "owners": owners(user),
        "due_on": cards.today() + timedelta(days=USUAL_DAYS),
        "about": request.GET.get("about", ""),
        **choices(),
    }
    return render(request, "workbench/desk.html", context)


@require_POST
@page("desk")
def ask(request: HttpRequest) -> HttpResponse:
    """Add a question; the same `response_id` again changes nothing."""
    user = person(request)
    question_id, text = own_id(request), request.POST.get("question", "").strip()[:LONGEST]
    due_at, owner = _due(request.POST.get("due_on", "")), request.POST.get("owner", "")
    if not (question_id and text and due_at) or owner not in owners(user):
        return HttpResponseBadRequest()
    decision = find_decision(request.POST["about"]) if request.POST.get("about") else None
    if decision and not may_see_decision(user, decision):
        raise Http404
    ledger.ask(
        office().database,
        question_id=question_id,
        asked_by=user.get_username(),
        owner=owner,
        question=text,
        at=office().now(),
        due_at=due_at,
        decision_id=decision["decision_id"] if decision else None,
        customer_id=decision["customer_id"] if decision else None,
    )
    return redirect("desk")


@require_POST
@page("desk")
def answer(request: HttpRequest, question_id: str) -> HttpResponse:
    """Answer a question that one owns; the same `response_id` again changes nothing."""
    user = person(request)
    answer_id, text = own_id(request), request.POST.get("answer", "").strip()[:LONGEST]
    if not any(row["question_id"] == question_id and row["may_answer"] for row in _questions(user)):
        raise Http404
    if not (answer_id and text):
        return HttpResponseBadRequest()
    ledger.answer(
        office().database,
        answer_id=answer_id,
        question_id=question_id,
        answered_by=user.get_username(),
        text=text,
        at=office().now(),
    )
    return redirect("desk")


def owners(user: User) -> list[str]:
    """Return who may be asked: others on one's own side of the wall, or who may look at both."""
    active = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("username")
    return [one.get_username() for one in active if set(sides_of(user)) <= set(sides_of(one))]


def _questions(user: User) -> list[Row]:
    name = user.get_username()
    return [
        {
            **row,
            "due": instant(row["due_at"]).replace(tzinfo=UTC),
            "may_answer": row["owner"] == name or user.role in CONTROL,
        }
        for row in ledger.questions(office().database, office().now())
        if name in (row["asked_by"], row["owner"]) or user.role in CONTROL
    ]


def _due(text: str) -> datetime | None:
    """Return the end of the market's day, UTC without zone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    end = datetime.combine(day + timedelta(days=1), time.min, office().time_zone)
    return end.astimezone(UTC).replace(tzinfo=None)
