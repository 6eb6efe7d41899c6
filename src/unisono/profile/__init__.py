"""Learn what each customer prefers, believes, bears and could matter for.

Reads `touchpoint`, `customer` and the playbook. Writes `contact`, `evidence`, `preference_prior`,
`preference`, `pressure`, `belief` and `potential`.
"""

from __future__ import annotations

from pathlib import Path

from unisono.engine.graph import SqlStep, Step

STEPS: tuple[Step, ...] = tuple(
    SqlStep(path.stem, path) for path in sorted(Path(__file__).parent.glob("*.sql"))
)
