"""The reader serves any YAML file with a model."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from unisono.errors import ProblemsError
from unisono.ingest.spec import Sources
from unisono.playbook import Finding, load_yaml, read_yaml


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    simulated: bool = False
    seed: int | None = None
    source: str | None = Field(default=None, alias="from", description="Where it comes from")

    @field_validator("name")
    @classmethod
    def _short(cls, name: str) -> str:
        if len(name) > 5:
            raise ValueError("a name has at most 5 letters")
        return name


@pytest.fixture
def file(tmp_path):
    def write(text: str):
        path = tmp_path / "unisono.yaml"
        path.write_text(text)
        return path

    return write


def problems(path, model=Settings, **options):
    with pytest.raises(ProblemsError) as raised:
        read_yaml([path], model, **options)
    return [(p.where.removeprefix(f"{path.as_posix()}"), p.code, p.message) for p in raised.value.problems]


def test_values_are_converted_by_the_model(file):
    assert load_yaml(file("name: 7\nsimulated: yes\nseed: 12\n"), Settings) == Settings(
        name="7", simulated=True, seed=12
    )
    assert load_yaml(file("name: 'null'\nseed: null\n"), Settings).name == "null"
    assert load_yaml(file("name: no\nseed: ~\nfrom:\n"), Settings).source is None


def test_empty_file_lacks_its_keys(file):
    assert problems(file("# nothing\n")) == [("", "UN1003", "'name' is missing")]


def test_missing_file(tmp_path):
    assert problems(tmp_path / "unisono.yaml")[0][:2] == ("", "UN1009")


def test_validators_of_a_model_speak_for_themselves(file):
    assert problems(file("name: abcdef\n")) == [(":1:7", "UN1004", "'name' a name has at most 5 letters")]


def test_aliased_key_is_the_one_that_is_suggested(file):
    path = file("name: x\nfrm: y\n")
    with pytest.raises(ProblemsError, match="did you mean 'from'") as raised:
        load_yaml(path, Settings)
    assert raised.value.problems[0].where == f"{path.as_posix()}:2:1"


def test_check_adds_problems_at_their_place(file):
    def no_seed(settings):
        yield Finding(("seed",), "UN1004", "not lucky", "another", first=("name",))

    path = file("name: x\nseed: 13\n")
    message = f"not lucky; first at {path.as_posix()}:1:7"
    assert problems(path, check=no_seed) == [(":2:7", "UN1004", message)]


def test_place_of_any_value_is_known(file):
    path = file("name: x\nseed: 13\n")
    read = read_yaml([path], Settings)
    assert read.place("seed") == f"{path.as_posix()}:2:7"
    assert read.place("seed", "deeper") == f"{path.as_posix()}:2:7"


def test_sources_file(file):
    text = """\
sources:
  - name: visits
    files: [data/visits.csv]
    format: csw
    maps:
      - from: nature
        too: {}
"""
    assert problems(file(text), Sources) == [
        (":4:13", "UN1004", "'format' may not be 'csw'"),
        (":6:9", "UN1003", "'to' is missing"),
        (":7:9", "UN1002", "unknown key 'too'"),
    ]
