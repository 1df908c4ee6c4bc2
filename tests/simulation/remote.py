"""A simulated git: commits, a remote that takes only fast-forward pushes, clones, and their work trees."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from campaignsync.identity import Definition
from campaignsync.state import Entry, Record, State, parse, render

MAIN = "main"

Definitions = tuple[Definition, ...]


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
    definitions: Definitions
    state: str | None

    def back_to(self, depth: int) -> "Commit":
        """Return its ancestor at a depth."""
        commit = self
        while commit.depth > depth and commit.parent is not None:
            commit = commit.parent
        return commit

    def history(self) -> Iterator["Commit"]:
        """Yield it and its ancestors, newest first."""
        commit: Commit | None = self
        while commit is not None:
            yield commit
            commit = commit.parent

    def contains(self, other: "Commit") -> bool:
        """Return whether another is an ancestor of this, or this itself."""
        return self.back_to(other.depth) is other


def base_of(one: Commit, other: Commit) -> Commit:
    """Return where two commits parted."""
    return next(commit for commit in one.history() if other.contains(commit))


class Remote:
    """The branch on the remote, and every commit that anybody made.

    Args:
        definitions: What its first commit holds.
        on_move: Told old and new tip whenever it moves.
    """

    def __init__(self, definitions: Definitions, on_move: Callable[[Commit, Commit], None]) -> None:
        self._ids = itertools.count()
        self._on_move = on_move
        self.objects: dict[str, Commit] = {}
        self.tip = self.make(None, definitions=definitions, state=render(State()))

    def make(self, parent: Commit | None, *, definitions: Definitions, state: str | None) -> Commit:
        """Make a commit; moves nothing."""
        commit = Commit(
            id=f"c{next(self._ids)}",
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
            definitions=definitions,
            state=state,
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

    def edit(self, definitions: Definitions) -> None:
        """Let a person push a commit that changes the definitions."""
        self.take(self.make(self.tip, definitions=definitions, state=self.tip.state))


@dataclass(eq=False, slots=True, kw_only=True)
class WorkTree:
    """One work tree's files, and which branch they are of.

    Attributes:
        branch: The branch that HEAD names.
        definitions: The definition files on disk.
        state: The state file's text on disk.
    """

    branch: str
    definitions: Definitions
    state: str | None

    @property
    def all(self) -> tuple[str, Definitions, str | None]:
        """Everything that a run must leave alone."""
        return self.branch, self.definitions, self.state


@dataclass(eq=False, slots=True, kw_only=True)
class Clone:
    """One clone: what all of its work trees share. Survives crashes.

    Attributes:
        remote: Where it was cloned from.
        branches: Its branches, by name.
        tracking: The remote's tip as a person last fetched it.
        journal: The journal's bytes.
        lock: One run at a time.
        on_move: Told old and new tip whenever the branch `MAIN` moves.
    """

    remote: Remote
    branches: dict[str, Commit] = field(default_factory=dict)
    tracking: Commit
    journal: bytes = b""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    on_move: Callable[[Commit, Commit], None]

    @classmethod
    def of(cls, remote: Remote, on_move: Callable[[Commit, Commit], None]) -> "Clone":
        """Clone the remote."""
        tip = remote.tip
        return cls(remote=remote, branches={MAIN: tip}, tracking=tip, on_move=on_move)

    def work_tree(self, branch: str = MAIN) -> WorkTree:
        """Check a branch out into a new work tree."""
        tip = self.branches.setdefault(branch, self.branches[MAIN])
        return WorkTree(branch=branch, definitions=tip.definitions, state=tip.state)

    def move(self, branch: str, commit: Commit) -> None:
        """Set a branch to a commit."""
        old, self.branches[branch] = self.branches[branch], commit
        if branch == MAIN:
            self.on_move(old, commit)

    def commit(self, branch: str, definitions: Definitions, *, state: str | None = None) -> Commit:
        """Let a person commit definitions, or a state that they merged."""
        head = self.branches[branch]
        text = head.state if state is None else state
        made = self.remote.make(head, definitions=definitions, state=text)
        self.move(branch, made)
        return made

    def rebased(self, ours: Commit, theirs: Commit, definitions: Definitions) -> Commit:
        """Return a commit on theirs with what ours has in its state besides, as a person merges it."""
        states = (read_state(each.state) for each in (base_of(ours, theirs), ours, theirs))
        state = _merged(*states)
        text = theirs.state if state == read_state(theirs.state) else render(state)
        return self.remote.make(theirs, definitions=definitions, state=text)


def _merged(base: State, ours: State, theirs: State) -> State:
    """Return two states as a person merges them: what both changed is as the remote's record has it."""
    entries = dict[str, Entry]()
    for key in base.entries.keys() | ours.entries.keys() | theirs.entries.keys():
        old, mine, other = (state.entries.get(key) for state in (base, ours, theirs))
        if other == old:
            chosen = mine
        elif mine == old or isinstance(other, Record):
            chosen = other
        else:
            chosen = mine or other
        if chosen is not None:
            entries[key] = chosen
    return State(host=ours.host or theirs.host, app_id=ours.app_id or theirs.app_id, entries=entries)
