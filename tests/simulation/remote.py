"""A simulated git: commits, a remote that takes only fast-forward pushes, clones with their files."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from campaignsync.identity import Definition
from campaignsync.state import State, parse, render


@lru_cache(maxsize=4096)
def read_state(text: str | None) -> State:
    """Return what a state file's text says."""
    return State() if text is None else parse(text, where="simulated")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Commit:
    """One commit: the definitions and the state file's text."""

    id: str
    parent: "Commit | None"
    depth: int
    definitions: tuple[Definition, ...]
    state: str | None
    is_own: bool

    def back_to(self, depth: int) -> "Commit":
        """Return its ancestor at a depth."""
        commit = self
        while commit.depth > depth and commit.parent is not None:
            commit = commit.parent
        return commit

    def since(self, base: "Commit") -> Iterator["Commit"]:
        """Yield the commits after an ancestor, newest first."""
        commit = self
        while commit is not base and commit.parent is not None:
            yield commit
            commit = commit.parent

    def contains(self, other: "Commit") -> bool:
        """Return whether another is an ancestor of this, or this itself."""
        return self.back_to(other.depth) is other


def base_of(one: Commit, other: Commit) -> Commit:
    """Return where two commits parted."""
    depth = min(one.depth, other.depth)
    one, other = one.back_to(depth), other.back_to(depth)
    while one is not other:
        depth -= 1
        one, other = one.back_to(depth), other.back_to(depth)
    return one


class Remote:
    """The branch on the remote.

    Args:
        on_move: Told old and new tip whenever it moves.
    """

    def __init__(
        self, definitions: tuple[Definition, ...], on_move: Callable[[Commit, Commit], None]
    ) -> None:
        self._ids = itertools.count()
        self._on_move = on_move
        self.objects: dict[str, Commit] = {}
        self.tip = self.make(None, definitions=definitions, state=render(State()), is_own=False)

    def make(
        self, parent: Commit | None, *, definitions: tuple[Definition, ...], state: str | None, is_own: bool
    ) -> Commit:
        """Make a commit; moves nothing."""
        commit = Commit(
            id=f"c{next(self._ids)}",
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
            definitions=definitions,
            state=state,
            is_own=is_own,
        )
        self.objects[commit.id] = commit
        return commit

    def take(self, commit: Commit) -> bool:
        """Move the branch to a commit; return whether it could without force."""
        if not commit.contains(self.tip):
            return False
        old, self.tip = self.tip, commit
        self._on_move(old, commit)
        return True

    def take_later(self, commit: Commit, seconds: float) -> None:
        """Take a push whose sender has given up or is gone, if it still fits then."""
        asyncio.get_running_loop().call_later(seconds, self.take, commit)

    def edit(self, definitions: tuple[Definition, ...]) -> None:
        """Let a person push a commit that changes the definitions."""
        self.take(self.make(self.tip, definitions=definitions, state=self.tip.state, is_own=False))


class Clone:
    """One clone's branch and files; survives crashes.

    Attributes:
        head: The commit that its branch is at.
        tracking: The remote's tip as last fetched; None where there is no remote.
        state: The state file's text on disk.
        definitions: The definition files on disk.
    """

    def __init__(self, remote: Remote, *, has_upstream: bool) -> None:
        self.remote = remote
        self.head = remote.tip
        self.tracking = remote.tip if has_upstream else None
        self.state = remote.tip.state
        self.definitions = remote.tip.definitions

    def edit(self, definitions: tuple[Definition, ...]) -> None:
        """Let a person commit a change of the definitions here."""
        self.definitions = definitions
        self.head = self.remote.make(self.head, definitions=definitions, state=self.head.state, is_own=False)
