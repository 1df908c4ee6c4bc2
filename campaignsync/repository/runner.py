"""Running git: a clean environment, a time limit, and its words made fit to show. Does I/O."""

import os
import re
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import IO

import anyio
from anyio.abc import Process

from campaignsync.errors import GitError

LOCAL_TIMEOUT_S = 600.0
"""How long a command may take that does not use the network, in seconds: people's hooks run in it."""

NETWORK_TIMEOUT_S = 120.0
"""How long a command may take that talks to the remote, in seconds."""

_LOCK_PAUSE_S = 0.25
_TERM_PATIENCE_S = 5.0
_LONGEST = 2000

_KEPT = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
    }
)
_KEPT_PREFIXES = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_HTTP_PROXY_",
    "GIT_PROXY_",
    "GIT_SSL_",
)
_ALWAYS = (
    # What a clone shows in the place of an object (git-replace(1)) is in no other clone.
    "--no-replace-objects",
    # A folder in a repository that looks like a bare repository must not take its place.
    *("-c", "safe.bareRepository=explicit"),
    # Housekeeping in the background would hold locks while a run goes on.
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false")
_LOCKED = re.compile(rb"^(?:fatal|error): .*\.lock': File exists", re.MULTILINE)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s'\"]+(?=@)|(?<=authorization: )[^\r\n]+", re.IGNORECASE)
_UNPRINTABLE = re.compile(
    r"[^\n\t -~\u00a0-\ud7ff\ue000-\U0010ffff]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)


def clean_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for git.

    Inherited ``GIT_*`` variables would redirect it, as inside a hook: only those stay that say how to reach
    a remote, who commits and what the configuration is. The vendor's secrets stay out: a hook is any program.
    """
    kept = {name: value for name, value in env.items() if _is_kept(name)}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "LC_ALL": "C"}


def _is_kept(name: str) -> bool:
    if name.startswith("GIT_"):
        return name in _KEPT or name.startswith(_KEPT_PREFIXES)
    return not name.startswith("KORE_")


def printable(text: str) -> str:
    """Return text from git or a remote fit for a terminal and a log: no control characters, no secrets."""
    return _CREDENTIALS.sub("***", _UNPRINTABLE.sub("", text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one git command said.

    Attributes:
        status: Its exit status, negative where a signal ended it.
        stdout: Its output.
        stderr: Its messages.
    """

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """The output as text, without the final newline; bytes that are no UTF-8 as file names keep them."""
        return os.fsdecode(self.stdout).removesuffix("\n")

    @property
    def words(self) -> str:
        """What it complained about: printable, short (the end of it), without git's advice."""
        raw = (self.stderr.strip() or self.stdout.strip()).decode(errors="replace")
        lines = [printable(line).rstrip() for line in raw.splitlines() if not line.startswith("hint:")]
        return "\n".join(filter(None, lines))[-_LONGEST:]

    @property
    def is_locked_out(self) -> bool:
        """Whether another git process was at work in the same repository."""
        return self.status != 0 and _LOCKED.search(self.stderr) is not None

    def failure(self, what: str) -> GitError:
        """Return the error that says what could not be done, and why."""
        hint = (
            "Another git command is at work in this repository, or one was killed. If none is running, "
            "remove the lock file named above, then run the command again."
        )
        return GitError(f"{what}: {self.words}", hint=hint if self.is_locked_out else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Runs git in one folder.

    Attributes:
        folder: Where it runs.
        env: The whole environment (`clean_environment`).
        lock_patience_s: How long to try again while another git process holds a lock, in seconds.
    """

    folder: Path
    env: Mapping[str, str] = field(repr=False)
    lock_patience_s: float = 5.0

    async def ask(
        self,
        *args: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        timeout_s: float = LOCAL_TIMEOUT_S,
        has_hooks: bool = False,
    ) -> Answer:
        """Run a command and return its answer, whatever its exit status.

        Args:
            args: The command and its arguments.
            stdin: What it reads.
            env: Variables on top of the environment.
            timeout_s: How long it may take, in seconds.
            has_hooks: Whether people's hooks run.

        Raises:
            GitError: It could not be started or took too long.
        """
        waited_s = 0.0
        args = (*_ALWAYS, *(() if has_hooks else _NO_HOOKS), *args)
        while True:
            answer = await self._once(args, stdin=stdin, env={**self.env, **(env or {})}, timeout_s=timeout_s)
            if not answer.is_locked_out or waited_s >= self.lock_patience_s:
                return answer
            await anyio.sleep(_LOCK_PAUSE_S)
            waited_s += _LOCK_PAUSE_S

    async def run(
        self,
        *args: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        timeout_s: float = LOCAL_TIMEOUT_S,
    ) -> Answer:
        """Run a command that has to succeed; arguments as for `ask`.

        Raises:
            GitError: It failed, could not be started or took too long.
        """
        answer = await self.ask(*args, stdin=stdin, env=env, timeout_s=timeout_s)
        if answer.status:
            raise answer.failure(f"git {_command(args)} failed")
        return answer

    async def _once(
        self, args: tuple[str, ...], *, stdin: bytes, env: Mapping[str, str], timeout_s: float
    ) -> Answer:
        try:
            with ExitStack() as stack:
                # Files, not pipes: a connection that ssh keeps open in the background holds on to them.
                source, out, err = (stack.enter_context(_scratch_file()) for _ in range(3))
                source.write(stdin)
                source.seek(0)
                status = await self._wait(await self._start(args, (source, out, err), env), timeout_s)
                out.seek(0)
                err.seek(0)
                return Answer(status=status, stdout=out.read(), stderr=err.read())
        except TimeoutError as error:
            raise GitError(
                f"git {_command(args)} did not end within {timeout_s:g} seconds",
                hint="Run it by hand to see what it waits for.",
            ) from error
        except (OSError, ValueError) as error:
            raise GitError(
                f"git {_command(args)} can't be run: {error}",
                hint="Look whether git is installed and on the PATH.",
            ) from error

    async def _start(
        self, args: tuple[str, ...], files: tuple[IO[bytes], IO[bytes], IO[bytes]], env: Mapping[str, str]
    ) -> Process:
        source, out, err = files
        return await anyio.open_process(
            ["git", "--no-pager", *args],
            stdin=source,
            stdout=out,
            stderr=err,
            cwd=self.folder,
            env=env,
            # Ctrl-C in the terminal goes to a whole session: git must not die in the middle of a commit.
            start_new_session=True,
        )

    @staticmethod
    async def _wait(process: Process, timeout_s: float) -> int:
        async with process:
            try:
                with anyio.fail_after(timeout_s):
                    return await process.wait()
            finally:
                await _end(process)


def _scratch_file() -> IO[bytes]:
    """Return a file for what git reads or writes, in memory where the system has such files."""
    if sys.platform == "linux":
        return open(os.memfd_create("campaignsync"), "w+b")  # noqa: PTH123  # a descriptor
    return tempfile.TemporaryFile()


async def _end(process: Process) -> None:
    """End a process that still runs, and its children; gently first, so that git removes its locks."""
    with anyio.CancelScope(shield=True):
        for number, patience_s in ((signal.SIGTERM, _TERM_PATIENCE_S), (signal.SIGKILL, inf)):
            if process.returncode is not None:
                return
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with anyio.move_on_after(patience_s):
                await process.wait()


def _command(args: tuple[str, ...]) -> str:
    """Return the name of the git command among its arguments."""
    options = iter(args)
    for arg in options:
        if arg == "-c":
            next(options)
        elif not arg.startswith("-"):
            return arg
    return ""
