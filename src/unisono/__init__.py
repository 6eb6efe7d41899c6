"""Unisono: from raw touchpoints to explained next best actions.

from unisono import open_project
snapshot = open_project("demo").run(as_of=datetime(2026, 1, 5))
snapshot.table("decision")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unisono.errors import UnisonoError

if TYPE_CHECKING:
    from unisono.project import Project, open_project

__version__ = "0.1.0"
__all__ = ["Project", "UnisonoError", "__version__", "open_project"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import what is heavy only when it is asked for."""
    if name in {"Project", "open_project"}:
        from unisono import project

        return getattr(project, name)
    raise AttributeError(f"module 'unisono' has no attribute '{name}'")
