"""Plan with what is known of the market.

Reads `touchpoint` and the playbook. Writes `voice`.
"""

from __future__ import annotations

from unisono.engine.graph import Step, sql_steps

STEPS: tuple[Step, ...] = sql_steps(__file__)
