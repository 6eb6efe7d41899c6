"""The page that explains a decision: its bars add up, and nothing in it can be more than text."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.build import Row
from tests.decide.test_explain import busy
from unisono.charts import why_page
from unisono.charts.why import steps

HOSTILE = "<script>alert('&\"')</script>"


def about(**given: object) -> Row:
    return {
        "customer_id": "C1",
        "full_name": HOSTILE,
        "kind": "hcp",
        "specialty": HOSTILE,
        "city": None,
        "arm": "suggest",
        "simulated": False,
        "funnel": [{"gate": "cap", "entering": 4, "removed": 3, "example": HOSTILE}],
        "actions": [],
        "belief": [],
        "consent": [
            {
                "channel": "fax",
                "purpose": "all",
                "product_id": "all",
                "status": "denied",
                "stated_at": datetime(2025, 1, 2),
                "expires_at": None,
                "source": HOSTILE,
                "evidence": HOSTILE,
            }
        ],
    } | given


def test_the_bars_lead_from_the_stage_gain_to_the_value_and_to_what_is_left() -> None:
    for decision in busy()["decision"]:
        bars = {name: (begin, end) for name, begin, end, _ in steps(decision)}
        chain = [name for name in bars if name not in ("value", "left")]
        for one, other in pairwise(chain):
            assert bars[other][0] == pytest.approx(bars[one][1])
        assert bars["stage gain"] == (0, decision["stage_gain"])
        assert bars["unit cost"][1] == pytest.approx(bars["value"][1]) == pytest.approx(decision["value"])
        assert bars["prices"][1] == bars["left"][1] == decision["reduced_value"]


def test_what_sources_say_is_never_markup() -> None:
    page = why_page(about(), [], [HOSTILE])
    assert "<script" not in page
    body = ElementTree.fromstring(page[page.index("<body>") : page.index("</html>")])
    assert sum("alert" in text for text in body.itertext()) == 5
    assert HOSTILE in set(body.itertext())


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_customers_are_labelled(simulated: bool) -> None:
    assert ("Simulated data" in why_page(about(simulated=simulated), [], [])) == simulated
