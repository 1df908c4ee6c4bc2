"""Running processes and taking their time and memory; ratios and their verdict. Does I/O; on Linux."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

ROOT = Path(__file__).parents[2]
"""The repository."""

PYTHON = (sys.executable,)
COMMAND = (sys.executable, "-m", "campaignsync")

# Of Python's own, since a shell that keeps bytecode from being written makes each start compile everything.
_HIDDEN = ("KORE_", "CAMPAIGNSYNC_", "GITHUB_", "GIT_", "PYTHON")


class BenchError(Exception):
    """What was measured didn't do what it was measured for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one process cost: seconds from before its start to after its end, and its most memory in MB."""

    seconds: float
    peak_mb: float
    out: str


def run(command: Sequence[str], *, cwd: Path = ROOT, **env: str) -> Run:
    """Run a process to its end, in an environment in which nothing of the product, git or Python is set.

    Raises:
        BenchError: It failed.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=environment(**env), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = out.read(10_000).decode(errors="replace")
        if process.returncode != 0:
            raise BenchError(f"{' '.join(command)} ended with {process.returncode}: {err.read()!r} {said}")
        # Linux counts in KiB, getrusage(2).
        return Run(seconds=seconds, peak_mb=usage.ru_maxrss * 1024 / 1e6, out=said)


def environment(**added: str) -> dict[str, str]:
    """Return the environment of a measured process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
    return {**kept, "PYTHONPATH": str(ROOT), **added}


@contextmanager
def serving(*arguments: str) -> Iterator[Mapping[str, str]]:
    """Serve an account (`standin`) while the context lasts; yield the variables that point at it."""
    command = [*PYTHON, "-m", "tests.bench.standin", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise BenchError("the stand-in has no pipes")
        yield {
            "KORE_HOST": process.stdout.readline().strip(),
            "KORE_APP_ID": "st-1",
            "KORE_ACCOUNT_ID": "acc-1",
            "KORE_CLIENT_ID": "cs-1",
            "KORE_CLIENT_SECRET": "nothing-that-anyone-must-keep-secret",
        }
        process.stdin.close()
        process.stdout.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table.

    Attributes:
        what: What was measured, and against what.
        figure: The median of the measurements, with its unit.
        ratios: Of each measurement to what was measured beside it, sorted.
        most: The largest median of them that meets the target.
    """

    what: str
    figure: str
    ratios: Sequence[float]
    most: float

    @property
    def is_met(self) -> bool:
        """Whether the median meets the target."""
        return median(self.ratios) <= self.most

    def __str__(self) -> str:
        low, middle, high = self.ratios[0], median(self.ratios), self.ratios[-1]
        verdict = "met" if self.is_met else "MISSED"
        shown = f"{middle:.3g} ({low:.3g} to {high:.3g})"
        return f"| {self.what} | {self.figure} | {shown} | at most {self.most:g} | {verdict} |"


HEAD = "| what | figure | ratio | target | |\n|---|---|---|---|---|"


def row(what: str, pairs: Sequence[tuple[float, float]], *, most: float, unit: str = "s") -> Row:
    """Return the row of measurements, each with what was measured beside it."""
    figure = f"{median(figure for figure, _ in pairs):.3g} {unit}"
    return Row(what=what, figure=figure, ratios=sorted(one / other for one, other in pairs), most=most)


def in_turn(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Take measurements in turn, round by round; return those of each round."""
    return [[measure() for measure in measures] for _ in range(rounds)]
