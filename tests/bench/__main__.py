"""Measures, prints the table, and ends with 1 where a target is missed: `python -m tests.bench`. Does I/O."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.comparing import octodns_lines, shell_lines
from tests.bench.offline import WHOLE, one_file_lines, start_lines, whole_lines
from tests.bench.online import latency_lines, limit_lines, new_lines
from tests.bench.table import Line, render
from tests.bench.workshop import Sizes, Workshop

_Rows = Callable[[Workshop], Iterator[Line]]

_OTHERS: Mapping[str, _Rows] = {
    "new": new_lines,
    "limit": limit_lines,
    "latency": latency_lines,
    "start": start_lines,
    "one-file": one_file_lines,
}
_COMPARISONS: Mapping[str, _Rows] = {"shell": shell_lines, "octodns": octodns_lines}

NAMES = (*WHOLE, *_OTHERS)
"""The rows that have targets, by name."""


def measure(workshop: Workshop, names: Sequence[str]) -> Iterator[Line]:
    """Measure rows, by name; yields the lines of the table."""
    wholes = [name for name in names if name in WHOLE]
    if wholes:
        yield from whole_lines(workshop, wholes)
    rows = {**_OTHERS, **_COMPARISONS}
    for name in names:
        if name in rows:
            yield from rows[name](workshop)


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for; return the exit code."""
    wanted = _parser().parse_args(arguments)
    names = wanted.rows or [*NAMES, *(_COMPARISONS if wanted.compare else ())]
    with tempfile.TemporaryDirectory(prefix="campaignsync-bench-") as folder:
        workshop = Workshop(folder=Path(folder), sizes=Sizes(rounds=wanted.rounds), tell=_tell)
        lines = [*measure(workshop, names)]
    sys.stdout.write(f"Python {platform.python_version()}, {os.cpu_count()} cores; ")
    sys.stdout.write(f"medians of {wanted.rounds}, in brackets the range of the ratios.\n\n{render(lines)}\n")
    return 1 if any(line.is_met is False for line in lines) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=Sizes().rounds, help="fewer are faster, and less sure")
    parser.add_argument("--rows", nargs="+", choices=[*NAMES, *_COMPARISONS], help="only these")
    parser.add_argument("--compare", action="store_true", help="also how people do the same job today")
    return parser


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
