"""When a listing of the account counts, and that none goes on for ever."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from campaignsync.claims import Rules
from campaignsync.config import RunOptions
from campaignsync.errors import ApiError, AuthorizationError
from campaignsync.outcome import (
    Outcome,
    OverLimit,
    Page,
    PageFailed,
    PageOutcome,
    RemoteCampaign,
    Unauthorized,
)
from campaignsync.plan import Plan, Target
from campaignsync.protocol.listing import TRIES, agree, check_clock, joined, list_account
from campaignsync.protocol.tools import StopRequestedError, Tools
from campaignsync.versions import Version
from tests.unit.fakes import KnowsLists

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 31, 9, 0, 0, tzinfo=UTC)


def rows(*ids: str) -> tuple[RemoteCampaign, ...]:
    return tuple(RemoteCampaign(camp_id=camp_id, name=f"Campaign {camp_id}") for camp_id in ids)


def page(*ids: str, total: int, has_more: bool = False) -> Page:
    return Page(campaigns=rows(*ids), total=total, has_more=has_more)


@dataclass(slots=True)
class Account(KnowsLists):
    """Gives its answers in turn, and keeps from where on each page was asked for."""

    answers: Iterator[PageOutcome]
    on_page: Callable[[], None] = lambda: None
    skips: list[int] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    requests: int = 0
    skew_s: float | None = None

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        raise AssertionError

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        self.skips.append(skip)
        self.versions.append(version)
        self.on_page()
        return next(self.answers)


@dataclass(slots=True)
class Clock:
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def jitter(self) -> float:
        return 0.0


class Quiet:
    def note(self, text: str) -> None: ...
    def detail(self, text: str) -> None: ...
    def advance(self, done: int, total: int) -> None: ...

    def waiting(self, why: str, seconds: float) -> None: ...
    def show(self, plan: Plan, target: Target) -> None: ...


class Stop:
    """A stop that no wait sees before its end, so that nothing hangs on the order of tasks."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set

    async def wait(self) -> None:
        await anyio.sleep_forever()


def tools_of(account: Account, *, stop: Stop | None = None) -> Tools:
    return Tools(
        api=account,
        clock=Clock(),
        progress=Quiet(),
        stop=stop or Stop(),
        options=RunOptions(host="h", app_id="a", run_id="run-1"),
        rules=Rules(timeout_s=30, settle_s=120, rate_limit=60),
    )


async def listed(*answers: PageOutcome) -> tuple[list[str], list[int]]:
    """Return the ids of a listing, and from where on its pages were asked for; every answer must be used."""
    account = Account(iter(answers))
    campaigns = await list_account(tools_of(account), {1})
    assert len(account.skips) == len(answers)
    return [campaign.camp_id for campaign in campaigns], account.skips


COUNTING: Mapping[str, tuple[Sequence[PageOutcome], list[int]]] = {
    "one page": ([page("a", "b", total=2)], [0]),
    "pages shorter than asked for": (
        [page("a", total=2, has_more=True), page("b", total=2)],
        [0, 1],
    ),
    "more rows, though the server says that none follow": ([page("a", total=2), page("b", total=2)], [0, 1]),
    "an empty page at the end": (
        [page("a", "b", total=2, has_more=True), page(total=2, has_more=True)],
        [0, 2],
    ),
    "a second try after a page that failed": (
        [page("a", total=2, has_more=True), PageFailed(reason="503"), page("a", "b", total=2)],
        [0, 1, 0],
    ),
    "after an answer over the limit": (
        [page("a", total=2, has_more=True), OverLimit(), OverLimit(retry_after_s=7), page("b", total=2)],
        [0, 1, 1, 1],
    ),
    "a wrong total twice": ([page("a", "b", total=1), page("b", "a", total=1)], [0, 0]),
    "fewer than the total twice": (
        [page("a", "b", total=3), page(total=3), page("a", "b", total=3), page(total=3)],
        [0, 2, 0, 2],
    ),
    "totals that change, and the same ids twice": (
        [page("a", total=2, has_more=True), page("b", total=1)] * 2,
        [0, 1, 0, 1],
    ),
}


@pytest.mark.parametrize(("answers", "skips"), COUNTING.values(), ids=COUNTING)
async def test_a_listing_counts(answers: Sequence[PageOutcome], skips: list[int]) -> None:
    ids, asked = await listed(*answers)
    assert (sorted(ids), asked) == (["a", "b"], skips)


async def test_each_versions_list_is_read_and_joined_by_id() -> None:
    account = Account(iter([page("a", "b", total=2), page("b", "c", total=2)]))
    campaigns = await list_account(tools_of(account), {1, 2})
    assert [campaign.camp_id for campaign in campaigns] == ["a", "b", "c"]
    assert account.versions == [1, 2]


def test_what_one_versions_row_leaves_out_the_others_says() -> None:
    first = RemoteCampaign(camp_id="a", name="A", description="old", status="Ready")
    second = RemoteCampaign(camp_id="a", name="A", description="new", dnc_list="Never")
    both = RemoteCampaign(camp_id="a", name="A", description="new", status="Ready", dnc_list="Never")
    assert joined(first, second) == both


async def test_without_a_version_nothing_is_asked() -> None:
    assert await list_account(tools_of(Account(iter(()))), frozenset()) == ()


async def test_a_list_of_one_version_that_does_not_count_is_not_replaced_by_the_others() -> None:
    account = Account(iter([page("a", total=1), *[PageFailed(reason="503")] * TRIES]))
    with pytest.raises(ApiError, match="could not be listed"):
        await list_account(tools_of(account), {1, 2})


async def test_an_account_may_be_empty() -> None:
    assert await listed(page(total=0)) == ([], [0])


WRONG = page("a", "b", total=1)
NOT_COUNTING: Mapping[str, Sequence[PageOutcome]] = {
    "an id twice on a page": [page("a", "a", total=2)] * TRIES,
    "an id twice, and no end": [page("a", total=9, has_more=True)] * 2 * TRIES,
    "a wrong total, and other ids each time": [
        page("a", str(number), total=1, has_more=False) for number in range(TRIES)
    ],
    "agreeing, but not in a row": [
        WRONG,
        page("a", total=0),
        WRONG,
        PageFailed(reason="503"),
        WRONG,
    ],
    "only failures": [PageFailed(reason="503")] * TRIES,
}


@pytest.mark.parametrize("answers", NOT_COUNTING.values(), ids=NOT_COUNTING)
async def test_a_listing_does_not_count_and_is_not_tried_for_ever(answers: Sequence[PageOutcome]) -> None:
    with pytest.raises(ApiError, match="could not be listed"):
        await listed(*answers)


async def test_every_total_must_be_the_same_in_a_single_listing() -> None:
    moved = [page("a", total=3, has_more=True), page("b", total=2)]
    assert await listed(*moved, page("a", "b", total=2)) == (["a", "b"], [0, 1, 0])


def endless() -> Iterator[Page]:
    number = 0
    while True:
        number += 1
        yield page(f"cd-{number}", total=number + 1, has_more=True)


async def test_a_list_without_end_is_an_error() -> None:
    account = Account(endless())
    with pytest.raises(ApiError, match="the list has no end: after 1000 pages"):
        await list_account(tools_of(account), {1})
    assert len(account.skips) == 1000


async def test_a_listing_hears_the_first_stop_before_its_next_page() -> None:
    stop = Stop()
    account = Account(endless(), on_page=stop.set)
    with pytest.raises(StopRequestedError):
        await list_account(tools_of(account, stop=stop), {1})
    assert account.skips == [0]


@pytest.mark.parametrize(
    "answer", [PageFailed(reason="503"), OverLimit(retry_after_s=0), page("a", "a", total=2)]
)
async def test_another_try_hears_the_first_stop(answer: PageOutcome) -> None:
    stop = Stop()
    account = Account(iter([answer]), on_page=stop.set)
    with pytest.raises(StopRequestedError):
        await list_account(tools_of(account, stop=stop), {1})
    assert account.skips == [0]


async def test_nothing_is_asked_after_a_stop() -> None:
    stop, account = Stop(), Account(iter([]))
    stop.set()
    with pytest.raises(StopRequestedError):
        await list_account(tools_of(account, stop=stop), {1})
    assert account.skips == []


async def test_refused_credentials_end_it() -> None:
    with pytest.raises(AuthorizationError, match="HTTP 401"):
        await listed(Unauthorized(reason="HTTP 401"))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", True),
        ("ab", "ba", True),
        ("ab", "a", False),
        ("a", "ab", False),
        ("ab", "ac", False),
        ("aa", "a", False),
        ("a", "aa", False),
        ("aa", "aa", False),
    ],
)
def test_two_listings_agree_in_every_id_each_once(first: str, second: str, *, expected: bool) -> None:
    assert agree(rows(*first), rows(*second)) is expected


@pytest.mark.parametrize("skew_s", [None, 0, 120, -120])
def test_clocks_that_differ_by_two_minutes_at_most_will_do(skew_s: float | None) -> None:
    check_clock(tools_of(Account(iter([]), skew_s=skew_s)))


@pytest.mark.parametrize(
    ("skew_s", "difference", "theirs"),
    [
        (120.6, "121 seconds", "2026-01-31T09:02:00Z"),
        (-3600, "3600 seconds", "2026-01-31T08:00:00Z"),
        (3_153_600_000, "3153600000 seconds", "2126-01-07T09:00:00Z"),
    ],
)
def test_clocks_that_differ_more_are_an_error_with_both_times(
    skew_s: float, difference: str, theirs: str
) -> None:
    with pytest.raises(ApiError) as caught:
        check_clock(tools_of(Account(iter([]), skew_s=skew_s)))
    assert caught.value.message == (
        f"the clocks differ by {difference}: the server says {theirs}, this machine 2026-01-31T09:00:00Z"
    )
    assert "Set this machine's clock" in caught.value.hint


@pytest.mark.parametrize("answer", [page(total=0), PageFailed(reason="503"), Unauthorized(reason="HTTP 401")])
async def test_a_wrong_clock_is_told_before_what_the_first_answer_says(answer: PageOutcome) -> None:
    account = Account(iter([answer]), skew_s=600)
    with pytest.raises(ApiError, match="the clocks differ by 600 seconds"):
        await list_account(tools_of(account), {1})
