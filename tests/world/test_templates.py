"""Templates are valid projects that are copied whole and never over a user's files."""

from collections import Counter
from datetime import date

import pytest
import yaml

from unisono.errors import UsageError
from unisono.playbook import load_playbook
from unisono.templates import copy_template, template_names

CLOCK = date(2026, 1, 5)


@pytest.fixture(params=["blank", "demo"])
def project(request, tmp_path):
    copy_template(request.param, tmp_path / "project")
    return tmp_path / "project"


def usable(content, market="IT"):
    return (
        content.status == "approved"
        and content.valid_from <= CLOCK <= content.valid_until
        and market in content.markets
        and "hcp" in content.kinds
    )


def test_names():
    assert {"blank", "demo"} <= set(template_names())


def test_the_playbook_has_no_problems(project):
    assert load_playbook(project / "playbook").products


def test_settings_say_whether_it_is_simulated(project):
    settings = yaml.safe_load((project / "unisono.yaml").read_text(encoding="utf-8"))
    assert settings["simulated"] is (settings["name"] == "aurelia-demo")


def test_copying_needs_an_empty_folder(project):
    before = (project / "unisono.yaml").read_bytes()
    with pytest.raises(UsageError, match="UN5102"):
        copy_template("demo", project)
    assert (project / "unisono.yaml").read_bytes() == before


def test_copying_over_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="UN5102"):
        copy_template("demo", tmp_path / "file")


def test_an_unknown_template_is_named(tmp_path):
    with pytest.raises(UsageError, match="UN5101.*(?s:.*)did you mean 'demo'"):
        copy_template("demmo", tmp_path / "project")


def test_the_demo_has_content_for_every_product_and_channel_but_one(tmp_path):
    copy_template("demo", tmp_path / "project")
    playbook = load_playbook(tmp_path / "project/playbook")
    covered = {(c.product, channel) for c in playbook.content if usable(c) for channel in c.channels}
    owned = [channel.id for channel in playbook.channels if channel.owner != "none"]
    wanted = {(product.id, channel) for product in playbook.products for channel in owned}
    assert wanted - covered == {("auritens", "hospital_meeting")}  # what the content gate is shown by


def test_the_demo_gives_every_content_gate_something_to_stop(tmp_path):
    copy_template("demo", tmp_path / "project")
    contents = load_playbook(tmp_path / "project/playbook").content
    assert set(Counter(content.status for content in contents)) == {
        "approved",
        "draft",
        "in_review",
        "expired",
        "withdrawn",
    }
    approved = [content for content in contents if content.status == "approved"]
    assert any(content.valid_until < CLOCK for content in approved)
    assert any(content.valid_from > CLOCK for content in approved)
    assert any("IT" not in content.markets for content in approved)
    assert any("hcp" not in content.kinds for content in approved)
    assert sum(usable(content) for content in contents) >= 24
