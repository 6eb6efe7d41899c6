"""The inbox: today's suggestions of one representative, and what they do with them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from unisono.deliver import check
from unisono.ledger import decisions as ledger
from unisono.workbench.access import find_decision, page, person
from unisono.workbench.office import office
from unisono.workbench.pages import cards

DISMISSALS = {
    "not_now": _("Not the right moment"),
    "knows_already": _("Knows it already"),
    "wrong_channel": _("Prefers another channel"),
    "wrong_content": _("Content does not fit"),
    "other": _("Something else"),
}
QUESTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "reaction": (
        _("Reaction to the key message"),
        {
            "positive": _("Positive"),
            "neutral": _("Neutral"),
            "sceptical": _("Sceptical"),
            "none": _("Not discussed"),
        },
    ),
    "barrier": (
        _("Barrier met"),
        {
            "none": _("None"),
            "efficacy": _("Efficacy"),
            "safety": _("Safety"),
            "access": _("Access or cost"),
            "habit": _("Habit"),
        },
    ),
    "resolved": (_("Barrier resolved?"), {"yes": _("Yes"), "partly": _("Partly"), "no": _("No")}),
    "next_step": (
        _("Next step"),
        {
            "none": _("None"),
            "material": _("Send material"),
            "again": _("Meet again"),
            "invite": _("Invite to an event"),
            "medical": _("Medical question"),
        },
    ),
}
NOTE = "note"
LONGEST = 1000


@require_safe
@page("inbox")
def inbox(request: HttpRequest) -> HttpResponse:
    """Show today's suggestions, those withdrawn, and those to report on; `?all` also those that wait."""
    everything = "all" in request.GET
    mine = cards.of_rep(person(request))
    today = [card for card in mine.open if everything or card["is_today"]]
    cards.shown(today, person(request))
    context = {
        "today": today,
        "waiting": len(mine.open) - len(today),
        "everything": everything,
        "withdrawn": mine.withdrawn,
        "planned": mine.planned,
        "minutes": sum(card["minutes"] for card in today),
        **choices(),
    }
    return render(request, "workbench/inbox.html", context)


@require_POST
@page("inbox")
def respond(request: HttpRequest, decision_id: str) -> HttpResponse:
    """Plan, snooze or dismiss a suggestion; the same `response_id` again changes nothing."""
    action = request.POST.get("action")
    answer = {"plan": "accepted", "snooze": "snoozed", "dismiss": "dismissed"}.get(str(action))
    response_id = own_id(request)
    if answer is None or response_id is None:
        return HttpResponseBadRequest()
    until_on = None
    if answer == "snoozed":
        days = {"1": 1, "3": 3, "7": 7}.get(request.POST.get("days", ""), 1)
        until_on = cards.today() + timedelta(days=days)
    reason = request.POST.get("reason")
    if answer == "dismissed" and reason not in DISMISSALS:
        return HttpResponseBadRequest()
    if answer != "accepted" or _passes(decision_id):
        _respond(
            request,
            decision_id,
            response_id=response_id,
            response=answer,
            reason=reason if answer == "dismissed" else None,
            note=request.POST.get(NOTE, "")[:LONGEST] or None,
            until_on=until_on,
        )
    return _after(request, decision_id)


@require_safe
@page("inbox")
def preview(request: HttpRequest, decision_id: str) -> HttpResponse:
    """Show what would be sent, to whom and when, before it is."""
    if not _passes(decision_id):
        return redirect("inbox")
    return render(request, "workbench/preview.html", {"card": cards.one(decision_id), **choices()})


@require_POST
@page("inbox")
def send(request: HttpRequest, decision_id: str) -> HttpResponse:
    """Hand the content to its channel, if the door lets it through; the same `response_id` again sends nothing."""
    response_id = own_id(request)
    if response_id is None:
        return HttpResponseBadRequest()
    card = cards.one(decision_id)
    if card["is_sending"] and _passes(decision_id):
        with_time = card["slot"] or "now"
        _respond(
            request,
            decision_id,
            response_id=response_id,
            response="accepted",
            reason=None,
            note=f"send: {with_time}",
        )
        ledger.deliver(
            office().database,
            delivery_id=response_id,
            decision_id=decision_id,
            channel=card["channel"],
            status="tried",
            detail=f"{card['content_id']} version {card['content_version']}, {with_time}",
            at=office().now(),
        )
    return redirect("inbox")


@page("inbox")
def feedback(request: HttpRequest, decision_id: str) -> HttpResponse:
    """Ask how it went, in at most five fields; the same `response_id` again changes nothing."""
    if request.method != "POST":
        card = cards.one(decision_id)
        return render(request, "workbench/feedback.html", {"card": card, **choices()})
    response_id = own_id(request)
    answers = {name: request.POST.get(name, "") for name in QUESTIONS}
    if response_id is None or any(
        answer and answer not in QUESTIONS[name][1] for name, answer in answers.items()
    ):
        return HttpResponseBadRequest()
    answers[NOTE] = request.POST.get(NOTE, "")[:LONGEST]
    given = {name: answer for name, answer in answers.items() if answer}
    who, now = person(request).get_username(), office().now()
    ledger.publish(office().database, [find_decision(decision_id)], now)
    if given:
        ledger.answer_questions(
            office().database,
            feedback_id=response_id,
            decision_id=decision_id,
            actor=who,
            answers=given,
            at=now,
        )
    _respond(request, decision_id, response_id=response_id, response="done", reason=None, note=None)
    return redirect("inbox")


def choices() -> dict[str, Any]:
    """Return what forms offer, and the id under which the answer to a form is one answer however often it comes."""
    return {"dismissals": DISMISSALS, "questions": QUESTIONS, "new_id": uuid4}


def own_id(request: HttpRequest) -> str | None:
    """Return the id that a form was given when it was shown, None if it has none."""
    try:
        return str(UUID(request.POST.get("response_id", "")))
    except ValueError:
        return None


def _passes(decision_id: str) -> bool:
    """Return whether the door lets a suggestion through; withdraw it if not."""
    decision = find_decision(decision_id)
    stopped = check(office().snapshot(), office().database, [decision], office().now())
    for refusal in stopped.values():
        cards.withdraw(decision, refusal)
    return not stopped


def _respond(
    request: HttpRequest,
    decision_id: str,
    *,
    response_id: str,
    response: Any,  # noqa: ANN401 - one of the ledger's answers
    reason: str | None,
    note: str | None,
    until_on: date | None = None,
) -> None:
    now = office().now()
    ledger.publish(office().database, [find_decision(decision_id)], now)
    ledger.respond(
        office().database,
        response_id=response_id,
        decision_id=decision_id,
        actor=person(request).get_username(),
        response=response,
        at=now,
        reason=reason,
        note=note,
        until_on=until_on,
    )


def _after(request: HttpRequest, decision_id: str) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect("inbox")
    card = cards.one(decision_id)
    return render(request, "workbench/answered.html", {"card": card})
