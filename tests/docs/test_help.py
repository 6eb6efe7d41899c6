from __future__ import annotations

import subprocess
import sys

from tests.docs.pages import ROOT
from unisono.cli import VERBS

HEAVY = ("altair", "duckdb", "numpy", "pyarrow", "pydantic", "pyspark", "rich", "sqlglot", "yaml")


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_lists_every_verb() -> None:
    printed = python("from unisono.cli import app; app(['--help'], prog_name='unisono')")
    listed = [line.split()[0] for line in printed.splitlines() if line.startswith("  ") and line.strip()]
    assert [verb for verb in VERBS if verb not in listed] == []


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from unisono.cli import app\n"
        "app(['--help'], prog_name='unisono', standalone_mode=False)\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert python(code).splitlines()[-1] == "HEAVY []"
