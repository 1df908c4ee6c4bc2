"""How many seeds the simulation lives through, in parts that run at the same time."""

import pytest

PART = 250
"""Seeds in one test: some seconds' worth."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Split the seeds into tests."""
    if "seeds" in metafunc.fixturenames:
        count = metafunc.config.getoption("--seeds")
        first = metafunc.config.getoption("--first-seed")
        parts = [
            range(start, min(start + PART, first + count)) for start in range(first, first + count, PART)
        ]
        metafunc.parametrize("seeds", parts, ids=[f"{part.start}-{part.stop - 1}" for part in parts])
