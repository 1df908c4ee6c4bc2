"""Runs the fault matrix and prints the table of it in the docs: `python -m tests.e2e.fault_table`.

What it prints is what was seen in this run, not what the cases expect. Further arguments go to pytest.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.e2e.fault_cases import CASES, Target
from tests.e2e.test_fault_matrix import HOUR

_STORIES = {
    **{case.title: case.story for case in CASES},
    HOUR: "sends three times at most, each after a proven absence; then names the ids, and a person decides",
}

Seen = Mapping[str, Mapping[str, Sequence[int]]]


class Outcomes:
    """A pytest plugin that keeps the exit codes of each cell.

    Attributes:
        seen: Exit codes by title and target.
    """

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, Sequence[int]]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test left for the table."""
        for key, value in report.user_properties:
            match value:
                case [str(title), str(target), [*codes]] if key == "cell" and report.when == "call":
                    told = [code for code in codes if isinstance(code, int)]
                    self.seen[title][target] = told if report.passed else [*told, -1]


def table(seen: Seen) -> str:
    """Return the cases and their outcomes as a Markdown table."""
    return "\n".join(_lines(seen))


def _lines(seen: Seen) -> Iterator[str]:
    columns = ["what fails", "what the program does", *(target.value for target in Target)]
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for title, story in _STORIES.items():
        codes = (_shown(seen.get(title, {}).get(target.value)) for target in Target)
        yield f"| {' | '.join([title, story, *codes])} |"


def _shown(codes: Sequence[int] | None) -> str:
    if codes is None:
        return "not run"
    return "FAILED" if -1 in codes else ", ".join(map(str, codes))


def main(arguments: Sequence[str]) -> int:
    """Run the matrix; return pytest's exit code."""
    outcomes = Outcomes()
    code = pytest.main(["-m", "slow", "-q", "tests/e2e/test_fault_matrix.py", *arguments], plugins=[outcomes])
    sys.stdout.write(f"\n{table(outcomes.seen)}\n")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
