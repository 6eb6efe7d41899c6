"""The command line as a user meets it."""

from __future__ import annotations

import csv
import json
import re
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from tests.e2e.conftest import Run
from unisono.charts import SIMULATED_LABEL
from unisono.project import open_project


def test_decisions_lists_the_best_first_with_reasons(finished_demo: Path, unisono: Run) -> None:
    shown = unisono("decisions", finished_demo, "--top", 3)
    found = json.loads(unisono("decisions", finished_demo, "--top", 3, "--json"))
    assert "[simulated data]" in shown
    assert len(found) == 3
    assert [row["reduced_value"] for row in found] == sorted(
        (row["reduced_value"] for row in found), reverse=True
    )
    assert all(row["decision_id"] in shown and 3 <= len(row["reasons"]) <= 5 for row in found)


def test_decisions_of_one_representative(finished_demo: Path, unisono: Run) -> None:
    every = json.loads(unisono("decisions", finished_demo, "--json"))
    rep = next(row["rep_id"] for row in every if row["rep_id"])
    mine = json.loads(unisono("decisions", finished_demo, "--rep", rep, "--json"))
    assert mine
    assert {row["rep_id"] for row in mine} == {rep}
    assert [row["rank"] for row in mine] == list(range(1, len(mine) + 1))
    assert f"did you mean '{rep}'" in unisono("decisions", finished_demo, "--rep", rep.lower(), code=2)


def test_decisions_of_one_representative_come_by_day(finished_demo: Path, unisono: Run) -> None:
    every = json.loads(unisono("decisions", finished_demo, "--json"))
    of = {row["rep_id"]: [other for other in every if other["rep_id"] == row["rep_id"]] for row in every}
    rep, mine = max(((key, rows) for key, rows in of.items() if key), key=lambda item: len(item[1]))
    shown = unisono("decisions", finished_demo, "--rep", rep)
    days = sorted({row["due_on"] for row in mine if row["due_on"]})
    heads = [line for line in shown.splitlines() if re.fullmatch(r"\w+day, \d{4}-\d\d-\d\d|Waiting", line)]
    assert [line[-10:] for line in heads if line != "Waiting"] == days
    assert days[0] == "2026-01-05"
    listed = re.findall(r"D[0-9a-f]{16}", shown.rpartition("Next:")[0])
    assert listed == [row["decision_id"] for row in sorted(mine, key=lambda row: row["rank"])]


def test_why_writes_a_page_that_loads_nothing_and_escapes_everything(
    finished_demo: Path, unisono: Run, tmp_path: Path
) -> None:
    page = tmp_path / "new" / "why.html"
    assert str(page) in " ".join(unisono("why", finished_demo, "--html", page).split())
    said = page.read_text(encoding="utf-8")
    (decision,) = json.loads(unisono("why", finished_demo, "--json"))["decisions"]
    assert all(escape(reason) in said for reason in (*decision["reasons"], decision["flip_condition"]))
    assert "Simulated data" in said
    assert not re.search(r"<script|<link|<img|https?:|url\(|@import", said)
    ElementTree.fromstring(said.partition("<body>")[2].partition("</body>")[0].join(("<body>", "</body>")))


def test_why_explains_one_decision_completely(finished_demo: Path, unisono: Run) -> None:
    chosen = json.loads(unisono("decisions", finished_demo, "--top", 1, "--json"))[0]
    shown = unisono("why", finished_demo, chosen["decision_id"])
    for part in (
        "price paid",
        "runner-up",
        "what would change it",
        "consent",
        "policy version",
        "data version",
    ):
        assert part in shown
    flat = " ".join(shown.split())
    assert all(" ".join(reason.split()) in flat for reason in chosen["reasons"])
    assert chosen["policy_version"] in shown
    assert (
        unisono("why", finished_demo).split("\n")[0] == shown.split("\n")[0]
    )  # the best one unless told otherwise


def test_why_tells_why_a_customer_got_nothing(finished_demo: Path, unisono: Run) -> None:

    nothing = open_project(finished_demo).snapshot().table("no_action").to_pylist()
    gated = next(row for row in nothing if row["reason"] == "gated")
    shown = unisono("why", finished_demo, "--customer", gated["customer_id"])
    assert "nothing is permitted" in shown
    assert gated["detail"].removeprefix("last gate: ") in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["why", "{demo}", "D0"], "UN5009 no decision is called 'D0'"),
        (["why", "{demo}", "--customer", "C0"], "UN5010 no customer is called 'C0'"),
        (["why", "{demo}", "D0", "--customer", "C0"], "UN5008"),
        (["tables", "show", "{demo}", "decisions"], "did you mean 'decision'"),
        (["tables", "export", "{demo}", "decision", "out.xlsx"], "end it in .csv or .parquet"),
        (["lineage", "{demo}", "decision.valu"], "did you mean 'value'"),
        (["lineage", "{demo}", "decision"], "unisono lineage DIR decision.value"),
        (["run", "{demo}", "--as-of", "yesterday"], "UN5005 'yesterday' is not a date"),
        (["run", "{demo}/data", "--as-of", "2026-01-05"], "UN5003 there is no unisono.yaml"),
        (["decisions", "{demo}/data"], "Hint: make a project here: unisono init DIR"),
    ],
)
def test_a_mistake_says_what_where_and_how_to_fix_it(
    finished_demo: Path, unisono: Run, words: list[str], said: str
) -> None:
    assert said in unisono(*(word.format(demo=finished_demo) for word in words), code=2)


def test_tables_are_listed_shown_and_exported(finished_demo: Path, unisono: Run, tmp_path: Path) -> None:
    listed = {row["table"]: row for row in json.loads(unisono("tables", "list", finished_demo, "--json"))}
    assert listed["decision"]["rows"] > 0
    assert "response probability" in unisono("tables", "show", finished_demo, "preference", "--rows", 1)
    unisono("tables", "export", finished_demo, "decision", tmp_path / "decision.csv")
    unisono("tables", "export", finished_demo, "decision", tmp_path / "decision.parquet")
    with (tmp_path / "decision.csv").open(encoding="utf-8", newline="") as file:
        exported = list(csv.DictReader(file))
    assert (
        len(exported)
        == listed["decision"]["rows"]
        == pq.read_metadata(tmp_path / "decision.parquet").num_rows
    )
    assert "; " in exported[0]["reasons"]


def test_lineage_ends_at_the_columns_of_the_files(finished_demo: Path, unisono: Run) -> None:
    shown = unisono("lineage", finished_demo, "preference.mean")
    assert "source_touchpoint.is_human" in shown
    assert "playbook_policy.preference_half_life_days" in shown
    found = json.loads(unisono("lineage", finished_demo, "touchpoint.channel", "--json"))
    assert "source_touchpoint.channel" in found["leaves"]
    assert {row["source"] for row in found["sources"]} >= {"crm_calls", "mail_events"}


def test_lineage_says_what_can_be_traced_to_medical_data(finished_demo: Path, unisono: Run) -> None:
    blind = "Medical: nothing of belief can be traced to medical data"
    assert blind in unisono("lineage", finished_demo, "belief.probability")
    way = json.loads(unisono("lineage", finished_demo, "decision.value", "--json"))["medical"]
    assert way.startswith("decision <- medical_decision <- ")
    assert way.endswith(" <- medical_touchpoint <- source_touchpoint")


def test_why_explains_decisions_of_both_sides(finished_demo: Path, unisono: Run) -> None:
    every = json.loads(unisono("decisions", finished_demo, "--json"))
    for purpose in ("commercial", "medical"):
        chosen = next(row for row in every if row["purpose"] == purpose)
        found = json.loads(unisono("why", finished_demo, chosen["decision_id"], "--json"))
        (decision,) = found["decisions"]
        assert decision["title"] == chosen["title"]
        assert chosen["channel"] in {row["channel"] for row in found["customer"]["actions"]}
        assert chosen["channel_name"] in unisono("why", finished_demo, chosen["decision_id"])


def test_prices_show_what_is_scarce_and_how_good_the_plan_is(finished_demo: Path, unisono: Run) -> None:
    told = json.loads(unisono("prices", finished_demo, "--json"))
    for proof in told["certificates"]:
        assert proof["bound"] * (1 - 0.002) <= proof["objective"] <= proof["bound"] * (1 + 1e-9)
    full = [row for row in told["prices"] if row["price"] > 0]
    assert full
    assert all(row["used"] > 0.9 * row["capacity"] for row in full if row["resource"] == "rep_minutes")
    shown = unisono("prices", finished_demo)
    assert "representative's minutes" in shown
    assert "simulated" in shown
    assert len(unisono("prices", finished_demo, "--all").splitlines()) > len(shown.splitlines())


def test_the_curve_goes_through_the_published_plan_and_is_drawn(
    finished_demo: Path, unisono: Run, tmp_path: Path
) -> None:
    proofs = json.loads(unisono("prices", finished_demo, "--json"))["certificates"]
    for proof in proofs:
        told = json.loads(unisono("prices", finished_demo, "--curve", "--side", proof["purpose"], "--json"))
        today = next(point for point in told["curves"][0]["points"] if point["scale"] == 1)
        assert today["objective"] == pytest.approx(proof["objective"], rel=1e-9)
        assert today["bound"] == pytest.approx(proof["bound"], rel=1e-9)
        assert today["suggestions"] == proof["suggestions"]
    bounds = [point["bound"] for point in told["curves"][0]["points"]]
    assert bounds == sorted(bounds)
    drawn = tmp_path / "curve.svg"
    shown = unisono("prices", finished_demo, "--side", "medical", "--svg", drawn)
    assert "Representatives, medical [simulated data]" in shown
    assert "One representative more" in shown
    for words in ("Simulated data", "today:", "10 % more capacity"):
        assert words in drawn.read_text(encoding="utf-8")


def test_prices_of_one_side(finished_demo: Path, unisono: Run) -> None:
    told = json.loads(unisono("prices", finished_demo, "--side", "medical", "--json"))
    assert {row["purpose"] for row in told["prices"] + told["certificates"]} == {"medical"}


def test_sensitivity_names_what_the_plan_hangs_on(finished_demo: Path, unisono: Run) -> None:
    told = json.loads(unisono("sensitivity", finished_demo, "--json"))
    terms = {row["term"]: row for row in told["terms"]}
    assert terms["potential"]["changed"] > terms[None]["changed"]
    shown = unisono("sensitivity", finished_demo, "--side", "medical")
    assert "Most hangs on the" in shown
    assert "The lever changes" in shown
    assert "simulated" in shown


def test_regret_tells_what_it_means_and_repeats(finished_demo: Path, unisono: Run) -> None:
    words = ("sensitivity", finished_demo, "--regret", "--draws", 3, "--side", "medical")
    told = json.loads(unisono(*words, "--json"))
    assert len(told["draws"]) == 3
    assert told["regret"]["low"] <= told["regret"]["mean"] <= told["regret"]["mean_at_most"]
    assert told == json.loads(unisono(*words, "--json"))
    assert told != json.loads(unisono(*words, "--seed", 1, "--json"))
    shown = unisono(*words)
    assert "draw 3 of 3" in shown
    assert f"{told['regret']['mean']:.2%}" in shown
    assert "response rates alone" in shown


def test_voice_counts_and_draws(finished_demo: Path, unisono: Run, tmp_path: Path) -> None:
    shown = unisono("voice", finished_demo, "--svg", tmp_path / "voice.svg")
    assert "share of voice [simulated data]" in shown
    assert "simulated" in (tmp_path / "voice.svg").read_text(encoding="utf-8").lower()
    rows = json.loads(unisono("voice", finished_demo, "--json"))
    assert all(row["mentions"] >= row["touchpoints"] for row in rows if row["product_name"])
    assert "Auriglyna" in unisono("voice", finished_demo, "--by", "product")


def test_run_prints_what_happened_and_repeats_nothing(demo: Path, unisono: Run) -> None:
    again = unisono("run", demo, "--as-of", "2026-01-05")
    assert "Nothing changed" in again
    moved = unisono("run", demo, "--as-of", "2026-01-12")
    for part in (
        "touchpoint",
        "rows in = accepted + set aside + quarantined + duplicates",
        "consent",
        "Published run",
    ):
        assert part in moved
    manifest = json.loads(unisono("run", demo, "--as-of", "2026-01-12", "--json"))
    assert manifest["clock"] == "2026-01-12T00:00:00"


def test_run_reads_data_from_another_folder(demo: Path, unisono: Run, tmp_path: Path) -> None:
    elsewhere = (demo / "data").rename(tmp_path / "elsewhere")
    assert "UNISONO_DATA" in unisono("run", demo, "--as-of", "2026-01-12", code=2)
    assert "Published run" in unisono("run", demo, "--as-of", "2026-01-12", "--data", elsewhere)


@pytest.mark.parametrize("template", ["demo", "open-payments", "blank"])
def test_init_makes_a_project_whose_playbook_is_fine(template: str, unisono: Run, tmp_path: Path) -> None:

    assert f"unisono check {tmp_path / 'new'}" in unisono("init", tmp_path / "new", "--template", template)
    project = open_project(tmp_path / "new")
    assert project.playbook().products
    assert project.sources().sources
    assert "not empty" in unisono("init", tmp_path / "new", code=2)


def test_check_shows_all_problems_at_once(demo: Path, unisono: Run) -> None:
    assert "playbook  fine" in unisono("check", demo)
    channels = demo / "playbook" / "channels.yaml"
    text = channels.read_text(encoding="utf-8").replace("\n    unit_cost:", "\n    unit_costs:", 1)
    channels.write_text(text.replace("mode: offline", "mode: ofline", 1), encoding="utf-8")
    shown = unisono("check", demo, code=2)
    assert "unit_costs" in shown
    assert "did you mean 'unit_cost'" in shown
    assert "did you mean 'offline'" in shown
    assert f"{channels.as_posix()}:" in shown


@pytest.mark.parametrize("what", ["playbook", "sources", "project"])
def test_schemas_are_json_schemas(what: str, unisono: Run) -> None:
    schema = json.loads(unisono("schema", what))
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False


def test_quality_counts_every_record_of_a_system(finished_demo: Path, unisono: Run, tmp_path: Path) -> None:
    found = json.loads(unisono("resolve", "quality", finished_demo, "--json"))
    records = open_project(finished_demo).snapshot().table("source_record").num_rows
    assert sum(row["records"] for row in found if row["field"] == "city") == records
    worst = max(
        (row for row in found if row["compared"]), key=lambda row: row["conflicting"] / row["compared"]
    )
    page, chart = tmp_path / "quality.html", tmp_path / "quality.svg"
    shown = unisono("resolve", "quality", finished_demo, "--html", page, "--svg", chart)
    assert (
        f"{worst['system']}: {worst['records']:,} records of kind {worst['kind']} [simulated data]" in shown
    )
    assert f"{worst['conflicting'] / worst['compared']:.0%}" in shown
    text = page.read_text(encoding="utf-8")
    assert SIMULATED_LABEL in text
    assert worst["field"].replace("_", " ") in text
    assert "Examples of conflicts" in text
    assert not re.search(r"<script|<link|src=|url\(", text)
    assert "Completeness" in "".join(ElementTree.parse(chart).getroot().itertext())


def test_a_customer_is_shown_with_the_record_that_each_value_comes_from(
    finished_demo: Path, unisono: Run, tmp_path: Path
) -> None:
    snapshot = open_project(finished_demo).snapshot()
    (contested,) = snapshot.read(
        "select * from golden_value where rivals > 0 order by all limit 1"
    ).to_pylist()
    record = f"{contested['system']}:{contested['source_record_id']}"
    about = json.loads(unisono("customer", finished_demo, record, "--json"))
    assert about["customer_id"] == contested["customer_id"]
    (value,) = (row for row in about["values"] if row["field"] == contested["field"])
    assert (value["value"], value["rule"], bool(value["others"])) == (
        contested["value"],
        contested["rule"],
        True,
    )
    assert {row["side"] for row in about["touchpoints"]} <= {"commercial", "medical"}
    moments = [row["occurred_at"] for row in about["touchpoints"]]
    assert moments == sorted(moments, reverse=True)

    shown = unisono("customer", finished_demo, contested["customer_id"], "--top", 2)
    assert "[simulated data]" in shown
    assert record in shown
    assert f"Touchpoints, latest first: {min(2, len(moments))} of {len(moments)}" in shown
    page = tmp_path / "customer.html"
    unisono("customer", finished_demo, contested["customer_id"], "--html", page)
    text = page.read_text(encoding="utf-8")
    assert SIMULATED_LABEL in text
    assert all(escape(row["value"]) in text for row in about["values"])
    assert not re.search(r"<script|<link|src=|url\(", text)


def test_a_person_s_institutions_and_an_institution_s_decision_makers_are_shown(
    finished_demo: Path, unisono: Run
) -> None:
    (link,) = (
        open_project(finished_demo)
        .snapshot()
        .read(
            "select a.*, t.name as type_name, p.full_name as person, c.full_name as institution "
            "from affiliation as a inner join institution as i on i.institution_id = a.institution_id "
            "inner join playbook_institution_type as t on t.type_id = i.institution_type "
            "inner join customer as p on p.customer_id = a.customer_id "
            "inner join customer as c on c.customer_id = a.institution_id "
            "where a.is_decision_maker order by all limit 1"
        )
        .to_pylist()
    )
    about = json.loads(unisono("customer", finished_demo, link["customer_id"], "--json"))
    (place,) = about["works_at"]
    assert (place["institution_id"], place["full_name"]) == (link["institution_id"], link["institution"])
    assert (place["type_name"], place["is_decision_maker"]) == (link["type_name"], True)
    assert about["counts"] == about["decision_makers"] == []
    shown = unisono("customer", finished_demo, link["customer_id"])
    assert "Works at" in shown
    assert link["type_name"] in shown

    about = json.loads(unisono("customer", finished_demo, link["institution_id"], "--json"))
    assert about["counts"][0]["decision_makers"] == len(about["decision_makers"])
    assert link["person"] in {row["full_name"] for row in about["decision_makers"]}
    assert "Decision makers here" in unisono("customer", finished_demo, link["institution_id"])


def test_a_customer_nobody_knows_is_an_error_with_the_nearest_id(finished_demo: Path, unisono: Run) -> None:
    known = open_project(finished_demo).snapshot().table("customer")["customer_id"][0].as_py()
    shown = unisono("customer", finished_demo, known[:-1] + "x", code=2)
    assert "UN5010" in shown
    assert f"did you mean '{known}'" in shown
    assert "UN5004" in unisono("customer", finished_demo, code=2)
