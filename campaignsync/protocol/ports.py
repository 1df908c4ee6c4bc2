"""What a run needs from outside, as small Protocols, and what it is given. No I/O."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from campaignsync.outcome import DetailsOutcome, ListsOutcome, Outcome, PageOutcome, QueuesOutcome
from campaignsync.plan import Plan, Target
from campaignsync.snapshot import Definitions, Snapshot
from campaignsync.state import State
from campaignsync.versions import Version

__all__ = [
    "Api",
    "Clock",
    "Definitions",
    "JournalFile",
    "Progress",
    "Recorder",
    "Snapshot",
    "Stop",
]


class Api(Protocol):
    """The account, one request a call. Pacing and new tokens are the adapter's."""

    requests: int
    """How many requests were sent so far, of any kind."""

    skew_s: float | None
    """By how many seconds the server's clock is ahead of this machine's; None while unknown."""

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        """Send one create, unless `permit`, asked after pacing and connecting, says no."""

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        """Read a version's list of the voice campaigns from number `skip` on, 0 being the newest."""

    async def contact_lists(self, *, version: Version) -> ListsOutcome:
        """Read the account's contact lists by one version."""

    async def queues(self, page: int) -> QueuesOutcome:
        """Read a page of the account's queues, from 1."""

    async def campaign(self, camp_id: str, *, version: Version) -> DetailsOutcome:
        """Read one campaign by one version."""


class Recorder(Protocol):
    """Where a run reads and records: a branch on a remote, a branch of this clone, or a folder.

    Attributes:
        is_shared: Runs on other machines may record here too, so a claim is published before its request.
        has_history: What is recorded is a commit.
    """

    is_shared: bool
    has_history: bool

    async def check(self) -> None:
        """Raise GitError or StateError where nothing could be recorded; sends nothing."""

    async def snapshot(self) -> Snapshot:
        """Return what is there now.

        Raises:
            GitError: Git failed, or the remote can't be reached.
            StateError: The state there is damaged.
        """

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        """Make a commit on `base` that holds this state and changes nothing else; moves no branch.

        Returns:
            Its id.

        Raises:
            GitError: Git failed.
            StateError: The state can't be written.
        """

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        """Move the branch from `base` to the commit, if it is still there.

        Returns:
            None where the branch holds the commit now. Otherwise what was said instead: it was refused, or
            no answer came and the branch may or may not have moved. `snapshot` and `holds` tell.
        """

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        """Return whether a commit is the tip or in its history."""


class JournalFile(Protocol):
    """One clone's journal file; the caller holds its lock."""

    def load(self) -> bytes:
        """Return all of it; empty where there is none.

        Raises:
            StateError: It can't be read.
        """

    async def append(self, data: bytes) -> None:
        """Add lines; when this returns, they are on the disk.

        Raises:
            StateError: They are not, and the file is as before.
        """

    async def replace(self, data: bytes) -> None:
        """Replace all of it, in one step that survives a crash; raises what `append` raises."""


class Clock(Protocol):
    """Time, of both kinds, and chance."""

    def now(self) -> datetime:
        """Return the wall clock's time, with its zone."""

    def monotonic(self) -> float:
        """Return seconds on a clock that nobody sets."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""


class Progress(Protocol):
    """Where a run tells a person what it is doing."""

    def note(self, text: str) -> None:
        """Print a line for everyone."""

    def detail(self, text: str) -> None:
        """Print a line for `--verbose`."""

    def advance(self, done: int, total: int) -> None:
        """Show how many of the creates have an outcome."""

    def waiting(self, why: str, seconds: float) -> None:
        """Tell of a wait that begins, so many seconds at most; no reason where it has ended."""

    def show(self, plan: Plan, target: Target) -> None:
        """Show what the run sets out to do, before it does any of it."""


class Stop(Protocol):
    """Whether a person or the machine asked the run to end."""

    def is_set(self) -> bool:
        """Return whether it was asked."""

    async def wait(self) -> object:
        """Return once it is asked."""
