"""Learn what each customer prefers, believes, bears and could matter for.

Reads `touchpoint`, `customer` and the playbook. Writes `contact`, `evidence`, `preference_prior`,
`preference`, `belief` and `potential`, each for both sides of the wall; `touch` and `pressure` count both.
"""

from __future__ import annotations

from unisono.engine.graph import Step, sql_steps

STEPS: tuple[Step, ...] = sql_steps(__file__)
