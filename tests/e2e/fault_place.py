"""A clone of a repository of definitions, what happens to it, and the commands run in it. Does I/O."""

import os
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.e2e.clones import Kept, differences, kept, program
from tests.e2e.fault_account import ACCOUNT_ID, APP_ID
from tests.e2e.kill_driver import Driver, Ended
from tests.e2e.kill_vendor import STATE, ids_in, journal
from tests.e2e.kills import Boundary, SkippingClock

_DEFINITION = """\
name: {name}
description: Calls for {name}
contactLists: [List of {name}]
priority: 3
dialingMode: Preview
dialingStrategy:
  callerId: {{phoneNumber: "+12025550123"}}
  callingHours:
    frequency: WEEKLY
    timezone: Europe/London
    days: [{{day: MO, start: "9:00 AM", end: "5:00 PM"}}]
  dialingOrder: FIFO
  maxAttemptsPerRecord: 3
  defaultRetryPeriod: 60
  maxRingTime: 30
queue_name: Default Queue
maxSkips: 1
"""
_BY_VERSION = {1: "enableMachineDetect: false\n", 2: "dncLists: {name: Never}\n"}
"""Which version of the API a definition is created by."""


class Shapes(Enum):
    """By which version of the API the definitions are created."""

    FIRST = "v1"
    SECOND = "v2"
    MIXED = "mixed"

    def version(self, index: int) -> int:
        """Return the version of the definition of this number, from 0."""
        return {Shapes.FIRST: 1, Shapes.SECOND: 2, Shapes.MIXED: 2 - index % 2}[self]


_REFUSES = """
read -r old new ref
case "$(git log -1 --format=%s "$new")" in "campaignsync: {verb}"*)
    test -e allowed && exit 0
    {then}
    echo "GH006: Protected branch update failed" >&2
    exit 1
esac
"""
# The update is done then, and the client not told of it (githooks(5)).
_HANGS_UP = """
test "$1" = committed || exit 0
read -r old new ref
case "$(git log -1 --format=%s "$new")" in "campaignsync: {verb}"*)
    test -e allowed && exit 0
    touch allowed
    kill -9 $PPID
esac
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A clone.

    Attributes:
        folder: The folder with all of it.
        url: Where the API is.
        is_pushing: Whether it has a remote, and commands run with --push.
        options: Further options of the commands that call the API.
        clock: The clock of the commands.
        left: What the clone was like as the person left it.
    """

    folder: Path
    url: str
    is_pushing: bool
    options: tuple[str, ...]
    clock: SkippingClock
    left: Kept

    @classmethod
    def make(  # noqa: PLR0913  # what it holds, each by name
        cls,
        folder: Path,
        *,
        url: str,
        names: tuple[str, ...],
        is_pushing: bool,
        options: tuple[str, ...],
        clock: SkippingClock,
        shapes: Shapes = Shapes.FIRST,
    ) -> "Place":
        """Make a repository with a committed definition for each name."""
        path = folder / "clone"
        _git(folder, "init", "--quiet", "--initial-branch=main", "clone")
        _git(path, "config", "user.name", "A Person")
        _git(path, "config", "user.email", "person@example.com")
        (path / "campaigns").mkdir()
        for index, name in enumerate(names):
            text = _DEFINITION.format(name=name) + _BY_VERSION[shapes.version(index)]
            (path / source_of(name)).write_text(text, encoding="utf-8")
        _git(path, "add", "campaigns")
        _git(path, "commit", "--quiet", "--message=definitions")
        if is_pushing:
            _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
            _git(path, "remote", "add", "origin", str(folder / "remote.git"))
            _git(path, "push", "--quiet", "--set-upstream", "origin", "main")
        (folder / "output").mkdir()
        return cls(
            folder=folder, url=url, is_pushing=is_pushing, options=options, clock=clock, left=kept(path)
        )

    @property
    def path(self) -> Path:
        """The work tree."""
        return self.folder / "clone"

    @property
    def holder(self) -> Path:
        """The repository in which commands record."""
        return self.folder / "remote.git" if self.is_pushing else self.path

    def run(self, command: str, *arguments: str, boundary: Boundary | None = None) -> Ended:
        """Run a command that calls the API; its disk may be full from a boundary on."""
        push = ["--push"] if self.is_pushing else []
        speed = ["--settle", "30", "--rate-limit", "0", "--timeout", "20"]
        words = [command, *arguments, *push, *speed, *self.options]
        with Driver(self.folder / "output", self._environment, self.clock) as driver:
            return driver.run(self.path, words, boundary=boundary)

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "KORE_HOST": self.url,
            "KORE_APP_ID": APP_ID,
            "KORE_ACCOUNT_ID": ACCOUNT_ID,
            "KORE_CLIENT_ID": "cs-00000000-0000-4000-8000-00000000e2e0",
            "KORE_CLIENT_SECRET": "a-secret-that-opens-nothing-at-all",
        }

    @property
    def ids(self) -> dict[str, str | None]:
        """The campIds that are recorded, by name; None for claims."""
        is_there = _git(self.holder, "ls-tree", "main", "--", STATE)
        return ids_in(_git(self.holder, "show", f"main:{STATE}")) if is_there else {}

    @property
    def untidy(self) -> str:
        """What is not as it should be once all is done: what the person had, the journal; else empty."""
        status = _git(self.path, "status", "--porcelain", "--untracked-files=all")
        changed = differences(self.left, kept(self.path)) if self.is_pushing else set()
        return "\n".join([*filter(None, [status, journal(self.path).decode()]), *sorted(changed)])

    def refuse_pushes(self, verb: str, *, is_once: bool) -> None:
        """Let the remote refuse commits with this verb, once, or until they are allowed."""
        script = _REFUSES.format(verb=verb, then="touch allowed" if is_once else ":")
        program(self.holder / "hooks" / "pre-receive", script)

    def hang_up_on_push(self, verb: str) -> None:
        """Let the remote take the first commit with this verb, and hang up without saying so."""
        program(self.holder / "hooks" / "reference-transaction", _HANGS_UP.format(verb=verb))

    def allow_pushes(self) -> None:
        """Let the remote, if there is one, refuse nothing any more."""
        if self.is_pushing:
            (self.holder / "allowed").touch()

    def push_as_another(self) -> None:
        """Push a commit from another clone."""
        other = self.folder / "other"
        if not other.exists():
            _git(self.folder, "clone", "--quiet", str(self.holder), "other")
            _git(other, "config", "user.name", "Another")
            _git(other, "config", "user.email", "another@example.com")
        _git(other, "pull", "--quiet")
        _git(other, "commit", "--quiet", "--allow-empty", "--message=notes")
        _git(other, "push", "--quiet")

    def commit_here(self) -> None:
        """Commit something in the clone, as its person."""
        _git(self.path, "commit", "--quiet", "--allow-empty", "--message=notes")

    def lock_branch(self) -> None:
        """Leave a lock behind, as git does where it is killed."""
        self._lock.touch()

    def unlock_branch(self) -> None:
        """Remove the lock, if there is one, as the clone's person."""
        self._lock.unlink(missing_ok=True)

    @property
    def _lock(self) -> Path:
        return self.path / ".git" / "refs" / "heads" / "main.lock"

    def switch(self, *options: str) -> None:
        """Switch to another branch, as the clone's person."""
        _git(self.path, "switch", "--quiet", *options)


def source_of(name: str) -> str:
    """Return the path of a name's definition."""
    return f"campaigns/{name.lower()}.yaml"


def _git(folder: Path, *args: str) -> str:
    return subprocess.run(
        ["git", *args], check=True, capture_output=True, text=True, cwd=folder
    ).stdout.strip()
