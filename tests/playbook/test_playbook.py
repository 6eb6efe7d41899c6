"""What a good playbook means: its values, its tables, its hash and its schema."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from datetime import date

import jsonschema
import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from playbook_text import FILES, write

from unisono.errors import ProblemsError
from unisono.playbook import Playbook, compile_playbook, json_schema, load_playbook, playbook_hash
from unisono.tables import EVENTS, TABLES, arrow

OPTIONAL = (
    "playbook_channel_system",
    "playbook_curated",
    "playbook_nickname",
    "playbook_source_rank",
    "playbook_institution_type",
    "playbook_decision_maker",
    "playbook_limit",
    "playbook_limit_scope",
)
MADE = [name for name, table in TABLES.items() if table.made_by == "playbook"]


@pytest.fixture
def playbook(tmp_path) -> Playbook:
    return load_playbook(write(tmp_path))


@pytest.fixture
def tables(playbook) -> dict[str, pa.Table]:
    return compile_playbook(playbook)


def changed(folder, file: str, old: str, new: str) -> dict[str, pa.Table]:
    assert old in FILES[f"{file}.yaml"]
    text = FILES[f"{file}.yaml"].replace(old, new, 1)
    return compile_playbook(load_playbook(write(folder, **{file: text})))


def test_scalars_are_what_the_model_wants(playbook):
    content = playbook.content[0]
    assert playbook.company.market == "NO"
    assert content.markets == ["NO", "SE"]
    assert content.version == "1.10"
    assert content.valid_from == date(2026, 1, 1)
    assert playbook.products[0].priority == 1.5


def test_files_may_hold_any_sections_and_may_be_empty(tmp_path, playbook):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "all.yml").write_bytes(b"\xef\xbb\xbf" + "".join(FILES.values()).replace("\n", "\r\n").encode())
    (folder / "notes.yaml").write_text("# nothing yet\n")
    (folder / ".all.yaml").write_text("not: read\n")
    assert load_playbook(folder) == playbook


def test_every_playbook_table_is_compiled_to_its_contract(tables):
    assert list(tables) == MADE
    for name, table in tables.items():
        assert table.schema == arrow.schema(name), name
        keys = list(zip(*(table[column].to_pylist() for column in TABLES[name].key), strict=True))
        assert keys or name in OPTIONAL, name
        assert len(keys) == len(set(keys)), name
        for column in TABLES[name].columns:
            values = table[column.name].to_pylist()
            assert column.nullable or None not in values, (name, column.name)
            assert not column.values or set(values) <= {*column.values, None}, (name, column.name)


LEVERS = """\
levers:
  - {id: push, name: Push, factor: 1.2, specialties: [" Cardiology"], stages: [aware, user]}
  - {id: ask, name: Ask, kind: signal, factor: 2, channels: [msl_call], signal: {event: asked, within_days: 9}}
separations:
  - {id: calm, name: Calm, never: {channels: [email]}, within_days: 3, of: {channels: [visit, website]}}
"""


def test_levers_and_separations_are_spelled_out(tmp_path):
    made = compile_playbook(load_playbook(write(tmp_path, levers=LEVERS)))
    push, ask = made["playbook_lever"].to_pylist()
    assert (push["factor"], push["event"], push["starts_on"]) == (1.2, None, None)
    assert (ask["kind"], ask["event"], ask["within_days"]) == ("signal", "asked", 9)
    scope = {tuple(row.values()) for row in made["playbook_lever_scope"].to_pylist()}
    assert scope == {
        ("push", channel, product, "cardiology", stage)
        for channel in ("visit", "email")
        for product in ("cardia", "pulma")
        for stage in ("aware", "user")
    } | {("ask", "msl_call", product, "*", "*") for product in ("cardia", "pulma")}
    assert {tuple(row.values()) for row in made["playbook_separation"].to_pylist()} == {
        ("calm", "email", product, channel, "*", 3)
        for product in ("cardia", "pulma")
        for channel in ("visit", "website")
    }


def test_the_market_has_a_time_zone(tmp_path):
    made = changed(tmp_path, "company", "EUR", "EUR\n  time_zone: Europe/Oslo")
    assert made["playbook_policy"]["time_zone"].to_pylist() == ["Europe/Oslo"]


def test_names_are_compared_in_lower_case(tables):
    companies = {row["alias"]: row["company_id"] for row in tables["playbook_company_alias"].to_pylist()}
    assert companies["self"] == companies["verity"] == companies["verity pharma s.a."] == "verity"
    assert companies["rival bio"] == "rival"
    products = {row["alias"]: row["product_id"] for row in tables["playbook_product_alias"].to_pylist()}
    assert products["cardia 10 mg"] == "cardia"
    assert products["rivalin 5 mg"] == "rivalin"


def test_nothing_is_decided_for_products_of_others(tables):
    rows = {row["product_id"]: row for row in tables["playbook_product"].to_pylist()}
    assert rows["rivalin"] == {
        "product_id": "rivalin",
        "product_name": "Rivalin",
        "company_id": "rival",
        "is_own": False,
        "lifecycle": None,
        "priority": 0.0,
    }
    assert "rivalin" not in tables["playbook_target"]["product_id"].to_pylist()


def test_every_product_weighs_the_specialties_nobody_named(tables):
    weights = {(r["product_id"], r["specialty"]): r["weight"] for r in tables["playbook_target"].to_pylist()}
    assert weights == {
        ("cardia", "*"): 0.2,
        ("cardia", "cardiology"): 1.0,
        ("pulma", "*"): 0.0,
        ("pulma", "pulmonology"): 1.0,
    }


def test_caps_of_channels_of_all_and_rest(tables):
    rows = {tuple(row.values()) for row in tables["playbook_cap"].to_pylist()}
    assert rows == {
        ("visit", 30, 2, "cap"),
        ("visit", 7, 0, "rest"),
        ("email", 7, 1, "cap"),
        ("email", 30, 3, "cap"),
        ("all", 30, 4, "cap"),
    }


def test_gain_is_the_worth_of_the_next_stage_times_the_chance(tables):
    ladder = tables["playbook_ladder"].to_pylist()
    assert [row["position"] for row in ladder] == [1, 2, 3]
    assert [row["gain"] for row in ladder] == pytest.approx([20.0, 40.0, 0.0])


def test_stages_left_out_of_evidence_weigh_one(tables):
    rows = {
        (r["event"], r["stage"]): r["log_likelihood"] for r in tables["playbook_ladder_evidence"].to_pylist()
    }
    assert rows == {
        ("opened", "unaware"): 0.0,
        ("opened", "aware"): math.log(2),
        ("opened", "user"): math.log(3),
        ("declined", "unaware"): 0.0,
        ("declined", "aware"): 0.0,
        ("declined", "user"): math.log(0.5),
    }


def test_events_are_the_whole_vocabulary(tables):
    assert tables["playbook_event"]["event"].to_pylist() == [event.name for event in EVENTS]


def test_tags_are_given_once(tmp_path):
    tags = changed(tmp_path, "content", "[NO, SE]", "[NO, SE, NO]")["playbook_content_tag"].to_pylist()
    assert [(row["tag"], row["value"]) for row in tags] == [
        ("topic", "safety"),
        ("topic", "dosing"),
        ("channel", "visit"),
        ("channel", "email"),
        ("market", "NO"),
        ("market", "SE"),
        ("kind", "hcp"),
        ("kind", "hco"),
    ]


@pytest.mark.parametrize(
    ("holdout", "arms"),
    [
        ("0", [("suggest", 1.0)]),
        ("0.05", [("holdout", 0.05), ("suggest", 0.95)]),
        ("1", [("holdout", 1.0)]),
        (
            "0.1\n  arms: {usual: 0.2, random_eligible: 0.3}",
            [("holdout", 0.1), ("usual", 0.2), ("random_eligible", 0.3), ("suggest", 0.4)],
        ),
        ("0.5\n  arms: {usual: 0.5}", [("holdout", 0.5), ("usual", 0.5)]),
    ],
)
def test_arms_share_out_all_customers(tmp_path, holdout, arms):
    tables = changed(tmp_path, "policy", "holdout: 0.05", f"holdout: {holdout}")
    found = {row["arm"]: row for row in tables["playbook_arm"].to_pylist()}
    assert list(found) == [arm for arm, _ in arms]
    for arm, share in arms:
        assert found[arm]["share"] == pytest.approx(share)
        assert found[arm]["suggests"] == (arm not in ("holdout", "usual"))
        assert found[arm]["explores"] == (arm != "random_eligible")


def test_policy_is_one_row_that_names_its_version(playbook, tables):
    (row,) = tables["playbook_policy"].to_pylist()
    assert row["policy_version"] == playbook_hash(playbook)
    assert (row["market"], row["currency"], row["salt"]) == ("NO", "EUR", "verity-2026")
    assert row["belief_half_life_days"] == 120.0


def shuffled(data: object, rng: random.Random) -> object:
    """The same data with the keys of every mapping in another order."""
    if isinstance(data, dict):
        keys = list(data)
        rng.shuffle(keys)
        return {key: shuffled(data[key], rng) for key in keys}
    return [shuffled(item, rng) for item in data] if isinstance(data, list) else data


EXAMPLE = yaml.load("".join(FILES.values()), yaml.BaseLoader)


@given(st.randoms(use_true_random=False))
def test_hash_does_not_depend_on_the_order_of_keys(rng):
    other = Playbook.model_validate(shuffled(EXAMPLE, rng))
    assert playbook_hash(other) == playbook_hash(Playbook.model_validate(EXAMPLE))


@given(st.floats(0, 1))
def test_hash_tells_policies_apart(holdout):
    playbook = Playbook.model_validate(EXAMPLE)
    other = Playbook.model_validate({**EXAMPLE, "policy": {**EXAMPLE["policy"], "holdout": holdout}})
    assert (playbook_hash(other) == playbook_hash(playbook)) == (other == playbook)


def test_hash_ignores_layout_and_keeps_meaning(tmp_path, playbook):
    spaced = FILES["policy.yaml"].replace("0.05", ".050  # five in a hundred")
    assert playbook_hash(load_playbook(write(tmp_path / "a", policy=spaced))) == playbook_hash(playbook)
    renamed = FILES["company.yaml"].replace("Verity Pharma\n", "Verity\n")
    assert playbook_hash(load_playbook(write(tmp_path / "b", company=renamed))) != playbook_hash(playbook)


@pytest.mark.parametrize("name", sorted(FILES))
def test_schema_accepts_every_file_of_the_example(name):
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = yaml.safe_load(FILES[name].replace("[NO, SE]", '["NO", SE]').replace("1.10", '"1.10"'))
    jsonschema.validate(yaml_dates_as_text(data), schema)


def yaml_dates_as_text(data: object) -> object:
    if isinstance(data, dict):
        return {key: yaml_dates_as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [yaml_dates_as_text(item) for item in data]
    return data.isoformat() if isinstance(data, date) else data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"polcy": {}}, id="unknown section"),
        pytest.param({"policy": {"holdout": 2}}, id="value out of range"),
        pytest.param({"topics": [{"id": "Not An Id", "name": "x"}]}, id="bad id"),
        pytest.param({"company": {"id": "x"}}, id="missing key"),
    ],
)
def test_schema_refuses_what_the_loader_refuses(data, tmp_path):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())
    (tmp_path / "all.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(ProblemsError):
        load_playbook(tmp_path)


def test_checking_a_playbook_imports_nothing_heavy():
    code = "import sys, unisono.playbook; print({'duckdb', 'pyarrow', 'numpy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_systems_and_depth_of_a_channel_are_compiled(tmp_path):
    more = "minutes: 45\n    systems: [crm, crm, mail]\n    depth: 1.5"
    tables = changed(tmp_path, "channels", "minutes: 45", more)
    bound = tables["playbook_channel_system"].to_pylist()
    assert bound == [{"channel": "visit", "system": "crm"}, {"channel": "visit", "system": "mail"}]
    assert tables["playbook_channel"]["depth"].to_pylist()[:2] == [1.5, 1.0]
