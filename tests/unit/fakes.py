"""The protocol's ports in memory: a branch, a journal, a clock that only sleeping moves."""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from campaignsync.claims import Rules
from campaignsync.config import RunOptions
from campaignsync.errors import CampaignSyncError, StateError
from campaignsync.identity import Definition
from campaignsync.outcome import ContactList, ContactLists, DetailsOutcome, ListsOutcome, QueuesOutcome
from campaignsync.plan import Plan, Target
from campaignsync.protocol.journal import Journal, Replay, replay
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.ports import Api, Snapshot
from campaignsync.protocol.tools import Context, Tools
from campaignsync.state import Entry, State
from campaignsync.versions import Version

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
RULES = Rules(timeout_s=30, settle_s=120, rate_limit=60)


@dataclass(slots=True)
class Clock:
    """Both clocks go on together while somebody sleeps, and the tests can set each."""

    wall: datetime = NOW
    elapsed_s: float = 0.0
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.elapsed_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.go_on(seconds)
        self.on_sleep()

    def go_on(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.elapsed_s += seconds

    def jitter(self) -> float:
        return 0.0


@dataclass(slots=True)
class Told:
    """Keeps what a person was told."""

    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def detail(self, text: str) -> None: ...
    def advance(self, done: int, total: int) -> None: ...

    def waiting(self, why: str, seconds: float) -> None: ...
    def show(self, plan: Plan, target: Target) -> None: ...


@dataclass(slots=True)
class Stop:
    """A stop that no wait sees before its end, so that nothing hangs on the order of tasks."""

    is_asked: bool = False

    def is_set(self) -> bool:
        return self.is_asked

    async def wait(self) -> None:
        import anyio

        await anyio.sleep_forever()


@dataclass(slots=True)
class Definitions:
    """The definitions of every commit."""

    all: tuple[Definition, ...] = ()

    async def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        return self.all


@dataclass(slots=True)
class MemoryJournal:
    """A journal's file; with an error, nothing can be written."""

    data: bytes = b""
    error: StateError | None = None

    def load(self) -> bytes:
        return self.data

    async def append(self, data: bytes) -> None:
        await self.replace(self.data + data)

    async def replace(self, data: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.data = data

    @property
    def lines(self) -> list[Any]:
        """What each line says."""
        return [json.loads(line) for line in self.data.splitlines()]

    @property
    def replayed(self) -> Replay:
        """What the next run in the clone learns from it."""
        return replay(self.data, where="journal")


class KnowsLists:
    """An account that has the contact lists of these names."""

    list_names: Sequence[str] = ("Buyers", "North", "South")

    async def contact_lists(self, *, version: Version) -> ListsOutcome:
        return ContactLists(lists=tuple(ContactList(name=name) for name in self.list_names))

    async def campaign(self, camp_id: str, *, version: Version) -> DetailsOutcome:
        raise AssertionError("no sync reads a campaign by its id")

    async def queues(self, page: int) -> QueuesOutcome:
        raise AssertionError("no sync reads the queues")


class Branch:
    """A branch that runs record on: its commits, and what becomes of the pushes to come.

    Args:
        state: What it holds at first.
        is_shared: Runs elsewhere record there, too.

    Attributes:
        definitions: The definitions there.
        commits: All commits, whether on the branch or not: their parents and their states, by id.
        tip: The newest commit on the branch.
        messages: Their messages, in the order in which they were made.
        pushes: The ids that were pushed, in order.
        on_push: What becomes of the next pushes, one each; then they are taken as git takes them.
        on_fetch: Errors of the next looks at the branch, one each; None for a look that works.
        on_commit: Errors of the next commits, one each.
    """

    has_history = True

    def __init__(self, state: State | None = None, *, is_shared: bool = True) -> None:
        self.is_shared = is_shared
        self.definitions = Definitions()
        self.commits: dict[str, tuple[str, State]] = {"c0": ("", state or State())}
        self.tip = "c0"
        self.messages: list[str] = []
        self.pushes: list[str] = []
        self.on_push: deque[Callable[[str, str], str | None]] = deque()
        self.on_fetch: deque[CampaignSyncError | None] = deque()
        self.on_commit: deque[CampaignSyncError] = deque()

    @property
    def state(self) -> State:
        """What the branch holds."""
        return self.commits[self.tip][1]

    def somebody_commits(self, change: Callable[[State], State] = lambda state: state) -> None:
        """Let somebody else's commit come onto the branch."""
        self.tip = self._made(self.tip, change(self.state))

    async def check(self) -> None: ...

    async def snapshot(self) -> Snapshot:
        error = self.on_fetch.popleft() if self.on_fetch else None
        if error is not None:
            raise error
        return Snapshot(id=self.tip, state=self.state, definitions=self.definitions)

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        if self.on_commit:
            raise self.on_commit.popleft()
        self.messages.append(message)
        return self._made(base.id, state)

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        self.pushes.append(commit)
        return self.on_push.popleft()(base.id, commit) if self.on_push else self.take(base.id, commit)

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        at = tip.id
        while at not in {commit, ""}:
            at = self.commits[at][0]
        return at == commit

    def _made(self, parent: str, state: State) -> str:
        made = f"c{len(self.commits)}"
        self.commits[made] = (parent, state)
        return made

    def take(self, base: str, commit: str) -> str | None:
        """Take a push, as a fast-forward."""
        if self.tip not in {base, commit}:
            return "non-fast-forward"
        self.tip = commit
        return None

    def refuse(self, base: str, commit: str) -> str:
        """Refuse a push, as a protected branch does."""
        return "protected branch"

    def take_without_a_word(self, base: str, commit: str) -> str:
        """Take a push whose answer never comes."""
        self.take(base, commit)
        return "no answer within 120 s"

    def lose(self, base: str, commit: str) -> str:
        """Never get a push."""
        return "no answer within 120 s"

    def race(
        self, change: Callable[[State], State] = lambda state: state
    ) -> Callable[[str, str], str | None]:
        """Return what lets somebody else's push come first."""

        def raced(base: str, commit: str) -> str | None:
            self.somebody_commits(change)
            return self.take(base, commit)

        return raced


@dataclass(slots=True)
class Run:
    """One run's ledger, and all that is around it."""

    branch: Branch
    journal: MemoryJournal
    clock: Clock
    told: Told
    stop: Stop
    context: Context
    ledger: Ledger


def run_on(
    branch: Branch, journal: MemoryJournal | None = None, *, run_id: str = "run-1", host: str = "h"
) -> Run:
    """Return the ledger of a run that records on a branch; nothing was read yet."""
    file, clock, told, stop = journal or MemoryJournal(), Clock(), Told(), Stop()
    options = RunOptions(host=host, app_id="a", run_id=run_id)
    context = Context(clock=clock, progress=told, stop=stop, options=options, rules=RULES)
    written = Journal(file, where="journal", run_id=run_id, is_shared=branch.is_shared)
    ledger = Ledger(branch, written, context)
    return Run(branch, file, clock, told, stop, context, ledger)


def tools_of(run: Run, api: Api, *, parallel: int = 4) -> Tools:
    """Return what the steps of a run need that call the API."""
    context = run.context
    return Tools(
        api=api,
        clock=context.clock,
        progress=context.progress,
        stop=context.stop,
        options=replace(context.options, parallel=parallel),
        rules=context.rules,
    )


def holding(*entries: Entry) -> State:
    """Return a state of the account of `run_on`."""
    return State(host="h", app_id="a").with_entries(entries)
