"""Bringing a commit to the branch: pushed, looked up where no answer came, never by force."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from campaignsync.errors import GitError
from campaignsync.protocol.ports import Recorder, Snapshot
from campaignsync.protocol.tools import Context, backoff_s
from campaignsync.state import State

TRIES = 3
"""Tries of a push that the remote refuses, though its branch has not moved (the contract)."""

_LOOKS = 6
"""Fetches that may fail in a row, once a run has read the branch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raced:
    """Another commit came first.

    Attributes:
        tip: What the branch holds now.
    """

    tip: Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The branch has not moved, and it won't for this commit.

    Attributes:
        reason: Why, in the words of git or the remote.
    """

    reason: str


class Delivery:
    """Brings states to the branch.

    Args:
        recorder: Where they are recorded.
        tools: The run's ports and options.

    Attributes:
        commit: The last commit that was delivered; None while there was none, and where none is made.
        slowest_s: How long the slowest push lasted, in seconds, until it was known what became of it.
    """

    def __init__(self, recorder: Recorder, tools: Context) -> None:
        self._recorder = recorder
        self._tools = tools
        self.commit: str | None = None
        self.slowest_s = 0.0

    async def deliver(
        self, base: Snapshot, state: State, message: str, *, pause: Callable[[float], Awaitable[None]]
    ) -> Snapshot | Raced | Refused:
        """Commit a state on a base and publish it: return what the branch holds then.

        A push without an answer, or refused, is looked up: it is a lost race only where the branch has moved
        to something that doesn't hold the commit. The same commit is pushed again, so that a push that
        arrives late can't do harm.

        Args:
            base: The snapshot to commit on.
            state: What to record.
            message: The commit's.
            pause: Waits between two tries.

        Raises:
            GitError: Git failed, or the remote can't be reached.
        """
        commit = await self._recorder.commit(base, state, message)
        started = self._tools.clock.monotonic()
        reason = ""
        for attempt in range(1, TRIES + 1):
            answer = await self._recorder.publish(base, commit)
            if answer is None:
                self._note(started, commit)
                return replace(base, id=commit, state=state)
            reason = answer
            self._tools.progress.detail(f"the push was not taken ({attempt} of {TRIES}): {reason}")
            tip = await self.look(self._tools.clock.sleep)
            if await self._recorder.holds(tip, commit):
                self._note(started, commit)
                return tip
            if tip.id != base.id:
                return Raced(tip=tip)
            if attempt < TRIES:
                await pause(attempt + self._tools.clock.jitter())
        return Refused(reason=reason)

    async def look(self, pause: Callable[[float], Awaitable[None]]) -> Snapshot:
        """Read the branch, patiently: a network that fails once must not end a run that waits or has pushed.

        Raises:
            GitError: It can't be read in `_LOOKS` tries.
        """
        for attempt in range(1, _LOOKS if self._recorder.is_shared else 1):
            try:
                return await self._recorder.snapshot()
            except GitError as error:
                self._tools.progress.detail(f"reading the branch failed: {error.message}")
                await pause(backoff_s(attempt) / 5)
        return await self._recorder.snapshot()

    def _note(self, started: float, commit: str) -> None:
        self.slowest_s = max(self.slowest_s, self._tools.clock.monotonic() - started)
        self.commit = commit if self._recorder.has_history else None
