"""What the command is measured against: PyYAML's C loader, which parses the same files once. Does I/O.

Run as a program, it prints its seconds: `python -m tests.bench.parsing FOLDER`. Nothing but reading and
parsing is in them: not the start of Python, not the search for the files, and what was read is let go.
"""

import sys
from pathlib import Path
from time import perf_counter

import yaml


def main(folder: str) -> float:
    """Return the seconds that it takes to read and parse all definitions below a folder."""
    files = [str(file) for file in sorted(Path(folder).rglob("*.y*ml"))]
    started = perf_counter()
    for file in files:
        with open(file, "rb") as opened:  # noqa: PTH123  # as fast as it can be, so that no ratio flatters us
            yaml.load(opened, yaml.CSafeLoader)
    return perf_counter() - started


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1])}\n")
