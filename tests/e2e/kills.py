"""Runs the command in real processes that die at a chosen boundary, and on a clock that runs faster.

Killing by a sleep would test luck. So a `Driver` (in `kill_driver`) starts this module as a program, which
imports the command once and forks a process for each run; in it, the adapters' methods are wrapped to send
the process SIGKILL just before or just after a boundary, and then the command's own `main` is called. The
product knows nothing of all this.

A claim on the remote is waited for as long as its lease. So that this takes seconds, the clock, a port of
the product, is replaced by one on which time passes `speed` times as fast; the vendor reads the same clock.
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

# The words of commit messages that tell a claim from a record (the product's contract, "Sync" 7).
CLAIM, CREATE = "claim", "create"

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FastClock:
    """A clock on which seconds pass faster; the same in every process that is given the same numbers.

    Attributes:
        epoch: The moment at which it agrees with the machine's clock, in seconds since 1970.
        speed: Its seconds in one second of the machine's.
    """

    epoch: float
    speed: float

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return datetime.fromtimestamp(self.epoch + (time.time() - self.epoch) * self.speed, UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that nobody sets."""
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        import anyio

        await anyio.sleep(seconds / self.speed)

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""
        import random

        return random.random()


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """Where something is to happen to a run.

    Attributes:
        step: What the run does there, one of `STEPS`.
        is_after: Just after it, not just before.
        meeting: Not to die there, but to wait until as many as two runs are there: the folder to meet in.
    """

    step: str
    is_after: bool
    meeting: str = ""

    def __str__(self) -> str:
        return f"{'after' if self.is_after else 'before'} {self.step}"


STEPS = (
    "claim saved",
    "claim committed",
    "claim pushed",
    "request sent",
    "answer received",
    "entry saved",
    "entry committed",
    "entry pushed",
    "file written",
)
"""The last is the temporary file of a save, which is then still to be renamed."""


class _Trap:
    """Springs once, at its boundary."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._is_sprung = False

    def reach(self, step: str, *, is_after: bool) -> None:
        if self._is_sprung or (step, is_after) != (self._boundary.step, self._boundary.is_after):
            return
        self._is_sprung = True
        if self._boundary.meeting:
            _meet(Path(self._boundary.meeting))
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, step: str) -> Iterator[None]:
        self.reach(step, is_after=False)
        yield
        self.reach(step, is_after=True)


def _meet(folder: Path) -> None:
    (folder / str(os.getpid())).touch()
    deadline = time.monotonic() + _PATIENCE_S
    while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.002)


def _set(trap: _Trap) -> None:
    """Wrap what a run reaches the disk, git and the vendor by."""
    _wrap_store(trap)
    _wrap_git(trap)
    _wrap_api(trap)


def _wrap_store(trap: _Trap) -> None:
    from campaignsync.state import State
    from campaignsync.store import StateFile

    save, write = StateFile.save, StateFile._write

    def trapped_save(self: StateFile, state: State) -> None:
        # The second entry, so that one stands already and one is still to come.
        with trap.around("entry saved" if len(state.records) > 1 else "claim saved"):
            save(self, state)

    def trapped_write(self: StateFile, temporary: Path, state: State) -> None:
        with trap.around("file written"):
            write(self, temporary, state)

    _replace(StateFile, save=trapped_save, _write=trapped_write)


def _wrap_git(trap: _Trap) -> None:
    from campaignsync.git import GitRepository

    commit, push = GitRepository.commit, GitRepository.push
    kinds = [CLAIM]

    async def trapped_commit(self: GitRepository, message: str) -> str | None:
        kinds.append(CREATE if message.startswith(f"campaignsync: {CREATE}") else CLAIM)
        with trap.around("entry committed" if kinds[-1] == CREATE else "claim committed"):
            return await commit(self, message)

    async def trapped_push(self: GitRepository, revision: str) -> object:
        with trap.around("entry pushed" if kinds[-1] == CREATE else "claim pushed"):
            return await push(self, revision)

    _replace(GitRepository, commit=trapped_commit, push=trapped_push)


def _wrap_api(trap: _Trap) -> None:
    from campaignsync.kore import client

    exchange: Callable[..., Awaitable[object]] = vars(client)["exchange"]

    async def trapped_exchange(http: object, call: Any, gate: object, **settings: Any) -> object:  # noqa: ANN401  # as the product's
        is_create = call.url.path.endswith("/campaign")
        if is_create:
            trap.reach("request sent", is_after=False)
        answer = await exchange(http, call, gate, **settings)
        if is_create:
            trap.reach("answer received", is_after=True)
        return answer

    _replace(client, exchange=trapped_exchange)


def _replace(holder: object, **attributes: object) -> None:
    for name, value in attributes.items():
        setattr(holder, name, value)


def serve() -> None:
    """Carry out the orders on stdin, and tell each run's process and exit code on stdout."""
    _import_all()
    clock = FastClock(epoch=float(sys.argv[1]), speed=float(sys.argv[2]))
    for line in sys.stdin:
        order = json.loads(line)
        ending, alive = os.pipe()
        pid = os.fork()
        if pid == 0:
            _become(order, clock)
        os.close(alive)
        print(pid, flush=True)  # noqa: T201  # the driver reads it
        if not select.select([ending], [], [], order["kill_after_s"])[0]:
            os.kill(pid, signal.SIGKILL)
        os.close(ending)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201  # likewise


def _import_all() -> None:
    """Import what a sync needs, once for all runs: that is most of a short run's time."""
    import anyio._backends._asyncio  # noqa: F401  # imported for the runs, as all of these
    import filelock  # noqa: F401  # likewise
    import jwt  # noqa: F401  # likewise

    import campaignsync.cli
    import campaignsync.commands.offline
    import campaignsync.commands.online
    import campaignsync.terminal  # noqa: F401  # likewise


def _become(order: Mapping[str, Any], clock: FastClock) -> NoReturn:
    """Be the command."""
    folder = Path(order["folder"])
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  # as the two below
        os.dup2(nothing.fileno(), 0)
    for descriptor, name in ((1, "out"), (2, "err")):
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    code = 70
    try:
        code = _command(order, clock)
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _command(order: Mapping[str, Any], clock: FastClock) -> int:
    import traceback

    from campaignsync import cli, terminal

    os.chdir(order["cwd"])
    _replace(terminal, SystemClock=lambda: clock)
    if order["boundary"]:
        _set(_Trap(Boundary(**order["boundary"])))
    sys.argv = ["campaignsync", *order["args"]]
    try:
        cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001  # the test shows it
        traceback.print_exc()
        return 70
    return 0


if __name__ == "__main__":
    serve()
