"""Customers of one's own, to be searched."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from unisono.workbench.access import page, person, scope, sides_of
from unisono.workbench.office import office

FOUND = """
select c.*, d.suggestions
from customer as c
left join (
    select customer_id, count(*) as suggestions from decision
    where list_contains(string_split($sides, ' '), purpose) group by customer_id
) as d on d.customer_id = c.customer_id
where {scope} and (
    contains(lower(coalesce(c.full_name, '')), lower($wanted))
    or contains(lower(coalesce(c.city, '')), lower($wanted))
    or c.customer_id = $wanted
)
order by c.full_name nulls last, c.customer_id
limit $most
"""
MOST = 100


@require_safe
@page("customers")
def customers(request: HttpRequest) -> HttpResponse:
    """List customers whose name, town or id is searched for."""
    mine, values = scope(person(request), "c.customer_id")
    wanted = request.GET.get("q", "").strip()
    found = (
        office()
        .snapshot()
        .read(
            FOUND.format(scope=mine),
            {"wanted": wanted, "most": MOST, "sides": " ".join(sides_of(person(request))), **values},
        )
    )
    context = {"found": found.to_pylist(), "wanted": wanted, "most": MOST}
    return render(request, "workbench/customers.html", context)
