"""Measures the targets of the product's contract, "Speed": `python -m tests.bench`.

Whole processes, and each figure as a ratio to something measured right beside it: a machine's speed moves.
"""
