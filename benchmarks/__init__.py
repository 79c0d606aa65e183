"""``python -m benchmarks``: the product beside the limit and its peers, in one run (docs/performance.md)."""
