"""What of the ledger is somebody's own."""

from __future__ import annotations

from typing import Any

from unisono.ledger.search import Search
from unisono.workbench.access import scope, sides_of
from unisono.workbench.models import User
from unisono.workbench.office import office

CUSTOMERS = """
select customer_id from customer
where {scope} and ($wanted = '' or contains(lower(coalesce(full_name, '')), $wanted) or lower(customer_id) = $wanted)
"""


def own(user: User, customer: str = "", **more: Any) -> Search:  # noqa: ANN401 - fields of `Search`
    """Return a search of the decisions that somebody may see, of customers whose name has or whose id is `customer`."""
    mine, values = scope(user)
    wanted = customer.strip().lower()
    if not values and not wanted:  # all customers are one's own
        return Search(sides_of(user), **more)
    found = office().snapshot().read(CUSTOMERS.format(scope=mine), {"wanted": wanted, **values})
    return Search(sides_of(user), found["customer_id"].to_pylist(), **more)
