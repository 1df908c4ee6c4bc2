"""What the sync needs from outside, as small Protocols, and what it is told and tells. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from campaignsync.git import Ahead, PushRefused
from campaignsync.identity import Definition
from campaignsync.outcome import Outcome, PageOutcome
from campaignsync.plan import Plan
from campaignsync.state import State


class Api(Protocol):
    """The account, one request a call. Pacing and new tokens are the adapter's."""

    requests: int
    """How many requests were sent so far, of any kind."""

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        """Send one create, unless `permit`, asked after pacing and connecting, says no."""

    async def page(self, number: int) -> PageOutcome:
        """Read page `number` (from 1) of the account's voice campaigns, newest first."""


class Store(Protocol):
    """The state file of one working directory; the caller holds its lock."""

    def load(self) -> State:
        """Return the state on disk; an empty one where there is no file."""

    async def save(self, state: State) -> None:
        """Replace the state on disk, in one step that survives a crash; one at a time."""


class Definitions(Protocol):
    """The definition files of one working directory."""

    def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return all definitions, sorted by name; `known` maps digests that stand in the state to names."""


class Repository(Protocol):
    """The git work tree; every method leaves what a person staged or modified as it is."""

    async def check(self) -> None:
        """Raise GitError unless in a work tree, on a branch, with no merge or rebase under way."""

    async def head(self) -> str:
        """Return the commit at HEAD."""

    async def uncommitted(self, sources: Sequence[str], *, commit: str = "HEAD") -> tuple[str, ...]:
        """Return those of the definition files that a commit does not hold as they stand."""

    async def state_at_head(self) -> str | None:
        """Return the state file's text in HEAD, None where it is not there."""

    async def state_at_base(self) -> str | None:
        """Return the state file's text where HEAD and its upstream parted."""

    async def state_at_upstream(self) -> str | None:
        """Return the state file's text at the upstream as last fetched, None also without an upstream."""

    async def commit(self, message: str) -> str | None:
        """Commit the state file as it stands on disk and nothing else; None where HEAD holds it already."""

    async def check_push(self, branch: str | None) -> None:
        """Raise GitError unless the branch is the remote's default, or the one named, and has an upstream."""

    async def fetch(self) -> None:
        """Bring the upstream's tip up to date."""

    async def ahead(self) -> Ahead:
        """Compare HEAD with the upstream as last fetched."""

    async def is_on_upstream(self, commit: str) -> bool:
        """Return whether the upstream as last fetched holds this commit."""

    async def replay(self, text: str, message: str) -> str:
        """Make a commit on the upstream's tip that holds this state; touches no branch and no file."""

    async def push(self, commit: str) -> PushRefused | None:
        """Push a commit, fast-forward only; GitError: the answer was lost, or nothing answered."""

    async def move_to(self, commit: str | None) -> None:
        """Move branch, index and files to a commit (None: the upstream's tip), keeping people's changes."""


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
        """Say something that everyone wants to know."""

    def detail(self, text: str) -> None:
        """Say something for `--verbose`."""

    def advance(self, done: int, total: int) -> None:
        """Show how many of the creates have an outcome."""

    def show(self, plan: Plan) -> None:
        """Show what the run sets out to do, before it does any of it."""


class Stop(Protocol):
    """Whether a person or the machine asked the run to end."""

    def is_set(self) -> bool:
        """Return whether it was asked."""

    async def wait(self) -> None:
        """Return once it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How one run goes about it.

    Attributes:
        host: The account's base URL; None where the state's own will do.
        app_id: The application's id; None likewise.
        run_id: A random id of this run, in GitHub Actions followed by a space and its URL.
        run_url: That URL, or empty.
        is_committing: Commit the state at the end.
        is_pushing: Claim and record through the remote.
        is_tracked: Demand that definitions are committed before they are sent.
        branch: The branch to push to, where it isn't the remote's default.
        approved: Create only what stands in this commit; None for whatever stands at HEAD.
        has_preflight: Compare names with the account's before creating.
        max_creates: The most requests that a plan may mean.
        parallel: Requests in flight.
        rate_limit: Requests a minute; 0 for none.
        timeout_s: The deadline of one request, in seconds.
        settle_s: Seconds after an attempt's end in which the vendor may still execute and list it.
    """

    host: str | None
    app_id: str | None
    run_id: str
    run_url: str = ""
    is_committing: bool = True
    is_pushing: bool = False
    is_tracked: bool = True
    branch: str | None = None
    approved: str | None = None
    has_preflight: bool = True
    max_creates: int = 100
    parallel: int = 4
    rate_limit: int = 60
    timeout_s: float = 30.0
    settle_s: float = 120.0
