"""Trials in the simulated world: rival policies on the same people and luck, checked from outside.

`policy` turns a published run into suggestions, `audit` looks in the raw exports whether they may be made, `play`
closes the loop week by week and `outcome` compares what came of it.
"""

from __future__ import annotations

from unisono.trial.audit import Audit, Finding, audit
from unisono.trial.outcome import Comparison, Week, compare
from unisono.trial.play import Plan, Result, play, step
from unisono.trial.policy import POLICIES, suggest

__all__ = [
    "POLICIES",
    "Audit",
    "Comparison",
    "Finding",
    "Plan",
    "Result",
    "Week",
    "audit",
    "compare",
    "play",
    "step",
    "suggest",
]
