"""Where a run reads and records, simulated: a remote's branch, a clone's branch, a folder; the journal.

Between any two commands of git time passes: others come in between, and the run may be killed there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random

from campaignsync.errors import GitError, StateError
from campaignsync.identity import Definition
from campaignsync.protocol.ports import Snapshot
from campaignsync.state import State, render
from tests.simulation.machine import Machine
from tests.simulation.remote import Clone, Commit, Definitions, WorkTree, read_state


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFaults:
    """How likely each is, from 0 to 1, for one call.

    Attributes:
        overtaken: A person pushes just before this push arrives.
        lost_before: The push never arrives, and no answer comes.
        lost_after: The push is taken, and the answer is lost.
        lost_late: No answer comes, and the push is taken seconds later.
        forbidden: The remote's rules refuse the push, or a branch of the clone can't be moved.
        unreachable: A fetch fails.
        broken: A commit can't be made.
        slow: A push takes up to a minute.
    """

    overtaken: float = 0.0
    lost_before: float = 0.0
    lost_after: float = 0.0
    lost_late: float = 0.0
    forbidden: float = 0.0
    unreachable: float = 0.0
    broken: float = 0.0
    slow: float = 0.0


_PUSHES = ("overtaken", "lost_before", "lost_after", "lost_late", "forbidden")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Definitions of a commit or folder; those with a recorded digest are not parsed, as the loader does."""

    found: Definitions
    machine: Machine

    async def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        await self.machine.spend(0.01)
        found = [
            replace(definition, name=known[definition.digest], body=None)
            if definition.digest in known
            else definition
            for definition in self.found
        ]
        return tuple(sorted(found, key=lambda definition: definition.name))


class Folder:
    """The port `Definitions` over a work tree, as it is when it is asked."""

    def __init__(self, tree: WorkTree, machine: Machine) -> None:
        self._tree = tree
        self._machine = machine

    async def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        return await Loaded(self._tree.definitions, self._machine).load(known)


class _Branch:
    """What recording on any branch has in common.

    Args:
        clone: The clone in which the run happens.
        machine: Whose commands these are.
        faults: What goes wrong.
        rng: The seed's chance.
    """

    has_history = True

    def __init__(self, clone: Clone, machine: Machine, faults: GitFaults, rng: Random) -> None:
        self._clone = clone
        self._machine = machine
        self._faults = faults
        self._rng = rng

    async def check(self) -> None:
        await self._machine.spend(0.02)

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        await self._machine.spend(self._rng.uniform(0.01, 0.2))
        if self._rng.random() < self._faults.broken:
            raise GitError("no space left on device")
        parent = self._clone.remote.objects[base.id]
        made = self._clone.remote.make(parent, definitions=parent.definitions, state=render(state))
        await self._machine.spend(0.02)
        return made.id

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        await self._machine.spend(0.02)
        objects = self._clone.remote.objects
        return objects[tip.id].contains(objects[commit])

    def _snapshot(self, commit: Commit) -> Snapshot:
        return Snapshot(
            id=commit.id,
            state=read_state(commit.state),
            definitions=Loaded(commit.definitions, self._machine),
        )


class RemoteBranch(_Branch):
    """The port `Recorder` over the remote's branch: it is not even told where the person's files are."""

    is_shared = True

    async def snapshot(self) -> Snapshot:
        await self._machine.spend(self._rng.uniform(0.05, 0.8))
        if self._rng.random() < self._faults.unreachable:
            raise GitError("the remote can't be reached")
        tip = self._clone.remote.tip
        await self._machine.spend(self._rng.uniform(0.05, 0.7))
        return self._snapshot(tip)

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        remote, made = self._clone.remote, self._clone.remote.objects[commit]
        fate, late_s = self._fate(), self._rng.uniform(0.2, 20)
        outlives_sender = self._rng.random() < 0.3
        try:
            is_slow = self._rng.random() < self._faults.slow
            await self._machine.spend(self._rng.uniform(0.1, 60 if is_slow else 2))
        except BaseException:
            if outlives_sender:
                remote.take_later(made, late_s)
            raise
        match fate:
            case "lost_before":
                return "no answer"
            case "lost_late":
                remote.take_later(made, late_s)
                return "no answer"
            case "forbidden":
                return "protected branch"
            case "overtaken":
                remote.edit(remote.tip.definitions)
        is_taken = remote.take(made)
        self._machine.tell(f"push {commit}: {'taken' if is_taken else 'rejected'} {fate}")
        await self._machine.spend(self._rng.uniform(0.05, 1))
        if fate == "lost_after":
            return "no answer"
        return None if is_taken else "fetch first"

    def _fate(self) -> str:
        weights = [getattr(self._faults, name) for name in _PUSHES]
        return self._rng.choices((*_PUSHES, "plain"), [*weights, max(1 - sum(weights), 0)])[0]


class LocalBranch(_Branch):
    """The port `Recorder` over the branch that was checked out when the run started."""

    is_shared = False

    def __init__(
        self, clone: Clone, tree: WorkTree, machine: Machine, faults: GitFaults, rng: Random
    ) -> None:
        super().__init__(clone, machine, faults, rng)
        self._tree = tree
        self._branch = tree.branch

    async def snapshot(self) -> Snapshot:
        await self._machine.spend(self._rng.uniform(0.01, 0.2))
        tip = self._clone.branches[self._branch]
        await self._machine.spend(self._rng.uniform(0.01, 0.2))
        return self._snapshot(tip)

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        made = self._clone.remote.objects[commit]
        await self._machine.spend(self._rng.uniform(0.01, 0.5))
        if self._rng.random() < self._faults.forbidden:
            return "unable to create main.lock: file exists"
        if not self.is_unmoved(base):
            return "the branch has moved"
        self._clone.move(self._branch, made)
        await self._machine.spend(self._rng.uniform(0.01, 0.2))
        before = self._clone.remote.objects[base.id].state
        if (self._tree.branch, self._tree.state) == (self._branch, before):
            self._tree.state = made.state
        await self._machine.spend(0.01)
        return None

    def is_unmoved(self, base: Snapshot) -> bool:
        """Return whether the branch is where the commit was made on, as git's compare-and-swap asks."""
        return self._clone.branches[self._branch].id == base.id


class StateFile:
    """The port `Recorder` over a folder, whose state file is replaced.

    Args:
        tree: The folder.
        machine: Whose disk it is.
        faults: What goes wrong.
        rng: The seed's chance.
        on_write: Told the old text and the new.
    """

    is_shared = False
    has_history = False

    def __init__(
        self,
        tree: WorkTree,
        machine: Machine,
        faults: GitFaults,
        rng: Random,
        on_write: Callable[[str | None, str], None],
    ) -> None:
        self._on_write = on_write
        self._tree = tree
        self._machine = machine
        self._faults = faults
        self._rng = rng
        self._texts: dict[str, str] = {}

    async def check(self) -> None:
        self._machine.touch()

    async def snapshot(self) -> Snapshot:
        await self._machine.spend(0.02)
        text = self._tree.state
        return Snapshot(
            id=_digest(text),
            state=read_state(text),
            definitions=Folder(self._tree, self._machine),
        )

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        self._machine.touch()
        text = render(state)
        self._texts[_digest(text)] = text
        return _digest(text)

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        await self._machine.spend(self._rng.uniform(0.01, 0.2))
        if self._rng.random() < self._faults.forbidden:
            raise StateError("the disk is full")
        if _digest(self._tree.state) != base.id:
            return "the state file was changed"
        old, self._tree.state = self._tree.state, self._texts[commit]
        self._on_write(old, self._tree.state)
        self._machine.touch()
        return None

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        return tip.id == commit


def _digest(text: str | None) -> str:
    return sha256((text or "").encode()).hexdigest()


class JournalBytes:
    """The port `JournalFile` over a clone's journal: a run that dies while it appends leaves a torn line.

    Args:
        clone: The clone.
        machine: Whose disk it is.
        write_s: How long a write takes at most, in seconds.
        full: How likely it fails, from 0 to 1.
    """

    def __init__(self, clone: Clone, machine: Machine, *, write_s: float, full: float) -> None:
        self._clone = clone
        self._machine = machine
        self._write_s = write_s
        self._full = full

    def load(self) -> bytes:
        self._machine.touch()
        return self._clone.journal

    async def append(self, data: bytes) -> None:
        part = int(len(data) * self._machine.jitter())
        try:
            await self._write()
        except StateError:
            raise
        except BaseException:
            self._clone.journal += data[:part]
            raise
        self._clone.journal += data
        self._machine.touch()

    async def replace(self, data: bytes) -> None:
        await self._write()
        self._clone.journal = data
        self._machine.touch()

    async def _write(self) -> None:
        await self._machine.spend(self._write_s * self._machine.jitter())
        if self._full and self._machine.jitter() < self._full:
            raise StateError("the disk is full", hint="Free some space.")
