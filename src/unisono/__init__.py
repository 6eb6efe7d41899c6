"""Unisono: from raw touchpoints to explained next best actions."""

from __future__ import annotations

__version__ = "0.1.0"
