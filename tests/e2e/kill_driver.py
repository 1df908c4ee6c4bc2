"""Starts the command in processes, to be killed, raced or interrupted, and tells how they ended."""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias
from uuid import uuid4

from tests.e2e.kills import RUN, Boundary, SkippingClock, strays

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended.

    Attributes:
        code: Its exit code, negative where a signal ended it.
        out: Its stdout.
        err: Its stderr.
    """

    code: int
    out: str
    err: str

    @property
    def is_killed(self) -> bool:
        """Whether kill -9 ended it."""
        return self.code == -signal.SIGKILL

    @property
    def json(self) -> Any:  # noqa: ANN401  # what the command printed
        """Its stdout, parsed."""
        return json.loads(self.out)


class Driver:
    """Starts runs, one after another, each in a process of its own. Use as a context manager.

    Args:
        folder: Where their output goes.
        env: The environment of the runs.
        clock: Their clock.

    Attributes:
        pid: The process of the run under way.
    """

    def __init__(self, folder: Path, env: Mapping[str, str], clock: SkippingClock) -> None:
        self._folder = folder
        self._env = env
        self._clock = clock
        self._forker: _Forker | None = None
        self._run = ""
        self.pid = 0

    def __enter__(self) -> Self:
        self._forker = _idle.pop() if _idle else _start_forker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._forker is not None and self._forker.poll() is None:
            _idle.append(self._forker)

    def run(
        self,
        cwd: Path,
        args: Sequence[str],
        *,
        boundary: Boundary | None = None,
        kill_after_s: float | None = None,
        has_family: bool = True,
    ) -> Ended:
        """Run the command to its end, natural or not.

        Args:
            cwd: Where.
            args: Its arguments.
            boundary: Where it dies.
            kill_after_s: How long after the boundary it dies, in seconds of the machine's clock.
            has_family: All that it started dies with it then.
        """
        self._run = uuid4().hex
        order = {
            "cwd": str(cwd),
            "args": list(args),
            "env": {**self._env, RUN: self._run},
            "clock": self._clock.file,
            "folder": str(self._folder),
            "kill_after_s": kill_after_s,
            "has_family": has_family,
            "boundary": boundary and asdict(boundary),
        }
        forker = self._forker
        if forker is None or forker.stdin is None or forker.stdout is None:
            raise RuntimeError("the driver is not started")
        forker.stdin.write(json.dumps(order) + "\n")
        forker.stdin.flush()
        self.pid = int(forker.stdout.readline())
        code = int(forker.stdout.readline())
        return Ended(
            code=code, out=(self._folder / "out").read_text(), err=(self._folder / "err").read_text()
        )

    @property
    def turns(self) -> dict[str, int]:
        """How often the last run that was not killed took each step of `kills`."""
        return dict(json.loads((self._folder / "turns").read_text()))

    def kill(self) -> None:
        """Kill the run under way."""
        os.kill(self.pid, signal.SIGKILL)

    def wait_for_strays(self) -> None:
        """Return once all that the last run started has ended, too."""
        deadline = time.monotonic() + _PATIENCE_S
        while left := strays(self._run):
            assert time.monotonic() < deadline, f"still running: {left}"
            time.sleep(0.002)


_Forker: TypeAlias = "subprocess.Popen[str]"
_idle: list[_Forker] = []
"""Processes that have imported the command, which takes longer than most runs."""


def _start_forker() -> _Forker:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.kills"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
    )


@atexit.register
def _end_forkers() -> None:
    for forker in _idle:
        with forker:
            if forker.stdin is not None:
                forker.stdin.close()


class Running:
    """The command as a user starts it, on the machine's own clock, while it runs.

    Args:
        process: The process.
        output: The folder with what it has printed so far.
    """

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self._process = process
        self._output = output

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def wait_until_said(self, words: str) -> None:
        """Return once its stderr holds these words."""
        deadline = time.monotonic() + _PATIENCE_S
        while words not in self._read("err"):
            assert self._process.poll() is None, f"ended without {words!r}: {self._read('err')}"
            assert time.monotonic() < deadline, f"did not say {words!r}: {self._read('err')}"
            time.sleep(0.005)

    def ended(self) -> Ended:
        """Wait for its end."""
        code = self._process.wait(_PATIENCE_S)
        return Ended(code=code, out=self._read("out"), err=self._read("err"))

    def _read(self, name: str) -> str:
        return (self._output / name).read_text()


@contextmanager
def started(cwd: Path, args: Sequence[str], *, env: Mapping[str, str], output: Path) -> Iterator[Running]:
    """Start the command; what still runs at the end is killed.

    Args:
        cwd: Where.
        args: Its arguments.
        env: Its environment.
        output: A folder for what it prints.
    """
    with (
        (output / "out").open("wb") as out,
        (output / "err").open("wb") as err,
        subprocess.Popen(
            [sys.executable, "-m", "campaignsync", *args], cwd=cwd, env=env, stdout=out, stderr=err
        ) as process,
    ):
        try:
            yield Running(process, output)
        finally:
            process.kill()
