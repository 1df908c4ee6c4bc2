"""Running a process, and what it costs: seconds on the wall, and memory. Does I/O; on Linux.

The process that measures stays small, since what it holds when it starts another counts as the other's.
"""

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests.bench.standin import Seen

ROOT = Path(__file__).parents[2]
"""The repository."""

PYTHON = (sys.executable,)
COMMAND = (sys.executable, "-m", "campaignsync")

# Of Python's own, since a shell that keeps bytecode from being written makes each start compile everything.
_HIDDEN = ("KORE_", "CAMPAIGNSYNC_", "GITHUB_", "GIT_", "PYTHON")
_SAMPLE_S = 0.01
_MOST_READ = 10_000
"""Bytes of what a process printed that are looked at: a plan of everything would be long."""


class BenchError(Exception):
    """What was measured didn't do what it was measured for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one process cost.

    Attributes:
        seconds: From before its start to after its end.
        peak_mb: The most memory that it had at once, in millions of bytes.
        out: What it printed, the beginning of it.
    """

    seconds: float
    peak_mb: float
    out: str = field(repr=False)


def run(command: Sequence[str], *, cwd: Path = ROOT, **env: str) -> Run:
    """Run a process to its end.

    Args:
        command: What to run.
        cwd: Where.
        env: What is added to its environment, in which nothing of the product, git or Python is set.

    Raises:
        BenchError: It failed.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=_env(env), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise BenchError(f"{' '.join(command)} ended with {process.returncode}: {_text(err)}{_text(out)}")
        # Linux counts in KiB, getrusage(2).
        return Run(seconds=seconds, peak_mb=usage.ru_maxrss * 1024 / 1e6, out=_text(out))


def peak_mb(command: Sequence[str], *, cwd: Path) -> float:
    """Return the most memory that a process and all below it have at once, in millions of bytes.

    The kernel's own figure is that of the largest one alone. So the memory of all is added up a hundred times
    a second, what they share once (proc(5), smaps_rollup, Pss); not in a run whose time is taken.
    """
    samples, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_S):
            samples.append(sum(_pss_mb(pid) for pid in _descendants(os.getpid())))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        whole = run(command, cwd=cwd)
    finally:
        ended.set()
        watcher.join()
    own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    # What a process had before it became another counts as the other's; then only the samples can tell.
    return max([*samples, whole.peak_mb] if whole.peak_mb > own_mb else samples)


@dataclass(slots=True, kw_only=True)
class Standin:
    """A stand-in of the API in a process of its own.

    Attributes:
        url: Where it listens.
        seen: What came in; known when it has ended.
    """

    url: str
    seen: Seen | None = None

    @property
    def env(self) -> Mapping[str, str]:
        """The variables by which the command finds it."""
        return {
            "KORE_HOST": self.url,
            "KORE_APP_ID": "st-1",
            "KORE_ACCOUNT_ID": "acc-1",
            "KORE_CLIENT_ID": "cs-1",
            "KORE_CLIENT_SECRET": "nothing-that-anyone-must-keep-secret",
        }


@contextmanager
def serving(*arguments: str) -> Iterator[Standin]:
    """Serve an account while the context lasts.

    Args:
        arguments: `--account STATE`: it has these campaigns already; `--latency S` before each answer;
            `--limit N` requests in `--window S` seconds.
    """
    command = [*PYTHON, "-m", "tests.bench.standin", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=_env({}), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise BenchError("the stand-in has no pipes")
        standin = Standin(url=process.stdout.readline().strip())
        try:
            yield standin
        finally:
            process.stdin.close()
            seen = process.stdout.read()
    standin.seen = Seen(**json.loads(seen))


def _env(added: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
    return {**kept, "PYTHONPATH": str(ROOT), **added}


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST_READ).decode(errors="replace")


def _descendants(pid: int) -> Iterator[int]:
    """Yield the processes below one, at any depth; those that end meanwhile have none."""
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)


def _pss_mb(pid: int) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return float(rollup.partition("\nPss:")[2].split()[0]) * 1024 / 1e6 if "\nPss:" in rollup else 0.0
