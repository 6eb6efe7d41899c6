"""A brand's tables before anything is decided, and the ways to decide or score, for `benchmarks/deciding.py`."""
