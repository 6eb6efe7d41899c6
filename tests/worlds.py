"""Simulated worlds for tests that are not about who is who."""

from __future__ import annotations

from pathlib import Path

IDENTITY = "identity: {identifiers: [{field: licence_id}]}\n"


def join_by_licence_only(world: Path) -> None:
    """Write a playbook's section that joins records by licence alone: learning to match takes half of a small run."""
    (world / "playbook" / "identity.yaml").write_text(IDENTITY, encoding="utf-8")
