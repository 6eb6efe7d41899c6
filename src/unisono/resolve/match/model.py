"""A model of matching: what is compared, what each likeness weighs, and how common values are; kept as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from unisono.resolve.match.levels import ELSE, LEVELS

if TYPE_CHECKING:
    from splink import SettingsCreator

KEY = "record_key"


@dataclass(frozen=True)
class Comparison:
    """A column by which records are compared; `by` names its levels."""

    field: str
    by: str = "exact"
    by_frequency: bool = False


@dataclass(frozen=True)
class Specification:
    """How records are compared; only those that agree on all columns of an entry of `block_on` are.

    `version` is raised to learn anew.
    """

    compare: tuple[Comparison, ...]
    block_on: tuple[tuple[str, ...], ...]
    version: int = 1

    @property
    def columns(self) -> list[str]:
        """The columns it looks at, in order."""
        blocked = (name for rule in self.block_on for name in rule)
        return list(dict.fromkeys([*(each.field for each in self.compare), *blocked]))

    @property
    def hash(self) -> str:
        """16 hex digits over it and over the meaning of its levels."""
        levels = {each.by: [level.condition for level in LEVELS[each.by]] for each in self.compare}
        return _hash(asdict(self), levels)


@dataclass(frozen=True)
class Model:
    """What was learnt: the prior, and for each comparison (m, u) of each of its levels.

    `frequencies` holds, for columns compared by frequency, the share of records that have a value, of those that have
    any; a value that is not in it is as rare as `rarest`. Pairs are kept whose probability is `at_least`.
    """

    specification: Specification
    prior: float
    weights: tuple[tuple[tuple[float, float], ...], ...]
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rarest: Mapping[str, float] = field(default_factory=dict)
    at_least: float = 0.5

    @property
    def version(self) -> str:
        """16 hex digits over everything it says."""
        return _hash(asdict(self))

    def json(self) -> str:
        """Return it as JSON; equal models give equal text."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def settings(self, link_type: str = "dedupe_only", *, details: bool = False) -> SettingsCreator:
        """Return it as Splink reads it; `details` keeps what each comparison adds to the weight of a pair."""
        from splink import SettingsCreator, block_on

        comparisons: list[Any] = [
            _splink_comparison(each, weights)
            for each, weights in zip(self.specification.compare, self.weights, strict=True)
        ]
        return SettingsCreator(
            link_type=link_type,  # type: ignore[arg-type]
            comparisons=comparisons,
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in self.specification.block_on],
            probability_two_random_records_match=self.prior,
            unique_id_column_name=KEY,
            retain_matching_columns=details,
            retain_intermediate_calculation_columns=details,
            linker_uid="unisono",
        )


def specification(matching: Mapping[str, Any]) -> Specification:
    """Return the playbook's `matching`, or JSON of a specification, as a specification."""
    return Specification(
        tuple(Comparison(**each) for each in matching["compare"]),
        tuple(tuple(rule) for rule in matching["block_on"]),
        matching.get("version", 1),
    )


def model_of(text: str) -> Model:
    """Return the model that `Model.json` wrote."""
    read = json.loads(text)
    weights = tuple(tuple((m, u) for m, u in levels) for levels in read["weights"])
    return Model(**{**read, "specification": specification(read["specification"]), "weights": weights})


def untrained(of: Specification) -> Model:
    """Return the model that learning starts from."""
    weights = tuple(tuple((level.m, level.u) for level in LEVELS[each.by]) for each in of.compare)
    return Model(of, 1e-4, weights)


def _splink_comparison(each: Comparison, weights: Sequence[tuple[float, float]]) -> dict[str, Any]:
    names = {"l": f"{each.field}_l", "r": f"{each.field}_r"}
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": "{l} is null or {r} is null".format(**names),
            "label_for_charts": "missing",
            "is_null_level": True,
        }
    ]
    for level, (m, u) in zip(LEVELS[each.by], weights, strict=True):
        condition = ELSE if level.condition == ELSE else level.condition.format(**names)
        made = {"sql_condition": condition, "label_for_charts": level.label}
        levels.append({**made, "m_probability": m, "u_probability": u})
    if each.by_frequency:
        levels[1] |= {"tf_adjustment_column": each.field, "tf_adjustment_weight": 1.0}
    return {"output_column_name": each.field, "comparison_levels": levels}


def _hash(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
