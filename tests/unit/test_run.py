"""How a run ends: what it reports, and what it leaves to others."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from campaignsync.errors import StateError
from campaignsync.identity import Definition
from campaignsync.outcome import (
    Created,
    Outcome,
    Page,
    PageFailed,
    PageOutcome,
    RemoteCampaign,
    Unauthorized,
)
from campaignsync.protocol.run import Sync
from campaignsync.state import Claim
from campaignsync.versions import Version
from tests.unit.fakes import Branch, Definitions, KnowsLists, Run, run_on, tools_of

MINE = Definition(name="Mine", source="campaigns/mine.yaml", digest="sha256:1", body={"name": "Mine"})


class Account(KnowsLists):
    """An account that shows what was made after it was made, or fails from then on."""

    requests = 0
    skew_s: float | None = 0.0
    status: str | None = "Ready"
    failure: PageOutcome | None = None

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        if not self.sent:
            return Page(campaigns=(), total=0, has_more=False)
        if self.failure is not None:
            return self.failure
        stranger = RemoteCampaign(camp_id="cd-0", name="Other", status="Active")
        made = RemoteCampaign(camp_id="cd-1", name="Mine", status=self.status)
        return Page(campaigns=[made, stranger], total=2, has_more=False)

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


@pytest.mark.parametrize(("status", "code"), [("Ready", 0), ("Active", 7), ("Scheduled", 7), (None, 0)])
async def test_what_became_of_a_new_campaign_is_looked_up(status: str | None, code: int) -> None:
    run, account, sync = a_run(is_full=False)
    account.status = status
    result = await sync.run()
    assert [(done.camp_id, done.status) for done in result.created] == [("cd-1", status)]
    assert result.exit_code == code
    assert [entry.name for entry in run.branch.state.records] == ["Mine"]


@pytest.mark.parametrize("failure", [PageFailed(reason="503"), Unauthorized(reason="503")])
async def test_where_it_can_not_be_looked_up_the_campaign_is_recorded_all_the_same(
    failure: PageOutcome,
) -> None:
    run, account, sync = a_run(is_full=False)
    account.failure = failure
    result = await sync.run()
    assert result.warnings == ("what became of the new campaigns could not be looked up: 503",)
    assert (result.exit_code, [done.status for done in result.created]) == (0, [None])
    assert [entry.name for entry in run.branch.state.records] == ["Mine"]
