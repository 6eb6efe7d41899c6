"""Records whose customers are known, rivals and measures for `benchmarks/resolve.py`."""
