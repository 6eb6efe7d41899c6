"""What the package offers by name, and what its wheel holds."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import unisono

ROOT = Path(__file__).resolve().parents[1]


def test_public_names_are_these() -> None:
    assert unisono.__all__ == ["Project", "UnisonoError", "__version__", "open_project"]
    assert all(getattr(unisono, name) is not None for name in unisono.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        unisono.nothing  # noqa: B018 - the access is the test


def test_the_wheel_holds_everything_a_user_needs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    package = ROOT / "src" / "unisono"
    wanted = [
        path
        for end in ("*.py", "*.sql", "*.yaml", "*.md", "*.csv", "py.typed")
        for path in package.rglob(end)
    ]
    missing = {
        f"unisono/{path.relative_to(package).as_posix()}"
        for path in wanted
        if "/store/" not in path.as_posix()
    }
    assert missing - names == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)
