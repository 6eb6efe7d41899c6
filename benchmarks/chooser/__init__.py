"""Instances, exact linear programs, baselines and an independent check for `benchmarks/decide.py`."""
