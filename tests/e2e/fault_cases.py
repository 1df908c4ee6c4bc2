"""The cases of the fault matrix: what fails, what the product does then, and how its runs end. Pure."""

from dataclasses import dataclass
from enum import Enum

from tests.e2e.fault_account import LIMIT_WORDS, Dropped, Fault, Hanging, says

NAMES = ("Alpha", "Bravo", "Charlie", "Delta", "Echo")
ALWAYS = 1000
"""Hits of a fault that ends only when the test ends it."""

_SHOWN_AFTER_S = 25.0
"""Within the settle time of the runs, and late enough that whoever doesn't wait for it sees nothing."""

_RUNS_LISTINGS = 5
"""Listings that a run tries before it gives up (the contract, "Sync" 3)."""

Codes = tuple[int, ...]


class Target(Enum):
    """Which creates are hit: of one definition, of the third of five, of all five."""

    ONE = "one"
    THIRD = "third of five"
    ALL = "all five"

    @property
    def names(self) -> tuple[str, ...]:
        """All definitions."""
        return NAMES[:1] if self is Target.ONE else NAMES

    @property
    def hit(self) -> tuple[str, ...]:
        """Those whose creates are hit."""
        return NAMES[2:3] if self is Target.THIRD else self.names


class Trouble(Enum):
    """What goes wrong with git."""

    CLAIM_REFUSED_ONCE = "the remote refuses the first push of the claims"
    CLAIM_REFUSED = "the remote refuses each push of claims"
    CLAIM_UNANSWERED = "the remote takes the push of the claims, and doesn't say so"
    RECORD_REFUSED_ONCE = "the remote refuses the first push of the records"
    RECORD_REFUSED = "the remote refuses each push of records"
    RECORD_UNANSWERED = "the remote takes the push of the records, and doesn't say so"
    PUSHED_BEFORE_CLAIM = "somebody pushes before the claims"
    PUSHED_BEFORE_RECORD = "somebody pushes before the records"
    COMMITTED = "the person commits in the clone while requests are sent"
    LOCKED = "a git that was killed leaves its lock on the branch"
    SWITCHED = "the person switches to another branch while requests are sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the matrix.

    Attributes:
        title: What fails.
        story: What the product does.
        fault: What the vendor plays.
        codes: The exit codes of the runs until all is done, for each of the targets; for a fault that
            does not end by itself, those of three runs, and of one more after its end.
        options: Further options of the runs.
        is_endless: The fault ends only when the test ends it; until then nothing is made.
        is_made: What is hit is made all the same.
        trouble: What goes wrong with git.
        full_at: Before which line of the first run's journal the disk is full, for each of the targets.
        is_pushing: Whether runs push, where only that way has this fault.
        targets: Those that make a difference.
    """

    title: str
    story: str
    fault: Fault
    codes: tuple[Codes, Codes, Codes]
    options: tuple[str, ...] = ()
    is_endless: bool = False
    is_made: bool = False
    trouble: Trouble | None = None
    full_at: tuple[int, int, int] | None = None
    is_pushing: bool | None = None
    targets: tuple[Target, ...] = tuple(Target)

    def codes_of(self, target: Target) -> Codes:
        """Return the exit codes that are expected for a target."""
        return self.codes[list(Target).index(target)]


_LOOKS_SENDS = "waits, looks, sees that nothing was made, sends again"
_LOOKS_FINDS = "waits, looks, finds it, records it"
_WAITS_SENDS = "waits 5 seconds, then longer each time, and sends again"
_ONCE_MORE: tuple[Codes, Codes, Codes] = ((0,), (0,), (5, 0))
"""After three lost answers in a row a run stops sending; the next sends what is proven absent."""
_FOUND: tuple[Codes, Codes, Codes] = ((0,), (0,), (4, 0))
"""Likewise, but all that was sent is found: only the rest is left for the next run."""
_AT_ONCE: tuple[Codes, Codes, Codes] = ((0,), (0,), (0,))
_NEXT_RUN: tuple[Codes, Codes, Codes] = ((4, 0), (4, 0), (4, 0))
_SAID_NO: tuple[Codes, Codes, Codes] = ((4, 0), (4, 0), (4, 4, 0))
"""Three in a row stop the sending here, too: the last two meet the fault in the second run."""

_GATEWAY = "<html><body><h1>502 Bad Gateway</h1></body></html>"
_LIMIT = {"errors": [{"msg": LIMIT_WORDS}]}
_BAD_TOKEN = says(401, {"errors": [{"msg": "Invalid SDK credentials", "code": 4002}]})
_TOGETHER = ("--parallel", "5")
_IN_TURN = ("--parallel", "1")
_NONE = Fault(hits=0)
_HIT = Fault(is_good=True)


def _before(status: int) -> Case:
    return Case(
        title=f"{status}, and nothing was made",
        story=_LOOKS_SENDS,
        fault=Fault(reply=says(status, _GATEWAY)),
        codes=_ONCE_MORE,
    )


def _after(status: int) -> Case:
    return Case(
        title=f"{status}, and the campaign is made a moment later",
        story=_LOOKS_FINDS,
        fault=Fault(reply=says(status, _GATEWAY), is_executed=True, shown_after_s=_SHOWN_AFTER_S),
        codes=_FOUND,
    )


CASES = (
    Case(
        title="connection refused",
        story="releases the claim, nothing was sent; the next run sends it",
        fault=Fault(is_door_closed=True),
        codes=_NEXT_RUN,
        options=_IN_TURN,
    ),
    Case(
        title="slow to connect, then the answer is lost",
        story="waits from the attempt's end, finds it, records it",
        fault=Fault(is_door_slow=True, is_executed=True, shown_after_s=_SHOWN_AFTER_S),
        codes=_FOUND,
        options=_IN_TURN,
    ),
    Case(
        title="connection dropped, nothing was made",
        story=_LOOKS_SENDS,
        fault=Fault(reply=Dropped()),
        codes=_ONCE_MORE,
    ),
    Case(
        title="connection dropped after the campaign was made",
        story=_LOOKS_FINDS,
        fault=Fault(reply=Dropped(), is_executed=True),
        codes=_FOUND,
    ),
    Case(
        title="answer later than `--timeout`",
        story=_LOOKS_FINDS,
        fault=Fault(reply=Hanging(), is_executed=True),
        codes=_FOUND,
        options=("--timeout", "3"),
    ),
    Case(
        title="no answer within `--timeout`, nothing was made",
        story=_LOOKS_SENDS,
        fault=Fault(reply=Hanging()),
        codes=_ONCE_MORE,
        options=("--timeout", "3"),
    ),
    *(make(status) for status in (500, 502, 504) for make in (_before, _after)),
    Case(
        title="409, since a gateway had sent it twice",
        story=_LOOKS_FINDS,
        fault=Fault(reply=says(409, {"message": "Campaign name already exists"}), is_executed=True),
        codes=_FOUND,
    ),
    Case(
        title="409, and no campaign of that name",
        story="waits, looks, releases the claim with the server's reason",
        fault=Fault(reply=says(409, {"message": "conflict"})),
        codes=_SAID_NO,
    ),
    Case(
        title="garbage instead of an answer, after the campaign was made",
        story=_LOOKS_FINDS,
        fault=Fault(reply=says(200, "\x00{]garbage"), is_executed=True),
        codes=_FOUND,
    ),
    Case(
        title="200 without an id",
        story=_LOOKS_FINDS,
        fault=Fault(reply=says(200, {"status": "success", "data": {}}), is_executed=True),
        codes=_FOUND,
    ),
    Case(
        title="200 with an error in it",
        story="waits, looks, releases the claim with the server's reason",
        fault=Fault(reply=says(200, {"status": "error", "message": "Contact list not found"})),
        codes=_SAID_NO,
    ),
    Case(
        title="429 with `Retry-After`",
        story="waits as long as it is told, sends again",
        fault=Fault(reply=says(429, _LIMIT, Retry_After="1")),
        codes=_AT_ONCE,
        options=_TOGETHER,
    ),
    Case(
        title="429 without `Retry-After`",
        story=_WAITS_SENDS,
        fault=Fault(reply=says(429, "")),
        codes=_AT_ONCE,
        options=_TOGETHER,
    ),
    Case(
        title="the sentence of the rate limit, as plain text under 400",
        story=_WAITS_SENDS,
        fault=Fault(reply=says(400, LIMIT_WORDS)),
        codes=_AT_ONCE,
        options=_TOGETHER,
    ),
    Case(
        title="401 once",
        story="sends again at once, with a new token",
        fault=Fault(reply=_BAD_TOKEN),
        codes=_AT_ONCE,
    ),
    Case(
        title="401 for each create",
        story="stops after a second token, sends nothing more",
        fault=Fault(reply=_BAD_TOKEN, hits=ALWAYS),
        codes=((1, 1, 1, 0), (4, 1, 1, 0), (1, 1, 1, 0)),
        options=_IN_TURN,
        is_endless=True,
    ),
    Case(
        title="401 for everything",
        story="stops before it sends anything",
        fault=Fault(reply=_BAD_TOKEN, hits=ALWAYS, are_lists_refused=True),
        codes=((1, 1, 1, 0), (1, 1, 1, 0), (1, 1, 1, 0)),
        is_endless=True,
    ),
    Case(
        title="403 for each create",
        story="releases the claim once the list doesn't show it, and says why",
        fault=Fault(reply=says(403, {"message": "Forbidden"}), hits=ALWAYS),
        codes=((4, 4, 4, 0), (4, 4, 4, 0), (4, 4, 4, 0)),
        is_endless=True,
    ),
    Case(
        title="the list fails once, after a lost answer",
        story="lists again, finds it, records it",
        fault=Fault(is_executed=True, lists_failing=1),
        codes=_FOUND,
    ),
    Case(
        title="the list fails until the run gives up, after a lost answer",
        story="keeps the claim; the next run finds it, records it",
        fault=Fault(is_executed=True, lists_failing=_RUNS_LISTINGS),
        codes=((5, 0), (5, 0), (5, 0)),
    ),
    Case(
        title="the list fails before anything is sent",
        story="sends nothing; the next run does",
        fault=Fault(is_executed=True, lists_failing_first=_RUNS_LISTINGS),
        codes=((1, 0), (1, 0), (1, 4, 0)),
    ),
    Case(
        title="the list shows a new campaign only after a delay, and the answer is lost",
        story=_LOOKS_FINDS,
        fault=Fault(is_executed=True, shown_after_s=_SHOWN_AFTER_S),
        codes=_FOUND,
    ),
    Case(
        title="rows move from page to page while they are listed, after a lost answer",
        story="sees that rows are missing, lists again, finds it, records it",
        fault=Fault(is_executed=True, are_rows_moving=True),
        codes=_FOUND,
    ),
    Case(
        title="three pages of other campaigns, and a lost answer",
        story=_LOOKS_FINDS,
        fault=Fault(is_executed=True, others=230),
        codes=_FOUND,
    ),
    Case(
        title="pages of at most seven rows, and a lost answer",
        story=_LOOKS_FINDS,
        fault=Fault(is_executed=True, others=20, most_rows=7),
        codes=_FOUND,
    ),
    Case(
        title="each page names a total that is too large, and a lost answer",
        story="lists twice, both agree; finds it, records it",
        fault=Fault(is_executed=True, others=20, total_ahead=7),
        codes=_FOUND,
    ),
    Case(
        title="each page holds the first rows again",
        story="sees that rows come twice, lists 5 times, sends nothing",
        fault=Fault(others=20, most_rows=7, is_page_stuck=True),
        codes=((1, 1, 1, 0),) * 3,
        is_endless=True,
    ),
    Case(
        title="the list has no end",
        story="stops after 1,000 pages, sends nothing; the next run does",
        fault=Fault(hits=0, endless_lists=1),
        codes=((1, 0),) * 3,
        targets=(Target.ONE,),
    ),
    Case(
        title="redirected (302)",
        story="follows no redirect; releases the claim once the list doesn't show it, and says where it led",
        fault=Fault(reply=says(302, "", Location="https://login.example.com/")),
        codes=_NEXT_RUN,
    ),
    Case(
        title="the server's clock is three minutes ahead",
        story="stops before it sends anything, with both times",
        fault=Fault(clock_ahead_s=180.0),
        codes=((1, 1, 1, 0),) * 3,
        is_endless=True,
    ),
    Case(
        title=Trouble.CLAIM_REFUSED_ONCE.value,
        story="pushes again",
        fault=_NONE,
        codes=_AT_ONCE,
        trouble=Trouble.CLAIM_REFUSED_ONCE,
        is_pushing=True,
    ),
    Case(
        title=Trouble.CLAIM_REFUSED.value,
        story="tries three times, sends nothing",
        fault=_NONE,
        codes=((1, 1, 1, 0),) * 3,
        trouble=Trouble.CLAIM_REFUSED,
        is_pushing=True,
        is_endless=True,
    ),
    Case(
        title=Trouble.CLAIM_UNANSWERED.value,
        story="fetches, sees its own claims, sends",
        fault=_NONE,
        codes=_AT_ONCE,
        trouble=Trouble.CLAIM_UNANSWERED,
        is_pushing=True,
    ),
    Case(
        title=Trouble.PUSHED_BEFORE_CLAIM.value,
        story="plans and lists again, sends",
        fault=_NONE,
        codes=_AT_ONCE,
        trouble=Trouble.PUSHED_BEFORE_CLAIM,
        is_pushing=True,
    ),
    Case(
        title=Trouble.RECORD_REFUSED_ONCE.value,
        story="pushes again",
        fault=_NONE,
        codes=_AT_ONCE,
        trouble=Trouble.RECORD_REFUSED_ONCE,
        is_pushing=True,
    ),
    Case(
        title=Trouble.RECORD_REFUSED.value,
        story="tries three times, keeps the ids in the journal; a later run in the clone records them",
        fault=_NONE,
        codes=((6, 6, 6, 0),) * 3,
        trouble=Trouble.RECORD_REFUSED,
        is_pushing=True,
        is_endless=True,
        is_made=True,
    ),
    Case(
        title=Trouble.RECORD_UNANSWERED.value,
        story="fetches, sees its own commit",
        fault=_NONE,
        codes=_AT_ONCE,
        trouble=Trouble.RECORD_UNANSWERED,
        is_pushing=True,
    ),
    Case(
        title=Trouble.PUSHED_BEFORE_RECORD.value,
        story="commits on what was pushed, pushes again",
        fault=_HIT,
        codes=_AT_ONCE,
        trouble=Trouble.PUSHED_BEFORE_RECORD,
        is_pushing=True,
    ),
    Case(
        title=Trouble.COMMITTED.value,
        story="commits on the person's commit",
        fault=_HIT,
        codes=_AT_ONCE,
        trouble=Trouble.COMMITTED,
        is_pushing=False,
    ),
    Case(
        title=Trouble.LOCKED.value,
        story="keeps the ids in the journal, names the lock; once it is removed, the next run records them",
        fault=_HIT,
        codes=((6, 0),) * 3,
        trouble=Trouble.LOCKED,
        is_pushing=False,
        targets=(Target.ONE,),
    ),
    Case(
        title=Trouble.SWITCHED.value,
        story="commits on the branch that it began on",
        fault=_HIT,
        codes=_AT_ONCE,
        trouble=Trouble.SWITCHED,
        is_pushing=False,
    ),
    Case(
        title="the disk is full before the claims are written",
        story="sends nothing",
        fault=_NONE,
        codes=((1, 0),) * 3,
        full_at=(1, 1, 1),
    ),
    Case(
        title="the disk is full before a send is written",
        story="does not send it",
        fault=_NONE,
        codes=((1, 0), (6, 0), (1, 0)),
        full_at=(2, 4, 2),
        options=_IN_TURN,
    ),
    Case(
        title="the disk is full when an answer is to be written",
        story="keeps the claim, stops; the next run finds it, records it",
        fault=_NONE,
        codes=((6, 0),) * 3,
        full_at=(3, 5, 3),
        options=_IN_TURN,
    ),
)
"""All rows but one: what a person must decide has a test of its own."""
