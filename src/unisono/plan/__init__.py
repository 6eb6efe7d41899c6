"""Planning: reads touchpoint and playbook_product_alias, writes voice."""

from __future__ import annotations

from pathlib import Path

from unisono.engine.graph import SqlStep

STEPS = (SqlStep(table="voice", path=Path(__file__).with_name("voice.sql")),)
