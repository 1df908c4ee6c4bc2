"""A clone as the sync's ports see it: its files, its definitions, and git with all that goes wrong there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from campaignsync.errors import GitError, StateError
from campaignsync.git import Ahead, PushRefused
from campaignsync.identity import Definition
from campaignsync.state import State, render
from tests.simulation.machine import Machine
from tests.simulation.remote import Clone, Commit, base_of, read_state


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFaults:
    """How likely each is, from 0 to 1, for one call.

    Attributes:
        overtaken: A person pushes just before this push arrives.
        lost_before: The push never arrives, and no answer comes.
        lost_after: The push is taken, and the answer is lost.
        lost_late: No answer comes, and the push is taken seconds later.
        forbidden: The remote's rules refuse the push.
        unreachable: A fetch fails.
    """

    overtaken: float = 0.0
    lost_before: float = 0.0
    lost_after: float = 0.0
    lost_late: float = 0.0
    forbidden: float = 0.0
    unreachable: float = 0.0


class Files:
    """The state file and the definition files of a clone, as a machine sees them.

    Args:
        clone: The clone.
        machine: Who looks.
        on_save: Told the old text and the new one.
        save_s: How long a save takes at most, in seconds.
        full: How likely it fails.
    """

    def __init__(
        self,
        clone: Clone,
        machine: Machine,
        on_save: Callable[[str | None, str], None],
        *,
        save_s: float = 0.0,
        full: float = 0.0,
    ) -> None:
        self._clone = clone
        self._machine = machine
        self._on_save = on_save
        self._save_s = save_s
        self._full = full

    def load(self) -> State:
        self._machine.touch()
        return read_state(self._clone.state)

    async def save(self, state: State) -> None:
        await self._machine.spend(self._save_s * self._machine.jitter())
        if self._full and self._machine.jitter() < self._full:
            raise StateError("the disk is full", hint="Free some space.")
        old, self._clone.state = self._clone.state, render(state)
        self._on_save(old, self._clone.state)
        self._machine.touch()


class DefinitionFolder:
    """The definition files of a clone; those with a recorded digest are not parsed, as the loader does it."""

    def __init__(self, clone: Clone) -> None:
        self._clone = clone

    def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        found = [
            replace(definition, name=known[definition.digest], body=None)
            if definition.digest in known
            else definition
            for definition in self._clone.definitions
        ]
        return tuple(sorted(found, key=lambda definition: definition.name))


class WorkTree:
    """The port `Repository` over a clone.

    Args:
        clone: The clone.
        machine: Whose commands these are.
        faults: What goes wrong.
        rng: The seed's chance.
    """

    def __init__(self, clone: Clone, machine: Machine, faults: GitFaults, rng: Random) -> None:
        self._clone = clone
        self._machine = machine
        self._faults = faults
        self._rng = rng

    async def check(self) -> None:
        self._machine.touch()

    async def check_push(self, branch: str | None) -> None:
        self._machine.touch()

    async def head(self) -> str:
        return self._clone.head.id

    async def uncommitted(self, sources: Sequence[str], *, commit: str = "HEAD") -> tuple[str, ...]:
        held = set(self._held())
        return tuple(d.source for d in self._clone.definitions if d.source in sources and d not in held)

    def _held(self) -> tuple[Definition, ...]:
        return self._clone.head.definitions

    async def state_at_head(self) -> str | None:
        return self._clone.head.state

    async def state_at_base(self) -> str | None:
        return base_of(self._clone.head, self._tip).state

    async def state_at_upstream(self) -> str | None:
        return None if self._clone.tracking is None else self._clone.tracking.state

    @property
    def _tip(self) -> Commit:
        if self._clone.tracking is None:
            raise GitError("no upstream")
        return self._clone.tracking

    async def commit(self, message: str) -> str | None:
        self._machine.touch()
        head = self._clone.head
        if self._clone.state is None or self._clone.state == head.state:
            return None
        self._clone.head = self._clone.remote.make(
            head, definitions=head.definitions, state=self._clone.state, is_own=True
        )
        self._machine.touch()
        return self._clone.head.id

    async def fetch(self) -> None:
        await self._machine.spend(self._rng.uniform(0.1, 1.5))
        if self._rng.random() < self._faults.unreachable:
            raise GitError("the remote can't be reached")
        self._clone.tracking = self._clone.remote.tip
        self._machine.touch()

    async def ahead(self) -> Ahead:
        base = base_of(self._clone.head, self._tip)
        ours = list(self._clone.head.since(base))[::-1]
        return Ahead(
            own=tuple(commit.id for commit in ours if commit.is_own),
            foreign=tuple(commit.id for commit in ours if not commit.is_own),
            behind=self._tip.depth - base.depth,
        )

    async def is_on_upstream(self, commit: str) -> bool:
        return self._tip.contains(self._clone.remote.objects[commit])

    async def replay(self, text: str, message: str) -> str:
        self._machine.touch()
        tip = self._tip
        if tip.state == text:
            return tip.id
        made = self._clone.remote.make(tip, definitions=tip.definitions, state=text, is_own=True)
        return made.id

    async def move_to(self, commit: str | None) -> None:
        """Move files first, the branch last: a crash may fall in between."""
        clone, old = self._clone, self._clone.head
        new = self._tip if commit is None else clone.remote.objects[commit]
        if old.state != new.state and clone.state not in {old.state, new.state}:
            raise GitError("local changes are in the way")
        self._machine.touch()
        if old.state != new.state:
            clone.state = new.state
        clone.definitions = new.definitions
        self._machine.touch()
        clone.head = new
        self._machine.touch()

    async def push(self, commit: str) -> PushRefused | None:
        remote, made = self._clone.remote, self._clone.remote.objects[commit]
        fate = self._fate()
        late_s = self._rng.uniform(0.2, 20)
        outlives_sender = self._rng.random() < 0.3
        try:
            await self._machine.spend(self._rng.uniform(0.1, 2))
        except BaseException:
            if outlives_sender:
                remote.take_later(made, late_s)
            raise
        match fate:
            case "lost_before":
                raise GitError("the push had no answer")
            case "lost_late":
                remote.take_later(made, late_s)
                raise GitError("the push had no answer")
            case "forbidden":
                return PushRefused(reason="protected branch", is_race=False)
            case "overtaken":
                remote.edit(remote.tip.definitions)
        is_taken = remote.take(made)
        self._machine.tell(f"push {commit}: {'taken' if is_taken else 'rejected'} {fate}")
        await self._machine.spend(self._rng.uniform(0.05, 1))
        if fate == "lost_after":
            raise GitError("the push had no answer")
        if not is_taken:
            return PushRefused(reason="fetch first", is_race=True)
        self._clone.tracking = made
        return None

    def _fate(self) -> str:
        names = ("overtaken", "lost_before", "lost_after", "lost_late", "forbidden")
        weights = [getattr(self._faults, name) for name in names]
        return self._rng.choices((*names, "plain"), [*weights, 1 - sum(weights)])[0]
