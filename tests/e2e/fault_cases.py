"""The cases of the fault matrix: what fails, what the product does then, and how its runs end. Pure."""

from dataclasses import dataclass
from enum import Enum

from tests.e2e.fault_account import LIMIT_WORDS, Dropped, Fault, Hanging, says

NAMES = ("Alpha", "Bravo", "Charlie", "Delta", "Echo")
ALWAYS = 1000
"""Hits of a fault that ends only when the test ends it."""

_SHOWN_AFTER_S = 0.25
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
    """

    title: str
    story: str
    fault: Fault
    codes: tuple[Codes, Codes, Codes]
    options: tuple[str, ...] = ()
    is_endless: bool = False

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
        story="gives the claim up, nothing was sent; the next run sends it",
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
        options=("--timeout", "1"),
    ),
    Case(
        title="no answer within `--timeout`, nothing was made",
        story=_LOOKS_SENDS,
        fault=Fault(reply=Hanging()),
        codes=_ONCE_MORE,
        options=("--timeout", "1"),
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
        story="waits, looks, gives the claim up with the server's reason",
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
        story="waits, looks, gives the claim up with the server's reason",
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
        story="gives the claim up once the list doesn't show it, and says why",
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
        fault=Fault(is_executed=True, others=130),
        codes=_FOUND,
    ),
)
"""All rows but one: what a person must decide has a test of its own."""
