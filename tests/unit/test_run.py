"""How a run ends: what it reports, and what it leaves to others."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from campaignsync.errors import StateError
from campaignsync.identity import Definition
from campaignsync.outcome import Created, Outcome, Page, PageOutcome
from campaignsync.protocol.run import Sync
from campaignsync.state import Claim
from campaignsync.versions import Version
from tests.unit.fakes import Branch, Definitions, Run, run_on, tools_of

MINE = Definition(name="Mine", source="campaigns/mine.yaml", digest="sha256:1", body={"name": "Mine"})


class Account:
    """An empty account."""

    requests = 0
    skew_s: float | None = 0.0

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        return Page(campaigns=(), total=0, has_more=False)

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        self.sent.append(body)
        return Created(camp_id="cd-1")


def a_run(*, is_full: bool) -> tuple[Run, Account, Sync]:
    branch = Branch()
    branch.definitions = Definitions((MINE,))
    run = run_on(branch)
    account = Account()

    def taken(base: str, commit: str) -> str | None:
        if is_full:
            run.journal.error = StateError("the disk is full")
        return branch.take(base, commit)

    branch.on_push.append(taken)
    return run, account, Sync(branch, run.ledger, tools_of(run, account))


pytestmark = pytest.mark.anyio


async def test_a_disk_that_is_full_before_the_first_request_leaves_no_lease_to_wait_for() -> None:
    run, account, sync = a_run(is_full=True)
    with pytest.raises(StateError, match="the disk is full"):
        await sync.run()
    assert account.sent == []
    (left,) = run.branch.state.claims
    assert isinstance(left, Claim)
    assert left.lease_seconds == 0


async def test_a_run_whose_disk_has_room_records_the_campaign() -> None:
    run, account, sync = a_run(is_full=False)
    result = await sync.run()
    assert [done.camp_id for done in result.created] == ["cd-1"]
    assert run.branch.state.claims == ()
    assert account.sent == [MINE.body]
