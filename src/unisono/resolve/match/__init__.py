"""How likely it is that two records are one, learnt without labels (Fellegi and Sunter 1969), compared by Splink.

Of the records' columns only `record_key` is known here: what else is compared, a `Specification` says. Missing values
are no evidence. What is compared how is written in SQL that DuckDB and Spark both have, with equal results.
"""

from __future__ import annotations

from unisono.resolve.match.explain import Evidence, explained
from unisono.resolve.match.model import Model, Specification, model_of, specification
from unisono.resolve.match.score import scored
from unisono.resolve.match.train import trained

__all__ = [
    "Evidence",
    "Model",
    "Specification",
    "explained",
    "model_of",
    "scored",
    "specification",
    "trained",
]
