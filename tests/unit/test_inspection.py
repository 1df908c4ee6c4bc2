"""What became of new campaigns: looked for where they must be, until each was seen, and no further."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from campaignsync.outcome import Outcome, OverLimit, Page, PageFailed, PageOutcome, RemoteCampaign
from campaignsync.protocol.inspection import statuses_of
from campaignsync.versions import Version
from tests.unit.fakes import Branch, KnowsLists, run_on, tools_of

pytestmark = pytest.mark.anyio


def page(*camp_ids: str, has_more: bool = False) -> Page:
    rows = [RemoteCampaign(camp_id=camp_id, name=camp_id, status="Ready") for camp_id in camp_ids]
    return Page(campaigns=rows, total=99, has_more=has_more)


class Account(KnowsLists):
    """Gives its answers in turn, by version."""

    requests = 0
    skew_s: float | None = None

    def __init__(self, **answers: list[PageOutcome]) -> None:
        self.answers = answers
        self.asked: list[tuple[Version, int]] = []

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        raise AssertionError

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        self.asked.append((version, skip))
        return self.answers[f"v{version}"].pop(0)


async def looked_for(account: Account, **made: Version) -> tuple[dict[str, str], str]:
    return await statuses_of(tools_of(run_on(Branch()), account), made)


async def test_each_is_looked_for_in_the_list_of_its_own_version_alone() -> None:
    account = Account(v1=[page("a", "x", has_more=True)], v2=[page("y", has_more=True), page("b")])
    assert await looked_for(account, a=1, b=2) == ({"a": "Ready", "b": "Ready"}, "")
    assert account.asked == [(1, 0), (2, 0), (2, 1)]


async def test_once_all_are_seen_nothing_more_is_asked() -> None:
    account = Account(v1=[page("a", "b", has_more=True)])
    assert await looked_for(account, a=1, b=1) == ({"a": "Ready", "b": "Ready"}, "")


async def test_what_the_list_does_not_show_yet_has_no_status() -> None:
    assert await looked_for(Account(v1=[page("x")]), a=1) == ({}, "")


async def test_a_list_without_end_is_left() -> None:
    account = Account(v1=[page(f"x{number}", has_more=True) for number in range(200)])
    found, reason = await looked_for(account, a=1)
    assert (found, reason, len(account.asked)) == ({}, "they are not among the newest 100 campaigns", 100)


async def test_over_the_limit_it_waits_once() -> None:
    account = Account(v1=[OverLimit(retry_after_s=3), page("a")])
    assert await looked_for(account, a=1) == ({"a": "Ready"}, "")
    again = Account(v1=[OverLimit(), OverLimit()])
    assert await looked_for(again, a=1) == ({}, "the account is over its rate limit")


async def test_a_list_that_fails_does_not_hide_the_others() -> None:
    account = Account(v1=[PageFailed(reason="503")], v2=[page("b")])
    assert await looked_for(account, a=1, b=2) == ({"b": "Ready"}, "503")
