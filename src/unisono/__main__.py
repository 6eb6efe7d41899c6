"""Run the command line: `python -m unisono`."""

from __future__ import annotations

from unisono.cli import main

main()
