"""Runs the command in real processes that die at a chosen boundary, and on a clock that waits for nobody.

Killing by a sleep would test luck. So a `Driver` (in `kill_driver`) starts this module as a program, which
imports the command once and forks a process for each run; in it, the adapters' methods are wrapped to send
the process SIGKILL just before or just after a boundary, or amid it, and then the command's own `main` is
called. The product knows nothing of all this.

A claim on the remote is waited for as long as its lease. So that this takes no time, the clock, a port of
the product, is replaced by one that a wait only sets forward; the vendor reads the same clock.
"""

import errno
import json
import os
import random
import select
import signal
import struct
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

RUN = "TEST_RUN"
"""The variable by whose value the processes of a run are found."""


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
        return random.random()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippingClock:
    """The machine's clock, set forward by all waits so far, which take no time.

    For processes that run one at a time: of two at once, each would set the other's clock.

    Attributes:
        file: Where the processes keep the seconds skipped; need not exist.
    """

    file: str

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return datetime.fromtimestamp(time.time() + self._skipped_s, UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that nobody sets."""
        return time.monotonic() + self._skipped_s

    async def sleep(self, seconds: float) -> None:
        """Set the clock forward."""
        import anyio.lowlevel

        moved = struct.pack("d", self._skipped_s + seconds)
        file = os.open(self.file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(file, moved, 0)
        finally:
            os.close(file)
        # Others go on before this one does, as after any wait.
        await anyio.lowlevel.checkpoint()

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""
        return random.random()

    @property
    def _skipped_s(self) -> float:
        try:
            data = Path(self.file).read_bytes()
        except FileNotFoundError:
            return 0.0
        return float(struct.unpack("d", data)[0]) if data else 0.0


BEFORE, AMID, AFTER = "before", "amid", "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """Where something is to happen to a run.

    Attributes:
        step: What the run does there, one of `STEPS`.
        moment: Just before it, amid it (of writing a file: half of it is there), or just after it.
        turn: At which of its steps of that kind, from 1.
        is_full: Not to die there, but to find the journal's disk full from then on.
        told: Not to die there, but to tell it through this descriptor.
    """

    step: str
    moment: str = BEFORE
    turn: int = 1
    is_full: bool = False
    told: int | None = None

    def __str__(self) -> str:
        return f"{self.moment} {self.step} {self.turn}"


STEPS = {
    "fetch": "fetch",
    "blob": "hash-object",
    "tree": "write-tree",
    "commit": "commit-tree",
    "ref": "update-ref",
    "index": "update-index",
    "work tree": "checkout-index",
}
"""The steps that are git commands."""

JOURNAL_LINE, JOURNAL, STATE_FILE = "journal line", "journal", "state file"
PUSH, LIST, CREATE = "push", "list", "create"


class _Trap:
    """Springs once, at its boundary."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._turns: dict[tuple[str, str], int] = {}

    @property
    def turns(self) -> dict[str, int]:
        """How often the run came to each step."""
        return {step: turn for (step, moment), turn in self._turns.items() if moment == BEFORE}

    def check_space(self) -> None:
        """Raise OSError where the disk is full, now that the boundary is reached."""
        at = (self._boundary.step, self._boundary.moment)
        if self._boundary.is_full and self._turns.get(at, 0) >= self._boundary.turn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def is_due(self, step: str, moment: str) -> bool:
        """Count a moment; return whether it is the one."""
        turn = self._turns[step, moment] = self._turns.get((step, moment), 0) + 1
        wanted = self._boundary
        return (step, moment, turn) == (wanted.step, wanted.moment, wanted.turn)

    def reach(self, step: str, moment: str) -> None:
        if not self.is_due(step, moment) or self._boundary.is_full:
            return
        if self._boundary.told is not None:
            os.write(self._boundary.told, b".")
        else:
            _die()

    @contextmanager
    def around(self, step: str) -> Iterator[None]:
        self.reach(step, BEFORE)
        yield
        self.reach(step, AFTER)


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    # Another thread may go on for a moment, this one must not.
    raise AssertionError("killed")


def _set(trap: _Trap) -> None:
    """Wrap what a run reaches the disk, git and the vendor by."""
    _wrap_files(trap)
    _wrap_git(trap)
    _wrap_api(trap)


def _wrap_files(trap: _Trap) -> None:
    from campaignsync.repository import disk, journal_file
    from campaignsync.repository.journal_file import JournalFile
    from campaignsync.repository.state_file import StateFile

    append, replace, replace_state = JournalFile.append, JournalFile.replace, StateFile.replace
    append_to_file, replace_file = disk.append_to_file, disk.replace_file
    rename = Path.replace

    async def trapped_append(self: JournalFile, data: bytes) -> None:
        with trap.around(JOURNAL_LINE):
            await append(self, data)

    async def trapped_replace(self: JournalFile, data: bytes) -> None:
        with trap.around(JOURNAL):
            await replace(self, data)

    def trapped_replace_state(self: StateFile, text: str) -> None:
        with trap.around(STATE_FILE):
            replace_state(self, text)

    def torn_append_to_file(path: Path, data: bytes) -> None:
        trap.check_space()
        if trap.is_due(JOURNAL_LINE, AMID):
            append_to_file(path, data[: -len(data) // 2])
            _die()
        append_to_file(path, data)

    def checked_replace_file(path: Path, data: bytes) -> None:
        trap.check_space()
        replace_file(path, data)

    def trapped_rename(self: Path, target: Path) -> Path:
        step = {".jsonl": JOURNAL, ".json": STATE_FILE}.get(target.suffix)
        if step is not None:
            trap.reach(step, AMID)
        return rename(self, target)

    _replace(JournalFile, append=trapped_append, replace=trapped_replace)
    _replace(StateFile, replace=trapped_replace_state)
    _replace(journal_file, append_to_file=torn_append_to_file, replace_file=checked_replace_file)
    _replace(Path, replace=trapped_rename)


def _wrap_git(trap: _Trap) -> None:
    from campaignsync.repository.remote_branch import RemoteBranch
    from campaignsync.repository.runner import Git

    ask, publish = Git.ask, RemoteBranch.publish
    steps = {command: step for step, command in STEPS.items()}

    async def trapped_ask(self: Git, *args: str, **settings: Any) -> object:  # noqa: ANN401  # as the product's
        step = next((steps[word] for word in args if word in steps), None)
        # The program's own index is nobody's loss.
        if step is None or (step == "index" and "GIT_INDEX_FILE" in (settings.get("env") or {})):
            return await ask(self, *args, **settings)
        with trap.around(step):
            return await ask(self, *args, **settings)

    async def trapped_publish(self: RemoteBranch, *args: Any) -> object:  # noqa: ANN401  # as the product's
        with trap.around(PUSH):
            return await publish(self, *args)

    _replace(Git, ask=trapped_ask)
    _replace(RemoteBranch, publish=trapped_publish)


def _wrap_api(trap: _Trap) -> None:
    from campaignsync.kore import client

    exchange: Callable[..., Awaitable[object]] = vars(client)["exchange"]

    async def trapped_exchange(http: object, call: Any, gate: object, **settings: Any) -> object:  # noqa: ANN401  # as the product's
        with trap.around(CREATE if call.url.path.endswith("/campaign") else LIST):
            return await exchange(http, call, gate, **settings)

    _replace(client, exchange=trapped_exchange)


def _replace(holder: object, **attributes: object) -> None:
    for name, value in attributes.items():
        setattr(holder, name, value)


def strays(run: str) -> list[int]:
    """Return the processes that a run started, and that are not the remote's, so on another machine."""
    marker, found = f"{RUN}={run}".encode(), list[int]()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            # It may end, or be somebody else's.
            with suppress(OSError):
                mine = marker in (process / "environ").read_bytes().split(b"\0")
                command = (process / "cmdline").read_bytes()
                is_remote = b"-pack" in command or (process / "cwd").readlink().suffix == ".git"
                if mine and not is_remote:
                    found.append(int(process.name))
    return found


def kill_family(pid: int, run: str) -> None:
    """Send SIGKILL to a run and all that it started, however far its children are from its group."""
    os.kill(pid, signal.SIGKILL)
    while family := strays(run):
        for each in family:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def serve() -> None:
    """Carry out the orders on stdin, and tell each run's process and exit code on stdout."""
    _import_all()
    for line in sys.stdin:
        order = json.loads(line)
        heard, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            _become(order, told)
        os.close(told)
        print(pid, flush=True)  # noqa: T201  # the driver reads it
        kill_after_s = order["kill_after_s"]
        # Also readable once the run has ended, and then there is nothing to read.
        if (
            kill_after_s is not None
            and os.read(heard, 1)
            and not select.select([heard], [], [], kill_after_s)[0]
        ):
            if order["has_family"]:
                kill_family(pid, order["env"][RUN])
            else:
                os.kill(pid, signal.SIGKILL)
        os.close(heard)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201  # likewise


def _is_reached(heard: int, after_s: float) -> bool:
    """Wait for a run's boundary, then so long; return whether the run is still there."""
    # What a dead run would write to can be read, too, and holds nothing.
    return bool(os.read(heard, 1)) and not select.select([heard], [], [], after_s)[0]


def _import_all() -> None:
    """Import what a sync needs, once for all runs: that is most of a short run's time."""
    import anyio._backends._asyncio  # imported for the runs, as all of these
    import anyio._core._subprocesses  # noqa: F401  # likewise
    import filelock  # noqa: F401  # likewise
    import httpcore  # noqa: F401  # likewise
    import jwt  # noqa: F401  # likewise

    import campaignsync.cli
    import campaignsync.commands.adopt
    import campaignsync.commands.forget
    import campaignsync.commands.plan
    import campaignsync.commands.sync
    import campaignsync.terminal  # noqa: F401  # likewise


def _become(order: Mapping[str, Any], told: int) -> NoReturn:
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
        code = _command(order, told)
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _command(order: Mapping[str, Any], told: int) -> int:
    import traceback

    from campaignsync import cli, terminal

    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    clock = SkippingClock(file=order["clock"])
    _replace(terminal, SystemClock=lambda: clock)
    boundary = Boundary(**order["boundary"] or {"step": "none"})
    trap = _Trap(boundary if order["kill_after_s"] is None else replace(boundary, told=told))
    _set(trap)
    sys.argv = ["campaignsync", *order["args"]]
    try:
        cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001  # the test shows it
        traceback.print_exc()
        return 70
    finally:
        Path(order["folder"], "turns").write_text(json.dumps(trap.turns), encoding="utf-8")
    return 0


if __name__ == "__main__":
    serve()
