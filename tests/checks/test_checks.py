"""Each check before publishing: passes on what a run makes, fires when its rule is broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import (
    CLOCK,
    EMAIL,
    FAX,
    MSL,
    VISIT,
    Data,
    Row,
    Tables,
    ago,
    area,
    consent,
    content,
    only,
    playbook,
    record,
    rep,
    run,
    sides,
    touch,
    values,
)
from tests.quick import QuickEngine
from unisono import resolve
from unisono.checks import CHECKS, broken, check, contract_checks
from unisono.errors import EngineError
from unisono.playbook import Playbook
from unisono.tables import TABLES
from unisono.tables.arrow import rows

DATA: Data = {
    "source_record": [record("a", city="Oslo"), record("b", city="Oslo"), record("other", city="Bergen")],
    "source_touchpoint": [
        touch("other", 1, "visited", "visit"),
        touch("a", 20, contact_id="m", content_id="leaflet"),
    ],
    "source_consent": [consent("a"), consent("b")],
    "rep": [rep("r", 60), rep("m", 60, role="msl", territory_id="r")],
    "territory_area": [area("r", "Oslo")],
}
NO_DRAWS: Data = dict.fromkeys(sides("draw", "candidate"), ())
STEPS = (*resolve.STEPS, *only("arm"))
CHANNELS = [
    EMAIL | {"caps": [{"days": 7, "at_most": 1}]},
    VISIT | {"rest_days": 5},
    MSL,
    FAX | {"capacity": 1},
]


def book(**sections: Any) -> Playbook:
    contents = [
        content("leaflet", channels=["email", "visit", "fax"]),
        content("atlas", channels=["visit"]),
        content("draft", channels=["email", "visit", "fax"], status="draft"),
        content("abroad", channels=["email", "visit", "fax"], markets=["SE"]),
        content("for patients", channels=["email", "visit", "fax"], kinds=["patient"])
        | {"id": "for_patients"},
        content("paper", channels=["msl"], purpose="medical"),
    ]
    return playbook(**({"channels": CHANNELS, "content": contents, "policy": {"per_rep": 2}} | sections))


def decision(made: Tables, key: str, channel: str, rep_id: str | None = None, **said: Any) -> Row:
    """Return a forged decision on our product with approved content."""
    forged = {"customer_id": made.customer(key), "channel": channel, "rep_id": rep_id, "product_id": "ours"}
    forged |= {"content_id": "leaflet", "minutes": 0.0, "decision_id": f"forged {key} {channel} {said}"}
    return forged | {"decided_at": CLOCK} | said


def fired(made: Tables, *decisions: Row) -> str | None:
    """Return the check that stops a run with these decisions, or None."""
    made.engine.table("decision", rows("decision", list(decisions)))
    try:
        check(made.engine, values(), [])
    except EngineError as error:
        return error.where if error.code == "UN3012" else str(error)
    return None


def made_with(*touches: Row, statements: list[Row] | None = None, **sections: Any) -> Tables:
    data = {**DATA, **NO_DRAWS, "source_touchpoint": [*DATA["source_touchpoint"], *touches]}
    if statements is not None:
        data["source_consent"] = statements
    return run(data, book(**sections), steps=STEPS)


def test_what_a_run_makes_passes_every_check() -> None:
    made = run(DATA, book())
    assert made["decision"]
    names = check(made.engine, values(), ["decision", "touchpoint"])
    assert names[: len(CHECKS)] == [f"checks/{path.name}" for path in CHECKS]
    assert len(names) == len(CHECKS) + 6  # three of the contract for each table


OPTION = {"customer_id": "a", "planned_product_id": "ours", "planned_channel": "fax", "product_id": "ours"}
OPTION |= {"channel": "fax", "content_id": "leaflet", "place": 1, "slot_place": 1}
DRAWS: dict[str, tuple[list[tuple[float, bool]], bool]] = {
    "one": ([(1.0, True)], True),
    "two": ([(0.75, False), (0.25, True)], True),
    "too little": ([(0.5, True), (0.4, False)], False),
    "too much": ([(0.5, True), (0.6, False)], False),
    "below nothing": ([(1.5, True), (-0.5, False)], False),
    "none drawn": ([(1.0, False)], False),
    "two drawn": ([(0.5, True), (0.5, True)], False),
    "the impossible drawn": ([(0.0, True), (1.0, False)], False),
}


@pytest.mark.parametrize(("options", "holds"), DRAWS.values(), ids=DRAWS.keys())
@pytest.mark.parametrize("side", sides("draw"))
@pytest.mark.parametrize("stopped_by", [None, "cap"])
def test_a_draw_is_a_distribution_over_permitted_options(
    options: list[tuple[float, bool]], holds: bool, side: str, stopped_by: str | None
) -> None:
    made = made_with()
    drawn = [
        OPTION | {"place": place, "propensity": propensity, "is_drawn": is_drawn}
        for place, (propensity, is_drawn) in enumerate(options, 1)
    ]
    gate = {name: OPTION[name] for name in ("customer_id", "product_id", "channel")}
    made.engine.table(side, rows(side, drawn))
    made.engine.table("candidate", rows("candidate", [gate | {"blocked_by": stopped_by}]))
    assert fired(made) == (None if holds and stopped_by is None else "checks/draw.sql")


def test_forged_decisions_that_break_no_rule_pass() -> None:
    made = made_with()
    assert fired(made, decision(made, "a", "email"), decision(made, "b", "visit", "r", minutes=30.0)) is None
    assert fired(made, decision(made, "a", "msl", "m", content_id="paper")) is None


FORGED: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "nobody assigned": ("assignment", ("other", "visit", "r"), {}),
    "no representative": ("assignment", ("a", "visit", None), {}),
    "sales on a medical channel": ("assignment", ("a", "msl", "r"), {"content_id": "paper"}),
    "medical on a sales channel": ("assignment", ("a", "visit", "m"), {}),
    "representative on a central channel": ("assignment", ("a", "email", "r"), {}),
    "not approved": ("content", ("a", "email"), {"content_id": "draft"}),
    "another market": ("content", ("a", "email"), {"content_id": "abroad"}),
    "another kind": ("content", ("a", "email"), {"content_id": "for_patients"}),
    "another channel": ("content", ("a", "email"), {"content_id": "atlas"}),
    "another purpose": ("content", ("a", "msl", "m"), {"content_id": "leaflet"}),
    "unknown content": ("content", ("a", "email"), {"content_id": "nothing"}),
    "another product": ("content", ("a", "email"), {"product_id": "second"}),
    "no consent": ("consent", ("other", "email"), {}),
    "too many minutes": ("capacity", ("a", "visit", "r"), {"minutes": 61.0}),
}


@pytest.mark.parametrize(("name", "who", "said"), FORGED.values(), ids=FORGED.keys())
def test_a_check_fires_on_a_decision_that_breaks_its_rule(name: str, who: tuple[Any, ...], said: Row) -> None:
    made = made_with()
    assert fired(made, decision(made, *who, **said)) == f"checks/{name}.sql"


def test_a_suggestion_through_a_system_that_does_not_know_the_customer_is_found() -> None:
    bound = [entry | {"systems": ["post"]} if entry["id"] == "fax" else entry for entry in CHANNELS]
    made = made_with(channels=bound)
    assert fired(made, decision(made, "a", "fax")) == "checks/reach.sql"


def test_suggestions_that_together_go_over_a_cap_or_into_a_rest_are_found() -> None:
    made = made_with(policy={"per_customer": 3, "per_rep": 9, "caps": [{"days": 14, "at_most": 2}]})
    mail, fax = decision(made, "a", "email"), decision(made, "a", "fax")
    visit = decision(made, "a", "visit", "r")
    assert fired(made, mail, fax) is None
    assert fired(made, mail, fax, visit) == "checks/cap.sql"  # three where two are allowed over all channels
    assert fired(made, mail, mail | {"decision_id": "again"}) == "checks/cap.sql"
    assert fired(made, visit, visit | {"decision_id": "again"}) == "checks/cap.sql"  # no rest between


APART = {"id": "s", "name": "S", "never": {"channels": ["email"]}, "within_days": 3}


@pytest.mark.parametrize(
    ("of", "touches", "is_kept"),
    [
        ({"channels": ["visit"]}, [touch("a", 2, "visited", "visit")], False),
        ({"channels": ["visit"]}, [touch("a", 3, "visited", "visit")], True),
        ({"channels": ["visit"]}, [touch("b", 2, "visited", "visit")], True),
        ({"channels": ["visit"]}, [touch("a", 2, "visited", "visit", company="them")], True),
        ({"channels": ["visit"]}, [touch("a", 2, "opened", "visit")], True),
        ({"channels": ["msl"]}, [touch("a", 2, "visited", "msl")], False),
        ({"channels": ["visit"], "events": ["opened"]}, [touch("a", 2, "opened", "visit")], False),
        ({"channels": ["visit"], "events": ["opened"]}, [touch("a", 2, "visited", "visit")], True),
    ],
)
def test_a_suggestion_too_soon_after_what_it_is_kept_off_is_found(
    of: Row, touches: list[Row], is_kept: bool
) -> None:
    made = made_with(*touches, separations=[APART | {"of": of}])
    assert fired(made, decision(made, "a", "email")) == (None if is_kept else "checks/separation.sql")


def test_two_suggestions_that_are_kept_apart_are_found() -> None:
    apart = [APART | {"of": {"channels": ["fax"]}}]
    made = made_with(separations=apart, policy={"per_customer": 3})
    mail, fax = decision(made, "a", "email"), decision(made, "a", "fax")
    assert (fired(made, mail), fired(made, fax)) == (None, None)
    assert fired(made, mail, fax) == "checks/separation.sql"


@pytest.mark.parametrize(
    ("limit", "is_kept"),
    [
        ({"quotas": [{"id": "q", "name": "Q", "at_most": 1}]}, False),
        ({"quotas": [{"id": "q", "name": "Q", "at_most": 2}]}, True),
        ({"quotas": [{"id": "q", "name": "Q", "at_most": 1, "channels": ["email"]}]}, True),
        ({"budgets": [{"id": "b", "name": "B", "amount": 2.5}]}, False),
        ({"budgets": [{"id": "b", "name": "B", "amount": 3}]}, True),
        ({"goals": [{"id": "g", "name": "G", "at_least": 9, "worth": 1}]}, True),
    ],
)
def test_more_than_a_budget_or_quota_allows_is_found(limit: dict[str, Any], is_kept: bool) -> None:
    made = made_with(**limit, policy={"per_customer": 3})
    fired_by = fired(made, decision(made, "a", "email"), decision(made, "a", "fax"))
    assert fired_by == (None if is_kept else "checks/capacity.sql")


def test_more_suggestions_than_allowed_are_found() -> None:
    generous = {"per_customer": 3, "per_rep": 1}
    made = made_with(policy=generous)
    visits = [decision(made, who, "visit", "r", minutes=1.0) for who in "ab"]
    assert fired(made, visits[0]) is None
    assert fired(made, *visits) == "checks/capacity.sql"
    assert fired(made, decision(made, "a", "fax"), decision(made, "b", "fax")) == "checks/capacity.sql"
    strict = made_with()
    assert (
        fired(strict, decision(strict, "a", "email"), decision(strict, "a", "fax")) == "checks/capacity.sql"
    )


@pytest.mark.parametrize(
    ("touches", "channel", "stops"),
    [
        ([touch("a", 6)], "email", True),
        ([touch("a", 7)], "email", False),
        ([touch("a", 6, company="them")], "email", False),
        ([touch("a", 6, "opened")], "email", False),
        ([touch("a", 4, "visited", "visit")], "visit", True),
        ([touch("a", 5, "visited", "visit")], "visit", False),
        (
            [touch("a", 40, "invited", contact_id="e"), touch("a", 3, "attended", contact_id="e")],
            "email",
            True,
        ),
    ],
)
def test_caps_and_rest_are_counted_from_the_touchpoints(
    touches: list[Row], channel: str, stops: bool
) -> None:
    made = made_with(*touches)
    who = ("visit", "r") if channel == "visit" else ("email",)
    assert fired(made, decision(made, "a", *who)) == ("checks/cap.sql" if stops else None)


@pytest.mark.parametrize(
    ("statement", "stops"),
    [
        (consent("a", 5, "withdrawn"), True),
        (consent("a", 100, "withdrawn"), True),
        (consent("a", 150, "withdrawn"), False),
        (consent("a", 5, "pending"), True),
        (consent("a", 5, "withdrawn", "all"), True),
        (consent("a", 5, "withdrawn", "fax"), False),
        (consent("a", 5, "withdrawn", purpose="medical"), False),
        (consent("a", 5, "withdrawn", product="Theirs"), False),
        (consent("a", 5, "denied", product="Ours"), True),
        (consent("a", -1, "withdrawn"), False),
        (consent("a", 5, expires_at=ago(1)), True),
    ],
)
def test_consent_is_read_from_the_statements(statement: Row, stops: bool) -> None:
    made = made_with(statements=[consent("a"), consent("b"), statement])
    assert fired(made, decision(made, "a", "email")) == ("checks/consent.sql" if stops else None)


def test_refusals_count_where_consent_is_not_required_too() -> None:
    refused = [consent("a"), consent("b"), consent("a", 9, "denied", "fax")]
    made = made_with(statements=refused)
    assert fired(made, decision(made, "a", "fax")) == "checks/refusal.sql"
    again = made_with(statements=[*refused, consent("a", 3, channel="fax")])
    assert fired(again, decision(again, "a", "fax")) is None
    left = made_with(touch("a", 50, "unsubscribed", "fax"))
    assert fired(left, decision(left, "a", "fax")) == "checks/refusal.sql"


def test_suggestions_to_the_control_arm_are_found() -> None:
    made = made_with()
    forged = decision(made, "a", "email")
    arms = [row | {"suggests": row["customer_id"] != forged["customer_id"]} for row in made["arm"]]
    made.engine.connection.execute("drop table arm")
    made.engine.table("arm", rows("arm", arms))
    assert fired(made, forged) == "checks/refusal.sql"


def test_a_lost_touchpoint_is_found() -> None:
    made = made_with()
    made.engine.connection.execute(
        "delete from touchpoint where channel = 'email' and occurred_at < $1", [ago(5)]
    )
    assert fired(made) == "checks/conserved.sql"


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ({"channel": "msl"}, "delete from medical_touchpoint"),
        ({"channel": "visit", "rep_id": "m"}, "delete from medical_touchpoint"),
        ({"channel": "email", "content_id": "paper"}, "delete from medical_touchpoint"),
        (
            {"channel": "email", "content_id": "paper"},
            "update medical_touchpoint set touchpoint_id = 'again'",
        ),
    ],
)
def test_a_medical_touchpoint_on_the_commercial_side_is_found(said: Row, change: str) -> None:
    made = made_with(touch("a", 9, **said))
    assert fired(made) is None
    for statement in ("insert into touchpoint from medical_touchpoint", change):
        made.engine.connection.execute(statement)
    assert fired(made) == "checks/wall.sql"


def test_what_follows_in_a_medical_contact_is_medical_too() -> None:
    mail = {"channel": "email", "contact_id": "n"}
    made = made_with(touch("a", 9, content_id="paper", **mail), touch("a", 8, "opened", **mail))
    moved = "from medical_touchpoint where event = 'opened'"
    for statement in (f"insert into touchpoint {moved}", f"delete {moved}"):
        made.engine.connection.execute(statement)
    assert fired(made) == "checks/wall.sql"


def test_a_touchpoint_on_both_sides_is_found() -> None:
    made = made_with(touch("a", 9, channel="msl"))
    made.engine.connection.execute("insert into touchpoint from medical_touchpoint")
    assert fired(made) == "checks/conserved.sql"


# --- the contract -----------------------------------------------------------------------------------------


def breaks(table: str, data: list[Row]) -> list[str]:
    """Return which checks of the contract find something in a table; the question about all tables must agree."""
    engine = QuickEngine()
    engine.table(table, rows(table, data))
    found = [query.where for query in contract_checks(table) if engine.read(query.text).num_rows]
    assert broken(engine, (table,)) == [table] * bool(found)
    return found


ARM = {"customer_id": "C1", "arm": "suggest", "suggests": True}
ARM |= {"stratum": "*", "share": 1.0, "assigned_at": CLOCK, "values_by": "value", "explores": False}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ([], []),
        ([ARM, ARM | {"customer_id": "C2"}], []),
        ([ARM, ARM | {"arm": "holdout"}], ["arm: key is unique"]),
        ([ARM | {"suggests": None}], ["arm: nothing is missing"]),
        ([ARM | {"customer_id": None}], ["arm: nothing is missing"]),
        ([ARM, ARM | {"customer_id": "C2", "values_by": "whim"}], ["arm: only allowed values"]),
    ],
)
def test_a_doubled_key_an_empty_column_and_a_strange_value_are_found(
    data: list[Row], found: list[str]
) -> None:
    assert breaks("arm", data) == found


def test_columns_that_may_be_empty_may_be() -> None:
    customer = {"customer_id": "C1", "kind": "hcp", "record_count": 1, "simulated": False}
    assert breaks("customer", [customer]) == []
    assert breaks("customer", [customer | {"kind": None}]) == ["customer: nothing is missing"]


def test_every_table_of_the_contract_can_be_checked() -> None:
    for name in TABLES:
        assert breaks(name, []) == []
