"""What the package imports is declared, and what is declared is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
BY_NAME = {
    "django-htmx": "the workbench serves its script",
    "httptools": "uvicorn speaks HTTP with it",
    "uvloop": "uvicorn's event loop",
    "vl-convert-python": "Altair writes SVG with it",
}
"""Declared and not imported, and why."""

COMES_WITH = {"pydantic-core": "pydantic"}
"""Imported and not declared, because what is declared always brings just the version it needs."""


def plain(name: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [text for some in project["optional-dependencies"].values() for text in some]
    return {plain(re.match(r"[\w.-]+", text)[0]) for text in [*project["dependencies"], *extras]}


def imported() -> set[str]:
    """Top names of all modules that the package imports, at its head or where it needs them."""
    found = set()
    for file in (ROOT / "src" / "unisono").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names):
                    found |= {one.name.partition(".")[0] for one in names}
                case ast.ImportFrom(module=str(module), level=0):
                    found.add(module.partition(".")[0])
    return found - sys.stdlib_module_names - {"unisono"}


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    providers = packages_distributions()
    unknown = {name for name in imported() if name not in providers}
    assert not unknown, f"not installed: {unknown}"
    used = {name: {COMES_WITH.get(plain(one), plain(one)) for one in providers[name]} for name in imported()}
    undeclared = {name: found for name, found in used.items() if not found & declared()}
    assert not undeclared, f"imported and not declared in pyproject.toml: {undeclared}"
    unused = declared() - set().union(*used.values())
    assert unused == BY_NAME.keys(), "declared, and neither imported nor explained here"
